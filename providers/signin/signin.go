// Package signin is what people meet where they sign in at a service through a browser, and how their sign-ins stand.
//
// It is the door to providers/internal/oauth for those above the adapters: what is kept of a sign-in, and how it is
// made, renewed and taken back, stands there. Here no token can be had.
package signin

import (
	"io"

	"zoomtag/providers/internal/oauth"
)

// Prompt is where a person signs in: a terminal, and a browser where there is one.
type Prompt struct {
	Out io.Writer
	In  io.Reader // nil: nothing can be pasted
	// Open opens an address in a browser; nil where there is none.
	Open func(address string) error
	// DeviceCode has the person type a code into a page of the service's, in any browser anywhere. Microsoft alone has
	// such codes.
	DeviceCode bool
}

// State tells how old a person's sign-in is and whether the service still takes it, as its file says.
type State = oauth.Standing

// Read reads how the sign-in in a file stands; ok is false where there is none, or none that can be used: then Unusable
// says why.
func Read(path string) (s State, ok bool) { return oauth.ReadStanding(path) }
