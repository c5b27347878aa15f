package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"zoomtag/sync/assemble"

	"zoomtag/providers/calendar"
	"zoomtag/providers/signin"

	"github.com/spf13/cobra"

	"zoomtag/configs"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/words"
	"zoomtag/sync/plan"
)

// signInFlags say how a person signs in.
type signInFlags struct{ noBrowser, deviceCode bool }

func (a *app) authCommand() *cobra.Command {
	var name string
	var how signInFlags
	cmd := &cobra.Command{
		Use:   "auth google|outlook|zoom [ACCOUNT]",
		Short: "Sign in as a person, through a browser",
		Long: `Sign in at Google or Microsoft as the person whose calendar it is, for a calendar with "auth: user", or at Zoom as the person who
hosts, for "mode: user"; ACCOUNT is the Zoom account, where several have that mode. The browser may be on this machine, or on another one: then the address at which it ends is pasted here, or, at
Microsoft, a short code from here is typed in there. A running daemon notices the new sign-in by itself.`,
		Args:      authArgs,
		ValidArgs: signInProviders,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch provider := args[0]; {
			case how.deviceCode && provider != "outlook":
				return words.Usage(errors.New("there are device codes for Outlook calendars only: leave --device-code out, and paste the address instead"))
			case provider != "zoom":
				return a.authCalendar(cmd.Context(), provider, name, how)
			case name != "":
				return words.Usage(errors.New("the sign-in at Zoom is for all calendars: leave --calendar out; of several accounts name one, as in zoomtag auth zoom NAME"))
			}
			return a.authZoom(cmd.Context(), strings.Join(args[1:], ""), how)
		},
	}
	cmd.Flags().StringVar(&name, "calendar", "", "the calendar to sign in for; needed if there are several")
	cmd.Flags().BoolVar(&how.noBrowser, "no-browser", false, "only show the address to open")
	cmd.AddCommand(a.authListCommand(), a.authLogoutCommand())
	cmd.Flags().BoolVar(&how.deviceCode, "device-code", false, "outlook: show a code to type in, in any browser; the default where this machine has none")
	return cmd
}

// signInProviders are where persons sign in.
var signInProviders = []string{"google", "outlook", "zoom"}

// authArgs wants a provider, and takes an account behind zoom.
func authArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 2 && args[0] == "zoom" {
		return nil
	}
	return cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)(cmd, args)
}

// whoHosts is the Zoom account that is meant: the one named, or the only one in which a person signs in.
func whoHosts(cfg *configs.Config, name string) (configs.Zoom, error) {
	var persons, modes []string
	var only configs.Zoom
	for _, z := range cfg.Zoom {
		modes = append(modes, fmt.Sprintf("%s (%s)", z.Name, z.Mode))
		if z.Mode == configs.User {
			persons, only = append(persons, z.Name), z
		}
	}
	named, ok := cfg.Zoom.Named(name)
	unnamed := len(cfg.Zoom.Names()) == 0
	switch {
	case name != "" && unnamed:
		return named, fmt.Errorf("the configuration has one Zoom account, without a name: leave %q out", name)
	case name != "" && !ok:
		return named, fmt.Errorf("there is no Zoom account %q in the configuration%s", name, cmp.Or(words.Meant(name, cfg.Zoom.Names()), "; there are: "+strings.Join(modes, ", ")))
	case ok && named.Mode != configs.User:
		return named, fmt.Errorf("Zoom account %s has mode %s, in which nobody signs in; to sign in as a person write mode: user", named.Name, named.Mode) //nolint:staticcheck // Zoom is a name
	case ok:
		return named, nil
	case len(persons) == 0 && unnamed:
		return named, fmt.Errorf("zoom has mode %s, in which nobody signs in; to sign in as a person write mode: user", cfg.Zoom[0].Mode)
	case len(persons) == 0:
		return named, fmt.Errorf("no Zoom account has mode user, in which a person signs in; there are: %s", strings.Join(modes, ", "))
	case len(persons) > 1:
		return named, fmt.Errorf("name the Zoom account for which somebody signs in, as in %s; there are: %s", assemble.ZoomSignIn(persons[0]), strings.Join(persons, ", "))
	}
	return only, nil
}

// authCalendar signs in for the calendar with a name, or the only one.
func (a *app) authCalendar(ctx context.Context, provider, name string, how signInFlags) error {
	cfg, c, err := a.calendarOf(provider, name)
	if err != nil {
		return err
	}
	return a.signIn(ctx, cfg, c, how)
}

// calendarOf is the calendar of a provider for which somebody signs in, with its secret if it has one.
func (a *app) calendarOf(provider, name string) (*configs.Config, configs.Calendar, error) {
	return withSecret(a, func(cfg *configs.Config) (configs.Calendar, bool, error) {
		c, err := whoSignsIn(cfg, provider, name)
		return c, c.Outlook != nil && !c.Outlook.ClientSecret.IsZero(), err // few have one, and those cannot do without
	})
}

// accountOf is the Zoom account in which somebody signs in, with its secret if it has one: a public client has none.
func (a *app) accountOf(name string) (*configs.Config, configs.Zoom, error) {
	return withSecret(a, func(cfg *configs.Config) (configs.Zoom, bool, error) {
		z, err := whoHosts(cfg, name)
		return z, !z.ClientSecret.IsZero(), err
	})
}

