package outlook

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/calendar"
)

// perMailbox is how many requests are under way at once for one mailbox. Graph lets an app have four; others of the
// app's parts, and requests whose answers were lost, need some as well.
const perMailbox = 2

// Lanes keeps the requests for each mailbox few at a time.
type Lanes struct {
	mu    sync.Mutex // guards all below
	lanes map[string]*lane
	quiet map[string]*calendar.Throttled // mailboxes that have asked to be left alone
}

// lane is the way to one mailbox.
type lane struct {
	places chan struct{}
	batch  chan struct{} // held by whoever gathers all places
}

// NewLanes makes the lanes of a configuration.
func NewLanes() *Lanes {
	return &Lanes{lanes: map[string]*lane{}, quiet: map[string]*calendar.Throttled{}}
}

// pause leaves a mailbox alone for a while, whichever of its calendars was told so.
func (l *Lanes) pause(mailbox string, t *calendar.Throttled) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet[strings.ToLower(mailbox)] = t
}

// enter waits for a place, and gives it back with leave. A batch takes all places: Graph works on as many of its
// requests at once as an app may have under way.
func (l *Lanes) enter(ctx context.Context, mailbox string, now time.Time, batch bool) (leave func(), err error) {
	mailbox = strings.ToLower(mailbox)
	l.mu.Lock()
	if t := l.quiet[mailbox]; t != nil && t.Until.After(now) {
		l.mu.Unlock()
		return nil, t
	}
	in := l.lanes[mailbox]
	if in == nil {
		in = &lane{places: make(chan struct{}, perMailbox), batch: make(chan struct{}, 1)}
		l.lanes[mailbox] = in
	}
	l.mu.Unlock()
	wanted := []chan struct{}{in.places}
	if batch {
		wanted = append([]chan struct{}{in.batch}, slices.Repeat(wanted, perMailbox)...)
	}
	for taken, place := range wanted {
		select {
		case place <- struct{}{}:
		case <-ctx.Done():
			giveBack(wanted[:taken])
			return nil, ctx.Err()
		}
	}
	return func() { giveBack(wanted) }, nil
}

func giveBack(places []chan struct{}) {
	for _, place := range slices.Backward(places) {
		<-place
	}
}
