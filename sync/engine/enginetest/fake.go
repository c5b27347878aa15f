package enginetest

import "zoomtag/providers/calendar/calendartest"

// Fake makes the calendar in memory a backend. Chance decides whether it names what was deleted, as a web API does, and
// whether its listings hold the events themselves: where they do not, every event has to be read, and each reading may
// fail.
func Fake(s Setup) (Backend, error) {
	f := calendartest.NewFake()
	f.Hook, f.Explicit, f.Bare = s.Hook, s.Rand.IntN(2) == 0, s.Rand.IntN(3) == 0
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
