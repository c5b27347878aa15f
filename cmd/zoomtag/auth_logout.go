package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/persons"
	"zoomtag/cmd/zoomtag/usage"
	"zoomtag/providers/words"
)

func (a *app) authLogoutCommand() *cobra.Command {
	var name string
	var how persons.Bye
	cmd := &cobra.Command{
		Use:   "logout google|outlook|zoom [ACCOUNT]",
		Short: "End a person's sign-in",
		Long: `Have the service take a sign-in back, where it can (Google, Zoom), remove its file from this
machine, and say where the service still lists zoomtag. Events and meetings stay as they are; a
running daemon holds them until somebody signs in again.`,
		Args:        authArgs,
		Annotations: map[string]string{usage.FirstWord: strings.Join(signInProviders, " ")},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case args[0] != "zoom":
				return a.logoutCalendar(cmd.Context(), args[0], name, how)
			case name != "":
				return words.Usage(words.Mend(errors.New("the sign-in at Zoom is for all calendars"),
					"leave --calendar out; of several accounts name one, as in zoomtag auth logout zoom NAME"))
			}
			return a.logoutZoom(cmd.Context(), strings.Join(args[1:], ""), how)
		},
	}
	cmd.Flags().StringVar(&name, "calendar", "", "the calendar whose sign-in is meant; needed if there are several")
	cmd.Flags().BoolVar(&how.Here, "only-here", false, "only remove it from this machine: the service is not asked")
	return a.completes().SignIns(cmd)
}

func (a *app) logoutZoom(ctx context.Context, name string, how persons.Bye) error {
	cfg, z, err := a.accountOf(name)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	return a.people().SignOutZoom(ctx, b, z, how)
}

func (a *app) logoutCalendar(ctx context.Context, provider, name string, how persons.Bye) error {
	cfg, c, err := a.calendarOf(provider, name)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	return a.people().SignOut(ctx, b, c, how)
}
