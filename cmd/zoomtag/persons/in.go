package persons

import (
	"context"
	"fmt"
	"io"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// Terminal is where a person is spoken to.
type Terminal struct {
	In  io.Reader
	Out io.Writer
	Env func(string) string
}

// How says how a person signs in.
type How struct{ NoBrowser, DeviceCode bool }

// Browser opens an address, or is nil where only the address is wanted, or no browser is there.
func (t Terminal) Browser(how How) func(address string) error {
	if how.NoBrowser || !terminal.HasBrowser(t.Env) {
		return nil
	}
	return terminal.OpenBrowser
}

// SignInZoom signs the person in who hosts in an account, and has Zoom say whose meetings can be made.
func (t Terminal) SignInZoom(ctx context.Context, b *assemble.Builder, z configs.Zoom, how How) error {
	config := ZoomConfig(b, z)
	if err := zoom.SignIn(ctx, config, signin.Prompt{Out: t.Out, In: t.In, Open: t.Browser(how)}); err != nil {
		return err
	}
	at := "Zoom"
	if z.Name != "" {
		at = "Zoom for account " + z.Name
	}
	fmt.Fprintf(t.Out, "Signed in at %s. The sign-in is kept in %s, %s.\n", at,
		b.Grants.Place(config.GrantFile), b.Grants.Guarded())
	service, err := zoom.New(config)
	if err != nil {
		return err
	}
	said, err := service.Introduce(ctx)
	if err != nil {
		return fmt.Errorf("the sign-in is kept, but it does not do yet: %w", err)
	}
	fmt.Fprintf(t.Out, "With it, %s.\n", said)
	return nil
}

// SignIn signs the owner of a calendar in, and reads the calendar.
func (t Terminal) SignIn(ctx context.Context, b *assemble.Builder, c configs.Calendar, how How) error {
	open := t.Browser(how)
	prompt := signin.Prompt{Out: t.Out, In: t.In, Open: open, DeviceCode: how.DeviceCode || open == nil &&
		!how.NoBrowser}
	if err := b.Kinds.Calendars[c.Provider()].SignIn(ctx, b, c, prompt); err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "Signed in for calendar %s. The sign-in is kept in %s, %s.\n",
		c.Name, b.Grants.Place(assemble.GrantFile(b.Config.State, c)), b.Grants.Guarded())
	return t.introduce(ctx, b, c)
}

// introduce reads the calendar that somebody has just signed in for: the wrong account, or a calendar that is not
// shared with it, shows now and not in the next pass.
func (t Terminal) introduce(ctx context.Context, b *assemble.Builder, c configs.Calendar) error {
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
		return words.Mend(words.Say(err, fmt.Sprintf("the sign-in is kept, but calendar %s cannot be read with it: %s",
			c.Name, words.Cause(err))), strings.TrimSuffix("look whether it was the right account; or "+words.Cure(err), "; or "))
	}
	fmt.Fprintf(t.Out, "With it, %s.\n", said.Sentence)
	return nil
}
