package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"github.com/spf13/cobra"

	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
)

func (a *app) statusCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "status",
		Short: "Show how the calendars, the Zoom budget and the events in trouble are",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.shows = true
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.StatusReport, error) { return o.Status(ctx) })
			if err != nil {
				return err
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, report)
			}
			return a.showStatus(report)
		},
	})
}

func (a *app) showStatus(r api.StatusReport) error {
	daemon := "no daemon is running"
	if r.Daemon {
		daemon = "the daemon is running"
	}
	fmt.Fprintf(a.term.out, "%s; %s\n\n", r.Health, daemon)
	for _, notice := range r.Notices {
		fmt.Fprintln(a.term.out, terminal.Printable(notice))
	}
	if len(r.Notices) > 0 {
		fmt.Fprintln(a.term.out)
	}
	rows := [][]string{{"CALENDAR", "KIND", "LINKS", "LAST SUCCESS", "NEXT RUN", "STATE"}}
	events, unwritable := withoutUnwritten(&r)
	for _, c := range r.Calendars {
		state := c.State()
		if state == api.OK && c.ReadOnly != "" {
			state = unwritten(c.ReadOnly, unwritable[c.Name])
		}
		rows = append(rows, []string{c.Name, c.Provider, strconv.Itoa(c.Links), a.ago(c.LastSuccess), terminal.Clock(c.NextRun), state})
	}
	if err := terminal.Table(a.term.out, rows); err != nil {
		return err
	}
	if err := a.showBudget(r.Budget); err != nil {
		return err
	}
	if err := a.showTokens(r.Tokens); err != nil {
		return err
	}
	if err := a.showVerdicts(r.Verdicts); err != nil {
		return err
	}
	if err := a.showFailing(events); err != nil {
		return err
	}
	if err := a.showWaiting(r.Waiting); err != nil {
		return err
	}
	if err := a.showLeftovers(r.Leftovers); err != nil {
		return err
	}
	return a.showNotes(r.Notes)
}

// showBudget shows what was used up of each host's calls today.
func (a *app) showBudget(budget []api.BudgetStatus) error {
	if len(budget) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"ZOOM HOST", "CALLS TODAY (UTC)", "LIMIT"}}
	for _, b := range budget {
		host := b.Host
		if b.Account != "" {
			host += " (" + b.Account + ")"
		}
		rows = append(rows, []string{host, strconv.Itoa(b.Used), strconv.Itoa(b.Limit)})
	}
	return terminal.Table(a.term.out, rows)
}

// showFailing shows the events that need somebody.
func (a *app) showFailing(events []api.EventStatus) error {
	if len(events) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"EVENT", "CALENDAR", "STATE", "NEXT TRY", "REASON"}}
	for _, ev := range events {
		rows = append(rows, []string{nameOf(&ev), ev.Calendar, ev.State, terminal.Clock(ev.NextTry), ev.Reason})
	}
	if err := terminal.Table(a.term.out, rows); err != nil {
		return err
	}
	fmt.Fprintln(a.term.out, "What you have mended is tried again at once with: zoomtag retry")
	return nil
}

// showNotes shows the events that have their link, and not all that was asked for.
func (a *app) showNotes(notes []api.EventStatus) error {
	if len(notes) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"EVENT", "CALENDAR", "NOT AS ASKED"}}
	for _, ev := range notes {
		rows = append(rows, []string{nameOf(&ev), ev.Calendar, ev.Reason})
	}
	return terminal.Table(a.term.out, rows)
}

// nameOf is what an event is called in a table.
func nameOf(e *api.EventStatus) string {
	if e.Title == "" {
		return terminal.Shorten(e.EventID, 40)
	}
	return terminal.Shorten(e.Title, 40)
}

// showVerdicts shows which links may not work.
func (a *app) showVerdicts(verdicts []doctor.Finding) error {
	if len(verdicts) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"LINK", "CALENDAR", "CODE", "SEVERITY", "WHAT", "MEND"}}
	for _, v := range verdicts {
		rows = append(rows, []string{terminal.Shorten(v.Title, 40), v.Calendar, v.Code, string(v.Severity), v.What, v.Mend})
	}
	return terminal.Table(a.term.out, rows)
}

func (a *app) showTokens(tokens []api.TokenStatus) error {
	if len(tokens) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"SIGN-IN", "SINCE", "STATE"}}
	for _, t := range tokens {
		name, mend := t.Calendar, "zoomtag auth "+t.Provider+" --calendar "+t.Calendar
		if t.Provider == "zoom" {
			name, mend = strings.Join(strings.Fields("Zoom "+t.Account+" "+t.Person), " "), assemble.ZoomSignIn(t.Account)
		}
		state := "ok"
		switch {
		case t.SignedIn == nil && t.Reason != "": // there is a sign-in, and it cannot be used
			state = t.Reason
		case t.SignedIn == nil:
			state = "nobody has signed in; run: " + mend
		case t.Refused != nil && t.Reason != "":
			state = "no longer accepted since " + terminal.Clock(t.Refused) + ": " + t.Reason + "; run: " + mend
		case t.Refused != nil:
			state = "no longer accepted since " + terminal.Clock(t.Refused) + "; run: " + mend
		}
		rows = append(rows, []string{name, a.ago(t.SignedIn), state})
	}
	return terminal.Table(a.term.out, rows)
}

// ago is how long ago something was, by the clock of the command.
func (a *app) ago(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return a.term.now().Sub(*t).Truncate(time.Second).String() + " ago"
}

// showWaiting tells of the events that wait: how many for one reason, until when, and the first of them.
func (a *app) showWaiting(list []api.WaitingStatus) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"WAITING", "CALENDAR", "UNTIL", "FIRST OF THEM", "REASON"}}
	for len(list) > 0 {
		first, all := list[0], len(list)
		list = slices.DeleteFunc(slices.Clone(list), func(w api.WaitingStatus) bool { return w.Calendar == first.Calendar && w.Reason == first.Reason })
		rows = append(rows, []string{events(all - len(list)), first.Calendar, terminal.Clock(first.Until), terminal.Shorten(first.Title, 40), first.Reason})
	}
	return terminal.Table(a.term.out, rows)
}

// showLeftovers shows the meetings that no event has.
func (a *app) showLeftovers(list []api.LeftoverStatus) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"MEETING WITHOUT AN EVENT", "TOPIC", "HOST", "START", "MEND"}}
	for _, l := range list {
		rows = append(rows, []string{l.MeetingID, terminal.Shorten(l.Topic, 40), l.Host, terminal.Clock(l.Start), l.Mend})
	}
	return terminal.Table(a.term.out, rows)
}

// unwritten says why nothing in a calendar can be written, and how many of its events wait for that.
func unwritten(why string, n int) string {
	said := "nothing can be written: " + why
	switch n {
	case 0:
		return said
	case 1:
		return said + "; 1 event waits for that"
	}
	return said + "; " + events(n) + " wait for that"
}

// withoutUnwritten takes those events out that wait for the right to write to their calendar, which is said with that, and counts them.
func withoutUnwritten(r *api.StatusReport) (events []api.EventStatus, waiting map[string]int) {
	why := map[string]string{}
	for _, c := range r.Calendars {
		why[c.Name] = c.ReadOnly
	}
	waiting = map[string]int{}
	for _, ev := range r.Events {
		if ev.State == plan.Held && ev.Reason != "" && ev.Reason == why[ev.Calendar] {
			waiting[ev.Calendar]++
			continue
		}
		events = append(events, ev)
	}
	return events, waiting
}

// events counts events in words.
func events(n int) string { return words.Count(n, "event") }
