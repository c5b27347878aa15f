package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// Doctor prints a report: set-up, network, and links. What is equal is said once, for all events that it hits. With all
// each event is named, each link that is well, and what cannot be known from here.
func (p *Printer) Doctor(r *api.DoctorReport, all bool) {
	for _, area := range []struct{ name, title string }{{api.AreaSetup, "Set-up"}, {api.AreaNetwork, "Network"},
		{api.AreaLinks, "Links"}} {
		findings := slices.DeleteFunc(slices.Clone(r.Findings),
			func(f doctor.Finding) bool { return api.AreaOf(f) != area.name })
		well := slices.DeleteFunc(slices.Clone(r.Passed), func(w api.Passed) bool { return w.Area != area.name })
		if len(findings)+len(well) == 0 {
			continue
		}
		fmt.Fprintln(p.Out, area.title)
		p.well(well, all || area.name != api.AreaLinks)
		for _, g := range grouped(findings) {
			p.group(g, all)
		}
	}
	if r.Unasked != "" {
		fmt.Fprintln(p.Out, r.Unasked)
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(p.Out, "Nothing is known that stands against it.")
	}
	if !all {
		fmt.Fprintln(p.Out, "What cannot be seen from here shows: zoomtag doctor --all")
		return
	}
	fmt.Fprintln(p.Out, "What cannot be seen from here")
	for _, line := range r.Checklist {
		fmt.Fprintln(p.Out, "  -  "+line)
	}
}

// few is how many events or links are named, unless all are wanted.
const few = 5

// well prints what is well: each, or, of more than a few, how many.
func (p *Printer) well(well []api.Passed, each bool) {
	ok := terminal.Paint(p.View.Colour, terminal.Green, "ok")
	if !each && len(well) > few {
		fmt.Fprintf(p.Out, "  %s  %d links are well\n", ok, len(well))
		return
	}
	for _, w := range well {
		fmt.Fprintf(p.Out, "  %s  %s\n", ok, terminal.Printable(w.What))
	}
}

// grouped puts findings together that are equal but for the event, the worst first and then by the start of the first
// event.
func grouped(findings []doctor.Finding) (groups [][]doctor.Finding) {
	at := map[string]int{}
	for _, f := range findings {
		key := strings.Join([]string{f.Code, string(f.Severity), string(f.Side), f.Account}, "\x00")
		if f.EventID == "" {
			key += "\x00" + f.Calendar + "\x00" + f.What
		}
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	for _, g := range groups {
		slices.SortStableFunc(g, earlier)
	}
	slices.SortStableFunc(groups, func(a, b []doctor.Finding) int {
		return cmp.Or(cmp.Compare(a[0].Severity.Rank(), b[0].Severity.Rank()), earlier(a[0], b[0]))
	})
	return groups
}

// earlier compares findings by the starts of their events; those without come last.
func earlier(a, b doctor.Finding) int {
	switch {
	case a.Start == nil && b.Start == nil:
		return 0
	case a.Start == nil:
		return 1
	case b.Start == nil:
		return -1
	}
	return a.Start.Compare(*b.Start)
}

// group prints findings of one kind.
func (p *Printer) group(g []doctor.Finding, all bool) {
	first := g[0]
	about := subject(first)
	if len(g) == 1 {
		if about != "" {
			fmt.Fprintln(p.Out, "  "+terminal.Printable(p.when(first.Start)+about))
		}
		p.finding(first, "", indentOf(about), first.What)
		return
	}
	what, own := first.What, func(doctor.Finding) string { return "" }
	if slices.ContainsFunc(g, func(f doctor.Finding) bool { return f.What != first.What }) {
		what = doctor.MeaningOf(first.Code)
		own = func(f doctor.Finding) string { return ": " + f.What }
	}
	if slices.ContainsFunc(g, func(f doctor.Finding) bool { return f.Mend != first.Mend }) {
		first.Mend = doctor.MendOf(first.Code)
		said := own
		own = func(f doctor.Finding) string { return said(f) + " → " + f.Mend }
	}
	p.finding(first, ", "+words.Count(len(g), "event"), "  ", what)
	shown := len(g)
	if !all && shown > few {
		shown = few
	}
	for _, f := range g[:shown] {
		fmt.Fprintln(p.Out, "      "+terminal.Printable(p.when(f.Start)+subject(f)+own(f)))
	}
	if rest := len(g) - shown; rest > 0 {
		fmt.Fprintf(p.Out, "      and %d more: zoomtag doctor --all\n", rest)
	}
}

// indentOf is what a finding begins with below a line about it, or without one.
func indentOf(about string) string {
	if about == "" {
		return "  "
	}
	return "      "
}

// finding prints one line, with how many events it hits.
func (p *Printer) finding(f doctor.Finding, hits, indent, what string) {
	color := map[doctor.Severity]string{doctor.Error: terminal.Red, doctor.Warning: terminal.Yellow,
		doctor.Note: terminal.Cyan}[f.Severity]
	fmt.Fprintf(p.Out, "%s%s %s (%s)%s: %s → %s\n", indent,
		terminal.Paint(p.View.Colour, color, fmt.Sprintf("%-7s", f.Severity)), f.Code, f.Side, hits,
		terminal.Printable(what), terminal.Printable(f.Mend))
}

// when is the start of an event, before its name.
func (p *Printer) when(start *time.Time) string {
	if start == nil {
		return ""
	}
	return start.In(p.Now().Location()).Format("2006-01-02 15:04 MST") + "  "
}

// subject names what a finding is about.
func subject(f doctor.Finding) string {
	name := f.Title
	if name == "" {
		name = f.EventID
	}
	if f.Calendar != "" {
		name = strings.TrimPrefix(name+" in "+api.PlaceOf(f.Calendar), " in ")
	}
	if f.Account != "" {
		name = strings.TrimSuffix("Zoom account "+f.Account+": "+name, ": ")
	}
	return strings.TrimSpace(strings.Join([]string{name, f.Link}, "  "))
}
