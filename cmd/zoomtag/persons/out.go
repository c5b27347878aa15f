package persons

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/configs"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
	"zoomtag/sync/setup"
)

// Bye says how a sign-in is ended.
type Bye struct {
	Here bool // the service is not asked
	All  bool // so are all others: nobody is left who would miss it
}

// SignOutZoom ends the sign-in of the person who hosts in an account.
func (t Terminal) SignOutZoom(ctx context.Context, b *assemble.Builder, z configs.Zoom, how Bye) error {
	config := ZoomConfig(b, z)
	bye, err := zoom.SignOut(ctx, config, how.Here)
	return t.farewell(b.Grants, config.GrantFile, strings.TrimSpace("Zoom "+z.Name), bye, err)
}

// SignOut ends the sign-in of a calendar's owner.
func (t Terminal) SignOut(ctx context.Context, b *assemble.Builder, c configs.Calendar, how Bye) error {
	if others := setup.Sharing(b.Grants, b.Config, c); len(others) > 0 && !how.Here && !how.All {
		how.Here = true
		fmt.Fprintf(t.Out, "Google is not asked to take it back, because that could end the sign-in of %s as well, "+
			"which uses the same app.\n", strings.Join(others, ", "))
	}
	bye, err := b.Kinds.Calendars[c.Provider()].SignOut(ctx, b, c, how.Here)
	return t.farewell(b.Grants, assemble.GrantFile(b.Config.State, c), "calendar "+c.Name, bye, err)
}

// SignOutAll ends every sign-in of a configuration that there is.
func (t Terminal) SignOutAll(ctx context.Context, b *assemble.Builder) (faults error) {
	for _, c := range b.Config.Calendars {
		if b.Grants.Exists(assemble.GrantFile(b.Config.State, c)) {
			faults = errors.Join(faults, t.SignOut(ctx, b, c, Bye{All: true}))
		}
	}
	for _, z := range b.Config.Zoom {
		if b.Grants.Exists(assemble.ZoomGrantFile(b.Grants, b.Config.State, z)) {
			faults = errors.Join(faults, t.SignOutZoom(ctx, b, z, Bye{All: true}))
		}
	}
	return faults
}

// farewell says what became of a sign-in, and where the service still lists the app.
func (t Terminal) farewell(grants signin.Grants, file, what string, bye signin.Farewell, err error) error {
	switch {
	case errors.Is(err, signin.ErrNone):
		return words.Say(nil, "nobody has signed in for "+what+": there is no "+grants.Place(file))
	case err != nil && grants.Exists(file):
		const again = "try again, or remove it from this machine alone with --only-here"
		return words.Mend(words.Say(err, words.Cause(err)+"; the sign-in stays"),
			strings.TrimPrefix(words.Cure(err)+"; then "+again, "; then "))
	case err != nil:
		return err
	}
	fmt.Fprintf(t.Out, "Signed out of %s: %s is removed.\n", terminal.Printable(what), grants.Place(file))
	if bye.TakenBack {
		fmt.Fprintf(t.Out, "The service takes the sign-in no more. zoomtag may still be listed at %s: remove it "+
			"there if you like.\n", bye.Listed)
		return nil
	}
	fmt.Fprintf(t.Out, "The service was not told: take zoomtag off the list at %s, or whoever has a copy of it "+
		"can still use it.\n", bye.Listed)
	return nil
}
