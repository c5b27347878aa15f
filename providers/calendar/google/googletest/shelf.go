package googletest

import (
	"time"

	"zoomtag/providers/internal/emulator"
)

// AddCalendar adds a calendar that the person sees, or replaces the one with that id by an empty one.
func (s *Server) AddCalendar(id string, c Calendar) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calendars[id] = newShelf(id, Account, c)
}

// SetRole changes the person's access role; "none" takes the calendar out of sight.
func (s *Server) SetRole(calendar, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.calendar(calendar); c != nil {
		c.roles[c.owner] = role
	}
}

// Share gives somebody else, such as the service account itself, a role in a calendar of the person's.
func (s *Server) Share(calendar, address, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.calendar(calendar); c != nil {
		c.roles[address] = role
	}
}

// calendar finds a calendar as the person names it.
func (s *Server) calendar(id string) *shelf {
	if id == "" || id == "primary" {
		id = Account
	}
	return s.calendars[id]
}

// shelf is a calendar with its events, oldest first.
type shelf struct {
	id, owner string
	roles     map[string]string // by address
	zone      string
	loc       *time.Location
	events    []*event
	byID      map[string]*event
	empty     bool
	changed   int64 // number of its last change
}

func newShelf(id, owner string, c Calendar) *shelf {
	if c.Role == "" {
		c.Role = "owner"
	}
	if c.TimeZone == "" {
		c.TimeZone = Zone
	}
	loc, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		loc = time.UTC
	}
	return &shelf{
		id: id, owner: owner, roles: map[string]string{owner: c.Role}, zone: c.TimeZone, loc: loc,
		byID: map[string]*event{},
	}
}

// event is an event as Google keeps it. Its body is never changed in place: who changes it puts another there.
type event struct {
	id      string
	body    JSON
	seq     int64 // number of its last change
	hidden  bool
	purged  bool
	shelled bool // only its id is left, as after a move to another calendar
}

func (e *event) cancelled() bool { return e.body["status"] == "cancelled" }

// with is a copy of the body with some fields set; a nil value takes one away.
func (e *event) with(fields JSON) JSON { return emulator.With(e.body, fields) }
