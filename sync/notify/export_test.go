package notify

import (
	"context"
	"time"
)

// Mailer is a way that sends mails.
type Mailer = mailer

// Know tells whose calendars are: each is followed by its owner.
func (m *mailer) Know(pairs ...string) {
	m.people = map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.people[pairs[i]] = pairs[i+1]
	}
}

// Lapsed has a notifier measure by another clock how long things take.
func (n *Notifier) Lapsed(clock func() time.Time) { n.lapsed = clock }

// LookAgain looks unless nothing can have happened, or the last look was too costly to look again so soon.
func (n *Notifier) LookAgain(ctx context.Context) error { return n.look(ctx) }
