package persons

import (
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/sync/assemble"
)

// ZoomConfig is how the adapter for Zoom works for an account of the configuration.
func ZoomConfig(b *assemble.Builder, z configs.Zoom) zoom.Config {
	log := b.Log
	if z.Name != "" {
		log = log.With("account", z.Name)
	}
	return zoom.Config{
		Mode:          z.Mode,
		AccountID:     z.AccountID,
		ClientID:      z.ClientID,
		ClientSecret:  z.ClientSecret.Reveal(),
		Host:          z.Host,
		Tokens:        b.Tokens,
		GrantFile:     assemble.ZoomGrantFile(b.Grants, b.Config.State, z),
		Grants:        b.Grants,
		SignInCommand: assemble.ZoomSignIn(z.Name),
		APIURL:        z.APIURL,
		OAuthURL:      z.OAuthURL,
		Templates:     b.Templates(z),
		HTTP:          b.Requests.To("zoom", z.APIURL, strings.TrimSuffix(z.OAuthURL, "/")+"/"),
		Within:        b.Haste.Within,
		Wait:          b.Haste.Wait,
		Now:           b.Now,
		Hook:          b.Hook,
		Log:           log,
	}
}
