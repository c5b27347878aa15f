package outlook

import (
	"context"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/calendar"
)

// perMailbox is how many requests are under way at once for one mailbox. Graph lets an app have four; others of the app's parts, and
// requests whose answers were lost, need some as well.
const perMailbox = 2

// Lanes keeps the requests for each mailbox few at a time.
type Lanes struct {
	mu    sync.Mutex
	lanes map[string]chan struct{}
	quiet map[string]*calendar.Throttled // mailboxes that have asked to be left alone
}

// NewLanes makes the lanes of a configuration.
func NewLanes() *Lanes {
	return &Lanes{lanes: map[string]chan struct{}{}, quiet: map[string]*calendar.Throttled{}}
}

// pause leaves a mailbox alone for a while, whichever of its calendars was told so.
func (l *Lanes) pause(mailbox string, t *calendar.Throttled) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet[strings.ToLower(mailbox)] = t
}

// enter waits for a place, and gives it back with leave.
func (l *Lanes) enter(ctx context.Context, mailbox string, now time.Time) (leave func(), err error) {
	mailbox = strings.ToLower(mailbox)
	l.mu.Lock()
	if t := l.quiet[mailbox]; t != nil && t.Until.After(now) {
		l.mu.Unlock()
		return nil, t
	}
	lane := l.lanes[mailbox]
	if lane == nil {
		lane = make(chan struct{}, perMailbox)
		l.lanes[mailbox] = lane
	}
	l.mu.Unlock()
	select {
	case lane <- struct{}{}:
		return func() { <-lane }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
