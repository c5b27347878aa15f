package calendar

import "context"

// Directory knows who has a calendar to watch: the people of an organisation, or the calendars of an account.
type Directory interface {
	// Members names all of them. It is complete or an error: a page that fails fails the call. Whoever is there and
	// cannot be watched (suspended, a guest of another organisation) is left out. ErrDenied, with what to do instead,
	// where the sign-in is not allowed to ask.
	Members(ctx context.Context) (Roll, error)
}

// Roll is who is on a list.
type Roll struct {
	Members []Member
	// Faults are what cannot be understood of the list, a cause and its cure each (words). Where there are any, who is
	// not among the members may be one of those.
	Faults []error
}

// Member is one of a list.
type Member struct {
	// ID is what the list knows it by, whatever becomes of its name and address.
	ID string
	// Name is what its calendar may be called.
	Name string
	// Provider is the kind of its calendar; "" where that is the list's.
	Provider string
	// Subject is whose calendar it is, as a rule a mail address, and Calendar which one of theirs; "" is the first.
	Subject, Calendar string
	// Host is who hosts its meetings; "" where the list does not say.
	Host string
	// Called are other addresses of the same person.
	Called []string
}
