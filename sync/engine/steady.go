package engine

import (
	"context"
	"time"

	"zoomtag/store"
)

// LastStep is how long a step goes on after its pass was told to stop. It is as long as any exchange with Zoom may
// take, so that an answer that comes is heard; a step that makes several, none of which is answered, ends in doubt, as
// after a power cut.
const LastStep = 30 * time.Second

// steadied is a context for a step: it ends LastStep after ctx, and at once when the calendar is another worker's.
func steadied(ctx context.Context) (steady context.Context, release func()) {
	steady, cancel := context.WithCancel(leased{store.Lease(ctx), ctx})
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(LastStep)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-steady.Done():
		}
	})
	return steady, func() { stop(); cancel() }
}

// leased ends with a lease, and has the values of another context.
type leased struct {
	context.Context //nolint:containedctx // it is one

	values context.Context //nolint:containedctx // see above
}

// Value implements context.Context. The lease has its own say about how it ends.
func (l leased) Value(key any) any {
	if value := l.Context.Value(key); value != nil {
		return value
	}
	return l.values.Value(key)
}
