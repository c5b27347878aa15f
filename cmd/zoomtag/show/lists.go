package show

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/setup"
)

// maxNames is how many names a line tells.
const maxNames = 20

// Lists prints what came of asking lists of calendars.
func (p *Printer) Lists(reports []api.ListReport) {
	for i := range reports {
		r := &reports[i]
		if !r.IsNews() {
			continue
		}
		if r.Error != "" {
			held := ""
			if r.Held {
				held = "held: "
			}
			fmt.Fprintf(p.Out, "list %s: %s%s\n", r.Name, held, terminal.Printable(r.Told()))
		}
		came, left := "watched from now on", "not on it any more"
		if r.Planned {
			came, left = "would be watched", "would be held: not on it any more"
		}
		p.named(r.Name, came, r.Came)
		p.named(r.Name, left, r.Left)
		p.named(r.Name, "back on it", r.Back)
		p.named(r.Name, "with another address, under the name as before", r.Moved)
		told := r.Skipped[:min(len(r.Skipped), maxNames)]
		for _, s := range told {
			fmt.Fprintf(p.Out, "list %s: not watched: %s\n", r.Name, terminal.Printable(skipped(s)))
		}
		if more := max(r.Unwatched, len(r.Skipped)) - len(told); more > 0 {
			fmt.Fprintf(p.Out, "list %s: not watched: %d more; zoomtag calendars %s names all\n", r.Name, more, r.Name)
		}
	}
}

// named prints some names of a list.
func (p *Printer) named(list, what string, names []string) {
	if len(names) == 0 {
		return
	}
	more := ""
	if n := len(names) - maxNames; n > 0 {
		names, more = names[:maxNames], fmt.Sprintf(" and %d more", n)
	}
	fmt.Fprintf(p.Out, "list %s: %s: %s%s\n", list, what, terminal.Printable(strings.Join(names, ", ")), more)
}

func skipped(s api.SkippedMember) string {
	if s.Name == "" {
		return s.Told()
	}
	return s.Name + " (" + s.Told() + ")"
}

// lists shows how the lists of calendars stand.
func (p *Printer) lists(list []api.ListStatus) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"LIST", "KIND", "WATCHED", "LEFT", "READ", "STATE"}}
	for i := range list {
		l := &list[i]
		state := cmp.Or(l.Told(), api.OK)
		if l.Error == "" && l.TriedAt == nil {
			state = "nobody has answered yet"
		}
		if n := max(l.Unwatched, len(l.Skipped)); n > 0 && l.Error == "" {
			state = words.Count(n, "member") + " not watched: " + skipped(l.Skipped[0])
		}
		rows = append(rows, []string{l.Name, l.Kind, strconv.Itoa(l.Watched), strconv.Itoa(l.Away), p.ago(l.ReadAt),
			state})
	}
	return p.table(rows)
}

// Members prints whom lists of calendars would have watched.
func (p *Printer) Members(list []api.ListedMember) error {
	rows := [][]string{{"LIST", "CALENDAR", "OF", "WATCHED"}}
	for _, m := range list {
		state := "yes"
		switch {
		case m.Skipped != "":
			state = "no: " + words.Join(m.Skipped, words.Clause(m.Cure))
		case m.New:
			state = "yes, from the next pass on"
		}
		rows = append(rows, []string{m.List, m.Name, m.Subject, state})
	}
	return p.table(rows)
}

// Listed prints the calendars of accounts, and what to write into the configuration for each.
func (p *Printer) Listed(list []setup.ListedCalendar) error {
	rows := [][]string{{"ACCOUNT OF", "CALENDAR", "CHANGE", "WATCHED AS", "LINE TO WRITE"}}
	for _, c := range list {
		change := "yes"
		if c.ReadOnly {
			change = "no"
		}
		rows = append(rows, []string{c.Account, c.Name, change, cmp.Or(c.Watched, "-"), c.Line})
	}
	return p.table(rows)
}
