package zoom_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

var people = []zoomtest.User{{Email: host}, {Email: "bob@example.com"}, {Email: "basic@example.com", Basic: true},
	{Email: "gone@example.com", Inactive: true}}

// persist does as whoever calls the service: what is to be tried again is tried again.
func persist(t *testing.T, call func() (meeting.Meeting, error)) (m meeting.Meeting, tries int) {
	t.Helper()
	for tries = 1; tries <= 5; tries++ {
		m, err := call()
		if err == nil {
			return m, tries
		}
		if !errors.Is(err, meeting.ErrAgain) || !meeting.Refused(err) {
			t.Fatal(err)
		}
	}
	t.Fatal("there is no end to it")
	return m, tries
}

// TestAlternativeHosts: whom Zoom does not take is left out, whether that can be asked beforehand or shows in a
// refusal.
func TestAlternativeHosts(t *testing.T) {
	blind := slices.DeleteFunc(slices.Clone(zoomtest.AllScopes),
		func(s string) bool { return s == "user:read:user:admin" })
	const all, good = "bob@example.com;basic@example.com;gone@example.com;nobody@example.com", "bob@example.com"
	for _, tt := range []struct {
		name    string
		options zoomtest.Options
		tries   int
		kept    string
		why     string
	}{
		{"asked", zoomtest.Options{}, 1, good, "basic@example.com (not licensed), gone@example.com (not an active " +
			"user), nobody@example.com (no user of the account)"},
		{"refused one after the other", zoomtest.Options{Scopes: blind}, 4, good, "Zoom refuses it"},
		{"refused without a name", zoomtest.Options{Scopes: blind, NamelessRefusals: true}, 2, "",
			"bob@example.com (Zoom refuses it)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.options.Users = people
			f := newFixture(t, tt.options)
			s := f.spec()
			s.Options.AlternativeHosts = strings.Split(all, ";")
			m, tries := persist(t, func() (meeting.Meeting, error) { return f.Create(t.Context(), mark, s) })
			live := f.server.Meetings()
			if tries != tt.tries || f.server.Spent(host) != tries || len(live) != 1 ||
				live[0].Settings["alternative_hosts"] != orEmpty(tt.kept) {
				t.Fatalf("%d tries, %d calls, %+v", tries, f.server.Spent(host), live)
			}
			if len(m.Notes) != 1 || !strings.Contains(m.Notes[0], tt.why) {
				t.Errorf("notes %q", m.Notes)
			}
			// From then on nothing is sent, whatever is known of it.
			spent := f.server.Spent(host)
			if m, err := f.Update(t.Context(), m.ID, meeting.Spec{}, s); err != nil || f.server.Spent(host) != spent ||
				len(m.Notes) != 1 {
				t.Errorf("%+v, %v, %d calls", m, err, f.server.Spent(host)-spent)
			}
			// A move is not lost either, nor one more of them.
			to := s
			to.Start, to.Options.AlternativeHosts = s.Start.Add(time.Hour),
				append(slices.Clone(s.Options.AlternativeHosts), "more@example.com")
			m, tries = persist(t, func() (meeting.Meeting, error) { return f.Update(t.Context(), m.ID, s, to) })
			if live = f.server.Meetings(); !live[0].Start.Equal(to.Start) ||
				live[0].Settings["alternative_hosts"] != orEmpty(tt.kept) || tries > 2 || len(m.Notes) != 1 {
				t.Errorf("%d tries: %+v, notes %q", tries, live, m.Notes)
			}
			// After a restart it ends as well as it did before.
			f.Service = f.connect(t)
			m, _ = persist(t, func() (meeting.Meeting, error) {
				return f.Update(t.Context(), m.ID,
					meeting.Spec{}, to)
			})
			if live = f.server.Meetings(); live[0].Settings["alternative_hosts"] != orEmpty(tt.kept) ||
				len(m.Notes) != 1 {
				t.Errorf("after a restart: %+v, notes %q", live, m.Notes)
			}
		})
	}
}

func orEmpty(s string) any { return s }

