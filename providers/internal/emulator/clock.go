package emulator

import (
	"sync"
	"time"
)

// Clock stands still until it is moved. An emulator may still be looking at it, for a request that its client has given
// up, while a test moves it.
type Clock struct {
	mu  sync.Mutex // guards all below
	now time.Time
}

// NewClock makes a Clock that shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is what it shows.
func (c *Clock) Now() time.Time { return c.Advance(0) }

// Advance moves it, and returns what it shows then.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}
