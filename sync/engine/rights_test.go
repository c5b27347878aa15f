package engine

import (
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// TestRightsComeBack: what was tagged or moved while the calendar could only be read is seen to once it can be written
// again, though nothing in it changes then.
func TestRightsComeBack(t *testing.T) {
	for _, bare := range []bool{false, true} {
		b := newBench(t)
		b.cal.Bare = bare
		linked, calm := b.put("Before #zoom", week), b.put("Calm #zoom", week)
		b.pass()
		share := func(readOnly bool) {
			t.Helper()
			if err := b.cal.SetReadOnly(readOnly); err != nil {
				t.Fatal(err)
			}
		}
		share(true)
		tagged := b.put("Talk #zoom", week)
		b.put("Dentist", week)
		b.cal.Edit(linked, func(e *calendar.Event) {
			e.Start, e.End, e.Until = e.Start.Add(time.Hour), e.End.Add(time.Hour), e.Until.Add(time.Hour)
		})
		for i := range 3 {
			if r := b.pass(); r.ReadOnly == "" || r.Failed() || r.Withheld() != (i == 0) { // later ones only look
				t.Errorf("read only: %+v", r)
			}
			b.now = b.now.Add(time.Minute)
		}
		b.meetings(2)
		if rec := b.record(calm); rec.State != plan.Linked {
			t.Errorf("nothing has to be written: %s %s", rec.State, rec.Reason)
		}
		problems, err := b.st.Problems("c")
		if err != nil || len(problems) != 1 || problems[0].ID != tagged || !problems[0].Held {
			t.Errorf("shown as held: %+v, %v", problems, err)
		}
		share(false)
		r := b.pass()
		if r.ReadOnly != "" {
			t.Errorf("it is said to be read only: %s", r.ReadOnly)
		}
		b.meetings(3)
		for _, id := range []string{linked, tagged} {
			if rec := b.record(id); rec.State != plan.Linked {
				t.Errorf("%s: %s %s", id, rec.State, rec.Reason)
			}
		}
		ev, _ := b.cal.Event(linked)
		if l := b.zoom.Meetings()[0]; !l.Spec.Start.Equal(ev.Start) {
			t.Errorf("the meeting is at %v, the event at %v", l.Spec.Start, ev.Start)
		}
		if problems, err := b.st.Problems("c"); err != nil || len(problems) != 0 {
			t.Errorf("still shown: %+v, %v", problems, err)
		}
	}
}
