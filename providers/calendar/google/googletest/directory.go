package googletest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Person is a user of the emulator's Workspace.
type Person struct {
	ID, Email           string
	Aliases             []string
	Unit                string // "/" if empty
	Suspended, Archived bool
}

// GroupMember is a member of one of its groups. Type is USER if empty, and Status what Google says of users.
type GroupMember struct{ ID, Email, Type, Status string }

// people is the directory of the Workspace.
type people struct {
	users  []Person
	groups map[string][]GroupMember
	admins []string // who may ask; nil: anybody
}

// has reports whether somebody can act: an active user, or an administrator.
func (p *people) has(address string) bool {
	active := func(u Person) bool {
		same := strings.EqualFold(u.Email, address) || slices.Contains(u.Aliases, address)
		return same && !u.Suspended && !u.Archived
	}
	return slices.Contains(p.admins, address) || slices.ContainsFunc(p.users, active)
}

// whole is the first address of whoever has an address.
func (p *people) whole(address string) string {
	for _, u := range p.users {
		if slices.Contains(u.Aliases, address) {
			return u.Email
		}
	}
	return address
}

// SetPeople replaces the users of the Workspace. Each has a calendar from then on.
func (s *Server) SetPeople(list ...Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.users = list
	for _, p := range list {
		if s.calendars[p.Email] == nil {
			s.calendars[p.Email] = newShelf(p.Email, p.Email, Calendar{})
		}
	}
}

// SetGroup replaces the members of a group, those of groups in it included.
func (s *Server) SetGroup(address string, list ...GroupMember) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.people.groups == nil {
		s.people.groups = map[string][]GroupMember{}
	}
	s.people.groups[address] = list
}

// SetAdmins sets in whose name the directory can be asked.
func (s *Server) SetAdmins(list ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.admins = list
}

// DirectoryURL is the base of the Directory API.
func (s *Server) DirectoryURL() string { return s.URL() + directoryBase }

const directoryBase = "/admin/directory/v1/"

// The most that Google gives at once.
const (
	mostUsers   = 500
	mostMembers = 200
)

// mayAsk checks who asks.
func (c *call) mayAsk() (answer, bool) {
	if c.people.admins != nil && !slices.Contains(c.people.admins, c.token.principal) {
		return fail(http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api"), false
	}
	return answer{}, true
}

// listUsers is directory.users.list.
func (c *call) listUsers() answer {
	if a, may := c.mayAsk(); !may {
		return a
	}
	q := c.r.URL.Query()
	domain, unit := q.Get("domain"), ""
	if query := q.Get("query"); query != "" {
		var known bool
		if unit, known = strings.CutPrefix(query, "orgUnitPath='"); !known || !strings.HasSuffix(unit, "'") {
			c.complainf("a query that the emulator does not have: %s", query)
		}
		unit = strings.TrimSuffix(unit, "'")
	}
	var list []any
	inDomain := false
	for _, p := range c.people.users {
		at := p.Unit
		if at == "" {
			at = "/"
		}
		if !strings.HasSuffix(p.Email, "@"+domain) {
			continue
		}
		inDomain = true
		if unit != "" && at != unit && !strings.HasPrefix(at, unit+"/") {
			continue
		}
		user := JSON{"id": p.ID, "primaryEmail": p.Email, "orgUnitPath": at, "suspended": p.Suspended,
			"archived": p.Archived}
		if len(p.Aliases) > 0 {
			user["aliases"] = p.Aliases
		}
		list = append(list, user)
	}
	if !inDomain {
		return fail(http.StatusNotFound, "notFound", "Domain not found.")
	}
	return c.paged("users", list, mostUsers)
}

// listMembers is directory.members.list.
func (c *call) listMembers() answer {
	if a, may := c.mayAsk(); !may {
		return a
	}
	group, known := c.people.groups[c.r.PathValue("group")]
	if !known {
		return fail(http.StatusNotFound, "notFound", "Resource Not Found: groupKey")
	}
	if c.r.URL.Query().Get("includeDerivedMembership") != "true" {
		c.complainf("members of groups in the group are not asked for")
	}
	var list []any
	for _, m := range group {
		kind := m.Type
		if kind == "" {
			kind = "USER"
		}
		member := JSON{"id": m.ID, "email": m.Email, "type": kind, "role": "MEMBER"}
		if m.Status != "" {
			member["status"] = m.Status
		}
		list = append(list, member)
	}
	return c.paged("members", list, mostMembers)
}

// paged is a page of a list. Google leaves an empty list out.
func (c *call) paged(what string, list []any, most int) answer {
	q := c.r.URL.Query()
	size, err := strconv.Atoi(q.Get("maxResults"))
	if err != nil || size > most {
		c.complainf("maxResults is %q", q.Get("maxResults"))
	}
	size = min(size, c.opts.PageLimit)
	from := 0
	if token := q.Get("pageToken"); token != "" {
		if from, err = strconv.Atoi(strings.TrimPrefix(token, "page-")); err != nil || from > len(list) {
			return fail(http.StatusBadRequest, "invalid", "Invalid Input: pageToken")
		}
	}
	body := JSON{"kind": "admin#directory#" + what}
	to := min(from+size, len(list))
	if to > from {
		body[what] = list[from:to]
	}
	switch {
	case to < len(list):
		body["nextPageToken"] = "page-" + strconv.Itoa(to)
	case c.Endless():
		body["nextPageToken"] = "page-0"
	}
	return ok(body)
}
