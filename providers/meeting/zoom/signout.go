package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
)

// Installed is where Zoom lists the apps that a person has added.
const Installed = "https://marketplace.zoom.us/user/installed"

// SignOut ends the sign-in of the person who hosts, and removes its file, and one that was left aside. With here, Zoom
// is not asked.
func SignOut(ctx context.Context, c Config, here bool) (signin.Farewell, error) {
	f := signin.Farewell{Listed: Installed}
	c = c.withDefaults()
	var take func(context.Context, oauth.Grant) error
	if !here {
		r := oauth.Revocation{HTTP: c.plainClient(), Service: "Zoom", Address: strings.TrimSuffix(c.OAuthURL, "/") +
			"/revoke",
			ClientID: c.ClientID, Secret: c.ClientSecret}
		if c.ClientSecret == "" { // as for tokens: a public client names itself in the body
			r.Form = url.Values{"client_id": {c.ClientID}}
		}
		take = func(ctx context.Context, g oauth.Grant) error { return takeBack(ctx, r, g) }
	}
	grant, over, err := c.Grants.End(ctx, c.GrantFile, take, aside(c.GrantFile))
	if err != nil {
		return f, fmt.Errorf("zoom: %w", err)
	}
	f.Owner, f.TakenBack = grant.Owner, over
	return f, nil
}

// takeBack takes both tokens back. Zoom documents it for a token, and not for which one: the sign-in is over when it
// has taken either.
func takeBack(ctx context.Context, r oauth.Revocation, g oauth.Grant) error {
	err := r.Take(ctx, g.RefreshToken)
	if g.Access == "" {
		return err
	}
	if second := r.Take(ctx, g.Access); second != nil && err != nil {
		if words.Of(second) == words.Of(err) {
			return err
		}
		return errors.Join(err, second)
	}
	return nil
}
