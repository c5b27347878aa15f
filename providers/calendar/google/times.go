package google

import (
	"fmt"
	"strings"
	"time"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// times works out when an event takes place: for a series the running or next occurrence, else the last one.
func (c *Calendar) times(ev *calendar.Event, e *api.Event, exceptions []*api.Event, home *time.Location) {
	start, end := moment(e.Start, home), moment(e.End, home)
	if !start.set {
		return
	}
	if !end.set || end.at.Before(start.at) {
		end = start
	}
	ev.Start, ev.End, ev.Until = start.at, end.at, end.at
	ev.Zone, ev.AllDay, ev.Series = start.zone, start.day, len(e.Recurrence) > 0
	if !ev.Series {
		return
	}
	doc, err := ical.Parse(asCalendar(e, exceptions, start, end, home), ical.DefaultLimits)
	if err == nil {
		var found ical.Event
		var ok bool
		if found, ok, err = doc.Event("series", home, c.cfg.Now()); ok && err == nil &&
			(!found.Start.IsZero() || found.Empty) {
			ev.Start = found.Start
			ev.End = found.End
			ev.Until = found.Until
			ev.Empty = found.Empty
			ev.Notes = append(ev.Notes, found.Notes...)
			return
		}
	}
	// A rule that cannot be followed: the series then counts as one without an end.
	ev.Until = time.Time{}
	note := "the recurrence rule is not followed"
	if err != nil {
		note += ": " + err.Error()
	}
	ev.Notes = append(ev.Notes, note)
}

// asCalendar writes a series as an iCalendar object, whose reader knows how to expand it. Google keeps the rules as
// iCalendar lines, and the rest in fields.
func asCalendar(e *api.Event, exceptions []*api.Event, start, end point, home *time.Location) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:zoomtag\r\nBEGIN:VEVENT\r\nUID:series")
	line("DTSTART%s", stamp(start))
	line("DTEND%s", stamp(end))
	for _, rule := range e.Recurrence {
		name, _, _ := strings.Cut(strings.ToUpper(rule), ":")
		name, _, _ = strings.Cut(name, ";")
		switch name {
		case "RRULE", "RDATE", "EXDATE", "EXRULE":
			line("%s", strings.NewReplacer("\r", "", "\n", "").Replace(rule))
		}
	}
	for _, x := range exceptions {
		if original := moment(x.OriginalStartTime, home); original.set && x.Status == "cancelled" {
			line("EXDATE%s", stamp(at(original, start)))
		}
	}
	line("END:VEVENT")
	for _, x := range exceptions {
		original, from, to := moment(x.OriginalStartTime, home), moment(x.Start, home), moment(x.End, home)
		if x.Status == "cancelled" || !original.set || !from.set || !to.set {
			continue
		}
		line("BEGIN:VEVENT\r\nUID:series\r\nRECURRENCE-ID%s", stamp(at(original, start)))
		line("DTSTART%s\r\nDTEND%s\r\nEND:VEVENT", stamp(from), stamp(to))
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

// at is a moment in the zone of the series, in which its rules are.
func at(p, series point) point {
	if !p.day && series.set && !series.day {
		p.at, p.zone = p.at.In(series.at.Location()), series.zone
	}
	return p
}

// stamp is a point as an iCalendar value with its parameters.
func stamp(p point) string {
	switch {
	case p.day:
		return ";VALUE=DATE:" + p.at.Format("20060102")
	case p.zone == "" || p.zone == "UTC":
		return ":" + p.at.UTC().Format("20060102T150405Z")
	}
	return ";TZID=" + p.zone + ":" + p.at.Format("20060102T150405")
}
