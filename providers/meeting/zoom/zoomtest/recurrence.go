package zoomtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The smaller ones of the limits that Zoom's documents give.
var mostOften = map[int]int{1: 90, 2: 12, 3: 3}

const mostOccurrences = 50

// recurrence is the schedule of a meeting of type 8.
type recurrence struct {
	kind, interval int
	days           []int // 1 is Sunday
	monthDay       int
	week, weekday  int
	times          int
	until          time.Time
}

// occurrence is one time of a schedule.
type occurrence struct {
	start    time.Time
	duration time.Duration
	deleted  bool
}

// Occurrence is one time of a meeting with a schedule, as Meeting shows it.
type Occurrence struct {
	Start    time.Time
	Duration time.Duration
}

// whole reads a recurrence object. A part of one is not enough.
func whole(v map[string]any) (r recurrence, ok bool) {
	number := func(name string) int { n, _ := v[name].(float64); return int(n) }
	r = recurrence{kind: number("type"), interval: number("repeat_interval"), monthDay: number("monthly_day"),
		week:    number("monthly_week"),
		weekday: number("monthly_week_day"), times: number("end_times")}
	if days, given := v["weekly_days"].(string); given {
		for day := range strings.SplitSeq(days, ",") {
			n, err := strconv.Atoi(day)
			if err != nil || n < 1 || n > 7 {
				return r, false
			}
			r.days = append(r.days, n)
		}
	}
	if until, given := v["end_date_time"].(string); given {
		at, err := time.Parse(time.RFC3339, until)
		if err != nil || r.times > 0 {
			return r, false
		}
		r.until = at
	}
	byDay := r.week >= -1 && r.week <= 4 && r.week != 0 && r.weekday >= 1 && r.weekday <= 7
	byDate := r.monthDay >= 1 && r.monthDay <= 31
	switch {
	case r.interval < 1 || r.interval > mostOften[r.kind], r.times < 1 && r.until.IsZero(), r.times > mostOccurrences:
		return r, false
	case r.kind == 2 && len(r.days) == 0, r.kind == 3 && byDay == byDate:
		return r, false
	}
	return r, true
}

// on reports whether a schedule that begins on the day first has the day.
func (r *recurrence) on(first, day time.Time) bool {
	days := int(day.Sub(first).Hours() / 24)
	switch r.kind {
	case 1:
		return days%r.interval == 0
	case 2:
		weeks := (days + int(first.Weekday())) / 7
		return weeks%r.interval == 0 && slices.Contains(r.days, int(day.Weekday())+1)
	}
	months := (day.Year()-first.Year())*12 + int(day.Month()-first.Month())
	if months%r.interval != 0 {
		return false
	}
	if r.monthDay > 0 {
		return day.Day() == r.monthDay
	}
	last := day.AddDate(0, 0, 7).Month() != day.Month()
	return int(day.Weekday())+1 == r.weekday && (r.week == (day.Day()+6)/7 || r.week == -1 && last)
}

// schedule makes the occurrences of the whole schedule anew: what was changed in single ones is lost.
func (m *live) schedule() bool {
	loc, err := time.LoadLocation(m.zone)
	if err != nil {
		return false
	}
	local := m.start.In(loc)
	first := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	m.occurrences = nil
	for day := first; day.Before(first.AddDate(20, 0, 0)); day = day.AddDate(0, 0, 1) {
		at := time.Date(day.Year(), day.Month(), day.Day(), local.Hour(), local.Minute(), local.Second(), 0, loc)
		if !m.recurs.until.IsZero() && at.After(m.recurs.until) || len(m.occurrences) == mostOccurrences ||
			m.recurs.times > 0 && len(m.occurrences) == m.recurs.times {
			break
		}
		if m.recurs.on(first, day) {
			m.occurrences = append(m.occurrences, occurrence{start: at.UTC(), duration: m.duration})
		}
	}
	return len(m.occurrences) > 0
}

// series applies what a request says of the schedule; it returns the name of the field that is wrong.
func (m *live) series(before *live, body map[string]any) string {
	v, given := body["recurrence"].(map[string]any)
	if m.kind != fixed {
		m.recurs, m.occurrences = nil, nil
		if given {
			return "recurrence"
		}
		return ""
	}
	_, starts := body["start_time"]
	if !given {
		if before.kind != fixed || starts {
			return "recurrence" // it is wanted whole with a new start
		}
		return ""
	}
	r, ok := whole(v)
	if !ok || m.start.IsZero() {
		return "recurrence"
	}
	m.recurs = &r
	m.edits++
	if !m.schedule() {
		return "recurrence"
	}
	return ""
}

