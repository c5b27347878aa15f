package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zoomtag/sync/setup"

	"zoomtag/cmd/zoomtag/terminal"

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
		Args:        authArgs,
		Annotations: map[string]string{firstWord: strings.Join(signInProviders, " ")},
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
	return a.completeSignIns(cmd)
}

// signInProviders are where persons sign in.
var signInProviders = []string{"google", "outlook", "zoom"}

// authArgs wants a provider, and takes an account behind zoom.
func authArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 2 && args[0] == "zoom" {
		return nil
	}
	if len(args) == 1 && !slices.Contains(signInProviders, args[0]) {
		return errors.New("it is none of them") // which, argMistake says
	}
	return cobra.ExactArgs(1)(cmd, args)
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
		c, err := setup.WhoSignsIn(cfg, provider, name)
		return c, c.Outlook != nil && !c.Outlook.ClientSecret.IsZero(), err // few have one, and those cannot do without
	})
}

// accountOf is the Zoom account in which somebody signs in, with its secret if it has one: a public client has none.
func (a *app) accountOf(name string) (*configs.Config, configs.Zoom, error) {
	return withSecret(a, func(cfg *configs.Config) (configs.Zoom, bool, error) {
		z, err := setup.WhoHosts(cfg, name)
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
	if how.noBrowser || !terminal.HasBrowser(a.term.env) {
		return nil
	}
	return terminal.OpenBrowser
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
