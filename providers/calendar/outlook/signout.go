package outlook

import (
	"context"
	"fmt"

	"zoomtag/providers/signin"
)

// Connections is where Microsoft lists the apps that a person has let in, of work and of personal accounts.
const Connections = "https://myapps.microsoft.com, or for a personal account https://account.live.com/consent/Manage"

// SignOut removes the file of the sign-in. Microsoft has no way for an app to take a refresh token back: it dies by
// itself after 90 days in which nobody uses it, or where the app is taken off the list.
func SignOut(ctx context.Context, c Config) (signin.Farewell, error) {
	f := signin.Farewell{Listed: Connections}
	grant, over, err := c.Grants.End(ctx, c.GrantFile, nil)
	if err != nil {
		return f, fmt.Errorf("outlook: %w", err)
	}
	f.Owner, f.TakenBack = grant.Owner, over
	return f, nil
}
