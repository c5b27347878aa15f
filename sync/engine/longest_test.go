package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/reason"
)

// TestPassHasAnEnd: a pass whose calls are slow, and each quick enough, ends after its time. What is done is done, what
// is left is told and done by the next ones.
func TestPassHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.zoom.Hook = func(call, phase string) error {
			if call == "create" && phase == "before" {
				<-time.After(25 * time.Minute)
			}
			return nil
		}
		for range 5 {
			b.put("Talk #zoom", week)
		}
		said := func() string {
			st, err := b.st.Calendar("c")
			if err != nil {
				t.Fatal(err)
			}
			return st.Unfinished
		}
		r := b.pass()
		b.meetings(3)
		if r.Failed() || !strings.Contains(r.Unfinished, "2 events of 5 wait for the next pass") ||
			said() != r.Unfinished || r.Code != reason.Unfinished {
			t.Errorf("reported %q, saved %q: %+v", r.Unfinished, said(), r)
		}
		if next, err := b.st.NextDue("c"); err != nil || next.IsZero() || next.After(b.now) {
			t.Errorf("goes on at %s, %v", next, err)
		}
		b.start()
		r = b.pass()
		b.meetings(5)
		if r.Failed() || r.Unfinished != "" || said() != "" {
			t.Errorf("after the next pass: reported %q, saved %q", r.Unfinished, said())
		}
		b.pass()
		err := b.st.Update(func(tx *store.Tx) error { // as where another calendar has done what was left
			st, err := tx.Calendar("c")
			st.Unfinished = "not finished"
			return errors.Join(err, tx.PutCalendar("c", st))
		})
		if b.pass(); err != nil || said() != "" {
			t.Errorf("after a pass without news: %q, %v", said(), err)
		}
	})
}

// TestSlowListingGetsOn: where the listing alone has taken the time, one event is settled in each pass all the same.
func TestSlowListingGetsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.cal.Hook = func(call, phase, _ string) error {
			if call == "changes" && phase == "before" {
				<-time.After(2 * time.Hour)
			}
			return nil
		}
		for range 3 {
			b.put("Talk #zoom", week)
		}
		for range 6 { // each link that was written is seen once more
			b.pass()
		}
		b.meetings(3)
	})
}

// endless is a calendar whose listing goes on page after page.
type endless struct {
	calendar.Calendar
	on bool
}

func (e *endless) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	for e.on {
		select {
		case <-ctx.Done():
			return calendar.Changes{}, ctx.Err()
		case <-time.After(59 * time.Second):
		}
	}
	return e.Calendar.Changes(ctx, cursor)
}

// TestReadingHasAnEnd: a listing that goes on and on is cut off, which is said, and concludes nothing; the next pass
// begins anew.
func TestReadingHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		source := &endless{Calendar: b.cal, on: true}
		b.config.Source = source
		b.start()
		b.put("Talk #zoom", week)
		before := time.Now()
		r := b.pass()
		if took := time.Since(before); took != longestReading || !r.Failed() ||
			!strings.Contains(r.Error, "could not be read to its end within 10m0s") {
			t.Errorf("after %s: %+v", took, r)
		}
		b.meetings(0)
		if st, err := b.st.Calendar("c"); err != nil || st.LastError != r.Error || st.Cursor != "" ||
			r.Code != reason.CalendarSlow {
			t.Errorf("saved: %+v, %v", st, err)
		}
		source.on = false
		if r := b.pass(); r.Failed() {
			t.Errorf("then: %+v", r)
		}
		b.meetings(1)
		source.on = true
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		// whoever is told to stop says nothing of the server
		if r, err := b.e.Pass(ctx, "c"); !errors.Is(err, context.DeadlineExceeded) || r.Error != "" {
			t.Errorf("stopped: %+v, %v", r, err)
		}
	})
}
