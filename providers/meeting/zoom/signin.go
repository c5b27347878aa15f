package zoom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
)

// Redirect is what has to be registered as the app's redirect: Zoom compares all of it, but for the port.
const Redirect = "http://127.0.0.1/callback"

// maxToken bounds an answer of the sign-in, in bytes.
const maxToken = 1 << 20

// aside is where a new sign-in is kept until it is known whose it is and that it may take the place of the one before.
func aside(grantFile string) string { return grantFile + ".new" }

// dropped is why a new sign-in was not kept.
type dropped struct{ error }

func (d dropped) Unwrap() error { return d.error }

// SignIn has a person sign in at Zoom, asks who it is, and saves the sign-in. That it is somebody else than before, or
// than the configured host, is noticed here: the meetings that were made would be out of reach. By signing in, the same
// person's sign-in before is dead: the new one is thrown away only where it is another person's. One that an earlier
// run has left aside is taken first.
func SignIn(ctx context.Context, c Config, p signin.Prompt) error {
	if c.Mode != User {
		return errors.New("zoom: the account's app signs in by itself: there is nobody to ask")
	}
	s, err := New(c)
	if err != nil {
		return err
	}
	c = c.withDefaults()
	// Whose place a sign-in would take has to be known.
	if _, err := c.Grants.Load(c.GrantFile); err != nil && !errors.Is(err, oauth.ErrNoGrant) {
		return fmt.Errorf("zoom: %w", err)
	}
	if done, err := resume(ctx, c, p.Out); done || err != nil {
		return err
	}
	grant, err := s.tokens.person.ask(ctx, c, p)
	if err != nil {
		return fmt.Errorf("zoom: %w", err)
	}
	if err := keepAside(ctx, c, grant); err != nil {
		return fmt.Errorf("zoom: %w", err)
	}
	return settle(ctx, c, grant)
}

// lockPatience bounds the wait for the lock of a sign-in that has to be saved whatever happens: a renewal may hold it.
const lockPatience = rest.SignInTime + 10*time.Second

// keepAside saves a new sign-in, by which the one before is dead at Zoom. It is done under the lock: who holds that may
// just be taking an earlier one from there. If the lock cannot be had, it is saved all the same.
func keepAside(ctx context.Context, c Config, grant oauth.Grant) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockPatience)
	defer cancel()
	if unlock, err := c.Grants.Lock(limited, c.GrantFile); err == nil {
		defer unlock()
	}
	return c.Grants.Save(&grant, aside(c.GrantFile))
}

// dropDead removes a sign-in that was kept aside and is dead: the next one would take its place anyway.
func dropDead(ctx context.Context, c Config) bool {
	unlock, err := c.Grants.Lock(ctx, c.GrantFile)
	if err != nil {
		return false
	}
	defer unlock()
	now, err := c.Grants.Load(aside(c.GrantFile))
	return err == nil && !now.Refused.IsZero() && c.Grants.Remove(aside(c.GrantFile)) == nil
}

// resume takes the sign-in that an earlier run has left aside. One that is of no use is as good as none.
func resume(ctx context.Context, c Config, out io.Writer) (done bool, err error) {
	file := aside(c.GrantFile)
	left, err := c.Grants.Load(file)
	switch {
	case errors.Is(err, oauth.ErrNoGrant):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("zoom: %w", err)
	case left.ClientID != c.ClientID || !left.Refused.IsZero():
		return false, nil
	}
	if before, err := c.Grants.Load(c.GrantFile); err == nil && before.SignedIn.Equal(left.SignedIn) {
		return false, nil // it took its place, and has been renewed there since, maybe
	}
	err = settle(ctx, c, left)
	var gone dropped
	if errors.As(err, &gone) {
		fmt.Fprintf(out, "An earlier sign-in that was kept in %s is of no use: %v\n\n", c.Grants.Place(file), err)
		return false, nil
	}
	if err == nil {
		fmt.Fprintf(out, "The sign-in of %s, which was kept in %s, has been taken.\n",
			left.SignedIn.Local().Format("2006-01-02 15:04 MST"), c.Grants.Place(file))
	}
	return true, err
}

// settle asks whose the sign-in is that is kept aside, and puts it into its place.
func settle(ctx context.Context, c Config, grant oauth.Grant) error {
	at := c
	at.GrantFile = aside(c.GrantFile)
	s, err := New(at)
	if err != nil {
		return err
	}
	s.tokens.person.guard = c.GrantFile
	owner, err := s.whoamiPatiently(ctx, grant.Scopes)
	if err != nil {
		if dropDead(ctx, c) {
			return dropped{err}
		}
		return keptAside(c, fmt.Errorf("zoom: it is not known who has signed in, so that the sign-in before was not "+
			"touched: %w", err))
	}
	return install(ctx, c, grant, owner)
}

