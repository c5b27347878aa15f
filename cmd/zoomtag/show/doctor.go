package show

import (
	"fmt"
	"slices"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// Doctor prints a report: set-up, network, links, and what cannot be known from here.
func (p *Printer) Doctor(r *api.DoctorReport) {
	screen := p.View.Colour
	for _, area := range []struct{ name, title string }{{api.AreaSetup, "Set-up"}, {api.AreaNetwork, "Network"},
		{api.AreaLinks, "Links"}} {
		findings := slices.DeleteFunc(slices.Clone(r.Findings),
			func(f doctor.Finding) bool { return api.AreaOf(f) != area.name })
		well := slices.DeleteFunc(slices.Clone(r.Passed), func(w api.Passed) bool { return w.Area != area.name })
		if len(findings)+len(well) == 0 {
			continue
		}
		fmt.Fprintln(p.Out, area.title)
		for _, w := range well {
			fmt.Fprintf(p.Out, "  %s  %s\n", terminal.Paint(screen, terminal.Green, "ok"), terminal.Printable(w.What))
		}
		p.findings(findings)
	}
	if r.Unasked != "" {
		fmt.Fprintln(p.Out, r.Unasked)
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(p.Out, "Nothing is known that stands against it.")
	}
	fmt.Fprintln(p.Out, "What cannot be seen from here")
	for _, line := range r.Checklist {
		fmt.Fprintln(p.Out, "  -  "+line)
	}
}

// findings prints one line for each finding, under what it is about.
func (p *Printer) findings(findings []doctor.Finding) {
	screen := p.View.Colour
	about := ""
	for _, f := range findings {
		indent := "  "
		if now := subject(f); now != "" {
			if now != about {
				fmt.Fprintln(p.Out, "  "+terminal.Printable(now))
			}
			indent = "      "
		}
		about = subject(f)
		color := map[doctor.Severity]string{doctor.Error: terminal.Red, doctor.Warning: terminal.Yellow,
			doctor.Note: terminal.Cyan}[f.Severity]
		fmt.Fprintf(p.Out, "%s%s %s (%s): %s → %s\n", indent,
			terminal.Paint(screen, color, fmt.Sprintf("%-7s", f.Severity)), f.Code, f.Side, terminal.Printable(f.What),
			terminal.Printable(f.Mend))
	}
}

// subject names what a finding is about.
func subject(f doctor.Finding) string {
	name := f.Title
	if name == "" {
		name = f.EventID
	}
	if f.Calendar != "" {
		name = strings.TrimPrefix(name+" in "+f.Calendar, " in ")
	}
	if f.Account != "" {
		name = strings.TrimSuffix("Zoom account "+f.Account+": "+name, ": ")
	}
	return strings.TrimSpace(strings.Join([]string{name, f.Link}, "  "))
}
