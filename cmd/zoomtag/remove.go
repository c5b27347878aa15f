package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"
	"zoomtag/sync/setup"
)

// removal is what remove was asked for.
type removal struct {
	all, keep, dry, yes bool
	calendars           []string
}

func (a *app) removeCommand() *cobra.Command {
	var r removal
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "remove [CALENDAR...|--all]",
		Short: "Take zoomtag out of calendars again",
		Long: `Take all links and marks of zoomtag out of the events of a calendar, and cancel their meetings;
#zoom itself is the owner's word, and stays. First it shows what it would do, and asks. Broken off,
it goes on with the next pass, or when it is called again; zoomtag release has the calendar watched
again.

With --all it leaves every calendar, ends the sign-ins of persons, and says what is left on this
machine.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			r.calendars = names
			if r.all == (len(names) > 0) {
				return words.Usage(errors.New("say which calendars zoomtag is to leave, or --all"))
			}
			return a.remove(cmd.Context(), r)
		},
	})
	f := cmd.Flags()
	f.BoolVar(&r.all, "all", false, "leave every calendar, and end the sign-ins of persons")
	f.BoolVar(&r.keep, "keep-meetings", false, "leave the meetings at Zoom as they are")
	f.BoolVar(&r.dry, "dry-run", false, "only show what would be done")
	f.BoolVarP(&r.yes, "yes", "y", false, "do not ask")
	return cmd
}

// remove shows what would be done, asks, and does it.
func (a *app) remove(ctx context.Context, r removal) (err error) {
	a.tells = true
	if !r.yes || r.dry {
		service, err := a.way().ToPlan(ctx)
		plan, err := put(ctx, service, err, func(ctx context.Context, o api.Service) (api.SyncReport, error) {
			return o.Remove(ctx, api.RemoveRequest{Calendars: r.calendars, Keep: r.keep, Dry: true})
		})
		if err := a.showPass(&plan, err); err != nil || r.dry {
			return err
		}
		if err := a.confirm(ctx, plan); err != nil {
			return err
		}
	}
	bar := a.progress()
	service, err := a.way().Service(ctx, bar.Show)
	report, err := put(ctx, service, err, func(ctx context.Context, o api.Service) (api.SyncReport, error) {
		// Whoever stands by may have mended something.
		if _, err := o.Retry(ctx, api.RetryRequest{Calendars: r.calendars}); err != nil {
			return api.SyncReport{}, err
		}
		return o.Remove(ctx, api.RemoveRequest{Calendars: r.calendars, Keep: r.keep})
	})
	bar.Clear()
	if err := a.showPass(&report, err); err != nil {
		return err
	}
	left := slices.ContainsFunc(report.Calendars, func(c engine.Report) bool { return !c.Removed })
	if left || !r.all {
		return nil
	}
	if a.flags.json { // the document stands alone
		a.term.out = a.term.err
	}
	return a.farewell(ctx)
}

// confirm asks whether what was shown is to be done.
func (a *app) confirm(ctx context.Context, plan api.SyncReport) error {
	touched := 0
	for _, c := range plan.Calendars {
		for _, ev := range c.Events {
			if len(ev.Steps) > 0 {
				touched++
			}
		}
	}
	answer, err := a.asker().Ask(ctx, setup.Question{Flag: "yes", Title: "Do it?", Default: "no", Check: setup.YesOrNo,
		Choices: setup.No,
		Help: "zoomtag leaves " + words.Count(len(plan.Calendars), "calendar") + ", with " +
			words.Count(touched, "event") + " to change. Type yes or no."})
	if err != nil {
		return err
	}
	if answer != "yes" {
		return words.Say(nil, "nothing was changed")
	}
	return nil
}

// farewell ends the sign-ins of persons, and says what is left on this machine.
func (a *app) farewell(ctx context.Context) error {
	cfg, err := a.way().LoadWith(configs.Load)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	faults := a.people().SignOutAll(ctx, b)
	path, err := a.ownConfig()
	if err != nil {
		return errors.Join(faults, err)
	}
	fmt.Fprintf(a.term.out, `
zoomtag has left every calendar. This is still on the machine:
  %s (configuration; take the credentials that it names
  back where you made them, and delete their files)
  %s and its copies beside it (state)
If zoomtag is a service here, zoomtag service uninstall ends it.
`, terminal.Printable(path), terminal.Printable(cfg.State))
	return faults
}
