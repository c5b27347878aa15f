package oauth

import (
	"context"
	"sync"
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

// Cache keeps one access token. Callers at the same time share one request for a new one. There are as many of them as
// calendars: one at rest is small.
type Cache struct {
	fetch func(ctx context.Context) (Token, error)
	now   func() time.Time

	mu   sync.Mutex // guards all below
	held *Token
	busy chan struct{} // closed when whoever asks for a new one has been answered; nil: nobody does
}

// NewCache makes a Cache that gets its tokens from fetch.
func NewCache(now func() time.Time, fetch func(ctx context.Context) (Token, error)) *Cache {
	c := new(Cache)
	c.Begin(now, fetch)
	return c
}

// Begin is NewCache for one that is part of something else.
func (c *Cache) Begin(now func() time.Time, fetch func(ctx context.Context) (Token, error)) {
	c.now, c.fetch = now, fetch
}

// Get returns a token that is good for a while yet and is not refused, which the service has just turned down.
func (c *Cache) Get(ctx context.Context, refused Secret) (Token, error) {
	for {
		if err := ctx.Err(); err != nil { // whoever is told to stop begins nothing
			return Token{}, err
		}
		token, wait := c.take(refused)
		switch {
		case token != nil:
			return *token, nil
		case wait == nil:
			return c.renew(ctx)
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return Token{}, ctx.Err()
		}
	}
}

// take returns the token, or else what to wait for; nil: it is on the caller to renew it.
func (c *Cache) take(refused Secret) (token *Token, wait <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy != nil {
		return nil, c.busy
	}
	if c.held != nil && c.held.Value != refused && c.now().Before(c.held.Fresh) {
		return c.held, nil
	}
	if c.held != nil && c.held.Value == refused {
		c.held.Forget()
	}
	c.busy = make(chan struct{})
	return nil, nil
}

// renew asks for a new one. Until then, others wait.
func (c *Cache) renew(ctx context.Context) (token Token, err error) {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		close(c.busy)
		c.busy = nil
		if err == nil {
			c.held = &token
		}
	}()
	return c.fetch(ctx)
}

// Forbidden says that a service has answered that a token does not do for something. It goes on being used here, where
// nothing has changed, and is not kept for those who come later: somebody may have given more rights by then.
func (c *Cache) Forbidden(value Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil && c.held.Value == value {
		c.held.Forget()
	}
}
