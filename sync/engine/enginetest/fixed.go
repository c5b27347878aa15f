package enginetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/sync/plan"
	"zoomtag/sync/series"
)

// timetabled is a Backend that makes up when its series take place.
type timetabled interface {
	timetable(ev calendar.Event) calendar.Details
}

// Describe implements calendar.Describer.
func (f fake) Describe(ctx context.Context, id string) (calendar.Details, error) {
	ev, err := f.Get(ctx, id)
	if err != nil {
		return calendar.Details{}, err
	}
	return f.timetable(ev), nil
}

// timetable has a series take place on four days from its start on, which decides whether one of them is left out, and
// two are moved.
func (fake) timetable(ev calendar.Event) calendar.Details {
	start := ev.Start.UTC()
	d := calendar.Details{UID: ev.UID, Start: start, End: ev.End.UTC(), Zone: "UTC",
		Recurrence: []string{"RRULE:FREQ=DAILY;COUNT=4"}}
	if start.Hour()%3 == 0 {
		d.Recurrence = append(d.Recurrence, "EXDATE:"+start.AddDate(0, 0, 1).Format("20060102T150405Z"))
	}
	if start.Hour()%4 == 0 {
		for _, day := range []int{2, 3} {
			at := start.AddDate(0, 0, day)
			d.Occurrences = append(d.Occurrences, calendar.Occurrence{RecurrenceID: at, Start: at.Add(time.Hour),
				End: at.Add(2 * time.Hour)})
		}
	}
	return d
}

// checkSeries checks that a meeting with a schedule takes place when its event does.
func (w *Walker) checkSeries(ev calendar.Event, l meetingtest.Live) error {
	times, ok := w.cal.(timetabled)
	if !ok || !ev.Series || plan.FindWish(&ev, w.rules).Choice.Series != "fixed" {
		return nil
	}
	spec, why := series.Of(times.timetable(ev), series.Options{}, plan.Length)
	if want, got := spec.Coming(w.now), l.Spec.Coming(w.now); why != "" || l.Spec.Kind != meeting.Fixed ||
		!slices.Equal(want, got) {
		return fmt.Errorf("the meeting (%s) takes place at %v, the event at %v %s", l.Spec.Kind, got, want, why)
	}
	return nil
}