// withSecret chooses something in the configuration, and reads secrets only where that has one.
func withSecret[T any](a *app, choose func(*configs.Config) (chosen T, secret bool, err error)) (*configs.Config, T, error) {
	var cfg *configs.Config
	var chosen T
	for _, load := range []func(string, func(string) string) (*configs.Config, error){configs.LoadWithoutSecrets, configs.Load} {
		var secret bool
		var err error
		if cfg, err = a.loadWith(load); err != nil {
			return nil, chosen, err
		}
		if chosen, secret, err = choose(cfg); err != nil {
			return nil, chosen, words.Usage(err)
		}
		if !secret {
			break
		}
	}
	return cfg, chosen, nil
}

// authZoom signs in the person who hosts in an account, and has Zoom say whose meetings can be made.
func (a *app) authZoom(ctx context.Context, name string, how signInFlags) error {
	cfg, z, err := a.accountOf(name)
	if err != nil {
		return err
	}
	return a.signInZoom(ctx, cfg, z, how)
}

// signInZoom signs a person in at Zoom for an account.
func (a *app) signInZoom(ctx context.Context, cfg *configs.Config, z configs.Zoom, how signInFlags) error {
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	config := zoomConfig(b, z)
	if err := zoom.SignIn(ctx, config, signin.Prompt{Out: a.term.out, In: a.term.in, Open: a.browser(how)}); err != nil {
		return err
	}
	at := "Zoom"
	if z.Name != "" {
		at = "Zoom for account " + z.Name
	}
	fmt.Fprintf(a.term.out, "Signed in at %s. The sign-in is kept in %s, readable by you alone.\n", at, config.GrantFile)
	service, err := zoom.New(config)
	if err != nil {
		return err
	}
	said, err := service.Introduce(ctx)
	if err != nil {
		return fmt.Errorf("the sign-in is kept, but it does not do yet: %w", err)
	}
	fmt.Fprintf(a.term.out, "With it, %s.\n", said)
	return nil
}

// browser opens an address, or is nil where only the address is wanted, or no browser is there.
func (a *app) browser(how signInFlags) func(address string) error {
	if how.noBrowser || !hasBrowser(a.term.env) {
		return nil
	}
	return openBrowser
}

// whoSignsIn is the calendar of a provider that is meant: the one named, or the only one for which somebody signs in.
func whoSignsIn(cfg *configs.Config, provider, name string) (configs.Calendar, error) {
	kind := map[string]string{"google": "Google calendar", "outlook": "Outlook calendar"}[provider]
	other := map[string]string{"google": "a service account", "outlook": "an app"}[provider]
	var names []string
	for _, c := range cfg.Calendars {
		switch {
		case c.Name == name && c.Provider() != provider:
			return c, fmt.Errorf("calendar %s is no %s", name, kind)
		case c.Name == name && !c.SignsIn():
			return c, fmt.Errorf("calendar %s signs in as %s; to sign in as a person write auth: user", name, other)
		}
		if c.Provider() == provider && c.SignsIn() {
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
		return configs.Calendar{}, fmt.Errorf("the configuration has no %s with auth: user", kind)
	case name == "":
		return configs.Calendar{}, fmt.Errorf("name the calendar with --calendar; there are: %s", strings.Join(names, ", "))
	}
	return configs.Calendar{}, fmt.Errorf("there is no calendar %q in the configuration%s", name, cmp.Or(words.Meant(name, names), "; one of these signs in: "+strings.Join(names, ", ")))
}

func (a *app) signIn(ctx context.Context, cfg *configs.Config, c configs.Calendar, how signInFlags) error {
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	open := a.browser(how)
	prompt := signin.Prompt{Out: a.term.out, In: a.term.in, Open: open, DeviceCode: how.deviceCode || open == nil && !how.noBrowser}
	if err := b.Kinds.Calendars[c.Provider()].SignIn(ctx, b, c, prompt); err != nil {
		return err
	}
	fmt.Fprintf(a.term.out, "Signed in for calendar %s. The sign-in is kept in %s, readable by you alone.\n", c.Name, assemble.GrantFile(cfg.State, c))
	return a.introduce(ctx, b, c)
}

// introduce reads the calendar that somebody has just signed in for: the wrong account, or a calendar that is not shared with it, shows
// now and not in the next pass.
func (a *app) introduce(ctx context.Context, b *assemble.Builder, c configs.Calendar) error {
	source, err := b.Source(c, plan.Settings{})
	if err != nil {
		return err
	}
	known, ok := source.(calendar.Introducer)
	if !ok {
		return nil
	}
	said, err := known.Introduce(ctx)
	if err != nil {
		return words.Say(err, fmt.Sprintf("the sign-in is kept, but calendar %s cannot be read with it; was it the right account? %s", c.Name, words.Of(err)))
	}
	fmt.Fprintf(a.term.out, "With it, %s.\n", said.Sentence)
	return nil
}

// hasBrowser reports whether there is a screen on which a browser could open.
func hasBrowser(env func(string) string) bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	return env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
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
