package outlook_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

const teachers = "11111111-2222-3333-4444-555555555555"

// directory is a world's list of people, as a configuration changes it.
func (w *world) directory(change func(c *outlook.DirectoryConfig)) *outlook.Directory {
	w.t.Helper()
	c := outlook.DirectoryConfig{Tenant: w.config.Tenant, ClientID: w.config.ClientID,
		ClientSecret: w.config.ClientSecret, APIURL: w.config.APIURL, LoginURL: w.config.LoginURL, HTTP: w.config.HTTP,
		Wait: func(context.Context, time.Duration) error { return nil }}
	if change != nil {
		change(&c)
	}
	d, err := outlook.NewDirectory(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// staff is a tenant with people of every kind.
func staff(s *outlooktest.Server) {
	s.SetPeople(outlooktest.Person{ID: "1", Name: "Ann@example.com", Mail: "ann@example.com",
		Proxies: []string{"SMTP:ann@example.com", "smtp:a.smith@example.com", "x500:/o=x"}},
		outlooktest.Person{ID: "2", Name: "bob@example.com", Mail: "bob@example.com"},
		outlooktest.Person{ID: "3", Name: "off@example.com", Mail: "off@example.com", Disabled: true},
		outlooktest.Person{ID: "4", Name: "eve_x.org#EXT#@example.onmicrosoft.com", Mail: "eve@x.org", Type: "Guest"},
		outlooktest.Person{ID: "5", Name: "admin@example.com"})
	s.SetGroup(teachers, "teachers@example.com", "2", "3", "4")
}

// TestDirectory: whom each kind of list names, over pages of any size.
func TestDirectory(t *testing.T) {
	const ann, bob = "1/ann@example.com/Ann@example.com/1/ann@example.com/ann@example.com/a.smith@example.com",
		"2/bob@example.com/bob@example.com/2/bob@example.com"
	for _, c := range []struct{ name, group, roles, want string }{
		{"tenant", "", "User.Read.All", ann + " " + bob},
		{"group by its id", teachers, "User.Read.All GroupMember.Read.All", bob},
		{"group by its address", "Teachers@example.com", "User.Read.All GroupMember.Read.All", bob},
	} {
		for _, limit := range []int{0, 1} {
			t.Run(c.name, func(t *testing.T) {
				w := newWorld(t, outlooktest.Options{PageLimit: limit})
				staff(w.server)
				w.server.SetRoles(strings.Fields(c.roles)...) // the least permissions, and no others
				calendartest.Lists(t, w.directory(func(d *outlook.DirectoryConfig) { d.Group = c.group }), c.want)
			})
		}
	}
}

// TestDirectoryRefused: a list that cannot be had whole is an error, with what mends it.
func TestDirectoryRefused(t *testing.T) {
	broken := func(f outlooktest.Fault) func(w *world) {
		f.Times = 9
		if f.Match == nil {
			f.Match = func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/users") }
		}
		return func(w *world) { w.server.Break(f) }
	}
	second := func(r *http.Request) bool { return r.URL.Query().Has("$skiptoken") }
	for _, c := range []struct {
		name, group string
		spoil       func(w *world)
		says        string
		denied      bool
	}{
		{"no permission", "", func(w *world) { w.server.SetRoles("Calendars.ReadWrite") },
			"it needs the application permission User.Read.All,", true},
		{"no permission for groups", teachers, func(w *world) { w.server.SetRoles("User.Read.All") },
			"User.Read.All and GroupMember.Read.All,", true},
		{"no group", "99999999-2222-3333-4444-555555555555", nil, "there is no group 99999999", true},
		{"no group of that address", "o'neil@example.com", nil, "there are 0 groups with the address o'neil@", true},
		{"no tenant", "", broken(outlooktest.Fault{Status: http.StatusNotFound}), "there is nobody in the tenant", true},
		{"server error", "", broken(outlooktest.Fault{Status: http.StatusBadGateway}), "a problem of its own", false},
		{"throttled", "", broken(outlooktest.Fault{Status: http.StatusTooManyRequests}), "asked too often", false},
		{"second page", "", broken(outlooktest.Fault{Status: http.StatusInternalServerError, Match: second}),
			"a problem of its own", false},
		{"endless", "", func(w *world) { w.server.SetEndless(true) }, "does not end", false},
		{"half an answer", "", broken(outlooktest.Fault{Half: true}), "the answer broke off", false},
		{"another server", "", broken(outlooktest.Fault{Status: http.StatusOK,
			Body: `{"value":[],"@odata.nextLink":"https://graph.example.net/v1.0/users?$skiptoken=1"}`}),
			"at another server", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, outlooktest.Options{PageLimit: 2})
			staff(w.server)
			if c.spoil != nil {
				c.spoil(w)
			}
			of := func(d *outlook.DirectoryConfig) { d.Group = c.group }
			calendartest.Refuses(t, w.directory(of), c.says, c.denied)
		})
	}
}
