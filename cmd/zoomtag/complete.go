package main

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/sync/api"
)

// completeCalendars offers a shell the calendars of the configuration that are not on the line yet. It opens no state,
// takes no secret and asks nobody; where there is no configuration, or a wrong one, it offers nothing, since a person
// at a half-written line is not to be lectured.
func (a *app) completeCalendars(cmd *cobra.Command) *cobra.Command {
	single := cmd.Args != nil && cmd.Args(cmd, []string{"one", "two"}) != nil
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string,
		_ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if single && len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.calendarNames(args), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// calendarNames are the calendars of the configuration that are not on the line yet.
func (a *app) calendarNames(args []string) (names []cobra.Completion) {
	cfg, err := a.way().LoadWith(configs.LoadWithoutSecrets)
	if err != nil {
		return nil
	}
	for _, c := range cfg.Calendars {
		if !slices.Contains(args, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// completeSignIns offers where persons sign in, behind zoom the accounts in which they do, and behind --calendar the
// calendars for which they do.
func (a *app) completeSignIns(cmd *cobra.Command) *cobra.Command {
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string,
		_ string) (list []cobra.Completion, _ cobra.ShellCompDirective) {
		cfg, err := a.way().LoadWith(configs.LoadWithoutSecrets)
		switch {
		case len(args) == 0:
			list = signInProviders
		case err == nil && len(args) == 1 && args[0] == "zoom":
			for _, z := range cfg.Zoom {
				if z.Mode == configs.User && z.Name != "" {
					list = append(list, z.Name)
				}
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
	calendars := func(_ *cobra.Command, _ []string, _ string) (list []cobra.Completion, _ cobra.ShellCompDirective) {
		cfg, err := a.way().LoadWith(configs.LoadWithoutSecrets)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		for _, c := range cfg.Calendars {
			if c.SignsIn() {
				list = append(list, c.Name)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
	_ = cmd.RegisterFlagCompletionFunc("calendar", calendars) // the flag is there, which a script in testdata needs
	return cmd
}

// completeEvents offers the events that have a link, by their ids, with their titles. They are asked for as links does,
// but nothing is written, no word is said, and whoever waits at a half-written line does not wait for long.
func (a *app) completeEvents(cmd *cobra.Command, more ...func([]string) []cobra.Completion) *cobra.Command {
	single := cmd.Args != nil && cmd.Args(cmd, []string{"one", "two"}) != nil
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string,
		_ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if single && len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var list []cobra.Completion
		for _, other := range more {
			list = append(list, other(args)...)
		}
		return append(list, a.eventIDs(cmd.Context(), args)...), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// patience is how long a shell waits for what it could offer.
const patience = 2 * time.Second

// eventIDs are the events that have a link and are not on the line yet.
func (a *app) eventIDs(ctx context.Context, args []string) (list []cobra.Completion) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	term := *a.term
	term.err, term.hurry.Open = io.Discard, store.OpenReadOnly
	quiet := &app{term: &term, flags: a.flags, shows: true}
	found := make(chan api.LinksReport, 1)
	go func() { // a large state takes its time to be read, and knows no end
		report, err := look(ctx, quiet,
			func(ctx context.Context, o api.Service) (api.LinksReport, error) { return o.Links(ctx) })
		if err != nil {
			report = api.LinksReport{} // there is nothing to offer
		}
		found <- report
	}()
	select {
	case <-ctx.Done():
	case report := <-found:
		for _, l := range report.Links {
			if !slices.Contains(args, l.EventID) {
				list = append(list, cobra.CompletionWithDesc(l.EventID, terminal.Printable(l.Title)))
			}
		}
	}
	return list
}
