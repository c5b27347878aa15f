package signin

import "zoomtag/providers/internal/oauth"

// Farewell says what became of a sign-in that was ended.
type Farewell struct {
	Owner oauth.Owner // who it was, where that is known
	// TakenBack says that the service has taken it back, or had ended it before.
	TakenBack bool
	// Listed is where the service still lists the app, for the person to remove it.
	Listed string
}

// ErrNone says that there is no sign-in to end.
var ErrNone = oauth.ErrNoGrant
