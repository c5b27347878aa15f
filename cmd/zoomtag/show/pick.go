package show

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
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
	f.StringVar(&k.state, "state", "", "only calendars of this state: "+strings.Join(api.States(), ", "))
	f.IntVarP(&k.lines, "lines", "n", someLines, "only so many rows of each table, those in trouble first; 0 shows all")
	f.IntVar(&k.page, "page", 1, "the rows behind those: 2, 3, and so on")
}

// someLines is how many rows of a table a person reads.
const someLines = 50

// Request is the question that it is about. A document has all that was chosen.
func (k *Pick) Request(document bool) (q api.StatusRequest, err error) {
	q = api.StatusRequest{Calendar: k.calendar, Kind: k.kind, State: k.state, Lines: k.lines, Page: k.page}
	if document {
		q.Lines = 0
	}
	states := api.States()
	switch _, err := path.Match(k.calendar, ""); {
	case err != nil:
		return q, words.Usage(words.Mend(fmt.Errorf("--calendar %q is no name and no pattern", k.calendar),
			"write * for any letters, as in \"sales-*\""))
	case k.state != "" && !slices.Contains(states, k.state):
		return q, words.Usage(fmt.Errorf("there is no state %q%s; there are: %s", k.state, words.Meant(k.state, states),
			strings.Join(states, ", ")))
	case k.lines < 0 || k.page < 1:
		return q, words.Usage(words.Mend(errors.New("rows and pages are counted from 1 on"),
			"write --lines 50 --page 2"))
	}
	return q, nil
}

// rows are those of a table that are shown, where the first is its heading, and what is said of the others.
func (k *Pick) rows(rows [][]string, what string) (shown [][]string, rest string) {
	all := len(rows) - 1
	from, to := k.bounds(all)
	return append(rows[:1:1], rows[1+from:1+to]...), k.rest(all, what)
}

// bounds are which of so many rows are shown.
func (k *Pick) bounds(all int) (from, to int) {
	if k.lines == 0 {
		return 0, all
	}
	from = min((max(k.page, 1)-1)*k.lines, all)
	return from, min(from+k.lines, all)
}

// rest is what is said of those of so many rows that are not shown.
func (k *Pick) rest(all int, what string) string {
	from, to := k.bounds(all)
	switch {
	case k.lines == 0, all <= k.lines && k.page <= 1:
		return ""
	case from == to:
		return "there are " + words.Count(all, what) + " and no page " + strconv.Itoa(k.page)
	}
	rest := fmt.Sprintf("%d to %d of %s", from+1, to, words.Count(all, what))
	if to < all {
		rest += "; --page " + strconv.Itoa(k.page+1) + " shows the next"
	}
	return rest
}

// some prints the rows of a table that are to be shown.
func (p *Printer) some(k *Pick, rows [][]string, what string) error {
	shown, rest := k.rows(rows, what)
	return p.part(shown, rest)
}

// part prints a table and what is said of the rows that are not in it.
func (p *Printer) part(rows [][]string, rest string) error {
	if err := p.table(rows); err != nil || rest == "" {
		return err
	}
	_, err := fmt.Fprintln(p.Out, rest)
	return err
}

// summary shows how many calendars are of which kind and state.
func (p *Printer) summary(groups []api.GroupStatus) error {
	if len(groups) == 0 {
		return nil
	}
	rows := [][]string{{"KIND", "STATE", "CALENDARS", "LINKS"}}
	for _, g := range groups {
		rows = append(rows, []string{g.Kind, g.State, strconv.Itoa(g.Calendars), strconv.Itoa(g.Links)})
	}
	if err := p.table(rows); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.Out)
	return err
}
