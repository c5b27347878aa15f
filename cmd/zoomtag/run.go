package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/connect"
	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/sync/api/local"
	"zoomtag/sync/daemon"
)

func (a *app) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Run the daemon in the foreground",
		Long: `Run the daemon in the foreground: every calendar on its schedule, until SIGTERM or SIGINT, upon
which it finishes the step in hand and exits with 0. SIGHUP reads the configuration again; a bad one
is reported and the old one stays.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			log, err := a.logger()
			if err != nil {
				return err
			}
			return a.runDaemon(cmd.Context(), cfg, log)
		},
	}
}

// runDaemon runs the daemon on a configuration, and on what it is read as from then on.
func (a *app) runDaemon(ctx context.Context, cfg *configs.Config, log *slog.Logger) error {
	return daemon.Run(ctx, cfg, daemon.Options{
		Load: a.load,
		Open: func(cfg *configs.Config, st *store.Store) (*local.Service, error) {
			return a.way().Local(cfg, st, log, nil)
		},
		Store:   store.Options{Timeout: connect.LockPatience, Now: a.term.now, Hook: a.term.hook},
		Version: thisBuild().Release(),
		Log:     log,
	})
}
