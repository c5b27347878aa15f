package outlook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// The scopes of a person, without the address of Graph in front.
const (
	ownScope    = "Calendars.ReadWrite"
	sharedScope = "Calendars.ReadWrite.Shared"
)

// tokens makes the access tokens of a calendar; plain sends the requests for them. It reads the certificate, if there
// is one, and sends nothing.
func (c *Config) tokens(plain *http.Client) (*oauth.Cache, error) {
	s, err := newSigner(c, plain)
	if err != nil {
		return nil, err
	}
	if s.cfg.Auth != User && s.cfg.ClientCertificate != "" {
		if _, err := readCertificate(s.cfg.ClientCertificate, s.cfg.Log); err != nil {
			return nil, fmt.Errorf("outlook: client_certificate: %w", err)
		}
	}
	return oauth.NewCache(s.cfg.Now, s.signIn), nil
}

// signer gets access tokens.
type signer struct {
	cfg      Config // with its defaults
	plain    *http.Client
	endpoint oauth2.Endpoint
	resource string // Graph's address as scopes begin with it
	dead     deadEnd
}

// proof is what is presented for an access token: the sign-in of a person, or the app's certificate, or else its
// secret.
type proof struct {
	grant oauth.Grant
	cert  certificate
}

// deadEnd is a refusal that asking again with the same proof does not change.
type deadEnd struct {
	err   error
	until time.Time
	proof string
}

// deadPause is how long an app that Microsoft has refused is left alone here, so that one pass asks once. Who asks
// again after that is for others to say.
const deadPause = 10 * time.Second

