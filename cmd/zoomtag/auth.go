package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/persons"
	"zoomtag/cmd/zoomtag/usage"
	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/setup"
)

func (a *app) authCommand() *cobra.Command {
	var name string
	var how persons.How
	cmd := &cobra.Command{
		Use:   "auth google|outlook|zoom [ACCOUNT]",
		Short: "Sign in as a person, through a browser",
		Long: `Sign in at Google or Microsoft as the person whose calendar it is, for a calendar with "auth: user",
or at Zoom as the person who hosts, for "mode: user"; ACCOUNT is the Zoom account, where several
have that mode. The browser may be on this machine, or on another one: then the address at which it
ends is pasted here, or, at Microsoft, a short code from here is typed in there. A running daemon
notices the new sign-in by itself.`,
		Args:        authArgs,
		Annotations: map[string]string{usage.FirstWord: strings.Join(signInProviders, " ")},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch provider := args[0]; {
			case how.DeviceCode && provider != "outlook":
				return words.Usage(words.Mend(errors.New("there are device codes for Outlook calendars only"),
					"leave --device-code out, and paste the address instead"))
			case provider != "zoom":
				return a.authCalendar(cmd.Context(), provider, name, how)
			case name != "":
				return words.Usage(words.Mend(errors.New("the sign-in at Zoom is for all calendars"),
					"leave --calendar out; of several accounts name one, as in zoomtag auth zoom NAME"))
			}
			return a.authZoom(cmd.Context(), strings.Join(args[1:], ""), how)
		},
	}
	cmd.Flags().StringVar(&name, "calendar", "", "the calendar to sign in for; needed if there are several")
	cmd.Flags().BoolVar(&how.NoBrowser, "no-browser", false, "only show the address to open")
	cmd.AddCommand(a.authListCommand(), a.authLogoutCommand())
	cmd.Flags().BoolVar(&how.DeviceCode, "device-code", false,
		"outlook: show a code to type in, in any browser; the default where this machine has none")
	return a.completes().SignIns(cmd)
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
func (a *app) authCalendar(ctx context.Context, provider, name string, how persons.How) error {
	cfg, c, err := a.calendarOf(provider, name)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	return a.people().SignIn(ctx, b, c, how)
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
func withSecret[T any](a *app,
	choose func(*configs.Config) (chosen T, secret bool, err error)) (*configs.Config, T, error) {
	var cfg *configs.Config
	var chosen T
	for _, load := range []func(string, func(string) string) (*configs.Config, error){configs.LoadWithoutSecrets,
		configs.Load} {
		var secret bool
		var err error
		if cfg, err = a.way().LoadWith(load); err != nil {
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
func (a *app) authZoom(ctx context.Context, name string, how persons.How) error {
	cfg, z, err := a.accountOf(name)
	if err != nil {
		return err
	}
	b, err := a.builder(cfg)
	if err != nil {
		return err
	}
	return a.people().SignInZoom(ctx, b, z, how)
}

// people speaks to whoever has given the command.
func (a *app) people() persons.Terminal {
	return persons.Terminal{In: a.term.in, Out: a.term.out, Env: a.term.env}
}
