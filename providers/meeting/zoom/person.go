package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// person gets the access tokens of a person who has signed in.
//
// Zoom takes a refresh token once and answers with the next: whoever loses an answer, or asks twice, has lost the
// sign-in. So one renews at a time, of all processes (Grants.Lock); that an answer is awaited is saved before the
// question; the new pair is saved before it is used, and the old refresh token is kept beside it until the new access
// token has worked. The access token is in the file as well, so that commands which run every minute renew once an
// hour.
type person struct {
	grants  oauth.Grants
	file    string // the sign-in's
	guard   string // the file under whose lock it is renewed: its own, or the one whose place it is to take
	command string // that makes a new one
	host    string // what the configuration calls the person
	config  oauth2.Config
	http    *http.Client
	now     func() time.Time
	hook    func(point string)

	// These belong to fetch, which runs once at a time.
	given   oauth.Secret // the access token that was handed out last: who asks again has seen it turned down
	turned  time.Time    // when that last led to a renewal
	unsaved *oauth.Grant // a renewed sign-in that could not be saved
	instead oauth.Secret // the refresh token in the file, where unsaved belongs
	pause   pause
	lost    rest.Backoff // after a lost answer
	losses  int          // in a row

	mu       sync.Mutex   // guards all below
	unproven oauth.Secret // an access token whose first use ends the need for the refresh token before
	replaced bool         // the API has said that a later sign-in took the place of this one
}

// deadPause is how long nobody asks again for what was refused, so that one pass asks once. Who asks again after that
// is for others to say.
const deadPause = 10 * time.Second

// renewalPause is the longest wait between renewals that lead to nothing: answers that were lost, access tokens that
// the API turns down.
const renewalPause = 15 * time.Minute

// pause is a failure that asking again with the same sign-in at once would not change.
type pause struct {
	err   error
	until time.Time
	token oauth.Secret
}

func newPerson(c Config, base *url.URL) *person {
	style := oauth2.AuthStyleInHeader
	if c.ClientSecret == "" { // a public client names itself in the body (RFC 6749, section 2.3.1)
		style = oauth2.AuthStyleInParams
	}
	return &person{
		grants: c.Grants,
		file:   c.GrantFile, guard: c.GrantFile, command: c.SignInCommand, host: c.Host, http: c.plainClient(),
		now: c.Now, hook: c.Hook,
		config: oauth2.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Endpoint: oauth2.Endpoint{
			AuthURL: base.JoinPath("authorize").String(), TokenURL: base.JoinPath("token").String(), AuthStyle: style}},
		lost: rest.Backoff{First: time.Minute, Most: renewalPause},
	}
}

// fetch gives an access token: the one in the file while it is good, else that of a renewal. The file is read each
// time, so that a new sign-in is noticed at once.
func (p *person) fetch(ctx context.Context) (oauth.Token, error) {
	grant, err := p.load()
	if err != nil && !grant.Refused.IsZero() {
		grant, err = p.adopt(ctx)
	}
	if err == nil && (p.unsaved != nil || !p.fresh(grant)) {
		grant, err = p.replace(ctx)
	}
	if err != nil {
		return oauth.Token{}, err
	}
	p.given = grant.Access
	p.mu.Lock()
	defer p.mu.Unlock()
	p.replaced = false
	if grant.Previous != "" {
		p.unproven = grant.Access
	}
	return oauth.Token{Value: grant.Access, Scopes: grant.Scopes, Fresh: grant.Fresh}, nil
}

// fresh reports whether the access token in the file can be used.
func (p *person) fresh(g oauth.Grant) bool {
	return g.Access != "" && g.Access != p.given && p.now().Before(g.Fresh)
}

// replace renews the sign-in, unless somebody else has done so while this waited for its turn.
func (p *person) replace(ctx context.Context) (oauth.Grant, error) {
	unlock, err := p.grants.Lock(ctx, p.guard)
	if err != nil {
		return oauth.Grant{}, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
	}
	defer unlock()
	if err := p.restore(); err != nil {
		return oauth.Grant{}, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
	}
	grant, err := p.load()
	if err != nil || p.fresh(grant) {
		return grant, err
	}
	if grant.Access == p.given && p.now().Before(grant.Fresh) { // the API has turned it down
		if p.now().Before(p.turned.Add(renewalPause)) {
			return grant, words.Mend(fmt.Errorf("%w: Zoom gave a new access token and does not accept it either",
				meeting.ErrDenied), "check that the app is still added and active at marketplace.zoom.us, or run "+p.command)
		}
		p.turned = p.now()
	}
	return p.renew(ctx, grant)
}

