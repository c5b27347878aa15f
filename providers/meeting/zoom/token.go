package zoom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
)

// requestTimeout bounds one request, answer included.
const requestTimeout = 30 * time.Second

// tokens gets and keeps the access token. Zoom's server-to-server grant has no refresh token: a new one is simply asked for.
type tokens struct {
	config clientcredentials.Config
	http   *http.Client
	now    func() time.Time
	cache  *oauth.Cache
}

func newTokens(c Config, base *url.URL, client *http.Client, now func() time.Time) *tokens {
	t := &tokens{
		config: clientcredentials.Config{
			ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: base.JoinPath("token").String(),
			EndpointParams: url.Values{"grant_type": {"account_credentials"}, "account_id": {c.AccountID}},
			AuthStyle:      oauth2.AuthStyleInHeader,
		},
		http: client, now: now,
	}
	t.cache = oauth.NewCache(now, t.fetch)
	return t
}

// get returns a token that is good for a while yet and is not refused, which the API has just turned down. Whatever goes wrong
// here, the call that needs the token was not sent.
func (t *tokens) get(ctx context.Context, refused string) (token string, scopes []string, err error) {
	got, err := t.cache.Get(ctx, oauth.Secret(refused))
	switch {
	case err == nil:
		return got.Value.Reveal(), got.Scopes, nil
	case ctx.Err() != nil:
		err = fmt.Errorf("%w: %w", meeting.ErrNotSent, ctx.Err())
	}
	return "", nil, fmt.Errorf("zoom: get an access token: %w", err)
}

func (t *tokens) fetch(ctx context.Context) (oauth.Token, error) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, t.http), requestTimeout)
	defer cancel()
	token, err := t.config.Token(ctx)
	if err != nil {
		return oauth.Token{}, t.explain(err)
	}
	scope, _ := token.Extra("scope").(string)
	return oauth.Token{Value: oauth.Secret(token.AccessToken), Scopes: strings.Fields(scope), Fresh: oauth.Fresh(t.now(), oauth.Life(token))}, nil
}

// explain turns what the token endpoint answered into a sentence that names the mend. Whatever went wrong, the call that
// needed the token was not sent.
func (t *tokens) explain(err error) error {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) || refusal.Response == nil {
		return fmt.Errorf("%w: no answer that can be used from %s: %s", meeting.ErrNotSent, t.config.TokenURL, rest.Redact(err.Error()))
	}
	var body struct{ Reason, Error string }
	_ = json.Unmarshal(refusal.Body, &body) // no JSON leaves both empty, which is looked at below
	status, tracking := refusal.Response.StatusCode, refusal.Response.Header.Get(trackingHeader)
	said := details(0, status, body.Error+" "+body.Reason, tracking)
	switch kind := rest.KindOf(status); {
	case kind == rest.Throttled:
		until, ok := rest.RetryAfter(refusal.Response.Header, t.now())
		if !ok {
			until = t.now().Add(time.Minute)
		}
		return &meeting.Throttled{Until: until, Err: fmt.Errorf("too many sign-ins: zoomtag waits%s", said)}
	case status >= 500 || body.Error == "" && body.Reason == "":
		return fmt.Errorf("%w: Zoom's sign-in does not work at the moment%s", meeting.ErrNotSent, said)
	case body.Error == "invalid_client" || strings.Contains(body.Reason, "client_id"):
		return fmt.Errorf("%w: Zoom does not know this client id and secret: check zoom.client_id and zoom.client_secret%s", meeting.ErrDenied, said)
	case body.Error == "invalid_request":
		return fmt.Errorf("%w: Zoom does not accept the account: check zoom.account_id, and that the app is activated%s", meeting.ErrDenied, said)
	}
	return fmt.Errorf("%w: Zoom refuses the app: look at its page at marketplace.zoom.us (is it activated, is it a server-to-server app?)%s", meeting.ErrDenied, said)
}

// needed are the scopes of the calls that this package makes, with the classic scope that also grants each.
var needed = []struct{ scope, classic string }{
	{"meeting:write:meeting", "meeting:write"},
	{"meeting:update:meeting", "meeting:write"},
	{"meeting:delete:meeting", "meeting:write"},
	{"meeting:read:meeting", "meeting:read"},
	{"meeting:read:list_meetings", "meeting:read"},
}

// CheckScopes gets a token and compares its scopes with the calls that this package makes. The error names the missing
// ones. Creating, changing and deleting are three scopes: an app that lacks one works until the first event is moved.
func (s *Service) CheckScopes(ctx context.Context) error {
	_, scopes, err := s.tokens.get(ctx, "")
	if err != nil || len(scopes) == 0 { // an answer without scopes says nothing about them
		return err
	}
	has := func(scope string) bool {
		return slices.Contains(scopes, scope) || slices.Contains(scopes, scope+":admin") || slices.Contains(scopes, scope+":master")
	}
	var missing []string
	for _, n := range needed {
		if !has(n.scope) && !has(n.classic) {
			missing = append(missing, n.scope+":admin")
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("zoom: check scopes: %w: %s", meeting.ErrDenied, addScopes(missing))
}

func addScopes(missing []string) string {
	return "the Zoom app lacks " + strings.Join(missing, ", ") +
		": add it to the app under Scopes at marketplace.zoom.us (a new token is then used within the hour)"
}
