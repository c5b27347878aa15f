package notify

import (
	"context"
	"time"
)

// Lapsed has a notifier measure by another clock how long things take.
func (n *Notifier) Lapsed(clock func() time.Time) { n.lapsed = clock }

// LookAgain looks unless nothing can have happened, or the last look was too costly to look again so soon.
func (n *Notifier) LookAgain(ctx context.Context) error { return n.look(ctx) }
