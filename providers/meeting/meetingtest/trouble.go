package meetingtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// aCall is one call of the contract on a world that holds one meeting, and whether what it was to do is done.
type aCall struct {
	name  string
	write bool
	do    func(ctx context.Context, w *World, id int64) (meeting.Meeting, error)
	done  func(w *World, id int64) bool
}

func moved(w *World) meeting.Spec {
	s := spec(w)
	s.Start, s.Topic = soon(w, 5*time.Hour), "Moved and renamed"
	return s
}

var calls = []aCall{
	{"find", false, func(ctx context.Context, w *World, _ int64) (meeting.Meeting, error) {
		return w.Service.Find(ctx, w.Host, "zt-abcdef-ghijklmn-3333333333333333")
	}, nil},
	{"marked", false, markedCall, nil},
	{"get", false, func(ctx context.Context, w *World,
		id int64) (meeting.Meeting, error) {
		return w.Service.Get(ctx, id)
	}, nil},
	{"create", true, func(ctx context.Context, w *World, _ int64) (meeting.Meeting, error) {
		return w.Service.Create(ctx, otherMark, spec(w))
	}, func(w *World, _ int64) bool {
		return slices.ContainsFunc(w.Live(), func(l Live) bool { return l.Mark == otherMark })
	}},
	{"update", true, func(ctx context.Context, w *World, id int64) (meeting.Meeting, error) {
		return w.Service.Update(ctx, id, spec(w), moved(w))
	}, isMoved},
	{"update from nothing", true, func(ctx context.Context, w *World, id int64) (meeting.Meeting, error) {
		return w.Service.Update(ctx, id, meeting.Spec{}, moved(w))
	}, isMoved},
	{"cancel", true, func(ctx context.Context, w *World, id int64) (meeting.Meeting, error) {
		return meeting.Meeting{}, w.Service.Cancel(ctx, id)
	}, func(w *World, id int64) bool {
		return !slices.ContainsFunc(w.Live(), func(l Live) bool { return l.ID == id })
	}},
}

func isMoved(w *World, id int64) bool {
	return slices.ContainsFunc(w.Live(), func(l Live) bool {
		return l.ID == id && l.Spec.Start.Equal(moved(w).Start) && l.Spec.Topic == moved(w).Topic
	})
}

// inTrouble makes one call in one trouble and checks that nothing is concluded that is not so: what the error says is
// true of the world, no trouble passes for an absence, and when the trouble is over, everything works again.
func inTrouble(t *testing.T, w *World, trouble Trouble, c aCall) {
	for i := range 2 { // enough for a list of several pages
		mustCreate(t, w, fmt.Sprintf("zt-abcdef-ghijklmn-222222222222222%d", i+2), spec(w))
	}
	m := mustCreate(t, w, mark, spec(w))
	before := fmt.Sprintf("%+v", w.Live())
	began := w.Now()
	w.Break(trouble)
	got, err := c.do(t.Context(), w, m.ID)
	w.Mend()

	if meeting.Refused(err) && fmt.Sprintf("%+v", w.Live()) != before {
		t.Errorf("the error says that nothing was done, but something was: %v", err)
	}
	if err == nil && c.write && trouble != Deaf && !c.done(w, m.ID) {
		t.Errorf("success, but it is not done: %+v", got)
	}
	if errors.Is(err, meeting.ErrGone) {
		t.Errorf("the trouble passes for proof that the meeting is gone: %v", err)
	}
	if c.name == "find" && trouble != Deaf && errors.Is(err, meeting.ErrNotFound) {
		t.Errorf("the trouble passes for proof that there is no such meeting: %v", err)
	}
	wantKind(t, trouble, c, got, err, began)
	worksAgain(t, w, m.ID, c, err)
}

// wantKind checks the kind of the error.
func wantKind(t *testing.T, trouble Trouble, c aCall, got meeting.Meeting, err error, began time.Time) {
	t.Helper()
	var throttled *meeting.Throttled
	isThrottled := errors.As(err, &throttled)
	switch trouble {
	case Unauthorized, Forbidden:
		if !errors.Is(err, meeting.ErrDenied) {
			t.Errorf("error %v, want ErrDenied", err)
		}
	case WaitSeconds, WaitDate, WaitISO:
		if !isThrottled || throttled.Until.Sub(began.Add(RetryIn)).Abs() > 2*time.Second || throttled.Daily {
			t.Errorf("error %v, want to be throttled until %s", err, began.Add(RetryIn))
		}
	case PerSecond, WaitNonsense:
		if !isThrottled || throttled.Daily || throttled.Until.Before(began) ||
			throttled.Until.After(began.Add(5*time.Minute)) {
			t.Errorf("error %v, want to be throttled for a short while", err)
		}
	case HostLimit:
		if midnight := began.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour); !isThrottled || !throttled.Daily ||
			!throttled.Until.Equal(midnight) {
			t.Errorf("error %v, want to be throttled until %s, the end of the host's day", err, midnight)
		}
	case NoConnection:
		if !errors.Is(err, meeting.ErrNotSent) {
			t.Errorf("error %v, want ErrNotSent", err)
		}
	case EndlessPages, SecondPage:
		wantOpen(t, c.name == "find" || c.name == "marked", err)
	case Deaf:
		if c.name == "update" || c.name == "update from nothing" {
			if err == nil && got.Start.Equal(time.Time{}) || err == nil && got.Topic == "Moved and renamed" {
				t.Errorf("success, as if it had been changed: %+v", got)
			}
		}
	case Strange:
		wantOpen(t, c.name != "cancel", err) // whose answer may be empty anyway
	default:
		wantOpen(t, true, err)
	}
}

// wantOpen wants an error that leaves open what happened, where the trouble strikes the call.
func wantOpen(t *testing.T, strikes bool, err error) {
	t.Helper()
	if strikes && (err == nil || meeting.Refused(err)) {
		t.Errorf("error %v, want one that leaves open whether it was done", err)
	}
}

// worksAgain repeats a failed call as the engine would: a create only if no meeting carries the mark.
func worksAgain(t *testing.T, w *World, id int64, c aCall, failed error) {
	t.Helper()
	if failed == nil || !c.write {
		if _, err := w.Service.Get(t.Context(), id); err != nil && c.name != "cancel" {
			t.Errorf("Get after the trouble: %v", err)
		}
		return
	}
	if c.name == "create" {
		found, err := w.Service.Find(t.Context(), w.Host, otherMark)
		if c.done(w, id) {
			if err != nil || found.Mark != otherMark {
				t.Errorf("the meeting made in the trouble is not found: %v", err)
			}
			return
		}
		if !errors.Is(err, meeting.ErrNotFound) {
			t.Errorf("Find after the trouble: %v, want ErrNotFound", err)
		}
	}
	if _, err := c.do(t.Context(), w, id); err != nil || !c.done(w, id) {
		t.Errorf("again after the trouble: %v", err)
	}
}
