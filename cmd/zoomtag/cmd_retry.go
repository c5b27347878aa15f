package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zoomtag/sync/api"

	"github.com/spf13/cobra"

	"zoomtag/providers/words"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

func (a *app) retryCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "retry [CALENDAR|EVENT]",
		Short: "Try again at once what failed or waits for something that was mended",
		Long: `Try again at once what failed, or is held for something that you have mended since: all of it, that of one calendar, or one event (its
id, UID or title). Only what a service itself has asked for is still waited for: a pause, or the next day's calls at Zoom.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx, bar := cmd.Context(), a.progress()
			a.tells = true
			office, err := a.openOffice(ctx, bar.Show)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, office.Close()) }()
			again, err := office.Retry(ctx, api.RetryRequest{What: strings.Join(args, "")})
			if err != nil {
				return err
			}
			report, err := office.Sync(ctx, api.SyncRequest{Calendars: again.Calendars})
			bar.Clear()
			return a.showPass(&report, err)
		},
	})
}

// Retry has be due at once what failed or waits for something that somebody may have mended.
func (d *desk) Retry(_ context.Context, r api.RetryRequest) (api.RetryReport, error) {
	names, err := d.known(r.Calendars)
	if err != nil {
		return api.RetryReport{}, err
	}
	again := engine.Again{Calendars: names, Patient: r.Patient}
	switch {
	case slices.Contains(names, r.What):
		again.Calendars = []string{r.What}
	case r.What != "":
		again.Event = func(id, uid, title string) bool {
			return r.What == id || r.What == uid || strings.EqualFold(r.What, title)
		}
	}
	n, err := d.engine.Retry(again)
	if err != nil {
		return api.RetryReport{}, err
	}
	if n == 0 && again.Event != nil {
		return api.RetryReport{}, words.Usage(fmt.Errorf("no calendar and no event that failed or waits is called %q: zoomtag status lists them", r.What))
	}
	return api.RetryReport{Calendars: again.Calendars, Events: n}, nil
}

// tellWaiting adds to a report what the pass had nothing to do with because it waits, and what has failed before: whoever looks at the
// report wants to know of all that has no link.
func (d *desk) tellWaiting(r *engine.Report) error {
	told := map[string]bool{}
	for _, ev := range r.Events {
		told[ev.ID] = true
	}
	records, err := d.st.Records(r.Name)
	if err != nil {
		return err
	}
	for _, rec := range records {
		waits := rec.Error != "" || rec.State == plan.Failed || rec.State == plan.Doubt || rec.State == plan.Pending || rec.State == plan.Held
		if rec.Closed() || !waits || told[rec.EventID] {
			continue
		}
		r.Events = append(r.Events, engine.EventReport{ID: rec.EventID, UID: rec.UID, Title: rec.Title, Start: api.Time(rec.Start),
			Steps: []string{}, State: rec.State, Reason: rec.Reason, Error: rec.Error})
	}
	problems, err := d.st.Problems(r.Name)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if told[p.ID] {
			continue
		}
		ev := engine.EventReport{ID: p.ID, UID: p.ID, Title: p.Title, Steps: []string{}, State: plan.Held, Reason: p.Reason}
		if !p.Held {
			ev.State, ev.Error = plan.Failed, p.Reason
		}
		r.Events = append(r.Events, ev)
	}
	return nil
}
