package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/demo"
	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
)

func (a *app) demoCommand() *cobra.Command {
	var keep, all bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show it all against built-in services, without an account",
		Long: `Start emulators of Zoom, Google Calendar and Microsoft Graph on this machine, make a folder of .ics
files, and run the real daemon on them. Then move, rename, untag and delete some events, and show
what each event looked like before and after. Nothing leaves this machine.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := demo.Run(cmd.Context(), demo.Options{
				Out:    a.term.out,
				View:   terminal.ViewOf(a.term.out, a.term.env),
				All:    all,
				Keep:   keep,
				Wait:   func(what string) func() { return terminal.Wait(a.term.err, a.term.screen(a.term.err), what) },
				Daemon: a.demoDaemon,
			})
			if err != nil && cmd.Context().Err() != nil { // what its daemon says of that is not for the demo
				return cmd.Context().Err()
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "show every event after each step, with its reason, and not only what "+
		"has changed")
	cmd.Flags().BoolVar(&keep, "keep", false, "leave it running until Ctrl-C, to try things out")
	return cmd
}

// demoDaemon is `zoomtag run` with a configuration, in this process.
func (a *app) demoDaemon(ctx context.Context, config string) error {
	cfg, err := configs.Load(config, a.term.env)
	if err != nil {
		return err
	}
	log, err := terminal.NewLogger(a.term.err, slog.LevelError, "text")
	if err != nil {
		return err
	}
	inner := &app{term: a.term, flags: a.flags}
	inner.flags.config = config
	return inner.runDaemon(ctx, cfg, log, nil)
}
