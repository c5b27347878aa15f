package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/connect"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/sync/api/local"
	"zoomtag/sync/daemon"
	"zoomtag/systemd"
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
			reload := make(chan os.Signal, 1)
			signal.Notify(reload, syscall.SIGHUP)
			defer signal.Stop(reload)
			cfg, err := a.load()
			if err != nil {
				return err
			}
			log, err := a.logger()
			if err != nil {
				return err
			}
			if a.term.own && a.flags.logFormat == "text" && systemd.Journal() {
				log = terminal.ForJournal(a.term.err, terminal.LevelOf(log))
			}
			return a.runDaemon(cmd.Context(), cfg, log, reload)
		},
	}
}

// runDaemon runs the daemon on a configuration, and on what it is read as whenever reload asks for it.
func (a *app) runDaemon(ctx context.Context, cfg *configs.Config, log *slog.Logger, reload <-chan os.Signal) error {
	return daemon.Run(ctx, cfg, daemon.Options{
		Reload: reload, Load: a.load,
		Open: func(cfg *configs.Config, st *store.Store, watch local.Observer) (*local.Service, error) {
			way := a.way()
			way.Observer = watch
			return way.Local(cfg, st, log, nil)
		},
		Store:   store.Options{Timeout: connect.LockPatience, Now: a.term.now, Hook: a.term.hook},
		Version: thisBuild().Release(),
		Log:     log,
	})
}
