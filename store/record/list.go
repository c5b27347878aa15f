package record

import "time"

// List is what is remembered of a list of people or calendars that are watched by one template: who was on it when it
// was last read and believed, and what came of reading it since.
type List struct {
	// Members are kept apart from the rest, each by its ID.
	Members []Member `json:"-"`
	// ReadAt is when the list was last read and believed, TriedAt when it was last asked for.
	ReadAt  time.Time `json:",omitzero"`
	TriedAt time.Time `json:",omitzero"`
	// Error is why it could not be read the last time, or was not believed, with its code (package reason).
	Error string `json:",omitempty"`
	Code  string `json:",omitempty"`
	Cure  string `json:",omitempty"` // what mends that very case, as a clause, where that is known
	// Until is until when the service wants to be left alone; zero: it has not said so.
	Until time.Time `json:",omitzero"`
	// Faults are the rows of it that cannot be understood, some of them at least, and Faulty is how many there are.
	Faults []string `json:",omitempty"`
	Faulty int      `json:",omitempty"`
	// Missing are the IDs of members that a list lacked which was not believed, and Released those of which somebody
	// has said since that they may be gone.
	Missing  []string `json:",omitempty"`
	Released []string `json:",omitempty"`
}

// Member is one of a list.
type Member struct {
	// ID is what the list knows it by, whatever becomes of its name and address.
	ID string `json:"-"` // part of the key
	// Name is that of its calendar. It stays as it was when the member came.
	Name string
	// Provider, Subject, Calendar and Host say which calendar it is; see configs.Member.
	Provider string `json:",omitempty"`
	Subject  string `json:",omitempty"`
	Calendar string `json:",omitempty"`
	Host     string `json:",omitempty"`
	// Called are its other addresses and names.
	Called []string `json:",omitempty"`
	// LeftAt is since when the list lacks it; zero: it does not.
	LeftAt time.Time `json:",omitzero"`
	// SeenAt is when the list last named it, where that was before ReadAt: it may stand in a row that could not be
	// understood.
	SeenAt time.Time `json:",omitzero"`
}

// Left reports whether the member is no longer on its list.
func (m *Member) Left() bool { return !m.LeftAt.IsZero() }
