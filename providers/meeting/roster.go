package meeting

import "context"

// Roster is a Service that knows who can host in its account.
type Roster interface {
	// Licensed reports whether a mail address is that of an active user of the account with a licence. It asks with one
	// small read, and an answer counts for hours. ErrDenied where the service does not let this be asked: then nobody
	// knows, which is another thing than no.
	Licensed(ctx context.Context, address string) (bool, error)
}
