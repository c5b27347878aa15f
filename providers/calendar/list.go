package calendar

import "context"

// Lister is a Calendar of an account that may hold several, which can be listed.
type Lister interface {
	// List names all calendars for events in the account, whichever of them this one is. It is complete or an error.
	// ErrDenied, with what to do instead, where the sign-in is not allowed to list them.
	List(ctx context.Context) ([]Listed, error)
}

// Listed is a calendar of an account.
type Listed struct {
	Name string // for people
	// ID is what the configuration writes under calendar: to choose it; empty for the one that is chosen by writing
	// nothing.
	ID       string
	ReadOnly bool // it can be read and not changed
}
