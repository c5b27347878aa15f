package outlook

import (
	"fmt"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// times works out when an event takes place, in its owner's zone: for a series the running or next occurrence, else the
// last one.
func (c *Calendar) times(ev *calendar.Event, e models.Eventable) {
	start, ok := instant(e.GetStart())
	if !ok {
		ev.Notes = append(ev.Notes, "its start cannot be read")
		return
	}
	end, ok := instant(e.GetEnd())
	if !ok || end.Before(start) {
		end = start
	}
	zone, name := c.zone(text(e.GetOriginalStartTimeZone()))
	ev.AllDay, ev.Zone = yes(e.GetIsAllDay()), name
	if ev.AllDay { // midnights that are called UTC, and mean the owner's
		start, end = wall(start, zone), wall(end, zone)
	}
	ev.Start, ev.End = start.In(zone), end.In(zone)
	ev.Until, ev.Series = ev.End, e.GetRecurrence() != nil
	if !ev.Series {
		return
	}
	rule, err := ruleOf(e.GetRecurrence(), zone)
	if err == nil {
		var doc *ical.Doc
		var found ical.Event
		if doc, err = ical.Parse(c.asCalendar(ev, e, rule, zone), ical.DefaultLimits); err == nil {
			if found, ok, err = doc.Event("series", zone, c.cfg.Now()); ok && err == nil &&
				(!found.Start.IsZero() || found.Empty) {
				ev.Start = found.Start
				ev.End = found.End
				ev.Until = found.Until
				ev.Empty = found.Empty
				return
			}
		}
	}
	ev.Until = time.Time{} // a rule that cannot be followed counts as one without an end
	ev.Notes = append(ev.Notes, "the recurrence of the series is not followed")
}

// wall is the time at which the clocks of a zone show what those of UTC show at t.
func wall(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone)
}

// zone finds the zone that Exchange names, by its IANA or its Windows name. Custom zones have no name: their events are
// kept in the configured zone, at the right time.
func (c *Calendar) zone(name string) (zone *time.Location, iana string) {
	if iana, ok := ical.ZoneName(name); ok {
		if zone, err := time.LoadLocation(iana); err == nil {
			return zone, iana
		}
	}
	if c.cfg.Zone == time.Local {
		return c.cfg.Zone, ""
	}
	return c.cfg.Zone, c.cfg.Zone.String()
}

