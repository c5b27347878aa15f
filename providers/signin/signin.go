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

// Grants is where sign-ins are kept: among the files, as the zero value has them, or sealed on a shelf that several
// machines share.
type Grants = oauth.Grants

// Shelf is a database that several machines share.
type Shelf = oauth.Shelf

// ErrAway says that the place of the sign-ins does not answer now.
var ErrAway = oauth.ErrAway

// Sealed keeps sign-ins on a shelf, sealed with a key, which is the text of its file. Grants.Check says whether the
// shelf is sealed with another one.
func Sealed(shelf Shelf, key string) (Grants, error) {
	k, err := oauth.ReadVaultKey(key)
	if err != nil {
		return Grants{}, err
	}
	return oauth.NewVault(shelf, k), nil
}

// NewKey makes a key, as the text of its file.
func NewKey() string { return oauth.NewVaultKey() }
