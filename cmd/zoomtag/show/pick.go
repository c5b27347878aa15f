package show

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// Pick is what of a status is shown: which calendars, and how many rows of each table.
type Pick struct {
	calendar, kind, state string
	lines, page           int
}

// Flags has the flags of a command say it.
func (k *Pick) Flags(f *pflag.FlagSet) {
	f.StringVar(&k.calendar, "calendar", "", "only this calendar, or those that match: \"sales-*\"")
	f.StringVar(&k.kind, "kind", "", "only calendars of this kind, as in google")
	f.StringVar(&k.state, "state", "", "only calendars of this state: "+strings.Join(states, ", "))
	f.IntVarP(&k.lines, "lines", "n", someLines, "only so many rows of each table, those in trouble first; 0 shows all")
	f.IntVar(&k.page, "page", 1, "the rows behind those: 2, 3, and so on")
}

// someLines is how many rows of a table a person reads.
const someLines = 50

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

var states = []string{overdue, failing, held, readOnly, unfinished, unread, api.OK, trouble}

// stateOf is the state of a calendar in a word.
func stateOf(c *api.CalendarStatus) string {
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
	return api.OK
}

// badness is the place of a state in states.
func badness(c *api.CalendarStatus) int { return slices.Index(states, stateOf(c)) }

// From leaves of a report what is to be shown of calendars. What concerns all of them stays.
func (k *Pick) From(r *api.StatusReport) error {
	switch _, err := path.Match(k.calendar, ""); {
	case err != nil:
		return words.Usage(words.Mend(fmt.Errorf("--calendar %q is no name and no pattern", k.calendar),
			"write * for any letters, as in \"sales-*\""))
	case k.state != "" && !slices.Contains(states, k.state):
		return words.Usage(fmt.Errorf("there is no state %q%s; there are: %s", k.state, words.Meant(k.state, states),
			strings.Join(states, ", ")))
	case k.lines < 0 || k.page < 1:
		return words.Usage(words.Mend(errors.New("rows and pages are counted from 1 on"), "write --lines 50 --page 2"))
	}
	if k.calendar+k.kind+k.state == "" {
		return nil
	}
	known := map[string]bool{}
	r.Calendars = slices.DeleteFunc(r.Calendars, func(c api.CalendarStatus) bool {
		known[c.Name] = k.wants(&c)
		return !known[c.Name]
	})
	if len(r.Calendars) == 0 && k.state == "" {
		return words.Usage(words.Mend(errors.New("no calendar is of that name and kind"),
			"run zoomtag status, which shows which there are"))
	}
	others := func(calendar string) bool { return !known[calendar] }
	event := func(e api.EventStatus) bool { return others(e.Calendar) }
	r.Events, r.Notes = slices.DeleteFunc(r.Events, event), slices.DeleteFunc(r.Notes, event)
	r.Waiting = slices.DeleteFunc(r.Waiting, func(w api.WaitingStatus) bool { return others(w.Calendar) })
	r.Verdicts = slices.DeleteFunc(r.Verdicts, func(f doctor.Finding) bool { return others(f.Calendar) })
	r.Tokens = slices.DeleteFunc(r.Tokens,
		func(t api.TokenStatus) bool { return t.Calendar != "" && others(t.Calendar) })
	return nil
}

// wants reports whether a calendar is to be shown.
func (k *Pick) wants(c *api.CalendarStatus) bool {
	matches, _ := path.Match(k.calendar, c.Name) // From has tried the pattern
	named := k.calendar == "" || matches || c.Name == k.calendar
	ofKind := k.kind == "" || c.Provider == k.kind
	if !named || !ofKind {
		return false
	}
	switch state := stateOf(c); k.state {
	case "", state:
		return true
	case trouble:
		return state != api.OK && state != unread
	}
	return false
}

// crowded reports whether there are more calendars than are shown at once.
func (k *Pick) crowded(r *api.StatusReport) bool { return k.lines > 0 && len(r.Calendars) > k.lines }

// rows are those of a table that are shown, where the first is its heading, and what is said of the others.
func (k *Pick) rows(rows [][]string, what string) (shown [][]string, rest string) {
	all := len(rows) - 1
	if k.lines == 0 || all <= k.lines && k.page <= 1 {
		return rows, ""
	}
	from := min((max(k.page, 1)-1)*k.lines, all)
	to := min(from+k.lines, all)
	shown = append(rows[:1:1], rows[1+from:1+to]...)
	if from == to {
		return shown, "there are " + words.Count(all, what) + " and no page " + strconv.Itoa(k.page)
	}
	rest = fmt.Sprintf("%d to %d of %s", from+1, to, words.Count(all, what))
	if to < all {
		rest += "; --page " + strconv.Itoa(k.page+1) + " shows the next"
	}
	return shown, rest
}

// some prints the rows of a table that are to be shown.
func (p *Printer) some(k *Pick, rows [][]string, what string) error {
	shown, rest := k.rows(rows, what)
	if err := p.table(shown); err != nil || rest == "" {
		return err
	}
	_, err := fmt.Fprintln(p.Out, rest)
	return err
}

// summary counts calendars by kind and state.
func (p *Printer) summary(calendars []api.CalendarStatus) error {
	type group struct {
		kind  string
		state int
	}
	counts, links := map[group]int{}, map[group]int{}
	var groups []group
	for i := range calendars {
		c := &calendars[i]
		g := group{c.Provider, badness(c)}
		if counts[g]++; counts[g] == 1 {
			groups = append(groups, g)
		}
		links[g] += c.Links
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.state, b.state))
	})
	rows := [][]string{{"KIND", "STATE", "CALENDARS", "LINKS"}}
	for _, g := range groups {
		rows = append(rows, []string{g.kind, states[g.state], strconv.Itoa(counts[g]), strconv.Itoa(links[g])})
	}
	if err := p.table(rows); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.Out)
	return err
}
