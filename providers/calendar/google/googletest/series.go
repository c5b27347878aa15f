package googletest

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/internal/emulator"
)

// exceptions returns those of a series, cancelled ones included.
func (c *shelf) exceptions(series string) []*event {
	var list []*event
	for _, e := range c.events {
		if e.body["recurringEventId"] == series {
			list = append(list, e)
		}
	}
	return list
}

// Except makes an exception of an occurrence, with everything as the series has it at this moment, or takes the one
// that there is, and changes it.
func (s *Server) Except(calendar, series string, original time.Time, change func(ev JSON)) (id string) {
	s.change(calendar, series, func(cal *shelf, master *event, _ JSON) {
		e := s.exception(cal, master, original)
		id = e.id
		body := emulator.Clone(e.body)
		body["status"] = "confirmed"
		if change != nil {
			change(body)
		}
		body = emulator.Clone(body) // whatever types the caller has put there
		body["id"] = id
		s.store(cal, e, body)
	})
	return id
}

// CancelInstance deletes one occurrence of a series.
func (s *Server) CancelInstance(calendar, series string, original time.Time) {
	s.change(calendar, series, func(cal *shelf, master *event, _ JSON) {
		e := s.exception(cal, master, original)
		s.store(cal, e, e.with(JSON{"status": "cancelled"}))
	})
}

// exception finds or makes the exception for an occurrence. One that was cancelled begins afresh.
func (s *Server) exception(cal *shelf, master *event, original time.Time) *event {
	start, day := moment(master.body["start"], cal.loc)
	end, _ := moment(master.body["end"], cal.loc)
	id := master.id + "_" + suffix(original, day, cal.loc)
	e := cal.byID[id]
	if e != nil && !e.cancelled() {
		return e
	}
	if e == nil {
		e = &event{id: id}
		cal.add(e)
	}
	body := emulator.Clone(master.body)
	delete(body, "recurrence")
	maps.Copy(body, JSON{
		"id": id, "recurringEventId": master.id, "originalStartTime": shifted(master.body["start"], original, cal.loc),
		"start": shifted(master.body["start"], original, cal.loc),
		"end":   shifted(master.body["end"], original.Add(end.Sub(start)), cal.loc),
	})
	if day {
		days := int(end.Sub(start).Hours()+12) / 24 // the clocks may have changed in between
		body["end"] = shifted(master.body["end"], original.In(cal.loc).AddDate(0, 0, days), cal.loc)
	}
	s.touch(cal, e, body)
	return e
}

// Split is "this and following": the series ends before at, and a new one goes on from there with the same texts, times
// and properties, also those out of sight. Exceptions from there on are gone.
func (s *Server) Split(calendar, id string, at time.Time) (newID string) {
	s.change(calendar, id, func(cal *shelf, _ *event, body JSON) {
		start, day := moment(body["start"], cal.loc)
		end, _ := moment(body["end"], cal.loc)
		newID = id + "_R" + suffix(at, day, cal.loc)
		next := emulator.Clone(body)
		for _, name := range []string{"created", "htmlLink", "sequence", "iCalUID"} {
			delete(next, name)
		}
		next["created"], next["recurrence"] = stamp(s.now()), remaining(body["recurrence"], start, at, cal.loc)
		next["start"] = shifted(body["start"], at, cal.loc)
		next["end"] = shifted(body["end"], at.Add(end.Sub(start)), cal.loc)
		s.fill(cal, newID, next)
		e := &event{id: newID}
		cal.add(e)
		s.touch(cal, e, next)
		for _, x := range cal.exceptions(id) {
			if original, _ := moment(x.body["originalStartTime"], cal.loc); !original.Before(at) {
				s.store(cal, x, x.with(JSON{"status": "cancelled"}))
			}
		}
		body["recurrence"] = until(body["recurrence"], at, day, cal.loc)
	})
	return newID
}

// until makes the rules end before a time.
func until(recurrence any, at time.Time, day bool, loc *time.Location) []any {
	last := at.Add(-time.Second).UTC().Format(utcBasic)
	if day {
		last = at.In(loc).AddDate(0, 0, -1).Format("20060102")
	}
	lines, _ := recurrence.([]any)
	out := []any{}
	for _, v := range lines {
		line, _ := v.(string)
		if rule, is := strings.CutPrefix(line, "RRULE:"); is {
			var kept []string
			for part := range strings.SplitSeq(rule, ";") {
				if !strings.HasPrefix(part, "UNTIL=") && !strings.HasPrefix(part, "COUNT=") {
					kept = append(kept, part)
				}
			}
			line = "RRULE:" + strings.Join(append(kept, "UNTIL="+last), ";")
		}
		out = append(out, line)
	}
	return out
}

// remaining lessens the count of the rules by the occurrences before at, where they are plain enough to be counted.
func remaining(recurrence any, start, at time.Time, loc *time.Location) []any {
	lines, _ := recurrence.([]any)
	out := []any{}
	for _, v := range lines {
		line, _ := v.(string)
		rule, _ := strings.CutPrefix(line, "RRULE:")
		parts := ruleParts(rule)
		every := map[string]int{"DAILY": 1, "WEEKLY": 7}[parts["FREQ"]] * max(1, atoi(parts["INTERVAL"]))
		if n := atoi(parts["COUNT"]); n > 0 && every > 0 && !strings.Contains(rule, ";BY") {
			days := int(at.In(loc).Sub(start.In(loc)).Hours()+12) / 24 // the clocks may have changed in between
			line = strings.Replace(line, "COUNT="+parts["COUNT"], "COUNT="+strconv.Itoa(n-(days+every-1)/every), 1)
		}
		out = append(out, line)
	}
	return out
}
