package main

import (
	"github.com/spf13/cobra"

	"zoomtag/configs"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Help with the configuration",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "example",
		Short: "Print a configuration with every key in it, each explained",
		Long:  "Print a configuration with every key in it, each explained, to begin with: zoomtag config example > zoomtag.yaml",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.term.out.Write(configs.Example)
			return err
		},
	})
	return cmd
}
