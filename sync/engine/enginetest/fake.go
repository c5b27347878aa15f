package enginetest

import (
	"math/rand/v2"
	"slices"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
)

// Fake makes the calendar in memory a backend. Chance decides whether it names what was deleted, as a web API does, and
// whether its listings hold the events themselves: where they do not, every event has to be read, and each reading may
// fail.
func Fake(s Setup) (Backend, error) {
	f := calendartest.NewFake()
	f.Hook, f.Explicit, f.Bare = s.Hook, s.Rand.IntN(2) == 0, s.Rand.IntN(3) == 0
	return fake{f, s.Rand}, nil
}

type fake struct {
	*calendartest.Fake
	rand *rand.Rand
}

// Rename implements Backend.
func (f fake) Rename(id, proposed string) (newID string, ok bool) {
	f.Fake.Rename(id, proposed)
	return proposed, true
}

// Hide implements Backend.
func (f fake) Hide(id string, hidden bool) { f.HideFromListing(id, hidden) }

// Restart implements Backend: a service in memory outlives our process.
func (f fake) Restart() {}

// Except implements Apart: an exception begins as a copy of its series, link and all.
func (f fake) Except(id string, change func(e *calendar.Event)) (string, bool) {
	ev, ok := f.Event(id)
	if !ok || !ev.Series {
		return "", false
	}
	later := 7 * (1 + f.rand.IntN(3))
	start := ev.Start.AddDate(0, 0, later)
	name := calendar.DateName(start, false)
	x := calendar.Exception{ID: name, Date: name, Start: start,
		End: ev.End.AddDate(0, 0, later), Title: ev.Title, Description: ev.Description, Location: ev.Location,
		Categories: ev.Categories, Link: ev.Link}
	if at := slices.IndexFunc(ev.Exceptions, func(o calendar.Exception) bool { return o.Date == x.Date }); at >= 0 {
		x = ev.Exceptions[at]
	}
	said := x.Event()
	change(&said)
	x.Title, x.Description, x.Location = said.Title, said.Description, said.Location
	x.Start, x.End = said.Start, said.End
	if x.Link.Block = calendar.BlockIn(x.Description); x.Link.Block == "" {
		x.Link.JoinURL = ""
	}
	f.Edit(id, func(e *calendar.Event) {
		e.Exceptions = slices.DeleteFunc(e.Exceptions, func(o calendar.Exception) bool { return o.Date == x.Date })
		if !said.Cancelled {
			e.Exceptions = append(e.Exceptions, x)
		}
	})
	return calendar.JoinDate(id, x.Date), true
}

// Exceptions implements Apart.
func (f fake) Exceptions(id string) (list []calendar.Event) {
	ev, _ := f.Event(id)
	for _, date := range ev.Dates() {
		date.Of = nil
		list = append(list, date)
	}
	return list
}

var _ Apart = fake{}