// occurrenceID is the name of an occurrence until anything about the schedule is changed.
func (m *live) occurrenceID(i int) string {
	return strconv.FormatInt(m.id%1000*1_000_000+int64(m.edits*1000+i), 10)
}

// occurrence finds the one that a request names; -1 where it names none that there is.
func (m *live) occurrence(r *http.Request) int {
	for i := range m.occurrences {
		if !m.occurrences[i].deleted && m.occurrenceID(i) == r.URL.Query().Get("occurrence_id") {
			return i
		}
	}
	return -1
}

var noOccurrence = fail(http.StatusBadRequest, 3000, "Invalid occurrence_id.")

// updateOccurrence is PATCH of one occurrence.
func (s *Server) updateOccurrence(r *http.Request, m *live, body map[string]any) answer {
	i := m.occurrence(r)
	if i < 0 {
		return noOccurrence
	}
	for name := range body {
		if name != "agenda" && name != "start_time" && name != "duration" && name != "settings" {
			s.complain(r, name+" cannot be changed in a single occurrence")
			return fail(http.StatusBadRequest, 300, "Invalid parameter: "+name+".")
		}
	}
	o := m.occurrences[i]
	one := &live{zone: m.zone, start: o.start, duration: o.duration, kind: scheduled}
	if wrong := one.when(body); wrong != "" {
		return fail(http.StatusBadRequest, 300, "Invalid parameter: "+wrong+".")
	}
	if one.start.After(s.now()) { // else it is ignored
		m.occurrences[i] = occurrence{start: one.start, duration: one.duration}
		m.edits++
	}
	return answer{status: http.StatusNoContent}
}

// removeOccurrence is DELETE of one occurrence. With the last one the meeting goes.
func (s *Server) removeOccurrence(r *http.Request, m *live) answer {
	i := m.occurrence(r)
	if i < 0 {
		return noOccurrence
	}
	m.occurrences[i].deleted = true
	m.edits++
	m.deleted = !slices.ContainsFunc(m.occurrences, func(o occurrence) bool { return !o.deleted })
	return answer{status: http.StatusNoContent}
}

// shown are the occurrences of an answer: those that are over only on demand. Deleted ones are shown for some meetings
// and not for others.
func (s *Server) shown(r *http.Request, m *live) []map[string]any {
	list := []map[string]any{}
	for i, o := range m.occurrences {
		over := o.start.Add(o.duration).Before(s.now()) && r.URL.Query().Get("show_previous_occurrences") != "true"
		if over || o.deleted && m.id%2 == 0 {
			continue
		}
		status := "available"
		if o.deleted {
			status = "deleted"
		}
		list = append(list, map[string]any{"occurrence_id": m.occurrenceID(i), "start_time": stamp(o.start),
			"duration": int(o.duration / time.Minute), "status": status})
	}
	return list
}

// describe is the recurrence object of an answer.
func (r *recurrence) describe() map[string]any {
	v := map[string]any{"type": r.kind, "repeat_interval": r.interval, "end_times": r.times}
	if len(r.days) > 0 {
		var days []string
		for _, day := range r.days {
			days = append(days, strconv.Itoa(day))
		}
		v["weekly_days"] = strings.Join(days, ",")
	}
	if r.monthDay > 0 {
		v["monthly_day"] = r.monthDay
	}
	if r.week != 0 {
		v["monthly_week"], v["monthly_week_day"] = r.week, r.weekday
	}
	return v
}

// takesPlace are the occurrences that exist, in order.
func (m *live) takesPlace() []Occurrence {
	var list []Occurrence
	for _, o := range m.occurrences {
		if !o.deleted {
			list = append(list, Occurrence{o.start, o.duration})
		}
	}
	slices.SortFunc(list, func(a, b Occurrence) int { return a.Start.Compare(b.Start) })
	return list
}

// OwnerMove is the owner moving the i-th occurrence that takes place, counted from 0, in Zoom's own app; to the zero
// time it is deleted.
func (s *Server) OwnerMove(id int64, i int, to time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID(id)
	if m == nil {
		return
	}
	for j := range m.occurrences {
		o := &m.occurrences[j]
		if o.deleted {
			continue
		}
		if i--; i < 0 {
			o.start, o.deleted = to, to.IsZero()
			m.edits++
			return
		}
	}
}
