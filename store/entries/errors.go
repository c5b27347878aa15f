package entries

import "zoomtag/providers/words"

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
