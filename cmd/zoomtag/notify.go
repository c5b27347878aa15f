package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/notify"
)

func (a *app) notifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Try the ways in which people are told what needs them",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "test",
		Short: "Send one message in each way of the configuration",
		Long: `Send one message in each way that the configuration names under notify, quiet hours or not, and say
which of them worked. It exits with 1 if one did not.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.load()
			if err != nil {
				return err
			}
			if len(cfg.Notify) == 0 {
				return words.Usage(words.Mend(errors.New("the configuration names no way to tell anybody"),
					"add notify, as in \"zoomtag config example\""))
			}
			n, err := notify.New(notify.Options{Config: cfg, Now: a.term.now, Zone: time.Local})
			if err != nil {
				return err
			}
			names, faults := n.Test(cmd.Context())
			for i, name := range names {
				if faults[i] != nil {
					fmt.Fprintf(a.term.out, "%s: failed: %s\n", name, terminal.Printable(words.Of(faults[i])))
					err = errReported
					continue
				}
				fmt.Fprintf(a.term.out, "%s: sent\n", name)
			}
			return err
		},
	})
	return cmd
}
