package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// credentials is what a JSON file of Google's says, of either kind.
type credentials struct {
	// Of a service account.
	email, keyID, clientID string
	key                    oauth.Secret
	// Of a desktop app; its "secret" is none, says Google: it is in every copy of the app.
	clientSecret, authURL string

	tokenURL string
}

// maxCredentials bounds the file, in bytes.
const maxCredentials = 64 << 10

// readCredentials reads the JSON file for a way of signing in.
func readCredentials(path, auth string, log *slog.Logger) (credentials, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return credentials{}, words.Mend(fmt.Errorf("google: there is no file %s", path),
			"download the credentials from console.cloud.google.com and put them there")
	case errors.Is(err, fs.ErrPermission):
		return credentials{}, denied(path, err)
	case err == nil && !info.Mode().IsRegular():
		return credentials{}, words.Mend(fmt.Errorf("google: %s is no file", path), "name the file with the credentials")
	case err != nil:
		return credentials{}, fmt.Errorf("google: the credentials cannot be read: %w", err)
	case info.Size() > maxCredentials:
		return credentials{}, fmt.Errorf("google: %s is too large to be credentials", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0: // there the access list of its folder says it
		log.Warn("every user of this machine can read Google's credentials", "mend", "chmod 600 "+path)
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) {
		return credentials{}, denied(path, err)
	}
	if err != nil {
		return credentials{}, fmt.Errorf("google: the credentials cannot be read: %w", err)
	}
	c, err := parseCredentials(data, auth)
	if err != nil {
		return credentials{}, fmt.Errorf("google: %s: %w", path, err)
	}
	return c, nil
}

// denied says that the file with the credentials is somebody else's.
func denied(path string, err error) error {
	return words.Mend(words.Say(err, "google: the file "+path+" may not be read by this user"),
		"have its owner let you, or run zoomtag as its owner")
}

// CheckCredentials says what is wrong with a JSON file for a way of signing in.
func CheckCredentials(path, auth string) error {
	_, err := readCredentials(path, auth, slog.New(slog.DiscardHandler))
	return err
}

