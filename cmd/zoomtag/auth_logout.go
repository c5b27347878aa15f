package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"zoomtag/sync/setup"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
)

func (a *app) authLogoutCommand() *cobra.Command {
	var name string
	var here bool
	cmd := &cobra.Command{
		Use:   "logout google|outlook|zoom [ACCOUNT]",
		Short: "End a person's sign-in",
		Long: `Have the service take a sign-in back, where it can (Google, Zoom), remove its file from this machine, and say where the service still lists
zoomtag. Events and meetings stay as they are; a running daemon holds them until somebody signs in again.`,
		Args:        authArgs,
		Annotations: map[string]string{firstWord: strings.Join(signInProviders, " ")},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case args[0] != "zoom":
				return a.logoutCalendar(cmd.Context(), args[0], name, here)
			case name != "":
				return words.Usage(errors.New("the sign-in at Zoom is for all calendars: leave --calendar out; of several accounts name one, as in zoomtag auth logout zoom NAME"))
			}
			return a.logoutZoom(cmd.Context(), strings.Join(args[1:], ""), here)
		},
	}
	cmd.Flags().StringVar(&name, "calendar", "", "the calendar whose sign-in is meant; needed if there are several")
	cmd.Flags().BoolVar(&here, "only-here", false, "only remove it from this machine: the service is not asked")
	return a.completeSignIns(cmd)
}

func (a *app) logoutZoom(ctx context.Context, name string, here bool) error {
	cfg, z, err := a.accountOf(name)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	config := zoomConfig(b, z)
	bye, err := zoom.SignOut(ctx, config, here)
	return a.sayFarewell(config.GrantFile, strings.TrimSpace("Zoom "+z.Name), bye, err)
}

func (a *app) logoutCalendar(ctx context.Context, provider, name string, here bool) error {
	cfg, c, err := a.calendarOf(provider, name)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	if others := setup.Sharing(cfg, c); len(others) > 0 && !here {
		here = true
		fmt.Fprintf(a.term.out, "Google is not asked to take it back, because that could end the sign-in of %s as well, which uses the same app.\n", strings.Join(others, ", "))
	}
	bye, err := b.Kinds.Calendars[provider].SignOut(ctx, b, c, here)
	return a.sayFarewell(assemble.GrantFile(cfg.State, c), "calendar "+c.Name, bye, err)
}

// sayFarewell says what became of a sign-in, and where the service still lists the app.
func (a *app) sayFarewell(file, what string, bye signin.Farewell, err error) error {
	switch {
	case errors.Is(err, signin.ErrNone):
		return words.Say(nil, "nobody has signed in for "+what+": there is no "+file)
	case err != nil && stands(file):
		return words.Say(err, words.Of(err)+": the sign-in stays; try again, or remove it from this machine alone with --only-here")
	case err != nil:
		return err
	}
	fmt.Fprintf(a.term.out, "Signed out of %s: %s is removed.\n", terminal.Printable(what), file)
	if bye.TakenBack {
		fmt.Fprintf(a.term.out, "The service takes the sign-in no more. zoomtag may still be listed at %s: remove it there if you like.\n", bye.Listed)
		return nil
	}
	fmt.Fprintf(a.term.out, "The service was not told: take zoomtag off the list at %s, or whoever has a copy of the file can still use it.\n", bye.Listed)
	return nil
}

// stands reports whether a file is still there.
func stands(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
