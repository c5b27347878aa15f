package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

func (a *app) releaseCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "release CALENDAR",
		Short: "Lift a brake, after a look",
		Long: `Lift the brake of a calendar that is held because many of its events are missing at once, and let go
of the events that are held because the configuration no longer counts their tag. What is then
really gone ends as usual: after the grace period. A calendar that zoomtag was removed from is
watched again; one whose owner has left its list is let be. The name of a list (calendars_from)
says that it is right though many are missing from it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.ReleaseReport, error) {
				return o.Release(ctx, api.ReleaseRequest{Calendar: args[0]})
			})
			switch {
			case err != nil:
				return err
			case a.flags.json:
				return terminal.JSON(a.term.out, report)
			case report.Removed:
				fmt.Fprintf(a.term.out, "%s is watched again: the next pass puts its links back\n", report.Calendar)
			case report.Let:
				fmt.Fprintf(a.term.out, "%s is let be: its meetings stay, and nobody follows them\n", report.Calendar)
			case report.Held:
				fmt.Fprintf(a.term.out, "%s is released: the next pass believes what it sees\n", report.Calendar)
			case report.Events > 0:
				fmt.Fprintf(a.term.out, "%s: %s %s released\n", report.Calendar,
					words.Count(report.Events, "held event"), words.Are(report.Events))
			default:
				fmt.Fprintf(a.term.out, "%s is not held: nothing to release\n", report.Calendar)
			}
			return nil
		},
	})
}