func parseCredentials(data []byte, auth string) (credentials, error) {
	type client struct {
		ID       string `json:"client_id"`
		Secret   string `json:"client_secret"`
		AuthURI  string `json:"auth_uri"`
		TokenURI string `json:"token_uri"`
	}
	var file struct {
		Type         string  `json:"type"`
		ClientEmail  string  `json:"client_email"`
		ClientID     string  `json:"client_id"`
		PrivateKey   string  `json:"private_key"`
		PrivateKeyID string  `json:"private_key_id"`
		TokenURI     string  `json:"token_uri"`
		Installed    *client `json:"installed"`
		Web          *client `json:"web"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return credentials{}, words.Mend(errors.New("this is not the JSON file that Google gives out"),
			"download it again")
	}
	var c credentials
	switch {
	case auth == User && file.Installed != nil:
		c = credentials{clientID: file.Installed.ID, clientSecret: file.Installed.Secret,
			authURL: file.Installed.AuthURI, tokenURL: file.Installed.TokenURI}
		if c.authURL == "" {
			c.authURL = "https://accounts.google.com/o/oauth2/auth"
		}
		if err := checkEndpoint("auth_uri", c.authURL); err != nil {
			return credentials{}, err
		}
	case auth == User && file.Web != nil:
		return credentials{}, words.Mend(errors.New("this client is of the type \"Web application\""),
			"make one of the type \"Desktop app\"")
	case auth == User && file.Type == "service_account":
		return credentials{}, words.Mend(errors.New("this is the key of a service account"),
			"write auth: service-account, or download a client of the type \"Desktop app\"")
	case auth != User && file.Type == "service_account":
		c = credentials{email: file.ClientEmail, keyID: file.PrivateKeyID, clientID: file.ClientID,
			key: oauth.Secret(file.PrivateKey), tokenURL: file.TokenURI}
		if c.email == "" || !strings.Contains(file.PrivateKey, "PRIVATE KEY") {
			return credentials{}, words.Mend(errors.New("client_email or private_key is missing"),
				"download a new key (IAM, Service Accounts, Keys, JSON)")
		}
	case auth != User && (file.Installed != nil || file.Web != nil):
		return credentials{}, words.Mend(errors.New("this is an OAuth client, not the key of a service account"),
			"write auth: user, or download a key (IAM, Service Accounts, Keys, JSON)")
	default:
		return credentials{}, words.Mend(fmt.Errorf("this is not the file for auth: %s", auth),
			"download it again")
	}
	if c.tokenURL == "" {
		c.tokenURL = "https://oauth2.googleapis.com/token"
	}
	return c, checkEndpoint("token_uri", c.tokenURL)
}

// checkEndpoint lets nobody who can write the credentials file have secrets sent in the open.
func checkEndpoint(name, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !rest.Loopback(u.Host)) {
		return fmt.Errorf("%s must be an https address", name)
	}
	return nil
}

// signer gets access tokens.
type signer struct {
	cfg   *Config
	own   *Own
	creds *credentials
	scope string
	dead  *deadEnd
}

// deadEnd is the error of a grant that was refused, and until when it counts.
type deadEnd struct {
	err   error
	until time.Time
}

// deadPause is how long a service account that Google has refused is left alone here, so that one pass asks once. Who
// asks again after that is for others to say.
const deadPause = 10 * time.Second

// token is fetch; what is refused concerns all that is asked.
func (s *signer) token(ctx context.Context) (oauth.Token, error) {
	token, err := s.fetch(ctx)
	if errors.Is(err, calendar.ErrDenied) {
		err = &calendar.SignInError{Err: err}
	}
	return token, err
}

func (s *signer) fetch(ctx context.Context) (oauth.Token, error) {
	if s.cfg.Auth == User {
		return s.refresh(ctx)
	}
	if s.dead != nil && s.cfg.Now().Before(s.dead.until) {
		return oauth.Token{}, s.dead.err
	}
	want := oauth.Want{Proof: s.creds.key, For: []string{"google", s.creds.tokenURL, s.creds.email, s.creds.keyID,
		s.own.Subject, s.scope}}
	return s.cfg.Tokens.Get(ctx, want, s.asServiceAccount)
}

// asServiceAccount has the service account sign for an access token.
func (s *signer) asServiceAccount(ctx context.Context) (oauth.Token, error) {
	config := jwt.Config{Email: s.creds.email, PrivateKey: []byte(s.creds.key.Reveal()), PrivateKeyID: s.creds.keyID,
		Subject: s.own.Subject,
		Scopes:  []string{s.scope}, TokenURL: s.creds.tokenURL}
	token, err := config.TokenSource(oauth.Through(ctx, s.cfg.plainClient())).Token()
	if err == nil && token.AccessToken == "" { // this flow of the library does not look
		err = errors.New("it holds no access token")
	}
	if err == nil {
		s.dead = nil
		return s.kept(token), nil
	}
	err = s.explain(err)
	if errors.Is(err, calendar.ErrDenied) {
		s.dead = &deadEnd{err, s.cfg.Now().Add(deadPause)}
	}
	return oauth.Token{}, err
}

// refresh gets an access token for a person who has signed in. The file is read each time: a sign-in is noticed at
// once. A grant that Google calls dead is noted in it, and not presented again.
func (s *signer) refresh(ctx context.Context) (oauth.Token, error) {
	grant, err := s.cfg.Grants.Load(s.own.GrantFile)
	switch {
	case errors.Is(err, oauth.ErrNoGrant):
		return oauth.Token{}, words.Mend(fmt.Errorf("%w: %w", calendar.ErrDenied, err),
			"run "+s.own.SignInCommand)
	case errors.Is(err, oauth.ErrAway):
		return oauth.Token{}, err
	case err != nil:
		return oauth.Token{}, fmt.Errorf("%w: %w", calendar.ErrDenied, err)
	case grant.ClientID != s.creds.clientID:
		return oauth.Token{}, words.Mend(fmt.Errorf("%w: the sign-in belongs to another OAuth client than the one in %s",
			calendar.ErrDenied, s.cfg.Credentials), "run "+s.own.SignInCommand)
	case !grant.Refused.IsZero():
		return oauth.Token{}, s.expired(grant)
	}
	config := s.oauthConfig()
	token, err := config.TokenSource(oauth.Through(ctx, s.cfg.plainClient()),
		&oauth2.Token{RefreshToken: grant.RefreshToken.Reveal()}).Token()
	var refusal *oauth2.RetrieveError
	if errors.As(err, &refusal) && errorCode(refusal) == "invalid_grant" {
		grant.Refused, grant.Reason = s.cfg.Now().UTC().Truncate(time.Second),
			rest.Snippet([]byte(refusal.ErrorDescription), 200)
		return oauth.Token{}, errors.Join(s.expired(grant), s.cfg.Grants.Replace(ctx, grant, s.own.GrantFile,
			grant.RefreshToken))
	}
	if err != nil {
		return oauth.Token{}, s.explain(err)
	}
	if token.RefreshToken != "" && token.RefreshToken != grant.RefreshToken.Reveal() {
		presented := grant.RefreshToken
		// Google rarely sends a new one; it counts from the moment it is saved
		grant.RefreshToken = oauth.Secret(token.RefreshToken)
		if err := s.cfg.Grants.Replace(ctx, grant, s.own.GrantFile, presented); err != nil {
			return oauth.Token{}, err
		}
	}
	got := s.kept(token)
	return got, missingScope(s.scope, got.Scopes, s.own.SignInCommand)
}

func (s *signer) oauthConfig() oauth2.Config {
	return oauth2.Config{ClientID: s.creds.clientID, ClientSecret: s.creds.clientSecret, Scopes: []string{s.scope},
		Endpoint: oauth2.Endpoint{AuthURL: s.creds.authURL, TokenURL: s.creds.tokenURL,
			AuthStyle: oauth2.AuthStyleInParams}}
}

func (s *signer) kept(t *oauth2.Token) oauth.Token {
	scope, _ := t.Extra("scope").(string)
	return oauth.Token{Value: oauth.Secret(t.AccessToken), Scopes: strings.Fields(scope),
		Fresh: oauth.Fresh(s.cfg.Now(), oauth.Life(t))}
}

// testingLife is how long the sign-ins of an app live whose publishing status is Testing.
const testingLife = 7 * 24 * time.Hour

// expired words that a person's sign-in is dead, with the cause to look for first.
func (s *signer) expired(g oauth.Grant) error {
	cause := "It was revoked at myaccount.google.com/connections, was not used for six months, or an administrator " +
		"ended it"
	cure := "run " + s.own.SignInCommand
	if age := g.Refused.Sub(g.SignedIn); age >= testingLife-12*time.Hour && age < testingLife+48*time.Hour {
		cause = "It lived for seven days: the app's publishing status is \"Testing\""
		cure = "set that to \"In production\" (console.cloud.google.com, Google Auth Platform, Audience), else this " +
			"comes back every week; then " + cure
	} else {
		cause += "; or the app's publishing status is \"Testing\", in which every sign-in dies after seven days " +
			"(console.cloud.google.com, Google Auth Platform, Audience)"
	}
	said := ""
	if g.Reason != "" {
		said = " (Google says: " + g.Reason + ")"
	}
	return words.Mend(fmt.Errorf("%w: Google no longer accepts the sign-in of %s (invalid_grant). %s%s",
		calendar.ErrDenied, g.SignedIn.UTC().Format(time.DateOnly), cause, said), cure)
}

// missingScope reports a scope that was asked for and not granted. An answer without scopes says nothing about them.
func missingScope(want string, got []string, command string) error {
	if len(got) == 0 {
		return nil
	}
	wider := []string{want, "https://www.googleapis.com/auth/calendar.events",
		"https://www.googleapis.com/auth/calendar"}
	for _, scope := range got {
		for _, enough := range wider {
			if scope == enough {
				return nil
			}
		}
	}
	if slices.Contains(got, api.CalendarEventsOwnedScope) {
		return words.Mend(fmt.Errorf("%w: the sign-in is for the person's own calendar alone, and google.calendar names "+
			"another one", calendar.ErrDenied), "check google.calendar, or run "+command+" again for that calendar")
	}
	return words.Mend(fmt.Errorf("%w: the box for seeing and changing calendar events was not ticked on Google's page",
		calendar.ErrDenied), "run "+command+" again and tick it")
}

func errorCode(refusal *oauth2.RetrieveError) string {
	if refusal.ErrorCode != "" {
		return refusal.ErrorCode
	}
	var body struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(refusal.Body, &body) != nil {
		return ""
	}
	return body.Error
}

// explain turns what the token endpoint answered into a sentence that names the mend.
func (s *signer) explain(err error) error {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) || refusal.Response == nil {
		if strings.Contains(err.Error(), "private key") {
			return words.Mend(fmt.Errorf("%w: the private key in %s cannot be used", calendar.ErrDenied,
				s.cfg.Credentials), "download a new key")
		}
		return &rest.BrokenError{Cause: "no answer that can be used from Google's sign-in: " + rest.Unusable(err)}
	}
	status := refusal.Response.StatusCode
	said := fmt.Sprintf(" (Google says: %s, HTTP %d)", rest.Snippet(refusal.Body, 200), status)
	switch code := errorCode(refusal); {
	case rest.KindOf(status) == rest.Throttled:
		until, ok := rest.RetryAfter(refusal.Response.Header, s.cfg.Now())
		if !ok {
			until = s.cfg.Now().Add(time.Minute)
		}
		return &calendar.Throttled{Until: until, Err: errors.New("too many sign-ins at Google" + said)}
	case status >= 500 || code == "":
		return &rest.BrokenError{Cause: "Google's sign-in does not work at the moment" + said}
	case code == "unauthorized_client":
		return words.Mend(fmt.Errorf("%w: the service account may not act for %s%s", calendar.ErrDenied, s.own.Subject,
			said), fmt.Sprintf("in admin.google.com, Security, API controls, Domain-wide delegation, authorise the client "+
			"id %s for exactly this scope: %s", s.creds.clientID, s.scope))
	case code == "invalid_grant":
		return words.Mend(fmt.Errorf("%w: Google does not let the service account act%s", calendar.ErrDenied, said),
			fmt.Sprintf("check that %q is a user of the domain, that the key was not deleted, and that this machine's "+
				"clock is right", s.own.Subject))
	case code == "invalid_client" || code == "deleted_client":
		return words.Mend(fmt.Errorf("%w: Google does not know this app any more", calendar.ErrDenied),
			"download the credentials again"+said)
	}
	return fmt.Errorf("%w: Google refuses the sign-in%s", calendar.ErrDenied, said)
}
