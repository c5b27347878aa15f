package engine

import (
	"context"
	"time"
)

// LastStep is how long a step goes on after its pass was told to stop. It is as long as any exchange with Zoom may
// take, so that an answer that comes is heard; a step that makes several, none of which is answered, ends in doubt, as
// after a power cut.
const LastStep = 30 * time.Second

// steadied is a context for a step: it ends LastStep after ctx.
func steadied(ctx context.Context) (steady context.Context, release func()) {
	steady, cancel := context.WithCancel(context.WithoutCancel(ctx))
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
