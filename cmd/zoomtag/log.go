package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/show"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

func (a *app) logCommand() *cobra.Command {
	var q api.LogRequest
	var since string
	var follow bool
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "log [EVENT]",
		Short: "Show what was done to which event, when and why",
		Long: `Show the journal: what was done to which event, when and why. EVENT is an event's id, UID or title.
With --follow it goes on with what is done from now on, until Ctrl-C.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			q.Event = cmp.Or(strings.Join(args, ""), q.Event)
			if q.Since, err = show.Since(since, a.term.now()); err != nil {
				return err
			}
			if cmd.Flags().Changed("lines") && q.Limit < 1 {
				return words.Usage(words.Mend(errors.New("-n is how many entries are shown"), "write 1 or more"))
			}
			return a.log(cmd.Context(), q, follow)
		},
	})
	flags := cmd.Flags()
	flags.StringVar(&since, "since", "", "only from then on: 90m, 2h or 7d ago, 2026-11-29, \"2026-11-29 14:00\"")
	flags.StringVar(&q.Calendar, "calendar", "", "only this calendar")
	flags.StringVar(&q.Event, "event", "", "only this event, as EVENT")
	flags.BoolVar(&q.Failed, "failed", false, "only what failed")
	flags.StringVar((*string)(&q.Code), "code", "", "only what was held, waited or failed for a reason of docs/held.md")
	flags.IntVarP(&q.Limit, "lines", "n", 0, "only the newest so many (1000 unless said otherwise)")
	flags.BoolVarP(&follow, "follow", "f", false, "go on with what is done from now on")
	return a.completes().Flag(cmd)
}

func (a *app) log(ctx context.Context, q api.LogRequest, follow bool) error {
	read := func(q api.LogRequest) (api.LogReport, error) {
		return look(ctx, a, func(ctx context.Context, o api.Service) (api.LogReport, error) { return o.Log(ctx, q) })
	}
	report, err := read(q)
	switch {
	case err != nil:
		return err
	case follow:
		return a.printer().Follow(ctx, report.Log, a.flags.json, func(since time.Time) ([]api.LogEntry, error) {
			q.Since, q.Limit = since, 0
			report, err := read(q)
			return report.Log, err
		})
	case len(report.Log) == 0 && q.Event != "":
		return words.Usage(words.Mend(fmt.Errorf("the log knows no event %q%s", q.Event, narrowed(q)),
			"give an event's id, UID or words of its title; zoomtag log without one shows all"))
	case a.flags.json:
		return terminal.JSON(a.term.out, report)
	}
	return a.printer().Log(report.Log)
}

// narrowed says that there may be more without the flags.
func narrowed(q api.LogRequest) string {
	limited := q.Calendar != "" || q.Code != "" || q.Failed
	if limited || !q.Since.IsZero() {
		return " in what is asked for"
	}
	return ""
}
