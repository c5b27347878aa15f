package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zoomtag/sync/api/local"
	"zoomtag/sync/plan"

	"zoomtag/sync/invite/keep"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"github.com/spf13/cobra"

	"zoomtag/sync/engine"
)

func (a *app) syncCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "sync [CALENDAR...]",
		Short: "Make one pass over the calendars, then exit",
		Long:  "Make one pass over the calendars named, or over all, then exit: for cron, systemd timers and scripts. While a daemon runs, it makes the pass.",
		RunE: func(cmd *cobra.Command, names []string) (err error) {
			ctx := cmd.Context()
			bar := a.progress()
			a.tells = true
			service, err := a.connect(ctx, bar.Show)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, service.Close()) }()
			// Whoever stands by may have mended something.
			if _, err := service.Retry(ctx, api.RetryRequest{Calendars: names, Patient: !a.term.screen(a.term.out)}); err != nil {
				return err
			}
			report, err := service.Sync(ctx, api.SyncRequest{Calendars: names})
			bar.Clear()
			var folder *keep.FolderError
			if own, ok := service.(*local.Service); ok && (err == nil || errors.As(err, &folder)) { // a daemon tidies by itself
				own.Tidy(cmd.Context())
			}
			return a.showPass(&report, err)
		},
	})
}

func (a *app) planCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "plan [CALENDAR...]",
		Short: "Show what sync would do, and change nothing",
		Long: `Read the calendars named, or all, from the beginning and show what would be done to each tagged event and why, which texts
would change, who would be mailed, and what it would cost in API calls. Nothing is changed: not in a calendar, not at Zoom,
not in zoomtag's own state.`,
		RunE: func(cmd *cobra.Command, names []string) error { return a.planOnce(cmd.Context(), names...) },
	})
}

// planOnce shows what a pass would do.
func (a *app) planOnce(ctx context.Context, names ...string) (err error) {
	a.tells = true
	service, err := a.connectToPlan(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	report, err := service.Sync(ctx, api.SyncRequest{Calendars: names, Dry: true})
	return a.showPass(&report, err)
}

// showPass prints what a pass did, or would do.
func (a *app) showPass(report *api.SyncReport, fault error) error {
	if fault != nil && report.Calendars == nil {
		return fault
	}
	if a.flags.json {
		if err := terminal.JSON(a.term.out, report); err != nil {
			return errors.Join(err, fault)
		}
	} else {
		for i := range report.Calendars {
			a.showCalendar(&report.Calendars[i])
		}
		a.showRequests(report.Requests)
	}
	if fault != nil {
		return fault
	}
	if slices.ContainsFunc(report.Calendars, func(c engine.Report) bool { return c.Unchosen }) {
		return errAsked
	}
	if report.Failed() {
		return errReported
	}
	return nil
}

func (a *app) showCalendar(c *engine.Report) {
	out := a.term.out
	switch {
	case c.Error != "":
		fmt.Fprintf(out, "%s (%s): %s\n", c.Name, c.Provider, terminal.Printable(c.Error))
	case c.Held:
		fmt.Fprintf(out, "%s (%s): held: %s\n", c.Name, c.Provider, terminal.Printable(c.Reason))
	case len(c.Events) == 0:
		fmt.Fprintf(out, "%s (%s): %s, nothing to do\n", c.Name, c.Provider, events(c.Seen))
	default:
		fmt.Fprintf(out, "%s (%s): %s\n", c.Name, c.Provider, events(c.Seen))
	}
	if c.Unfinished != "" {
		fmt.Fprintf(out, "  %s\n", terminal.Printable(c.Unfinished))
	}
	for _, ev := range a.showUnwritten(c) {
		a.showEvent(&ev)
	}
}

func (a *app) showEvent(ev *engine.EventReport) {
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
	why := ev.Reason
	if ev.Error != "" {
		why = ev.Error
	}
	out := a.term.out
	fmt.Fprintf(out, "  %s%s: %s (%s)\n", when, terminal.Printable(terminal.Shorten(title, 60)), steps, terminal.Printable(why))
	if ev.JoinURL != "" && len(ev.Steps) > 0 && ev.Diff == "" {
		fmt.Fprintf(out, "      %s\n", terminal.Printable(ev.JoinURL))
	}
	for line := range strings.Lines(ev.Diff) {
		fmt.Fprintf(out, "      %s\n", terminal.PaintDiff(a.term.screen(out), terminal.Printable(strings.TrimRight(line, "\n"))))
	}
	if len(ev.Mails) > 0 {
		fmt.Fprintf(out, "      would be mailed: %s\n", terminal.Printable(strings.Join(ev.Mails, ", ")))
	}
}

func (a *app) showRequests(requests map[string]int) {
	if len(requests) == 0 {
		return
	}
	kinds := make([]string, 0, len(requests))
	for kind, n := range requests {
		kinds = append(kinds, kind+" "+strconv.Itoa(n))
	}
	slices.Sort(kinds)
	fmt.Fprintln(a.term.out, "requests: "+strings.Join(kinds, ", "))
}

func (a *app) progress() *terminal.Progress {
	return terminal.NewProgress(a.term.err, a.term.screen(a.term.err))
}

// showUnwritten says once for a calendar that can only be read what waits for that, and returns the other events.
func (a *app) showUnwritten(c *engine.Report) (others []engine.EventReport) {
	if c.ReadOnly == "" {
		return c.Events
	}
	for _, ev := range c.Events {
		if ev.State != plan.Held || ev.Reason != c.ReadOnly {
			others = append(others, ev)
		}
	}
	fmt.Fprintf(a.term.out, "  %s\n", terminal.Printable(unwritten(c.ReadOnly, len(c.Events)-len(others))))
	return others
}
