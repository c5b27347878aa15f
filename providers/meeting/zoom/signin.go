package zoom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
)

// Prompt is where a person signs in: a terminal, and a browser where there is one.
type Prompt struct {
	Out io.Writer
	In  io.Reader // nil: nothing can be pasted
	// Open opens an address in a browser; nil where there is none.
	Open func(address string) error
}

// Redirect is what has to be registered as the app's redirect: Zoom compares all of it, but for the port.
const Redirect = "http://127.0.0.1/callback"

// maxToken bounds an answer of the sign-in, in bytes.
const maxToken = 1 << 20

// Grant tells how old a person's sign-in is and whether Zoom still takes it, as its file says.
type Grant = oauth.Standing

// ReadGrant reads a person's sign-in; ok is false where there is none.
func ReadGrant(path string) (g Grant, ok bool) { return oauth.ReadStanding(path) }

// SignIn has a person sign in at Zoom, asks who it is, and saves the sign-in. That it is somebody else than before, or than the configured
// host, is noticed here: the meetings that were made would be out of reach.
func SignIn(ctx context.Context, c Config, p Prompt) error {
	if c.Mode != User {
		return errors.New("zoom: the account's app signs in by itself: there is nobody to ask")
	}
	s, err := New(c)
	if err != nil {
		return err
	}
	c = c.withDefaults()
	grant, err := s.tokens.person.ask(ctx, c, p)
	if err != nil {
		return fmt.Errorf("zoom: %w", err)
	}
	// The new sign-in is on the disk before it is used, and in its place once it is known whose it is.
	fresh := c.GrantFile + ".new"
	if err := grant.Save(fresh); err != nil {
		return fmt.Errorf("zoom: %w", err)
	}
	s.tokens = &tokens{person: s.tokens.person, cache: oauth.NewCache(c.Now, func(context.Context) (oauth.Token, error) {
		return oauth.Token{Value: grant.Access, Scopes: grant.Scopes, Fresh: grant.Fresh}, nil
	})}
	if grant.Owner, err = s.whoami(ctx, grant.Scopes); err != nil { // its first real use will say it again
		c.Log.DebugContext(ctx, "zoom: it is not known who has signed in", slog.String("reason", err.Error()))
	}
	err = install(ctx, c, grant)
	if gone := os.Remove(fresh); err == nil && gone != nil {
		err = fmt.Errorf("zoom: %w", gone)
	}
	return err
}

// ask runs the sign-in in the browser.
func (p *person) ask(ctx context.Context, c Config, prompt Prompt) (oauth.Grant, error) {
	transport := http.DefaultTransport
	if c.HTTP.Transport != nil {
		transport = c.HTTP.Transport
	}
	redirect, err := url.Parse(Redirect)
	if err != nil {
		return oauth.Grant{}, err
	}
	flow := oauth.SignIn{
		Config: p.config, Redirect: *redirect,
		HTTP: &http.Client{Transport: rest.Limit(transport, maxToken), CheckRedirect: rest.NoRedirect, Timeout: requestTimeout},
		Open: prompt.Open, Out: prompt.Out, In: prompt.In, Log: c.Log,
	}
	token, err := flow.Run(ctx)
	if refusal, answered := readRefusal(err); answered && (refusal.isClient() || rest.KindOf(refusal.status) == rest.Throttled) {
		err = p.explain(refusal)
	}
	if err != nil {
		return oauth.Grant{}, err
	}
	if token.RefreshToken == "" {
		return oauth.Grant{}, errors.New("there is no lasting sign-in in the answer: the app has to be a General app, user-managed")
	}
	grant := oauth.Grant{ClientID: c.ClientID, SignedIn: p.stamp()}
	take(&grant, token, p.now())
	return grant, nil
}

// take takes a new pair over into a sign-in.
func take(g *oauth.Grant, token *oauth2.Token, now time.Time) {
	g.RefreshToken, g.Access = oauth.Secret(token.RefreshToken), oauth.Secret(token.AccessToken)
	g.Fresh, g.Renewed = oauth.Fresh(now, oauth.Life(token)).UTC(), now.UTC().Truncate(time.Second)
	g.Asked, g.Previous = time.Time{}, ""
	if scopes := scopesOf(token); len(scopes) > 0 {
		g.Scopes = scopes
	}
}

// install puts a sign-in into its place, unless it is the wrong person's.
func install(ctx context.Context, c Config, grant oauth.Grant) error {
	unlock, err := oauth.Lock(ctx, c.GrantFile)
	if err != nil {
		return fmt.Errorf("zoom: %w", err)
	}
	defer unlock()
	before, err := oauth.LoadGrant(c.GrantFile)
	switch name := grant.Name(); {
	case name == "": // nobody knows
	case err == nil && before.UserID != "" && grant.UserID != before.UserID:
		return fmt.Errorf("zoom: %s has signed in, and until now it was %s, whose meetings zoomtag has made: sign in as %s. To begin anew with %s, delete %s first. Nothing was changed",
			name, before.Name(), before.Name(), name, c.GrantFile)
	case c.Host != "" && c.Host != meeting.Me && !grant.Is(c.Host):
		return fmt.Errorf("zoom: %s has signed in, and zoom.host is %s: sign in as %s, or correct zoom.host. Nothing was changed", name, c.Host, c.Host)
	}
	if err := grant.Save(c.GrantFile); err != nil {
		return fmt.Errorf("zoom: %w", err)
	}
	return nil
}