// asCalendar writes a series, with the exceptions that are known of it, as an iCalendar object, whose reader knows how
// to expand it.
func (c *Calendar) asCalendar(ev *calendar.Event, e models.Eventable, rule string, zone *time.Location) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	stamp := func(t time.Time) string {
		switch {
		case ev.AllDay:
			return ";VALUE=DATE:" + t.Format("20060102")
		case ev.Zone == "" || ev.Zone == "UTC":
			return ":" + t.UTC().Format("20060102T150405Z")
		}
		return ";TZID=" + ev.Zone + ":" + t.In(zone).Format("20060102T150405")
	}
	line("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:zoomtag\r\nBEGIN:VEVENT\r\nUID:series\r\nDTSTART%s\r\nDTEND%s\r\nRRULE:%s", stamp(ev.Start), stamp(ev.End), rule)
	for _, occurrence := range e.GetCancelledOccurrences() { // OID.<series>.<day>
		if day, err := time.ParseInLocation(time.DateOnly, occurrence[strings.LastIndexByte(occurrence, '.')+1:],
			zone); err == nil {
			line("EXDATE%s", stamp(time.Date(day.Year(), day.Month(), day.Day(), ev.Start.Hour(), ev.Start.Minute(),
				ev.Start.Second(), 0, zone)))
		}
	}
	line("END:VEVENT")
	for _, x := range e.GetExceptionOccurrences() {
		if x == nil {
			continue
		}
		start, ok := instant(x.GetStart())
		end, ends := instant(x.GetEnd())
		original := x.GetOriginalStart()
		if !ok || !ends || original == nil {
			continue
		}
		at := *original
		if ev.AllDay {
			start, end, at = wall(start, zone), wall(end, zone), wall(at.UTC(), zone)
		}
		line("BEGIN:VEVENT\r\nUID:series\r\nRECURRENCE-ID%s\r\nDTSTART%s\r\nDTEND%s\r\nEND:VEVENT", stamp(at),
			stamp(start.In(zone)), stamp(end.In(zone)))
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

// ruleOf writes a recurrence as an RRULE (RFC 5545 3.3.10).
func ruleOf(r models.PatternedRecurrenceable, zone *time.Location) (string, error) {
	p, within := r.GetPattern(), r.GetRangeEscaped()
	if p == nil || p.GetTypeEscaped() == nil {
		return "", fmt.Errorf("no pattern")
	}
	var parts []string
	add := func(name string, value any) { parts = append(parts, fmt.Sprintf("%s=%v", name, value)) }
	switch *p.GetTypeEscaped() {
	case models.DAILY_RECURRENCEPATTERNTYPE:
		add("FREQ", "DAILY")
	case models.WEEKLY_RECURRENCEPATTERNTYPE:
		add("FREQ", "WEEKLY")
		add("BYDAY", days(p.GetDaysOfWeek(), ""))
		if first := p.GetFirstDayOfWeek(); first != nil {
			add("WKST", days([]models.DayOfWeek{*first}, ""))
		}
	case models.ABSOLUTEMONTHLY_RECURRENCEPATTERNTYPE:
		add("FREQ", "MONTHLY")
		add("BYMONTHDAY", number(p.GetDayOfMonth()))
	case models.RELATIVEMONTHLY_RECURRENCEPATTERNTYPE:
		add("FREQ", "MONTHLY")
		parts = append(parts, relative(p)...)
	case models.ABSOLUTEYEARLY_RECURRENCEPATTERNTYPE:
		add("FREQ", "YEARLY")
		add("BYMONTH", number(p.GetMonth()))
		add("BYMONTHDAY", number(p.GetDayOfMonth()))
	case models.RELATIVEYEARLY_RECURRENCEPATTERNTYPE:
		add("FREQ", "YEARLY")
		add("BYMONTH", number(p.GetMonth()))
		parts = append(parts, relative(p)...)
	}
	if n := number(p.GetInterval()); n > 1 {
		add("INTERVAL", n)
	}
	if within == nil || within.GetTypeEscaped() == nil {
		return strings.Join(parts, ";"), nil
	}
	switch *within.GetTypeEscaped() {
	case models.NUMBERED_RECURRENCERANGETYPE:
		add("COUNT", number(within.GetNumberOfOccurrences()))
	case models.ENDDATE_RECURRENCERANGETYPE:
		if day := within.GetEndDate(); day != nil {
			last, err := time.ParseInLocation(time.DateOnly, day.String(), zone)
			if err != nil {
				return "", fmt.Errorf("its end: %w", err)
			}
			add("UNTIL", last.AddDate(0, 0, 1).Add(-time.Second).UTC().Format("20060102T150405Z"))
		}
	}
	return strings.Join(parts, ";"), nil
}

func number(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}

// days are weekdays as iCalendar writes them, each behind a prefix.
func days(list []models.DayOfWeek, prefix string) string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = prefix + strings.ToUpper(d.String()[:2])
	}
	return strings.Join(names, ",")
}

// relative is "the second Tuesday"; of several days, it is the first or last of them all.
func relative(p models.RecurrencePatternable) []string {
	nth := 1
	if i := p.GetIndex(); i != nil {
		nth = map[models.WeekIndex]int{models.FIRST_WEEKINDEX: 1, models.SECOND_WEEKINDEX: 2, models.THIRD_WEEKINDEX: 3,
			models.FOURTH_WEEKINDEX: 4, models.LAST_WEEKINDEX: -1}[*i]
	}
	if list := p.GetDaysOfWeek(); len(list) == 1 {
		return []string{"BYDAY=" + days(list, fmt.Sprint(nth))}
	}
	return []string{"BYDAY=" + days(p.GetDaysOfWeek(), ""), fmt.Sprintf("BYSETPOS=%d", nth)}
}
