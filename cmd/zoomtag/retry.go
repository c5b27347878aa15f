package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/sync/api"
)

func (a *app) retryCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "retry [CALENDAR|EVENT]",
		Short: "Try again at once what failed, or what you have mended",
		Long: `Try again at once what failed, or is held for something that you have mended since: all of it, that
of one calendar, or one event (its id, UID or title). Only what a service itself has asked for is
still waited for: a pause, or the next day's calls at Zoom.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx, bar := cmd.Context(), a.progress()
			a.tells = true
			service, err := a.way().Service(ctx, bar.Show)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, service.Close()) }()
			again, err := service.Retry(ctx, api.RetryRequest{What: strings.Join(args, "")})
			if err != nil {
				return err
			}
			report, err := service.Sync(ctx, api.SyncRequest{Calendars: again.Calendars})
			bar.Clear()
			return a.showPass(&report, err)
		},
	})
}
