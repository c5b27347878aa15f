// Package complete offers a shell what can stand next on a line: calendars, events and sign-ins.
//
// Nothing is written, no secret is taken, no word is said, and whoever waits at a half-written line does not wait for
// long. Where there is no configuration, or a wrong one, nothing is offered: a person at a half-written line is not to
// be lectured.
package complete

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/sync/api"
)

// Source is where what can be offered comes from.
type Source struct {
	// Load reads the configuration without its secrets.
	Load func() (*configs.Config, error)
	// Links lists the links that are kept.
	Links func(ctx context.Context) (api.LinksReport, error)
	// Providers are where persons sign in.
	Providers []cobra.Completion
}

// nothing is what cobra is told after an offer: that files are none.
const nothing = cobra.ShellCompDirectiveNoFileComp

// full reports whether a command with one argument has it.
func full(cmd *cobra.Command) func(args []string) bool {
	single := cmd.Args != nil && cmd.Args(cmd, []string{"one", "two"}) != nil
	return func(args []string) bool { return single && len(args) > 0 }
}

// Calendars offers the calendars of the configuration that are not on the line yet.
func (s *Source) Calendars(cmd *cobra.Command) *cobra.Command {
	full := full(cmd)
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string,
		_ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if full(args) {
			return nil, nothing
		}
		return s.Names(args), nothing
	}
	return cmd
}

// Names are the calendars of the configuration that are not on the line yet.
func (s *Source) Names(args []string) (names []cobra.Completion) {
	return s.those(func(c configs.Calendar) bool { return !slices.Contains(args, c.Name) })
}

// those are the names of some of the calendars.
func (s *Source) those(wanted func(configs.Calendar) bool) (names []cobra.Completion) {
	cfg, err := s.Load()
	if err != nil {
		return nil
	}
	for _, c := range cfg.Calendars {
		if wanted(c) {
			names = append(names, c.Name)
		}
	}
	return names
}

// SignIns offers where persons sign in, behind zoom the accounts in which they do, and behind --calendar the calendars
// for which they do.
func (s *Source) SignIns(cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string,
		_ string) (list []cobra.Completion, _ cobra.ShellCompDirective) {
		cfg, err := s.Load()
		switch {
		case len(args) == 0:
			list = s.Providers
		case err == nil && len(args) == 1 && args[0] == "zoom":
			for _, z := range cfg.Zoom {
				if z.Mode == configs.User && z.Name != "" {
					list = append(list, z.Name)
				}
			}
		}
		return list, nothing
	}
	calendars := func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return s.those(configs.Calendar.SignsIn), nothing
	}
	_ = cmd.RegisterFlagCompletionFunc("calendar", calendars) // the flag is there, which a script in testdata needs
	return cmd
}

// Flag offers the calendars behind --calendar.
func (s *Source) Flag(cmd *cobra.Command) *cobra.Command {
	calendars := func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return s.Names(nil), nothing
	}
	_ = cmd.RegisterFlagCompletionFunc("calendar", calendars) // likewise
	return cmd
}

// Events offers the events that have a link, by their ids, with their titles.
func (s *Source) Events(cmd *cobra.Command, more ...func([]string) []cobra.Completion) *cobra.Command {
	full := full(cmd)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string,
		_ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if full(args) {
			return nil, nothing
		}
		var list []cobra.Completion
		for _, other := range more {
			list = append(list, other(args)...)
		}
		return append(list, s.events(cmd.Context(), "", args)...), nothing
	}
	return cmd
}

// Event offers calendars, beside files, and then the events of the one that was chosen.
func (s *Source) Event(cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string,
		_ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return s.Names(args), cobra.ShellCompDirectiveDefault
		case 1:
			return s.events(cmd.Context(), args[0], nil), nothing
		}
		return nil, nothing
	}
	return cmd
}

// patience is how long a shell waits for what it could offer.
const patience = 2 * time.Second

// events are those of a calendar, or of all, that have a link or wait for it and are not on the line yet.
func (s *Source) events(ctx context.Context, in string, args []string) (list []cobra.Completion) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := make(chan api.LinksReport, 1)
	go func() { // a large state takes its time to be read, and knows no end
		report, err := s.Links(ctx)
		if err != nil {
			report = api.LinksReport{} // there is nothing to offer
		}
		found <- report
	}()
	select {
	case <-ctx.Done():
	case report := <-found:
		for _, l := range report.Links {
			if (in == "" || in == l.Calendar) && !slices.Contains(args, l.EventID) {
				list = append(list, cobra.CompletionWithDesc(l.EventID, terminal.Printable(l.Title)))
			}
		}
	}
	return list
}
