package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// choosy is a service that refuses some calls, and tells beforehand what it would refuse.
type choosy struct {
	*meetingtest.Fake
	refusals int // how many calls are refused with err
	err      error
	held     string
	notes    []string
	asked    []meeting.Spec // what each preflight was asked from
}

func (c *choosy) refuse() error {
	if c.refusals == 0 {
		return nil
	}
	c.refusals--
	return c.err
}

func (c *choosy) Create(ctx context.Context, mark string, s meeting.Spec) (meeting.Meeting, error) {
	if err := c.refuse(); err != nil {
		return meeting.Meeting{}, err
	}
	return c.Fake.Create(ctx, mark, s)
}

func (c *choosy) Update(ctx context.Context, id int64, from, to meeting.Spec) (meeting.Meeting, error) {
	if err := c.refuse(); err != nil {
		return meeting.Meeting{}, err
	}
	return c.Fake.Update(ctx, id, from, to)
}

func (c *choosy) Preflight(_ context.Context, from, _ meeting.Spec) meeting.Preflight {
	c.asked = append(c.asked, from)
	return meeting.Preflight{Held: c.held, Notes: c.notes}
}

func newChoosy(t *testing.T) (*bench, *choosy) {
	t.Helper()
	b := newBench(t)
	c := &choosy{Fake: b.zoom, err: fmt.Errorf("no such host: %w", meeting.ErrAgain)}
	b.service = c
	b.start()
	return b, c
}

