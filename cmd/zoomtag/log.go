package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

func (a *app) logCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "log [EVENT]",
		Short: "Show what was done to which event, when and why",
		Long:  "Show the journal: what was done to which event, when and why. EVENT is an event's id, UID or title.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := look(cmd.Context(), a, func(ctx context.Context, o api.Service) (api.LogReport, error) {
				return o.Log(ctx, api.LogRequest{Event: strings.Join(args, "")})
			})
			if err != nil {
				return err
			}
			if len(report.Log) == 0 && len(args) > 0 {
				return words.Usage(fmt.Errorf("the log knows no event %q: give an event's id, UID or words of its "+
					"title; zoomtag log without one shows all", args[0]))
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, report)
			}
			rows := [][]string{{"TIME", "CALENDAR", "EVENT", "STEP", "MEETING", "REASON"}}
			for _, e := range report.Log {
				title, reason := cmp.Or(e.Title, e.EventID), e.Reason
				if e.Error != "" {
					reason = "failed: " + e.Error
				}
				rows = append(rows, []string{terminal.Clock(api.Time(e.Time)), e.Calendar, title, e.Step, e.MeetingID,
					reason})
			}
			return a.table(rows)
		},
	})
}
