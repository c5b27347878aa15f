package main

import (
	"context"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/show"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/api"
)

func (a *app) statusCommand() *cobra.Command {
	var pick show.Pick
	cmd := a.jsonFlag(&cobra.Command{
		Use:   "status",
		Short: "Show how calendars, budget, and events in trouble are",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.shows = true
			request, err := pick.Request(a.flags.json)
			if err != nil {
				return err
			}
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.StatusReport, error) {
				return o.Status(ctx, request)
			})
			switch {
			case err != nil:
				return err
			case a.flags.json:
				return terminal.JSON(a.term.out, report)
			}
			return a.printer().Status(report, pick)
		},
	})
	pick.Flags(cmd.Flags())
	return a.completes().Flag(cmd)
}
