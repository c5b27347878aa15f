package outlooktest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// mailbox is a person with calendars, the default one first.
type mailbox struct {
	address, id string
	calendars   []*shelf
}

// shelf is a calendar with its events, oldest first.
type shelf struct {
	owner     *mailbox
	name      string
	id, plain string            // what it is called with and without immutable ids
	roles     map[string]string // of others, by address: read or write
	events    []*event
	left      []departure // of those that were moved to another calendar
	empty     bool
	readOnly  bool // nobody but its owner's own apps may write
}

// departure is an event that is no longer in a calendar, and the number of that change.
type departure struct {
	e   *event
	seq int64
}

// AddMailbox adds a mailbox to the organisation, with an empty calendar. There may be one already.
func (s *Server) AddMailbox(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mailbox(address) == nil {
		s.mailboxes = append(s.mailboxes, s.newMailbox(address))
	}
}

// AddCalendar adds a calendar to a mailbox, which may be named by its address or be empty for the first, and returns
// its id.
func (s *Server) AddCalendar(mailbox, name string) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mailbox(cmp.Or(mailbox, Account))
	if m == nil {
		return ""
	}
	return s.newShelf(m, name).id
}

// Share gives somebody else a role in a calendar: "read" or "write"; "none" takes it away.
func (s *Server) Share(calendar, address, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := s.calendar(calendar)
	switch {
	case cal == nil:
	case role == "none":
		delete(cal.roles, strings.ToLower(address))
	default:
		cal.roles[strings.ToLower(address)] = role
	}
}

// SetReadOnly has nobody but its owner's own apps write to a calendar, or ends that.
func (s *Server) SetReadOnly(calendar string, readOnly bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cal := s.calendar(calendar); cal != nil {
		cal.readOnly = readOnly
	}
}

func (s *Server) newMailbox(address string) *mailbox {
	m := &mailbox{address: address, id: guid("user " + address)}
	s.newShelf(m, "Calendar")
	return m
}

func (s *Server) newShelf(m *mailbox, name string) *shelf {
	key := fmt.Sprintf("calendar %d", s.Next())
	cal := &shelf{
		owner: m, name: name, id: "AQMkADAwATM0" + opaque(key+" immutable", 30) + "AAA=", plain: "AAMkAGI2" +
			opaque(key, 36) + "AAA=",
		roles: map[string]string{},
	}
	m.calendars = append(m.calendars, cal)
	return cal
}

// opaque is text of so many characters that says nothing and goes into a path as it is.
func opaque(key string, n int) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:n]
}

// mailbox finds a mailbox by its address or id.
func (s *Server) mailbox(nameOrID string) *mailbox {
	i := slices.IndexFunc(s.mailboxes, func(m *mailbox) bool {
		return strings.EqualFold(m.address, nameOrID) || strings.EqualFold(m.id, nameOrID)
	})
	if i < 0 {
		return nil
	}
	return s.mailboxes[i]
}

// calendar finds a calendar as the owner's methods name it: by its id, by the address of the mailbox whose default it
// is; an empty name is the first mailbox's.
func (s *Server) calendar(name string) *shelf {
	if m := s.mailbox(cmp.Or(name, Account)); m != nil {
		return m.calendars[0]
	}
	for _, m := range s.mailboxes {
		for _, cal := range m.calendars {
			if cal.id == name || cal.plain == name {
				return cal
			}
		}
	}
	return nil
}

// role is what somebody may do in a calendar: own, write, read or nothing.
func (c *shelf) role(address string) string {
	if strings.EqualFold(c.owner.address, address) {
		return "own"
	}
	return c.roles[strings.ToLower(address)]
}