// TestAlternativeHostsOfABasicHost: all of them are left out.
func TestAlternativeHostsOfABasicHost(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{{Email: host, Basic: true}, {Email: "bob@example.com"}}})
	s := f.spec()
	s.Options.AlternativeHosts = []string{"bob@example.com"}
	if m, tries := persist(t, func() (meeting.Meeting, error) { return f.Create(t.Context(), mark, s) }); tries != 2 ||
		len(m.Notes) != 1 || !strings.Contains(m.Notes[0], "a host who is licensed as well") {
		t.Errorf("%d tries, notes %q", tries, m.Notes)
	}
}

// TestAlternativeHostsOfAPerson: a person's token may ask about nobody else, and does not.
func TestAlternativeHostsOfAPerson(t *testing.T) {
	f := newPerson(t, zoomtest.Options{Users: people})
	s := f.spec()
	s.Options.AlternativeHosts = []string{"bob@example.com", "basic@example.com"}
	before := len(f.server.Requests())
	m, tries := persist(t, func() (meeting.Meeting, error) { return f.Create(t.Context(), mark, s) })
	if tries != 2 || len(f.asked(before)) != 2 || !strings.Contains(m.Notes[0], "basic@example.com") ||
		f.server.Meetings()[0].Settings["alternative_hosts"] != "bob@example.com" {
		t.Errorf("%d tries, %q, notes %q", tries, f.asked(before), m.Notes)
	}
}

// TestManyRefusedAlternativeHosts: they do not use up the day's calls one by one.
func TestManyRefusedAlternativeHosts(t *testing.T) {
	f := newPerson(t, zoomtest.Options{Users: people})
	s := f.spec()
	for i := range 20 {
		s.Options.AlternativeHosts = append(s.Options.AlternativeHosts, fmt.Sprintf("guest%d@example.com", i))
	}
	tries := 1
	for ; ; tries++ {
		_, err := f.Create(t.Context(), mark, s)
		if err == nil {
			break
		}
		if !errors.Is(err, meeting.ErrAgain) {
			t.Fatal(err)
		}
	}
	if tries != 6 || f.server.Spent(host) != 6 {
		t.Errorf("%d tries, %d calls", tries, f.server.Spent(host))
	}
}

// TestOtherRefusalsOfAlternativeHosts: the forms that others have seen, and those that are about something else.
func TestOtherRefusalsOfAlternativeHosts(t *testing.T) {
	for body, again := range map[string]bool{
		`{"code":1114,"message":"Unable to assign 'Bob@example.com' as an alternative host because of the settings."}`:             true,
		`{"code":300,"message":"Validation Failed.","errors":[{"field":"settings.alternative_hosts","message":"Invalid field."}]}`: true,
		`{"code":200,"message":"bob@example.com needs a paid account."}`:                                                           true,
		`{"code":3000,"message":"You cannot schedule a meeting for bob@example.com"}`:                                              true,
		`{"code":3000,"message":"You cannot schedule a meeting for carol@example.com"}`:                                            false,
		`{"code":300,"message":"Invalid parameter: jbh_time."}`:                                                                    false,
		`{"code":3161,"message":"bob@example.com is not allowed meeting hosting and scheduling capabilities."}`:                    false,
	} {
		f := newFixture(t, zoomtest.Options{})
		f.server.Break(zoomtest.Fault{Match: zoomtest.On(http.MethodPost), Times: 1, Status: 400, Body: body})
		s := f.spec()
		s.Options.AlternativeHosts = []string{"bob@example.com"}
		if _, err := f.Create(t.Context(), mark, s); errors.Is(err, meeting.ErrAgain) != again ||
			!meeting.Refused(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestAlternativeHostsAreAskedAboutOnce for some hours, and not where nothing about them changes.
func TestAlternativeHostsAreAskedAboutOnce(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Users: people})
	s := f.spec()
	s.Options.AlternativeHosts = []string{"bob@example.com", "basic@example.com"}
	m := f.create(t, s)
	if got := f.asked(0); len(got) != 3 {
		t.Errorf("a create cost %q", got)
	}
	before := len(f.server.Requests())
	to := s
	to.Topic = "Another"
	f.clock.Advance(7 * time.Hour)
	if _, err := f.Update(t.Context(), m.ID, s, to); err != nil || len(f.asked(before)) != 2 {
		t.Errorf("another topic cost %q, %v", f.asked(before), err)
	}
	before = len(f.server.Requests())
	f.create(t, s)
	f.create(t, s)
	if got := f.asked(before); len(got) != 4 {
		t.Errorf("two creates after hours cost %q", got)
	}
}
