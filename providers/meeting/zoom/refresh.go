package zoom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
)

// outcome is what became of a refresh token that was presented.
type outcome int

const (
	renewed outcome = iota // it is spent, and there is a new one
	dead                   // Zoom does not take it, now or ever
	// it was not presented, or refused for a reason that is not its own: it is as good as before
	unchanged
	unknown // no answer, or one that is not Zoom's: it may be spent
)

// renewal is an answer to a refresh token.
type renewal struct {
	outcome   outcome
	presented oauth.Secret
	token     *oauth2.Token
	refusal   tokenRefusal
	err       error
}

// renew exchanges the refresh token for a new pair, and returns the sign-in as it is saved then.
func (p *person) renew(ctx context.Context, g oauth.Grant) (oauth.Grant, error) {
	if p.pause.token == g.RefreshToken && p.now().Before(p.pause.until) {
		return g, p.pause.err
	}
	p.hook("zoom.refresh.begin")
	doubt := g.Asked
	g.Asked = p.stamp()
	if err := p.grants.Save(&g, p.file); err != nil { // nor could the answer be kept
		return g, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
	}
	p.hook("zoom.refresh.asked")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTime)
	defer cancel()
	r := p.present(ctx, g.RefreshToken)
	if r.outcome == dead && g.Previous != "" { // nothing is lost by it
		if again := p.present(ctx, g.Previous); again.outcome != dead {
			r = again
		}
	}
	p.hook("zoom.refresh.answered")
	switch r.outcome {
	case renewed:
		return p.keep(g, r)
	case dead:
		return g, p.bury(g, doubt, r)
	case unchanged:
		g.Asked = doubt
		if err := p.grants.Save(&g, p.file); err != nil {
			return g, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
		}
	case unknown:
		p.losses++
		p.pause = pause{err: r.err, until: p.now().Add(p.lost.Delay(p.losses)), token: g.RefreshToken}
	}
	if errors.Is(r.err, meeting.ErrDenied) {
		p.pause = pause{err: r.err, until: p.now().Add(deadPause), token: g.RefreshToken}
	}
	return g, r.err
}

func (p *person) stamp() time.Time { return p.now().UTC().Truncate(time.Second) }

// renewTime bounds what renew asks Zoom: one exchange, and a second one where the first was refused at once.
const renewTime = rest.SignInTime + 5*time.Second

// present presents a refresh token. Once it is on its way, only time ends the wait for the answer: whoever gives up
// loses the sign-in.
func (p *person) present(ctx context.Context, refreshToken oauth.Secret) renewal {
	ctx, unsent := rest.Watch(oauth.Through(ctx, p.http))
	token, err := p.config.TokenSource(ctx, &oauth2.Token{RefreshToken: refreshToken.Reveal()}).Token()
	r := renewal{presented: refreshToken, token: token, err: err}
	if err == nil {
		return r
	}
	refusal, answered := readRefusal(err)
	r.refusal = refusal
	switch {
	case !answered && unsent():
		r.outcome = unchanged
		r.err = unreached(rest.Unreached(oauth.HostOf(p.config.Endpoint.TokenURL), err))
	case !answered || refusal.isBroken():
		r.outcome, r.err = unknown, fmt.Errorf("%w (the answer may be lost, and the sign-in with it: it is tried "+
			"once more)", noToken(err, refusal, p.config.Endpoint.TokenURL))
	case refusal.endsGrant():
		r.outcome = dead
	default:
		r.outcome, r.err = unchanged, p.explain(refusal)
	}
	return r
}

// endsGrant reports whether Zoom does not take a refresh token, in any of the forms that have been seen: 400 and
// invalid_grant, with or without a reason; before August 2022 401 and invalid_request, with the reason alone to tell it
// by; the code of a later sign-in.
func (r *tokenRefusal) endsGrant() bool {
	aboutOthers := r.isBroken() || r.isClient() || rest.KindOf(r.status) == rest.Throttled
	named := r.Error == "invalid_grant" || r.Code == codeSuperseded
	return !aboutOthers && (named || strings.Contains(strings.ToLower(string(r.Reason)), "invalid token"))
}

// explain words a refusal that says nothing about the sign-in.
func (p *person) explain(r tokenRefusal) error {
	switch {
	case rest.KindOf(r.status) == rest.Throttled:
		return r.throttled(p.now())
	case r.isClient() && p.config.ClientSecret == "":
		return r.denied("Zoom does not know this client id as one without a secret", "write the public one as "+
			"zoom.client_id (App Credentials, Use Public Client OAuth), or write zoom.client_secret")
	case r.isClient():
		return r.denied(unknownClient, checkClient)
	}
	return r.denied("Zoom refuses the app", "look at its page at marketplace.zoom.us (is it a user-managed General app, "+
		"was it added to your account?)")
}

// keep saves a renewed sign-in. One that cannot be saved is not used, and not lost either as long as this process
// lives.
func (p *person) keep(g oauth.Grant, r renewal) (oauth.Grant, error) {
	p.losses, p.pause, p.instead = 0, pause{}, g.RefreshToken
	take(&g, r.token, p.now())
	if g.RefreshToken != r.presented {
		g.Previous = r.presented
	}
	if err := p.grants.Save(&g, p.file); err != nil {
		p.unsaved = &g
		return g, fmt.Errorf("%w: %w", meeting.ErrNotSent, err)
	}
	p.hook("zoom.refresh.saved")
	return g, nil
}

// bury notes that the sign-in is dead, and why: nobody presents it again.
func (p *person) bury(g oauth.Grant, doubt time.Time, r renewal) error {
	p.mu.Lock()
	replaced := p.replaced || r.refusal.Code == codeSuperseded
	p.mu.Unlock()
	switch {
	case replaced:
		g.Reason = "somebody has signed in with the same Zoom app and account since, on another machine or with " +
			"another program, and Zoom keeps one sign-in alive"
	case !doubt.IsZero():
		g.Reason = "the answer to its renewal of " + doubt.Format("2006-01-02 15:04 UTC") +
			" was lost, and the new sign-in with it (Zoom makes each renewal once)"
	default:
		g.Reason = "the app was removed from the account, the sign-in was not used for a long time, or somebody else " +
			"has used this file"
	}
	g.Reason += r.refusal.said()
	g.Refused = p.stamp()
	g.Asked = time.Time{}
	g.Access = ""
	g.Previous = ""
	if err := p.grants.Save(&g, p.file); err != nil {
		return errors.Join(p.expired(g), err)
	}
	return p.expired(g)
}