// adopt puts a later sign-in of the same person, which could not be put into its place, there now that the one before
// is refused. Whose it is may not be known yet: then somebody has to ask.
func (p *person) adopt(ctx context.Context) (oauth.Grant, error) {
	unlock, err := p.grants.Lock(ctx, p.guard)
	if err != nil {
		return oauth.Grant{}, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
	}
	defer unlock()
	grant, err := p.load()
	if err == nil || grant.Refused.IsZero() {
		return grant, err
	}
	later, none := p.grants.Load(aside(p.file))
	if none != nil || later.ClientID != p.config.ClientID || !later.Refused.IsZero() ||
		later.SignedIn.Equal(grant.SignedIn) {
		return grant, err
	}
	if !later.Same(grant.Owner) {
		return grant, words.Mend(words.Say(err, words.Cause(err)), words.Cure(err)+" (a later sign-in is kept in "+
			p.grants.Place(aside(p.file))+"; that command looks whose it is, and takes it)")
	}
	if err := p.grants.Save(&later, p.file); err != nil {
		return grant, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
	}
	_ = p.grants.Remove(aside(p.file)) // one that stays is known by its time
	return later, nil
}

// restore saves a renewal that could not be saved, unless somebody has signed in meanwhile.
func (p *person) restore() error {
	if p.unsaved == nil {
		return nil
	}
	grant, err := p.grants.Load(p.file)
	if err == nil && grant.RefreshToken == p.instead {
		err = p.grants.Save(p.unsaved, p.file)
	}
	if err == nil {
		p.unsaved = nil
	}
	return err
}

// load reads the sign-in, and says why it cannot be used.
func (p *person) load() (oauth.Grant, error) {
	grant, err := p.grants.Load(p.file)
	switch {
	case errors.Is(err, oauth.ErrNoGrant):
		return grant, words.Mend(fmt.Errorf("%w: %w", meeting.ErrDenied, err), "run "+p.command)
	case errors.Is(err, oauth.ErrAway):
		return grant, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
	case err != nil:
		return grant, fmt.Errorf("%w: %w", meeting.ErrDenied, err)
	case grant.ClientID != p.config.ClientID:
		return grant, words.Mend(fmt.Errorf("%w: the sign-in belongs to another Zoom app than the one with client_id %s",
			meeting.ErrDenied, p.config.ClientID), "run "+p.command)
	case !grant.Refused.IsZero():
		return grant, p.expired(grant)
	}
	return grant, nil
}

// keepFor is how long a sign-in may go without a renewal: Zoom forgets it after 90 days, and has changed that number
// before.
const keepFor = 6 * 24 * time.Hour

// KeepSignIn renews a person's sign-in that has not been renewed for days, because there was nothing to do.
func (s *Service) KeepSignIn(ctx context.Context) error {
	p := s.tokens.person
	if p == nil {
		return nil
	}
	grant, err := p.load()
	if err == nil && p.now().After(grant.Renewed.Add(keepFor)) {
		_, _, err = s.tokens.get(ctx, "")
	}
	if err != nil {
		return fmt.Errorf("zoom: keep the sign-in: %w", err)
	}
	return nil
}

// expired words that the sign-in is dead.
func (p *person) expired(g oauth.Grant) error {
	return words.Mend(fmt.Errorf("%w: Zoom no longer accepts the sign-in of %s: %s", meeting.ErrDenied,
		g.SignedIn.UTC().Format(time.DateOnly), g.Reason), "sign in again with "+p.command)
}

// turnedDown hears how the API turned an access token down.
func (t *tokens) turnedDown(why *problem) {
	if t.person == nil || !why.superseded {
		return
	}
	t.person.mu.Lock()
	defer t.person.mu.Unlock()
	t.person.replaced = true
}

// worked hears that the API has accepted an access token. The refresh token before it is then no longer needed; that it
// stays in the file because that cannot be written does no harm.
func (t *tokens) worked(ctx context.Context, token string) {
	p := t.person
	if p == nil {
		return
	}
	p.mu.Lock()
	proves := token != "" && p.unproven.Reveal() == token
	if proves {
		p.unproven = ""
	}
	p.mu.Unlock()
	if !proves {
		return
	}
	unlock, err := p.grants.Lock(ctx, p.guard)
	if err != nil {
		return
	}
	defer unlock()
	if grant, err := p.grants.Load(p.file); err == nil && grant.Access.Reveal() == token && grant.Previous != "" {
		grant.Previous = ""
		_ = p.grants.Save(&grant, p.file) // see above
	}
}