// newSigner fills in what c leaves open, and checks the addresses.
func newSigner(c *Config, plain *http.Client) (*signer, error) {
	s := &signer{cfg: *c, plain: plain}
	if s.cfg.Now == nil {
		s.cfg.Now = time.Now
	}
	if s.cfg.Log == nil {
		s.cfg.Log = slog.New(slog.DiscardHandler)
	}
	if s.cfg.Tenant == "" && s.cfg.Auth == User {
		s.cfg.Tenant = "common"
	}
	if s.cfg.Tenant == "" {
		return nil, errors.New("outlook: auth app needs tenant, the Directory (tenant) ID on the app's Overview page")
	}
	api, err := rest.CheckURL(orElse(s.cfg.APIURL, DefaultAPIURL))
	if err != nil {
		return nil, fmt.Errorf("outlook: api_url: %w", err)
	}
	login, err := rest.CheckURL(orElse(s.cfg.LoginURL, DefaultLoginURL))
	if err != nil {
		return nil, fmt.Errorf("outlook: login_url: %w", err)
	}
	// The clouds of single countries have a Graph of their own, and scopes by its name.
	s.resource = api.Scheme + "://" + api.Host + "/"
	base := login.String() + "/" + url.PathEscape(s.cfg.Tenant) + "/oauth2/v2.0/"
	s.endpoint = oauth2.Endpoint{AuthURL: base + "authorize", TokenURL: base + "token", DeviceAuthURL: base +
		"devicecode", AuthStyle: oauth2.AuthStyleInParams}
	return s, nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// signIn is fetch; what is refused concerns all that is asked.
func (s *signer) signIn(ctx context.Context) (oauth.Token, error) {
	token, err := s.fetch(ctx)
	if errors.Is(err, calendar.ErrDenied) {
		err = &calendar.SignInError{Err: err}
	}
	return token, err
}

// fetch gets an access token. What was refused for a reason that lies with the app's registration is not asked again
// for a while, unless there is another sign-in or certificate to try it with.
func (s *signer) fetch(ctx context.Context) (oauth.Token, error) {
	p, err := s.proof()
	if err != nil {
		return oauth.Token{}, err
	}
	if s.dead.err != nil && s.dead.proof == p.id() && s.cfg.Now().Before(s.dead.until) {
		return oauth.Token{}, s.dead.err
	}
	ask := s.asKeptApp
	if s.cfg.Auth == User {
		ask = s.refresh
	}
	token, err := ask(oauth.Through(ctx, s.plain), p)
	switch {
	case err == nil:
		s.dead = deadEnd{}
		return token, nil
	case ctx.Err() != nil:
		return oauth.Token{}, ctx.Err()
	case errors.Is(err, calendar.ErrDenied):
		s.dead = deadEnd{err: err, until: s.cfg.Now().Add(deadPause), proof: p.id()}
	}
	return oauth.Token{}, err
}

// proof reads the file that proves who asks. It is read each time: a new sign-in, and a new certificate, are noticed at
// once.
func (s *signer) proof() (p proof, err error) {
	switch {
	case s.cfg.Auth == User:
		p.grant, err = s.grant()
	case s.cfg.ClientCertificate != "":
		p.cert, err = s.certificate()
	}
	return p, err
}

// id tells proofs apart.
func (p *proof) id() string {
	if p.cert.leaf != nil {
		return p.cert.thumbprint()
	}
	return p.grant.RefreshToken.Reveal()
}

// certificate reads the app's certificate.
func (s *signer) certificate() (certificate, error) {
	c, err := readCertificate(s.cfg.ClientCertificate, s.cfg.Log)
	if err != nil {
		return certificate{}, fmt.Errorf("%w: %w", calendar.ErrDenied, err)
	}
	if end := c.leaf.NotAfter; !s.cfg.Now().Before(end) {
		return certificate{}, words.Mend(fmt.Errorf("%w: the certificate in %s has expired on %s",
			calendar.ErrDenied, s.cfg.ClientCertificate, end.UTC().Format(time.DateOnly)), fmt.Sprintf(
			"make a new one and upload it (%sCertificates & secrets, Certificates)", inApp))
	}
	return c, nil
}

// asKeptApp gets an access token for the app itself, which all of its calendars share, or the one that is kept.
func (s *signer) asKeptApp(ctx context.Context, p proof) (oauth.Token, error) {
	want := oauth.Want{Proof: oauth.Secret(s.cfg.ClientSecret),
		For: []string{"outlook", s.endpoint.TokenURL, s.cfg.ClientID, s.resource}}
	if p.cert.leaf != nil {
		want.Proof = oauth.Secret(p.cert.key.D.Bytes())
	}
	return s.cfg.Tokens.Get(ctx, want, func(ctx context.Context) (oauth.Token, error) { return s.asApp(ctx, p) })
}

// asApp gets an access token for the app itself, by its certificate or its secret.
func (s *signer) asApp(ctx context.Context, p proof) (oauth.Token, error) {
	config := clientcredentials.Config{ClientID: s.cfg.ClientID, ClientSecret: s.cfg.ClientSecret,
		TokenURL: s.endpoint.TokenURL,
		Scopes:   []string{s.resource + ".default"}, AuthStyle: oauth2.AuthStyleInParams}
	assertion := ""
	if p.cert.leaf != nil {
		var err error
		if assertion, err = p.cert.assertion(s.cfg.ClientID, s.endpoint.TokenURL, s.cfg.Now()); err != nil {
			return oauth.Token{}, fmt.Errorf("%w: %w", calendar.ErrDenied, err)
		}
		config.ClientSecret = ""
		config.EndpointParams = url.Values{"client_assertion": {assertion},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}
	}
	token, err := config.Token(ctx)
	if err != nil {
		return oauth.Token{}, s.explain(err, s.cfg.ClientSecret, assertion)
	}
	return s.token(token), nil
}

// grant reads the sign-in of the person.
func (s *signer) grant() (oauth.Grant, error) {
	grant, err := s.cfg.Grants.Load(s.cfg.GrantFile)
	switch {
	case errors.Is(err, oauth.ErrNoGrant):
		return grant, words.Mend(fmt.Errorf("%w: %w", calendar.ErrDenied, err), "run "+s.cfg.SignInCommand)
	case errors.Is(err, oauth.ErrAway):
		return grant, err
	case err != nil:
		return grant, fmt.Errorf("%w: %w", calendar.ErrDenied, err)
	case grant.ClientID != s.cfg.ClientID:
		return grant, words.Mend(fmt.Errorf(
			"%w: the sign-in belongs to another app than the one with client_id %s", calendar.ErrDenied,
			s.cfg.ClientID), "run "+s.cfg.SignInCommand)
	case !grant.Refused.IsZero():
		return grant, s.expired(grant)
	}
	return grant, s.missingScope(grant.Scopes)
}

// refresh gets an access token for a person who has signed in. A grant that Microsoft calls dead is noted in its file,
// and not presented again.
func (s *signer) refresh(ctx context.Context, p proof) (oauth.Token, error) {
	config, grant := s.oauthConfig(), p.grant
	presented := grant.RefreshToken
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: presented.Reveal()}).Token()
	var refusal *oauth2.RetrieveError
	if errors.As(err, &refusal) && endsGrant(refusal) {
		grant.Refused, grant.Reason = s.cfg.Now().UTC().Truncate(time.Second),
			said(refusal, presented.Reveal(), s.cfg.ClientSecret)
		return oauth.Token{}, errors.Join(s.expired(grant),
			s.cfg.Grants.Replace(ctx, grant, s.cfg.GrantFile, presented))
	}
	if err != nil {
		return oauth.Token{}, s.explain(err, presented.Reveal(), s.cfg.ClientSecret)
	}
	got := s.token(token)
	fresh := grant
	if token.RefreshToken != "" { // there is a new one each time; it counts from the moment it is saved
		fresh.RefreshToken = oauth.Secret(token.RefreshToken)
	}
	if len(got.Scopes) > 0 {
		fresh.Scopes = got.Scopes
	}
	if fresh.RefreshToken != presented || !slices.Equal(fresh.Scopes, grant.Scopes) {
		if err := s.cfg.Grants.Replace(ctx, fresh, s.cfg.GrantFile, presented); err != nil {
			return oauth.Token{}, err
		}
	}
	return got, s.missingScope(got.Scopes)
}

