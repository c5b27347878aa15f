package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/configs"
	"zoomtag/providers/calendar/google"
	"zoomtag/sync/plan"
)

func (a *app) authCommand() *cobra.Command {
	var name string
	var noBrowser bool
	cmd := &cobra.Command{
		Use:   "auth google",
		Short: "Sign in as a person, through a browser",
		Long: `Sign in at Google as the person whose calendar it is, for a calendar with "auth: user". The browser may be on this machine, or
on another one: then the address at which it ends is pasted here. A running daemon notices the new sign-in by itself.`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"google"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.loadWith(configs.LoadWithoutSecrets)
			if err != nil {
				return err
			}
			c, err := whoSignsIn(cfg, name)
			if err != nil {
				return &usageError{err}
			}
			return a.signIn(cmd.Context(), cfg, c, noBrowser)
		},
	}
	cmd.Flags().StringVar(&name, "calendar", "", "the calendar to sign in for; needed if there are several")
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "only show the address to open")
	return cmd
}

// whoSignsIn is the calendar that is meant: the one named, or the only one for which somebody signs in.
func whoSignsIn(cfg *configs.Config, name string) (configs.Calendar, error) {
	var names []string
	for _, c := range cfg.Calendars {
		switch {
		case c.Name == name && c.Google == nil:
			return c, fmt.Errorf("calendar %s is not a Google calendar", name)
		case c.Name == name && c.Google.Auth != configs.User:
			return c, fmt.Errorf("calendar %s signs in as a service account; to sign in as a person write auth: user", name)
		}
		if c.Google != nil && c.Google.Auth == configs.User {
			names = append(names, c.Name)
		}
	}
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	if i := slices.IndexFunc(cfg.Calendars, func(c configs.Calendar) bool { return c.Name == name }); i >= 0 {
		return cfg.Calendars[i], nil
	}
	switch {
	case len(names) == 0:
		return configs.Calendar{}, fmt.Errorf("the configuration has no Google calendar with auth: user")
	case name == "":
		return configs.Calendar{}, fmt.Errorf("name the calendar with --calendar; there are: %s", strings.Join(names, ", "))
	}
	return configs.Calendar{}, fmt.Errorf("there is no calendar %q in the configuration; one of these signs in: %s", name, strings.Join(names, ", "))
}

func (a *app) signIn(ctx context.Context, cfg *configs.Config, c configs.Calendar, noBrowser bool) error {
	log, err := a.quietLogger()
	if err != nil {
		return err
	}
	b := &builder{cfg: cfg, requests: newCounter(), log: log, env: a.term.env}
	prompt := google.Prompt{Out: a.term.out, In: a.term.in}
	if !noBrowser && hasBrowser(a.term.env) {
		prompt.Open = openBrowser
	}
	if err := google.SignIn(ctx, b.googleConfig(c, plan.Settings{}), prompt); err != nil {
		return err
	}
	fmt.Fprintf(a.term.out, "Signed in for calendar %s. The sign-in is kept in %s, readable by you alone.\n", c.Name, grantFile(cfg.State, c))
	return nil
}

// hasBrowser reports whether there is a screen on which a browser could open.
func hasBrowser(env func(string) string) bool {
	return runtime.GOOS == "darwin" || runtime.GOOS == "windows" || env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
}

// openBrowser opens an address with the desktop's own program for that.
func openBrowser(address string) error {
	command := []string{"xdg-open", address}
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open", address}
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", address}
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
