package google

import (
	"context"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
)

// Google counts 10,000 requests a minute for a project and 600 for one of its users (developers.google.com, Calendar
// API, usage limits). A tenth is left to others. The burst lets a small set-up never wait.
const (
	projectPerSecond, projectBurst = 150, 600
	userPerSecond, userBurst       = 9, 60
	// projectPerDay is where, since May 2026, requests of a project begin to cost.
	projectPerDay = 1_000_000
)

// Quota spreads the requests of one Google project so that its limits are not met.
type Quota struct {
	project *rate.Limiter
	mu      sync.Mutex // guards all below but day
	parts   int        // among how many processes the project's rate is shared
	users   map[string]*rate.Limiter
	left    int // how many users were left when they were last pruned
	day     *calendar.Meter
}

// NewQuota makes the quota of a project.
func NewQuota() *Quota {
	return &Quota{project: rate.NewLimiter(projectPerSecond, projectBurst), users: map[string]*rate.Limiter{},
		day: calendar.NewMeter("Google", projectPerDay)}
}

// newQuotaOf makes the quota of the project whose credentials are in a file.
func newQuotaOf(credentials string) *Quota {
	q := NewQuota()
	q.day = calendar.NewMeter("Google, by "+filepath.Base(credentials), projectPerDay)
	return q
}

// Unlimited is a quota that never makes anybody wait: for servers that do not count, such as emulators.
func Unlimited() *Quota { return &Quota{project: rate.NewLimiter(rate.Inf, 1)} }

// Meter counts the requests of the calendar's project; nil: nobody does.
func (c *Calendar) Meter() *calendar.Meter { return c.cfg.Project.quota.day }

// wait waits for the turn of a user's request.
func (q *Quota) wait(ctx context.Context, user string) error {
	if q.users == nil {
		return q.project.Wait(ctx)
	}
	q.day.Count(time.Now())
	q.mu.Lock()
	q.share(q.day.Parts())
	limiter := q.users[user]
	if limiter == nil {
		q.prune()
		limiter = rate.NewLimiter(userPerSecond, userBurst)
		q.users[user] = limiter
	}
	q.mu.Unlock()
	if err := limiter.Wait(ctx); err != nil {
		return err
	}
	return q.project.Wait(ctx)
}

// share has this process ask for its part of what the project may ask for. q.mu is held.
func (q *Quota) share(parts int) {
	if parts == max(q.parts, 1) {
		return
	}
	q.parts = parts
	q.project.SetLimit(rate.Limit(projectPerSecond) / rate.Limit(parts))
	q.project.SetBurst(max(projectBurst/parts, 1))
}

// prune forgets the users who may ask as often as ever: with a thousand of them, and whenever they are twice as many as
// were left the last time.
func (q *Quota) prune() {
	if len(q.users) < max(1000, 2*q.left) {
		return
	}
	maps.DeleteFunc(q.users, func(_ string, l *rate.Limiter) bool { return l.Tokens() >= userBurst })
	q.left = len(q.users)
}

// pauses are the waits where Google does not say how long: after a rate limit as its guide prescribes (truncated
// exponential, with a random part), and after a limit that lasts for hours. They are made when they are first needed.
type pauses struct {
	mu   sync.Mutex // guards kept
	kept *struct{ rate, day rest.Patience }
}

// after is the pause after a limit that lasts for hours, or else after a rate limit.
func (p *pauses) after(hours bool) *rest.Patience {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = &struct{ rate, day rest.Patience }{
			rate: rest.Patience{First: 2 * time.Second, Most: 64 * time.Second},
			day:  rest.Patience{First: time.Hour, Most: 6 * time.Hour}}
	}
	if hours {
		return &p.kept.day
	}
	return &p.kept.rate
}

// reset says that Google asks for none any more.
func (p *pauses) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = nil
}
