package api

// MembersRequest says of which list of calendars whoever is on it is meant; the zero value means of all lists.
type MembersRequest struct {
	List string `json:"list,omitempty"`
}

// MembersReport is who is on lists of calendars, as they answer now.
type MembersReport struct {
	Members []ListedMember `json:"members"`
	// Faults are what is wrong with lists, a sentence each.
	Faults []string `json:"faults"`
}

// ListedMember is one of a list of the configuration, or one that was, and what becomes of it.
type ListedMember struct {
	List    string `json:"list"`
	Name    string `json:"name"`    // of its calendar
	Subject string `json:"subject"` // whose it is
	// Skipped is why it is not watched; empty: it is, or will be from the next pass on.
	Skipped string `json:"skipped,omitempty"`
	Cure    string `json:"cure,omitempty"` // what mends that, in a sentence
	New     bool   `json:"new,omitempty"`  // it was not watched before
	Left    bool   `json:"left,omitempty"` // it is on the list no more, and held
}
