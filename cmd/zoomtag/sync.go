package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite/keep"
)

func (a *app) syncCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "sync [CALENDAR...]",
		Short: "Make one pass over the calendars, then exit",
		Long: "Make one pass over the calendars named, or over all, then exit: for cron, systemd timers and " +
			"scripts. While a daemon runs, it makes the pass.",
		RunE: func(cmd *cobra.Command, names []string) (err error) {
			ctx := cmd.Context()
			bar := a.progress()
			a.tells = true
			service, err := a.way().Service(ctx, bar.Show)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, service.Close()) }()
			// Whoever stands by may have mended something.
			if _, err := service.Retry(ctx,
				api.RetryRequest{Calendars: names, Patient: !a.term.screen(a.term.out)}); err != nil {
				return err
			}
			report, err := service.Sync(ctx, api.SyncRequest{Calendars: names})
			bar.Clear()
			var folder *keep.FolderError
			// a daemon tidies by itself
			if own, ok := service.(*local.Service); ok && (err == nil || errors.As(err, &folder)) {
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
		Long: `Read the calendars named, or all, from the beginning and show what would be done to each tagged
event and why, which texts would change, who would be mailed, and what it would cost in API calls.
Nothing is changed: not in a calendar, not at Zoom, not in zoomtag's own state.`,
		RunE: func(cmd *cobra.Command, names []string) error { return a.planOnce(cmd.Context(), names...) },
	})
}

// planOnce shows what a pass would do.
func (a *app) planOnce(ctx context.Context, names ...string) (err error) {
	a.tells = true
	service, err := a.way().ToPlan(ctx)
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
		p := a.printer()
		p.Lists(report.Lists)
		for i := range report.Calendars {
			p.Calendar(&report.Calendars[i])
		}
		p.InFiles(report.Files)
		p.Requests(report.Requests)
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

func (a *app) progress() *terminal.Progress {
	return terminal.NewProgress(a.term.err, a.term.screen(a.term.err))
}
