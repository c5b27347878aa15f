package outlooktest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Person is a user of the emulator's tenant. Type is Member if empty.
type Person struct {
	ID, Name, Mail, Type string
	Proxies              []string
	Disabled             bool
}

// people is the directory of the tenant.
type people struct {
	users  []Person
	groups []group
	roles  []string // of the app; nil: all that it needs
}

type group struct {
	id, mail string
	members  []string // the ids of users, those in groups of it included
}

// SetPeople replaces the users of the tenant.
func (s *Server) SetPeople(list ...Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.users = list
}

// SetGroup replaces the members of a group, by the ids of users.
func (s *Server) SetGroup(id, mail string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.groups = slices.DeleteFunc(s.people.groups, func(g group) bool { return g.id == id })
	s.people.groups = append(s.people.groups, group{id, mail, members})
}

// SetRoles sets the application permissions that the app has from its next token on.
func (s *Server) SetRoles(roles ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.roles = append([]string{}, roles...)
}

// appRoles are the application permissions of the app.
func (s *Server) appRoles() []string {
	if s.people.roles != nil {
		return s.people.roles
	}
	return []string{"Calendars.ReadWrite", "MailboxSettings.Read", "User.Read.All", "GroupMember.Read.All"}
}

const (
	allPeople = "people"
	allGroups = "groups"
	inGroup   = "transitiveMembers"
)

// directoryTarget reads a path of the directory; ok is false for any other.
func directoryTarget(parts []string) (t target, ok bool) {
	switch {
	case len(parts) == 1 && parts[0] == "users":
		return target{shape: "users", kind: allPeople}, true
	case len(parts) == 1 && parts[0] == "groups":
		return target{shape: "groups", kind: allGroups}, true
	case len(parts) == 4 && parts[0] == "groups" && parts[2] == inGroup && parts[3] == "microsoft.graph.user":
		return target{shape: "groups/{id}/transitiveMembers", kind: inGroup, group: parts[1]}, true
	}
	return target{}, false
}

// inDirectory reports whether it is about who there is.
func (t target) inDirectory() bool {
	return t.kind == allPeople || t.kind == allGroups || t.kind == inGroup
}

// mayList checks the application permissions.
func (c *call) mayList(roles ...string) (answer, bool) {
	for _, role := range roles {
		if !c.token.app || !slices.Contains(c.token.scopes, role) {
			return fail(http.StatusForbidden, "Authorization_RequestDenied",
				"Insufficient privileges to complete the operation."), false
		}
	}
	return answer{}, true
}

func (c *call) listPeople() answer {
	if a, may := c.mayList("User.Read.All"); !may {
		return a
	}
	return c.somePeople(c.people.users)
}

func (c *call) listMembers() answer {
	if a, may := c.mayList("User.Read.All", "GroupMember.Read.All"); !may {
		return a
	}
	if c.q.Get("$count") != "true" || c.r.Header.Get("Consistencylevel") != "eventual" {
		return fail(http.StatusBadRequest, "Request_UnsupportedQuery", "OData cast requires $count and "+
			"ConsistencyLevel: eventual.")
	}
	i := slices.IndexFunc(c.people.groups, func(g group) bool { return g.id == c.to.group })
	if i < 0 {
		return fail(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+c.to.group+"' does not exist.")
	}
	var list []Person
	for _, p := range c.people.users {
		if slices.Contains(c.people.groups[i].members, p.ID) {
			list = append(list, p)
		}
	}
	return c.somePeople(list)
}

func (c *call) listGroups() answer {
	if a, may := c.mayList("GroupMember.Read.All"); !may {
		return a
	}
	value := []any{}
	for _, g := range c.people.groups {
		if filter := c.q.Get("$filter"); filter == "" || strings.EqualFold(filter, "mail eq '"+g.mail+"'") {
			value = append(value, JSON{"id": g.id})
		}
	}
	return ok(JSON{"value": value})
}

// somePeople is a page of people: by default Graph shows neither whether they are enabled nor their type.
func (c *call) somePeople(list []Person) answer {
	fields := strings.Split(c.q.Get("$select"), ",")
	size, err := strconv.Atoi(c.q.Get("$top"))
	if err != nil || size < 1 || size > 999 {
		return fail(http.StatusBadRequest, "Request_UnsupportedQuery", "Invalid page size specified.")
	}
	size = min(size, c.opts.PageLimit)
	from := 0
	if token := c.q.Get("$skiptoken"); token != "" {
		if from, err = strconv.Atoi(token); err != nil || from > len(list) {
			return fail(http.StatusBadRequest, "Directory_ExpiredPageToken", "The page token has expired.")
		}
	}
	value := []any{}
	to := min(from+size, len(list))
	for _, p := range list[from:to] {
		kind := p.Type
		if kind == "" {
			kind = "Member"
		}
		proxies := []any{}
		for _, proxy := range p.Proxies {
			proxies = append(proxies, proxy)
		}
		whole := JSON{"id": p.ID, "userPrincipalName": p.Name, "mail": p.Mail, "accountEnabled": !p.Disabled,
			"userType": kind, "proxyAddresses": proxies}
		if p.Mail == "" {
			whole["mail"] = nil
		}
		row := JSON{}
		for _, field := range fields {
			if v, known := whole[field]; known {
				row[field] = v
			}
		}
		value = append(value, row)
	}
	body := JSON{"value": value}
	if to == len(list) && c.Endless() {
		to = 0
	}
	if to < len(list) {
		q := url.Values{}
		for name, v := range c.q {
			q[name] = v
		}
		q.Set("$skiptoken", strconv.Itoa(to))
		body["@odata.nextLink"] = c.URL() + c.r.URL.EscapedPath() + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
	}
	return ok(body)
}
