package main

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/outlook/outlooktest"
)

// TestFixedOutlook: the same for an Outlook calendar, whose series name their zone as Windows does and end on a day.
func TestFixedOutlook(t *testing.T) {
	o := newOutlookWorld(t)
	w := newSeriesWorld(t)
	w.zoom = o.zoom
	stamp := func(at time.Time) outlooktest.JSON {
		return outlooktest.JSON{"dateTime": at.Format("2006-01-02T15:04:05"), "timeZone": "W. Europe Standard Time"}
	}
	id := o.graph.Put("", outlooktest.JSON{"subject": "Weekly #zoom(fixed)", "start": stamp(w.first),
		"end": stamp(w.first.Add(time.Hour)), "recurrence": outlooktest.JSON{
			"pattern": outlooktest.JSON{"type": "weekly", "interval": 1, "daysOfWeek": []any{"monday"}},
			"range": outlooktest.JSON{"type": "endDate", "startDate": w.first.Format(time.DateOnly),
				"endDate": w.week(4).Format(time.DateOnly), "recurrenceTimeZone": "W. Europe Standard Time"}}})
	o.pass("sync")
	m := w.want("0+0 10:00 1h0m", "1+0 10:00 1h0m", "2+0 10:00 1h0m", "3+0 10:00 1h0m", "4+0 10:00 1h0m")
	if m.Type != 8 || o.shown(id) != m.JoinURL {
		t.Errorf("%+v; the event shows %s", m, o.shown(id))
	}
	o.graph.CancelInstance("", id, w.week(1))
	o.graph.Except("", id, w.week(3), func(ev outlooktest.JSON) {
		ev["start"], ev["end"] = stamp(w.week(3).Add(26*time.Hour)), stamp(w.week(3).Add(27*time.Hour))
	})
	o.pass("sync")
	w.want("0+0 10:00 1h0m", "2+0 10:00 1h0m", "3+1 12:00 1h0m", "4+0 10:00 1h0m")
	o.graph.Edit("", id, func(ev outlooktest.JSON) {
		ev["recurrence"] = outlooktest.JSON{"pattern": outlooktest.JSON{"type": "relativeYearly", "interval": 1,
			"month": 12, "index": "first", "daysOfWeek": []any{"monday"}},
			"range": outlooktest.JSON{"type": "numbered", "startDate": w.first.Format(time.DateOnly),
				"numberOfOccurrences": 3}}
	})
	if r := o.pass("plan"); len(r.Calendars[0].Events) != 1 || !strings.Contains(r.Calendars[0].Events[0].Reason,
		"one lasting link") {
		t.Errorf("%+v", r.Calendars[0].Events)
	}
}
