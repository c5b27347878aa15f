package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

func (a *app) cancelCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "cancel MEETING…",
		Short: "Cancel meetings that no event has",
		Long: `Cancel meetings at Zoom that zoomtag has made and that no event has any more, by their numbers.
zoomtag status lists them; once a day it looks for them. Other meetings are never cancelled by this
command: remove the tag from an event, or delete it, to cancel its meeting.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var ids []int64
			for _, arg := range args {
				id, err := strconv.ParseInt(strings.ReplaceAll(arg, " ", ""), 10, 64)
				if err != nil || id <= 0 {
					return words.Usage(words.Mend(fmt.Errorf("%q is no meeting number", arg),
						"run zoomtag status, which lists them"))
				}
				ids = append(ids, id)
			}
			report, err := ask(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.CancelReport, error) {
				return o.Cancel(ctx, api.CancelRequest{Meetings: ids})
			})
			if err != nil {
				return err
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, report)
			}
			for _, l := range report.Cancelled {
				fmt.Fprintf(a.term.out, "meeting %s (%s) is cancelled\n", l.MeetingID, terminal.Printable(l.Topic))
			}
			return nil
		},
	})
}
