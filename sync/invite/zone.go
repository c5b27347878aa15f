package invite

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// formOf decides how an event's times are written. Only a series needs the rules of its zone, to keep its time of day.
// All else is safest in UTC: there is nothing about it that a calendar app could get wrong.
func formOf(ev *calendar.Details) (ical.Form, error) {
	loc := ev.Start.Location()
	inUTC := loc.String() == "UTC" && (ev.Zone == "" || ev.Zone == "UTC")
	switch {
	case ev.AllDay:
		return ical.Form{Dates: true}, nil
	case len(ev.Recurrence) == 0 || ev.Zone == "Etc/UTC" || inUTC:
		return ical.Form{}, nil
	case ev.Zone != "" && loc.String() != ev.Zone:
		return ical.Form{}, fmt.Errorf("its zone is %s, but its times are in %s; the calendar's adapter has to bring "+
			"them together", ev.Zone, loc)
	}
	return ical.Form{TZID: tzid(ev)}, nil
}

// tzid is the name of the event's zone. One that only the event's own file defines may be called anything: what could
// be read in two ways in a parameter and in a text is replaced.
func tzid(ev *calendar.Details) string {
	if ev.Zone != "" {
		return ev.Zone
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("_+-/. ", r):
			return r
		}
		return '-'
	}, ev.Start.Location().String())
	if name = strings.TrimSpace(name); name == "" || name == "Local" {
		return "Zone of the event " + ev.Start.Format("-0700")
	}
	return name
}

// zoneKey names a VTIMEZONE. It is right from the beginning of a year.
type zoneKey struct {
	tzid string
	year int
}

// writeZones writes each zone that the events need once, right for the earliest of them (RFC 5545 3.6.5). Of zones that
// no database knows, two may have the same name and different rules: the later one gets another name.
func (e *Encoder) writeZones(w *ical.Writer) {
	first := map[string]time.Time{} // by Event.Zone: those without a name begin together
	for i := range e.parts {
		p := &e.parts[i]
		if at, ok := first[p.Event.Zone]; p.form.TZID != "" && (!ok || p.first.Before(at)) {
			first[p.Event.Zone] = p.first
		}
	}
	written := map[string][]byte{}
	for i := range e.parts {
		p := &e.parts[i]
		if p.form.TZID == "" {
			continue
		}
		loc, from, name := p.Event.Start.Location(), first[p.Event.Zone], p.form.TZID
		lines := e.zone(p, loc, from)
		for n := 2; written[p.form.TZID] != nil && !bytes.Equal(written[p.form.TZID], lines); n++ {
			p.form.TZID = fmt.Sprintf("%s %d", name, n)
			lines = e.zone(p, loc, from)
		}
		if written[p.form.TZID] == nil {
			w.Lines(lines)
			written[p.form.TZID] = lines
		}
	}
}

// zone is the VTIMEZONE of an event. Those of the zone database are kept.
func (e *Encoder) zone(p *part, loc *time.Location, from time.Time) []byte {
	if p.Event.Zone == "" {
		return ical.AppendZone(nil, p.form.TZID, loc, from)
	}
	key := zoneKey{p.form.TZID, from.In(loc).Year()}
	lines, ok := e.zones[key]
	if !ok {
		if e.zones == nil {
			e.zones = map[zoneKey][]byte{}
		}
		lines = ical.AppendZone(nil, p.form.TZID, loc, from)
		e.zones[key] = lines
	}
	return lines
}