func (s *signer) oauthConfig() oauth2.Config {
	return oauth2.Config{ClientID: s.cfg.ClientID, ClientSecret: s.cfg.ClientSecret, Scopes: s.scopes(),
		Endpoint: s.endpoint}
}

func (s *signer) token(t *oauth2.Token) oauth.Token {
	return oauth.Token{Value: oauth.Secret(t.AccessToken), Scopes: scopesOf(t),
		Fresh: oauth.Fresh(s.cfg.Now(), oauth.Life(t))}
}

// scopesOf are the scopes that an answer names.
func scopesOf(t *oauth2.Token) []string {
	scope, _ := t.Extra("scope").(string)
	return strings.Fields(scope)
}

// wanted are the scopes that the calendar needs. Who signs in is not known before, so what is configured decides:
// without a user it is one's own mailbox, and a user that is written is taken for somebody else. The scope for shared
// calendars is for work accounts only: a personal account that is asked for it cannot sign in.
func (s *signer) wanted() []string {
	if s.cfg.User == "" {
		return []string{ownScope}
	}
	return []string{ownScope, sharedScope}
}

// scopes are what a person is asked for.
func (s *signer) scopes() []string {
	list := []string{"offline_access"}
	for _, scope := range s.wanted() {
		list = append(list, s.resource+scope)
	}
	return list
}

// missingScope reports a scope that was asked for and not granted. An answer without scopes says nothing about them.
// Those of work accounts are named with the address of Graph in front, those of personal accounts without.
func (s *signer) missingScope(got []string) error {
	if len(got) == 0 {
		return nil
	}
	for _, want := range s.wanted() {
		if slices.ContainsFunc(got, func(scope string) bool { return strings.EqualFold(path.Base(scope), want) }) {
			continue
		}
		return words.Mend(fmt.Errorf("%w: the sign-in lacks the permission %s", calendar.ErrDenied, want),
			fmt.Sprintf("run %s; if that changes nothing, add it to the app (%sAPI permissions, Add a permission, "+
				"Microsoft Graph, Delegated permissions)", s.cfg.SignInCommand, inApp))
	}
	return nil
}
