package main

import (
	"slices"

	"github.com/spf13/cobra"

	"zoomtag/configs"
)

// completeCalendars offers a shell the calendars of the configuration that are not on the line yet. It opens no state, takes no secret and asks
// nobody; where there is no configuration, or a wrong one, it offers nothing, since a person at a half-written line is not to be lectured.
func (a *app) completeCalendars(cmd *cobra.Command) *cobra.Command {
	single := cmd.Args != nil && cmd.Args(cmd, []string{"one", "two"}) != nil
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		cfg, err := a.loadWith(configs.LoadWithoutSecrets)
		if err != nil || single && len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []cobra.Completion
		for _, c := range cfg.Calendars {
			if !slices.Contains(args, c.Name) {
				names = append(names, c.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}
