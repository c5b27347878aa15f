package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/assemble"
	"zoomtag/sync/setup"
)

func (a *app) calendarsCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "calendars [NAME]",
		Short: "List what there is to watch in the accounts of the configuration",
		Long: `List the calendars of each account that a calendar of the configuration is in: what each is called,
whether it can be changed, as what it is watched already, and the line to write for it; and whom the
lists of the configuration (calendars_from) have watched, by what is remembered of them: under which
name, who is new, and who has left. NAME is a calendar of the
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
	list, faults := []setup.ListedCalendar{}, []string{}
	isList := slices.ContainsFunc(cfg.CalendarsFrom, func(f configs.From) bool { return f.Name == name })
	if !isList {
		var unlisted []error
		if list, unlisted, err = setup.ListCalendars(ctx, b, name); err != nil {
			return err
		}
		for _, fault := range unlisted {
			faults = append(faults, words.Of(fault))
		}
	}
	found := api.MembersReport{Members: []api.ListedMember{}}
	if isList || name == "" && len(cfg.CalendarsFrom) > 0 {
		if found, err = a.membersOf(ctx, b, name); err != nil {
			return err
		}
	}
	for _, fault := range slices.Concat(faults, found.Faults) {
		fmt.Fprintf(a.term.err, "zoomtag: %s\n", terminal.Lines(fault))
	}
	failed := len(faults)+len(found.Faults) > 0
	if nothing := len(list)+len(found.Members) == 0; failed && nothing && !a.flags.json {
		return errReported // why there is nothing to show has been said
	}
	if err = a.showListed(list, found.Members); err == nil && failed {
		err = errReported
	}
	return err
}

// membersOf asks the lists, or one: through the daemon or with the state, where there is one. Before the first pass
// nothing is remembered.
func (a *app) membersOf(ctx context.Context, b *assemble.Builder, list string) (api.MembersReport, error) {
	q := api.MembersRequest{List: list}
	if _, err := os.Stat(b.Config.State); errors.Is(err, fs.ErrNotExist) {
		return local.Members(ctx, b, q)
	}
	return look(ctx, a, func(ctx context.Context, s api.Service) (api.MembersReport, error) {
		return s.Members(ctx, q)
	})
}

func (a *app) showListed(list []setup.ListedCalendar, members []api.ListedMember) error {
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
