package show

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// Calendar prints what a pass did, or would do, in one calendar.
func (p *Printer) Calendar(c *engine.Report) {
	out := p.Out
	switch {
	case c.Error != "":
		fmt.Fprintf(out, "%s (%s): %s\n", c.Name, c.Provider, terminal.Printable(c.Told()))
	case c.Removed && c.Reason == "":
		fmt.Fprintf(out, "%s (%s): zoomtag was removed from it\n", c.Name, c.Provider)
	case c.Removed:
		fmt.Fprintf(out, "%s (%s): %s\n", c.Name, c.Provider, terminal.Printable(c.Told()))
	case c.Held:
		fmt.Fprintf(out, "%s (%s): held: %s\n", c.Name, c.Provider, terminal.Printable(c.Told()))
	case len(c.Events) == 0:
		fmt.Fprintf(out, "%s (%s): %s, nothing to do\n", c.Name, c.Provider, events(c.Seen))
	default:
		fmt.Fprintf(out, "%s (%s): %s\n", c.Name, c.Provider, events(c.Seen))
	}
	if c.Unfinished != "" {
		fmt.Fprintf(out, "  %s\n", terminal.Printable(c.Unfinished))
	}
	for _, ev := range p.unwrittenOnce(c) {
		p.Event(&ev)
	}
}

// Event prints what was done for an event, or would be, and why.
func (p *Printer) Event(ev *engine.EventReport) {
	title := ev.Title
	if title == "" {
		title = ev.ID
	}
	steps := strings.Join(ev.Steps, ", ")
	if steps == "" {
		steps = ev.State
	}
	when := ""
	if ev.Start != nil {
		when = ev.Start.Local().Format("2006-01-02 15:04 MST") + "  "
	}
	out := p.Out
	fmt.Fprintf(out, "  %s%s: %s (%s)\n", when, terminal.Printable(terminal.Shorten(title, 60)), steps,
		terminal.Printable(ev.Told()))
	if ev.JoinURL != "" && len(ev.Steps) > 0 && ev.Diff == "" {
		fmt.Fprintf(out, "      %s\n", terminal.Printable(ev.JoinURL))
	}
	for line := range strings.Lines(ev.Diff) {
		fmt.Fprintf(out, "      %s\n",
			terminal.PaintDiff(p.View.Colour, terminal.Printable(strings.TrimRight(line, "\n"))))
	}
	if len(ev.Mails) > 0 {
		fmt.Fprintf(out, "      would be mailed: %s\n", terminal.Printable(strings.Join(ev.Mails, ", ")))
	}
}

// Requests prints how many requests were made, by service.
func (p *Printer) Requests(requests map[string]int) {
	if len(requests) == 0 {
		return
	}
	kinds := make([]string, 0, len(requests))
	for kind, n := range requests {
		kinds = append(kinds, kind+" "+strconv.Itoa(n))
	}
	slices.Sort(kinds)
	fmt.Fprintln(p.Out, "requests: "+strings.Join(kinds, ", "))
}

// unwrittenOnce says once for a calendar that can only be read what waits for that, and returns the other events.
func (p *Printer) unwrittenOnce(c *engine.Report) (others []engine.EventReport) {
	if c.ReadOnly == "" {
		return c.Events
	}
	for _, ev := range c.Events {
		if ev.State != plan.Held || ev.Reason != c.ReadOnly {
			others = append(others, ev)
		}
	}
	why := c.ReadOnly
	if c.Code == reason.NotWritable {
		why = c.Code.Told(c.ReadOnly, c.Cure)
	}
	fmt.Fprintf(p.Out, "  %s\n", terminal.Printable(unwritten(why, len(c.Events)-len(others))))
	return others
}
