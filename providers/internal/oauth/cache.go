// Package oauth holds what the adapters of services with OAuth 2.0 share: one access token for many callers, the file
// in which a person's sign-in is kept, and the way of signing in through a browser on this machine or another one.
package oauth

import (
	"context"
	"time"

	"golang.org/x/oauth2"
)

// Margin is how long before its end an access token is no longer used: no request may begin with one that dies under
// way.
const Margin = 5 * time.Minute

// Token is an access token.
type Token struct {
	Value Secret `json:"value"`
	// Scopes are those that were granted; empty where the service does not say.
	Scopes []string `json:"scopes,omitempty"`
	// Fresh is until when it is used, by the cache's clock.
	Fresh time.Time `json:"-"`
	// Passing says that it lacks something that the next one may have: it is not kept for others.
	Passing bool `json:"-"`

	keep *Keep // that has it, under id; nil where none has
	id   ident
}

// Fresh is until when a token with a life of its own is used. One that does not say how long it lives is taken for an
// hour's.
func Fresh(now time.Time, life time.Duration) time.Time {
	if life <= 0 {
		life = time.Hour
	}
	return now.Add(max(life-Margin, life/2))
}

// Life is how long a token that was just given out lives, or 0 where it does not say. The library reckons its end by
// the real clock.
func Life(t *oauth2.Token) time.Duration {
	if t.Expiry.IsZero() {
		return 0
	}
	return time.Until(t.Expiry)
}

// Cache keeps one access token. Callers at the same time share one request for a new one.
type Cache struct {
	fetch func(ctx context.Context) (Token, error)
	now   func() time.Time
	turn  chan struct{} // held while held is used or replaced
	held  Token
}

// NewCache makes a Cache that gets its tokens from fetch.
func NewCache(now func() time.Time, fetch func(ctx context.Context) (Token, error)) *Cache {
	return &Cache{fetch: fetch, now: now, turn: make(chan struct{}, 1)}
}

// Get returns a token that is good for a while yet and is not refused, which the service has just turned down.
func (c *Cache) Get(ctx context.Context, refused Secret) (Token, error) {
	if err := ctx.Err(); err != nil { // whoever is told to stop begins nothing
		return Token{}, err
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
	if c.held.Value != "" && c.held.Value != refused && c.now().Before(c.held.Fresh) {
		return c.held, nil
	}
	if refused != "" && c.held.Value == refused {
		c.held.Forget()
	}
	token, err := c.fetch(ctx)
	if err != nil {
		return Token{}, err
	}
	c.held = token
	return token, nil
}

// Forbidden says that a service has answered that a token does not do for something. It goes on being used here, where
// nothing has changed, and is not kept for those who come later: somebody may have given more rights by then.
func (c *Cache) Forbidden(ctx context.Context, value Secret) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return
	}
	if c.held.Value == value {
		c.held.Forget()
	}
}
