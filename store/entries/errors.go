package entries

import (
	"errors"

	"zoomtag/providers/words"
)

// ErrMoved says that what is kept here is remembered somewhere else now, where it was copied to.
var ErrMoved = errors.New("the state has moved")

// Moved is the error of a place whose entries are at another one now.
func Moved(place string, to Elsewhere) error {
	return &Error{Cause: place + " has moved to " + to.Place, Remedy: "write that place into the configuration, " +
		"a database as store and a file as state, or bring it back with zoomtag store copy --from … --to …", Err: ErrMoved}
}

// Elsewhere is where entries have moved to; the zero value says that they have not.
type Elsewhere struct {
	ID    string // of the engine there
	Place string // for people
}

// Error is an error of a store whose text says it all; what it wraps is for errors.Is.
type Error struct {
	Doing  string // in front of what is for people; "" is nothing
	Cause  string // for people
	Remedy string
	Err    error
}

func (e *Error) Error() string {
	text := words.Join(e.Cause, e.Remedy)
	if e.Doing != "" {
		text = e.Doing + ": " + text
	}
	return "store: " + text
}

// Cure implements words.Curable.
func (e *Error) Cure() string { return e.Remedy }

// Plain says where and what, without what was being done.
func (e *Error) Plain() string { return e.Cause }

func (e *Error) Unwrap() error { return e.Err }
