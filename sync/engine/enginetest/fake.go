package enginetest

import "zoomtag/providers/calendar/calendartest"

// Fake makes the calendar in memory a backend. Chance decides whether it names what was deleted, as a web API does.
func Fake(s Setup) (Backend, error) {
	f := calendartest.NewFake()
	f.Hook, f.Explicit = s.Hook, s.Rand.IntN(2) == 0
	return fake{f}, nil
}

type fake struct{ *calendartest.Fake }

// Rename implements Backend.
func (f fake) Rename(id, proposed string) (newID string, ok bool) {
	f.Fake.Rename(id, proposed)
	return proposed, true
}

// Hide implements Backend.
func (f fake) Hide(id string, hidden bool) { f.HideFromListing(id, hidden) }

// Restart implements Backend: a service in memory outlives our process.
func (f fake) Restart() {}
