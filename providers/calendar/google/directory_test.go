package google_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/words"
)

const admin = "admin@example.com"

// directory is a world's list of people, as a configuration changes it.
func (w *world) directory(change func(c *google.DirectoryConfig)) *google.Directory {
	w.t.Helper()
	c := google.DirectoryConfig{Domain: "example.com", Credentials: w.config.Credentials, Admin: admin,
		APIURL: w.server.DirectoryURL(), HTTP: w.config.HTTP, Now: w.config.Now,
		Wait: func(context.Context, time.Duration) error { return nil }}
	if change != nil {
		change(&c)
	}
	d, err := google.NewDirectory(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// staff is a Workspace with people of every kind.
func staff(s *googletest.Server) {
	s.SetAdmins(admin)
	s.SetPeople(googletest.Person{ID: "1", Email: "Ann@example.com", Aliases: []string{"a.smith@example.com"}},
		googletest.Person{ID: "2", Email: "bob@example.com", Unit: "/Sales"},
		googletest.Person{ID: "3", Email: "cy@example.com", Unit: "/Sales/North"},
		googletest.Person{ID: "4", Email: "dan@example.com", Unit: "/Salesmen"},
		googletest.Person{ID: "5", Email: "off@example.com", Suspended: true},
		googletest.Person{ID: "6", Email: "old@example.com", Archived: true},
		googletest.Person{ID: "7", Email: "eve@example.org"})
	s.SetGroup("team@example.com", googletest.GroupMember{ID: "2", Email: "bob@example.com", Status: "ACTIVE"},
		googletest.GroupMember{ID: "5", Email: "off@example.com", Status: "SUSPENDED"},
		googletest.GroupMember{ID: "g", Email: "other@example.com", Type: "GROUP"},
		googletest.GroupMember{ID: "7", Email: "eve@example.org", Status: "ACTIVE"},
		googletest.GroupMember{ID: "8", Email: "friend@example.net"},
		googletest.GroupMember{ID: "9", Email: "fay@Example.com"})
}

// TestDirectory: whom each kind of list names, over pages of any size.
func TestDirectory(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(c *google.DirectoryConfig)
		scope  string
		want   string
	}{
		{"users", nil, google.UserScope, "1/ann@example.com/Ann@example.com/a.smith@example.com " +
			"2/bob@example.com/bob@example.com 3/cy@example.com/cy@example.com 4/dan@example.com/dan@example.com"},
		{"unit", func(c *google.DirectoryConfig) { c.Unit = "/Sales" }, google.UserScope,
			"2/bob@example.com/bob@example.com 3/cy@example.com/cy@example.com"},
		{"group", func(c *google.DirectoryConfig) { c.Group, c.Domain = "team@example.com", "" }, google.GroupScope,
			"2/bob@example.com/bob@example.com 7/eve@example.org/eve@example.org 9/fay@example.com/fay@Example.com"},
		{"group of a domain", func(c *google.DirectoryConfig) { c.Group = "team@example.com" }, google.GroupScope,
			"2/bob@example.com/bob@example.com 9/fay@example.com/fay@Example.com"},
	} {
		for _, limit := range []int{0, 1} {
			t.Run(c.name, func(t *testing.T) {
				w := newWorld(t, googletest.Options{PageLimit: limit})
				staff(w.server)
				w.server.Delegate(c.scope) // the least scope, and no other
				calendartest.Lists(t, w.directory(c.change), c.want)
			})
		}
	}
}

// TestDirectoryEverybody: a group that has the whole organisation as a member says so, once, and who else is in it.
func TestDirectoryEverybody(t *testing.T) {
	w := newWorld(t, googletest.Options{PageLimit: 1})
	staff(w.server)
	w.server.SetGroup("all@example.com", googletest.GroupMember{ID: "C1", Type: "CUSTOMER"},
		googletest.GroupMember{ID: "2", Email: "bob@example.com", Status: "ACTIVE"},
		googletest.GroupMember{ID: "C1", Type: "CUSTOMER"})
	d := w.directory(func(c *google.DirectoryConfig) { c.Group = "all@example.com" })
	calendartest.Lists(t, d, "2/bob@example.com/bob@example.com")
	roll, err := d.Members(t.Context())
	if err != nil || len(roll.Faults) != 1 || words.Cure(roll.Faults[0]) != "list the users of the domain instead" {
		t.Errorf("%v, %v", roll.Faults, err)
	}
}

// TestDirectoryRefused: a list that cannot be had whole is an error, with what mends it.
func TestDirectoryRefused(t *testing.T) {
	status := func(code int) func(w *world) {
		return func(w *world) {
			w.server.Break(googletest.Fault{Match: googletest.On(http.MethodGet), Status: code, Times: 9})
		}
	}
	for _, c := range []struct {
		name   string
		spoil  func(w *world)
		change func(c *google.DirectoryConfig)
		says   string
		denied bool
	}{
		{"no scope", func(w *world) { w.server.Delegate("calendar.events.owned") }, nil,
			"authorise the client id", true},
		{"no administrator", nil, func(c *google.DirectoryConfig) { c.Admin = "bob@example.com" },
			"bob@example.com may not list people", true},
		{"no group", nil, func(c *google.DirectoryConfig) { c.Group = "none@example.com" },
			"there is no group none@example.com", true},
		{"no domain", nil, func(c *google.DirectoryConfig) { c.Domain = "example.net" },
			"there is no domain example.net", true},
		{"refused token", status(http.StatusUnauthorized), nil, "is still there and switched on", true},
		{"server error", status(http.StatusBadGateway), nil, "Google has a problem of its own", false},
		{"throttled", status(http.StatusTooManyRequests), nil, "asked too often", false},
		{"second page", func(w *world) {
			second := func(r *http.Request) bool { return r.URL.Query().Has("pageToken") }
			w.server.Break(googletest.Fault{Status: http.StatusInternalServerError, Times: 9, Match: second})
		}, nil, "Google has a problem of its own", false},
		{"endless", func(w *world) { w.server.SetEndless(true) }, nil, "does not end", false},
		{"half an answer", func(w *world) {
			w.server.Break(googletest.Fault{Match: googletest.On(http.MethodGet), Half: true, Times: 9})
		}, nil, "the answer broke off", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, googletest.Options{PageLimit: 2})
			staff(w.server)
			if c.spoil != nil {
				c.spoil(w)
			}
			calendartest.Refuses(t, w.directory(c.change), c.says, c.denied)
		})
	}
}