// keptAside is err, and says where a sign-in is that could not be put into its place.
func keptAside(c Config, err error) error {
	return words.Mend(fmt.Errorf("%w. The new sign-in is kept in %s", err, c.Grants.Place(aside(c.GrantFile))),
		"run "+c.SignInCommand+" again to have it taken, or delete that file first to sign in anew")
}

// ask runs the sign-in in the browser.
func (p *person) ask(ctx context.Context, c Config, prompt signin.Prompt) (oauth.Grant, error) {
	redirect, err := url.Parse(Redirect)
	if err != nil {
		return oauth.Grant{}, err
	}
	flow := oauth.SignIn{
		Config: p.config, Redirect: *redirect,
		HTTP: c.plainClient(),
		Open: prompt.Open, Out: prompt.Out, In: prompt.In, Log: c.Log,
	}
	token, err := flow.Run(ctx)
	if refusal, answered := readRefusal(err); answered &&
		(refusal.isClient() || rest.KindOf(refusal.status) == rest.Throttled) {
		err = p.explain(refusal)
	}
	if err != nil {
		return oauth.Grant{}, err
	}
	if token.RefreshToken == "" {
		return oauth.Grant{}, errors.New("there is no lasting sign-in in the answer: the app has to be a General " +
			"app, user-managed")
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

// install puts the sign-in that is kept aside into its place, unless it is another person's than the one there.
func install(ctx context.Context, c Config, grant oauth.Grant, owner oauth.Owner) error {
	unlock, err := c.Grants.Lock(ctx, c.GrantFile)
	if err != nil {
		return keptAside(c, fmt.Errorf("zoom: %w", err))
	}
	defer unlock()
	before, err := c.Grants.Load(c.GrantFile)
	if err != nil && !errors.Is(err, oauth.ErrNoGrant) {
		return keptAside(c, fmt.Errorf("zoom: %w", err))
	}
	file := aside(c.GrantFile)
	now, err := c.Grants.Load(file) // it may have been renewed
	switch {
	case errors.Is(err, oauth.ErrNoGrant) && before.SignedIn.Equal(grant.SignedIn): // a daemon has adopted it
		return checkHost(c, before.Owner)
	case err != nil:
		return fmt.Errorf("zoom: the new sign-in: %w", err)
	case !now.SignedIn.Equal(grant.SignedIn): // it is not known whose that is
		return keptAside(c, errors.New("zoom: somebody has signed in a second time meanwhile"))
	}
	nobody := oauth.Owner{}
	if owner != nobody && before.Owner != nobody && !owner.Same(before.Owner) {
		err := words.Mend(fmt.Errorf(
			"zoom: %s has signed in, and until now it was %s, whose meetings zoomtag has made", owner.Name(),
			before.Name()), fmt.Sprintf(
			"sign in as %s. To begin anew with %s, delete %s first. Nothing was changed", before.Name(),
			owner.Name(), c.Grants.Place(c.GrantFile)))
		return dropped{errors.Join(err, c.Grants.Remove(file))}
	}
	now.Owner = owner
	err = c.Grants.Save(&now, file) // with its owner: whoever finds it there need not ask
	if err == nil {
		err = c.Grants.Save(&now, c.GrantFile)
	}
	if err != nil {
		return keptAside(c, fmt.Errorf("zoom: %w", err))
	}
	if err := c.Grants.Remove(file); err != nil {
		return fmt.Errorf("zoom: %w", err)
	}
	return checkHost(c, owner)
}

// checkHost compares who has signed in with the configuration. The sign-in is in its place then: throwing it away would
// bring none back.
func checkHost(c Config, owner oauth.Owner) error {
	if owner.Name() == "" || c.Host == "" || c.Host == meeting.Me || owner.Is(c.Host) {
		return nil
	}
	return words.Mend(fmt.Errorf("zoom: %s has signed in, and the sign-in is kept in %s, but zoom.host is %s, "+
		"for whom it makes no meetings", owner.Name(), c.Grants.Place(c.GrantFile), c.Host), fmt.Sprintf(
		"write zoom.host: %s. If it was the wrong person, delete %s and run %s", owner.Name(), c.Grants.Place(c.GrantFile),
		c.SignInCommand))
}
