package google

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Google counts 10,000 requests a minute for a project and 600 for one of its users (developers.google.com, Calendar API,
// usage limits). A tenth is left to others. The burst lets a small set-up never wait.
const (
	projectPerSecond, projectBurst = 150, 600
	userPerSecond, userBurst       = 9, 60
)

// Quota spreads the requests of one Google project so that its limits are not met.
type Quota struct {
	project *rate.Limiter
	mu      sync.Mutex
	users   map[string]*rate.Limiter
}

// NewQuota makes the quota of a project.
func NewQuota() *Quota {
	return &Quota{project: rate.NewLimiter(projectPerSecond, projectBurst), users: map[string]*rate.Limiter{}}
}

// Unlimited is a quota that never makes anybody wait: for servers that do not count, such as emulators.
func Unlimited() *Quota { return &Quota{project: rate.NewLimiter(rate.Inf, 1)} }

// wait waits for the turn of a user's request.
func (q *Quota) wait(ctx context.Context, user string) error {
	if q.users == nil {
		return q.project.Wait(ctx)
	}
	q.mu.Lock()
	limiter := q.users[user]
	if limiter == nil {
		limiter = rate.NewLimiter(userPerSecond, userBurst)
		q.users[user] = limiter
	}
	q.mu.Unlock()
	if err := limiter.Wait(ctx); err != nil {
		return err
	}
	return q.project.Wait(ctx)
}

// patience is how long a calendar is left alone after Google has asked for it, longer each time in a row.
type patience struct {
	mu   sync.Mutex
	rate int
	day  int
}

// The waits after a rate limit, as Google's guide prescribes (truncated exponential, with a random part), and those after a
// limit that lasts for hours.
const (
	firstRateWait, mostRateWait = 2 * time.Second, 64 * time.Second
	firstDayWait, mostDayWait   = time.Hour, 6 * time.Hour
)

func (p *patience) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate, p.day = 0, 0
}

// next is how long to wait now.
func (p *patience) next(hours bool, random float64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, first, most := &p.rate, firstRateWait, mostRateWait
	if hours {
		n, first, most = &p.day, firstDayWait, mostDayWait
	}
	wait := min(first<<min(*n, 10), most)
	*n++
	return wait + time.Duration(random*float64(min(wait/2, time.Minute)))
}
