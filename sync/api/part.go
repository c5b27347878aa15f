package api

import (
	"cmp"
	"errors"
	"path"
	"slices"

	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
)

// StatusRequest says which calendars a status tells of. The zero value means all of them.
type StatusRequest struct {
	Calendar string `json:"calendar,omitempty"` // its name, or a pattern with *
	Kind     string `json:"kind,omitempty"`
	State    string `json:"state,omitempty"` // one of States
	// Lines is of how many calendars at most, those in trouble first, and Page which of these, from 1 on; 0: of all.
	Lines int `json:"lines,omitempty"`
	Page  int `json:"page,omitempty"`
}

// The states of calendars in a word, the worst first. trouble is all but the last two.
const (
	overdue    = "overdue"
	failing    = "failing"
	held       = "held"
	readOnly   = "read-only"
	unfinished = "unfinished"
	unread     = "new"
	trouble    = "trouble"
)

// States are what StatusRequest.State can be.
func States() []string {
	return []string{overdue, failing, held, readOnly, unfinished, unread, OK, trouble}
}

// Word is the state of a calendar in a word, one of States.
func (c *CalendarStatus) Word() string {
	switch {
	case c.Held:
		return held
	case c.Overdue:
		return overdue
	case c.LastError != "":
		return failing
	case c.ReadOnly != "":
		return readOnly
	case c.Unfinished != "":
		return unfinished
	case c.LastSuccess == nil:
		return unread
	}
	return OK
}

// badness is the place of a calendar's state in states.
func badness(states []string, c *CalendarStatus) int { return slices.Index(states, c.Word()) }

// GroupStatus counts the calendars of a kind that are in a state.
type GroupStatus struct {
	Kind      string `json:"kind"`
	State     string `json:"state"`
	Calendars int    `json:"calendars"`
	Links     int    `json:"links"`
}

// Part leaves of a report what is asked for. What concerns all calendars stays.
func (r *StatusReport) Part(q StatusRequest) error {
	if err := r.pick(&q); err != nil {
		return err
	}
	if q.Lines <= 0 || len(r.Calendars) <= q.Lines {
		return nil
	}
	r.countUnwritten()
	r.group()
	states := States()
	slices.SortStableFunc(r.Calendars,
		func(a, b CalendarStatus) int { return badness(states, &a) - badness(states, &b) })
	from := min((max(q.Page, 1)-1)*q.Lines, len(r.Calendars))
	r.Calendars = r.Calendars[from:min(from+q.Lines, len(r.Calendars))]
	return nil
}

// pick leaves the calendars that are asked for, and what is theirs.
func (r *StatusReport) pick(q *StatusRequest) error {
	if q.Calendar+q.Kind+q.State == "" {
		return nil
	}
	known := map[string]bool{}
	r.Calendars = slices.DeleteFunc(r.Calendars, func(c CalendarStatus) bool {
		known[c.Name] = q.wants(&c)
		return !known[c.Name]
	})
	if len(r.Calendars) == 0 && q.State == "" {
		return words.Usage(words.Mend(errors.New("no calendar is of that name and kind"),
			"run zoomtag status, which shows which there are"))
	}
	others := func(calendar string) bool { return !known[calendar] }
	event := func(e EventStatus) bool { return others(e.Calendar) }
	r.Events, r.Notes = slices.DeleteFunc(r.Events, event), slices.DeleteFunc(r.Notes, event)
	r.Waiting = slices.DeleteFunc(r.Waiting, func(w WaitingStatus) bool { return others(w.Calendar) })
	r.Verdicts = slices.DeleteFunc(r.Verdicts, func(f doctor.Finding) bool { return others(f.Calendar) })
	r.Tokens = slices.DeleteFunc(r.Tokens, func(t TokenStatus) bool { return t.Calendar != "" && others(t.Calendar) })
	return nil
}

// wants reports whether a calendar is asked for.
func (q *StatusRequest) wants(c *CalendarStatus) bool {
	matches, _ := path.Match(q.Calendar, c.Name) // what is no pattern is a name
	named := q.Calendar == "" || matches || c.Name == q.Calendar
	ofKind := q.Kind == "" || c.Provider == q.Kind
	if !named || !ofKind {
		return false
	}
	switch state := c.Word(); q.State {
	case "", state:
		return true
	case trouble:
		return state != OK && state != unread
	}
	return false
}

// countUnwritten takes those events out that wait for the right to write to their calendar, and counts them there.
func (r *StatusReport) countUnwritten() {
	at := map[string]*CalendarStatus{}
	for i := range r.Calendars {
		if c := &r.Calendars[i]; c.ReadOnly != "" {
			at[c.Name] = c
		}
	}
	r.Events = slices.DeleteFunc(r.Events, func(e EventStatus) bool {
		c := at[e.Calendar]
		waits := c != nil && e.State == held && e.Reason == c.ReadOnly
		if waits {
			c.Unwritten++
		}
		return waits
	})
}

// group counts the calendars by kind and state.
func (r *StatusReport) group() {
	type group struct {
		kind  string
		state int
	}
	states, groups := States(), map[group]*GroupStatus{}
	for i := range r.Calendars {
		c := &r.Calendars[i]
		in := group{c.Provider, badness(states, c)}
		if groups[in] == nil {
			groups[in] = &GroupStatus{Kind: in.kind, State: states[in.state]}
		}
		groups[in].Calendars++
		groups[in].Links += c.Links
	}
	for _, g := range groups {
		r.Groups = append(r.Groups, *g)
	}
	slices.SortFunc(r.Groups, func(a, b GroupStatus) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), slices.Index(states, a.State)-slices.Index(states, b.State))
	})
}

// Counted is how many calendars were asked for, also where not all of them are told of.
func (r *StatusReport) Counted() (calendars int) {
	for i := range r.Groups {
		calendars += r.Groups[i].Calendars
	}
	return max(calendars, len(r.Calendars))
}

// CountUnwritten takes those events out that wait for the right to write to their calendar, and counts them there,
// unless that was done.
func (r *StatusReport) CountUnwritten() {
	if r.Groups == nil {
		r.countUnwritten()
	}
}
