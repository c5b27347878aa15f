package rest

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Patience is how long a service is left alone that has asked for a pause: as long as it says, else First, and twice as
// long each time in a row, up to Most. A random part of up to a half, at most a minute, comes on top, so that clients
// do not come back all at once. It may be used by several goroutines at once.
type Patience struct {
	First, Most time.Duration

	mu  sync.Mutex // guards row
	row int        // how often in a row no time was said
}

// Until is the end of the pause that an answer with these header fields asks for.
func (p *Patience) Until(h http.Header, now time.Time) time.Time {
	if until, ok := RetryAfter(h, now); ok {
		return until
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	wait := p.First
	for i := 0; i < p.row && wait < p.Most; i++ {
		wait *= 2
	}
	wait = min(wait, p.Most)
	p.row++
	return now.Add(wait + time.Duration(rand.Float64()*float64(min(wait/2, time.Minute))))
}

// Reset says that the service no longer asks for a pause.
func (p *Patience) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.row = 0
}
