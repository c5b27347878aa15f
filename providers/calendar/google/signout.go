package google

import (
	"context"
	"fmt"
	"strings"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/signin"
)

// Connections is where Google lists the apps that a person has let in.
const Connections = "https://myaccount.google.com/connections"

// SignOut ends the sign-in of the person whose calendar it is, and removes its file. Google takes back with it all
// sign-ins of the same person at the same app: with here, it is not asked.
func SignOut(ctx context.Context, c Config, here bool) (signin.Farewell, error) {
	f := signin.Farewell{Listed: Connections}
	var take func(context.Context, oauth.Grant) error
	if !here {
		creds, err := readCredentials(c.Credentials, User, c.Log)
		if err != nil {
			return f, err
		}
		r := oauth.Revocation{HTTP: c.plainClient(), Service: "Google", Address: strings.TrimSuffix(creds.tokenURL,
			"/token") + "/revoke"}
		take = func(ctx context.Context, g oauth.Grant) error { return r.Take(ctx, g.RefreshToken) }
	}
	grant, over, err := c.Grants.End(ctx, c.GrantFile, take)
	if err != nil {
		return f, fmt.Errorf("google: %w", err)
	}
	f.Owner, f.TakenBack = grant.Owner, over
	return f, nil
}