func (b *bench) spent() int {
	b.t.Helper()
	n, err := b.st.BudgetUsed(hostOfA("alice@example.com"), day(b.now))
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// wavering is a service that refuses a host for whom it has just said that they have a licence.
type wavering struct {
	*choosy
	lost bool
}

func (w *wavering) Licensed(context.Context, string) (bool, error) { return !w.lost, nil }

func (w *wavering) Create(ctx context.Context, mark string, s meeting.Spec) (meeting.Meeting, error) {
	w.lost = true
	if s.Host == "own@example.com" {
		return meeting.Meeting{}, w.err
	}
	return w.Fake.Create(ctx, mark, s)
}

// TestLicenceLost: where the organizer's licence turns out to be gone, the configured host has the meeting, at once.
func TestLicenceLost(t *testing.T) {
	b, c := newChoosy(t)
	b.service = &wavering{choosy: c}
	b.config.Keeper = "own@example.com"
	b.config.Settings.ByOrganizer = true
	b.start()
	id := b.put("Talk #zoom", week)
	if r := b.pass(); r.Failed() || b.record(id).Host != "alice@example.com" {
		t.Fatalf("%+v, hosted by %q", r, b.record(id).Host)
	}
	b.meetings(1)
}

// TestCallsAreMadeAgainAtOnce, each paid for, and not without end.
func TestCallsAreMadeAgainAtOnce(t *testing.T) {
	b, c := newChoosy(t)
	c.refusals = 2
	id := b.put("Talk #zoom", week)
	if r := b.pass(); r.Failed() || b.spent() != 3 || b.record(id).Doubt != "" {
		t.Fatalf("%+v, %d calls", r, b.spent())
	}
	b.meetings(1)
	c.refusals = 2
	b.cal.Edit(id, func(e *calendar.Event) { e.Title = "Another talk #zoom" })
	if r := b.pass(); r.Failed() || b.spent() != 6 || b.record(id).Told.Topic != "Another talk" {
		t.Fatalf("%+v, %d calls", r, b.spent())
	}
	c.refusals = 1000
	b.put("Third #zoom", week)
	if r := b.pass(); !r.Failed() || b.spent() != 6+1+maxRepeats {
		t.Fatalf("%+v, %d calls", r, b.spent())
	}
	if r := b.pass(); r.Failed() || b.spent() != 6+1+maxRepeats {
		t.Errorf("%+v: it is tried again without a pause, %d calls", r, b.spent())
	}
	c.refusals = 0
	b.now = b.now.Add(time.Hour)
	b.pass()
	b.meetings(2)
}

// TestRepeatsStayWithinTheBudget: where it does not suffice, the event waits.
func TestRepeatsStayWithinTheBudget(t *testing.T) {
	b, c := newChoosy(t)
	c.refusals = 1
	id := b.put("Talk #zoom", week)
	err := b.st.Update(func(tx *store.Tx) error {
		for range DailyLimit - DailyReserve - 1 {
			if _, err := tx.Spend("alice@example.com", day(b.now), DailyLimit); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := b.pass(); r.Failed() || b.record(id).State != plan.Pending || b.record(id).Doubt != "" {
		t.Fatalf("%+v, %+v", r, b.record(id))
	}
	b.meetings(0)
	b.now = b.now.Add(24 * time.Hour)
	b.pass()
	b.meetings(1)
}

// TestHeldBeforehand: what cannot be had costs nothing, is told in a plan as well, and is tried again when it may have
// been mended.
func TestHeldBeforehand(t *testing.T) {
	b, c := newChoosy(t)
	c.held, c.notes = "the host has no licence", []string{"there may be a passcode"}
	id := b.put("Talk #zoom", week)
	planned, err := b.e.Plan(t.Context(), "c")
	if err != nil || len(planned.Events) != 1 || planned.Events[0].State != plan.Held ||
		!strings.Contains(planned.Events[0].Reason, c.held) {
		t.Fatalf("%+v, %v", planned, err)
	}
	if r := b.pass(); r.Failed() || len(r.Events) != 1 || r.Events[0].State != plan.Held || b.spent() != 0 ||
		b.record(id).State != plan.Held {
		t.Fatalf("%+v, %d calls", r, b.spent())
	}
	c.held = ""
	planned, err = b.e.Plan(t.Context(), "c")
	if err != nil || len(planned.Events) != 1 || !strings.Contains(planned.Events[0].Reason, c.notes[0]) {
		t.Errorf("%+v, %v", planned, err)
	}
	b.now = b.now.Add(heldPause + time.Second)
	if r := b.pass(); strings.Contains(r.Events[0].Reason, c.notes[0]) {
		t.Errorf("what was foretold is told as if it had come: %+v", r)
	}
	b.meetings(1)
	// A change is asked about with what was told before; where nobody knows that, it is not.
	c.asked = nil
	b.cal.Edit(id, func(e *calendar.Event) { e.Title = "Another talk #zoom" })
	b.pass()
	if len(c.asked) != 1 || c.asked[0].Topic != "Talk" {
		t.Errorf("asked %+v", c.asked)
	}
	rec := b.record(id)
	b.zoom.OwnerEdit(rec.MeetingID, func(l *meetingtest.Live) { l.Spec.Topic = "Changed at Zoom" })
	c.held, c.asked = "the host has no licence any more", nil
	b.config.Settings.Checks = true
	b.start()
	b.now = b.now.Add(25 * time.Hour)
	if b.pass(); len(c.asked) > 0 || b.record(id).State != plan.Linked {
		t.Errorf("asked %+v, %+v", c.asked, b.record(id))
	}
}

// TestUnfit: a meeting that lacks what was asked for is not shown, and there is no second one.
func TestUnfit(t *testing.T) {
	b := newBench(t)
	unfit := true
	b.zoom.Hook = func(call, phase string) error {
		if unfit && phase == "after" && (call == "create" || call == "update") {
			return fmt.Errorf("it was created, but %w", meeting.ErrUnfit)
		}
		return nil
	}
	id := b.put("Talk #zoom", week)
	for range 4 {
		r := b.pass()
		ev, err := b.cal.Get(t.Context(), id)
		if err != nil || ev.Link.Block != "" || !r.Failed() && len(r.Events) > 0 {
			t.Fatalf("%v, %+v, %+v", err, ev.Link, r)
		}
		b.now = b.now.Add(time.Hour)
	}
	if used := b.spent(); used > 4 {
		t.Errorf("%d calls", used)
	}
	unfit = false
	b.now = b.now.Add(8 * time.Hour)
	b.pass()
	b.meetings(1)
	if ev, err := b.cal.Get(t.Context(), id); err != nil || ev.Link.Block == "" {
		t.Errorf("%v, %+v", err, ev)
	}
}

// TestTheRoomHasOneTopic: of a personal room that is the meeting itself nobody fights for the topic.
func TestTheRoomHasOneTopic(t *testing.T) {
	for kind, updates := range map[meeting.Kind]int{meeting.Personal: 0, meeting.Scheduled: 1} {
		b := newBench(t)
		b.config.Settings.Checks, b.config.Settings.Kind = true, kind
		b.start()
		id := b.put("Talk #zoom", week)
		b.pass()
		b.zoom.OwnerEdit(b.record(id).MeetingID, func(l *meetingtest.Live) { l.Spec.Topic = "Another event" })
		b.now = b.now.Add(25 * time.Hour)
		if b.pass(); b.zoom.Updates() != updates || b.record(id).CheckedAt.Before(b.now) {
			t.Errorf("%s: %d updates", kind, b.zoom.Updates())
		}
	}
}
