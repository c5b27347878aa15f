package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/setup"
)

func (a *app) calendarsCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "calendars [NAME]",
		Short: "List what there is to watch in the accounts of the configuration",
		Long: `List the calendars of each account that a calendar of the configuration is in: what each is called,
whether it can be changed, as what it is watched already, and the line to write for it; and whom the
lists of the configuration (calendars_from) would have watched. NAME is a calendar of the
configuration, and means its account alone, or a list. A folder has nothing to list.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.listCalendars(cmd.Context(), strings.Join(args, ""))
		},
	})
}

// listCalendars lists the accounts of all calendars, or of one.
func (a *app) listCalendars(ctx context.Context, name string) error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	list, members, unlisted, err := setup.ListAll(ctx, b, name)
	if err != nil {
		return err
	}
	for _, fault := range unlisted {
		fmt.Fprintf(a.term.err, "zoomtag: %s\n", terminal.Lines(words.Of(fault)))
	}
	if err = a.showListed(list, members); err == nil && len(unlisted) > 0 {
		err = errReported
	}
	return err
}

func (a *app) showListed(list []setup.ListedCalendar, members []setup.ListedMember) error {
	switch {
	case a.flags.json:
		return terminal.JSON(a.term.out, map[string]any{"calendars": list, "members": members})
	case len(list) == 0 && len(members) > 0:
		return a.printer().Members(members)
	case len(list) == 0:
		fmt.Fprintln(a.term.out, "No account has calendars that can be listed; a folder is watched as it is.")
		return nil
	}
	if err := a.printer().Listed(list); err != nil || len(members) == 0 {
		return err
	}
	fmt.Fprintln(a.term.out)
	return a.printer().Members(members)
}
