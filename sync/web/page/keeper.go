package page

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// How old facts may be that are shown. Gathering them reads the whole state, which takes a second or more where that is
// large.
const (
	// freshFor, and agePerCost times as long as gathering took, they are shown without a thought.
	freshFor   = 2 * time.Second
	agePerCost = 10
	// If gathering takes longer than slow, older ones are shown as well, and newer ones fetched behind them, which the
	// page hears of: up to warmPerCost times as long as that takes, and warmFor at least.
	slow        = 100 * time.Millisecond
	warmPerCost = 100
	warmFor     = time.Minute
	// For those they are gathered from time to time without anybody looking, as long as somebody has looked within
	// lookedAt.
	lookedAt = 7 * 24 * time.Hour
)

// keeper keeps the facts for all who look.
type keeper struct {
	turn   chan struct{} // holds one while somebody gathers them
	last   atomic.Pointer[facts]
	looked atomic.Int64  // when somebody looked last, in Unix seconds
	wanted chan struct{} // holds one when newer ones are to be gathered
	works  atomic.Bool   // somebody does that
}

func (f *facts) fresh(now time.Time) bool {
	age := now.Sub(f.at)
	return age >= 0 && age < max(freshFor, agePerCost*f.cost)
}

// warm is for how long facts are shown that are not fresh.
func (f *facts) warm() time.Duration {
	if f.cost < slow {
		return 0
	}
	return max(warmFor, warmPerCost*f.cost)
}

// facts returns what is known.
func (p *Page) facts(ctx context.Context) (*facts, error) {
	now := p.Now()
	p.keeper.looked.Store(now.Unix())
	if f := p.keeper.last.Load(); f != nil {
		if f.fresh(now) {
			return f, nil
		}
		if age := now.Sub(f.at); p.keeper.works.Load() && age >= 0 && age < f.warm() {
			select {
			case p.keeper.wanted <- struct{}{}:
			default:
			}
			return f, nil
		}
	}
	return p.newer(ctx)
}

// newer gathers the facts, unless somebody else just has.
func (p *Page) newer(ctx context.Context) (*facts, error) {
	select {
	case p.keeper.turn <- struct{}{}:
		defer func() { <-p.keeper.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f := p.keeper.last.Load(); f != nil && f.fresh(p.Now()) {
		return f, nil
	}
	f, err := p.gather(ctx)
	if err == nil {
		p.keeper.last.Store(f)
	}
	return f, err
}

// stale has the next look gather the facts anew. What is being gathered may be from before.
func (p *Page) stale(ctx context.Context) {
	select {
	case p.keeper.turn <- struct{}{}:
		p.keeper.last.Store(nil)
		<-p.keeper.turn
	case <-ctx.Done():
	}
}

// keep gathers facts that are slow to gather: when somebody has seen old ones, and before they are too old to be shown.
func (p *Page) keep(ctx context.Context) {
	p.keeper.works.Store(true)
	defer p.keeper.works.Store(false)
	pause := time.NewTimer(warmFor)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.keeper.wanted:
		case <-pause.C:
		}
		f, asked := p.keeper.last.Load(), p.keeper.looked.Load()
		worth := f != nil && f.warm() > 0 && p.Now().Sub(time.Unix(asked, 0)) < lookedAt
		if worth && !f.fresh(p.Now()) {
			newer, err := p.newer(ctx)
			switch {
			case err == nil:
				f = newer
			case !errors.Is(err, context.Canceled):
				p.Log.Warn("the facts of the status page could not be gathered", "reason", err)
			}
		}
		next := warmFor
		if f != nil {
			next = max(next, f.warm()*3/4)
		}
		pause.Reset(next)
	}
}
