package main

import (
	"context"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/api"
)

func (a *app) linksCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "links",
		Short: "Show every link that zoomtag keeps",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := look(cmd.Context(), a,
				func(ctx context.Context, o api.Service) (api.LinksReport, error) { return o.Links(ctx) })
			if err != nil {
				return err
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, report)
			}
			return a.printer().Links(report)
		},
	})
}
