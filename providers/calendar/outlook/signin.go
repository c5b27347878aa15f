package outlook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
)

// SignIn has the person whose calendar it is sign in at Microsoft, and saves the sign-in. A permission that was not
// granted is noticed here.
func SignIn(ctx context.Context, c Config, p signin.Prompt) error {
	if c.Auth != User {
		return errors.New("outlook: this calendar signs in as an app: there is nobody to ask")
	}
	s, err := newSigner(&c, c.plainClient())
	if err != nil {
		return err
	}
	token, err := s.ask(ctx, p)
	var refusal *oauth2.RetrieveError
	if errors.As(err, &refusal) {
		err = s.explain(err, s.cfg.ClientSecret)
	}
	if err != nil {
		return fmt.Errorf("outlook: %w", err)
	}
	granted := scopesOf(token)
	if err := s.missingScope(granted); err != nil {
		return fmt.Errorf("outlook: %w", err)
	}
	if token.RefreshToken == "" {
		return words.Mend(errors.New("outlook: Microsoft gave no lasting sign-in (offline_access)"), "take "+
			"zoomtag off the list at myapps.microsoft.com, or for a personal account at "+
			"account.live.com/consent/Manage, and sign in again")
	}
	grant := oauth.Grant{RefreshToken: oauth.Secret(token.RefreshToken), ClientID: s.cfg.ClientID, Scopes: granted,
		SignedIn: s.cfg.Now().UTC().Truncate(time.Second)}
	if err := s.cfg.Grants.Install(ctx, grant, s.cfg.GrantFile); err != nil {
		return fmt.Errorf("outlook: %w", err)
	}
	s.cfg.Log.DebugContext(ctx, "signed in", slog.String("calendar", s.cfg.Calendar))
	return nil
}

// ask has the person sign in, in one of the two ways. Entra takes a redirect to localhost on any port, and to 127.0.0.1
// only where somebody has edited the app's manifest.
func (s *signer) ask(ctx context.Context, p signin.Prompt) (*oauth2.Token, error) {
	if p.DeviceCode {
		flow := oauth.DeviceSignIn{Config: s.oauthConfig(), HTTP: s.plain, Out: p.Out, Log: s.cfg.Log}
		return flow.Run(ctx)
	}
	flow := oauth.SignIn{
		Config: s.oauthConfig(), Redirect: url.URL{Scheme: "http", Host: "localhost"}, HTTP: s.plain,
		// Whoever is signed in to several accounts is asked which one is meant.
		Options: []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "select_account")},
		Open:    p.Open, Out: p.Out, In: p.In, Log: s.cfg.Log,
	}
	return flow.Run(ctx)
}
