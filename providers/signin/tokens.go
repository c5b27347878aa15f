package signin

import (
	"time"

	"zoomtag/providers/internal/oauth"
)

// Tokens keeps access tokens of services' apps over restarts, sealed, in a file that nothing needs. nil keeps none.
type Tokens = oauth.Keep

// KeepTokens makes Tokens on a file, which need not be there. now is the clock; nil is time.Now.
func KeepTokens(path string, now func() time.Time) *Tokens { return oauth.NewKeep(path, now) }
