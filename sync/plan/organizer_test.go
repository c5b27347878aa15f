package plan

import (
	"slices"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// TestOrganizerHosts: who hosts where the organizer is asked for, by the configuration or by a tag.
func TestOrganizerHosts(t *testing.T) {
	for _, c := range []struct {
		title       string
		byOrganizer bool
		found       string // who hosts for the organizer
		asked       bool
		want        string
	}{
		{"#zoom", false, "", false, "host@x.com"},
		{"#zoom", true, "ann@x.com", true, "ann@x.com"},
		{"#zoom", true, "host@x.com", true, "host@x.com"},
		{"#zoom", true, "", true, "host@x.com"},
		{"#zoom(host=Organizer)", false, "ann@x.com", true, "ann@x.com"},
		{"#zoom(host=bob@x.com)", true, "", false, "bob@x.com"},
		{"meet the organizer #zoom", false, "", false, "host@x.com"},
	} {
		s := &Settings{Rules: testRules, Host: "host@x.com", ByOrganizer: c.byOrganizer,
			Organizer: c.found, Account: "a", Accounts: []Account{{Hash: "a", Host: "host@x.com", API: true}}}
		ev := &calendar.Event{Title: c.title}
		if account, asked := AsksOrganizer(ev, s, "ann@x.com"); asked != c.asked || asked && account != "a" {
			t.Errorf("%s, %t: asked %t in %q", c.title, c.byOrganizer, asked, account)
		}
		if got := s.host(FindWish(ev, testRules).Choice); got != c.want {
			t.Errorf("%s, %t: %s hosts", c.title, c.byOrganizer, got)
		}
	}
	s := &Settings{Rules: testRules, ByOrganizer: true}
	if _, asked := AsksOrganizer(&calendar.Event{Title: "#zoom"}, s, ""); asked {
		t.Error("nobody knows who keeps the calendar, and somebody is asked about")
	}
	limited := testRules
	limited.Hosts = []string{"bob@x.com"}
	w := FindWish(&calendar.Event{Title: "#zoom(host=organizer)"}, limited)
	if w.Choice.Host != "" || len(w.Problems) != 1 {
		t.Errorf("the configuration allows bob alone: %+v", w.Choice)
	}
}

// TestHostSettled: a meeting that there is, or may be, keeps its host.
func TestHostSettled(t *testing.T) {
	for _, c := range []struct {
		rec  *record.Record
		want bool
	}{
		{nil, false}, {&record.Record{Host: "a@x.com"}, false}, {&record.Record{Host: "a@x.com", MeetingID: 1}, true},
		{&record.Record{Host: "a@x.com", Doubt: DoubtCreate}, true},
		{&record.Record{Host: "a@x.com", CancelledID: 1}, true},
	} {
		if got := HostSettled(c.rec); got != c.want {
			t.Errorf("%+v: %t", c.rec, got)
		}
	}
}

// TestGuestsAsHosts: guests who can are named in the place of the word, each once and the host never.
func TestGuestsAsHosts(t *testing.T) {
	for _, c := range []struct{ list, guests, want []string }{
		{[]string{"a@x.com"}, []string{"b@x.com"}, []string{"a@x.com"}},
		{[]string{Guests}, []string{"b@x.com", "host@x.com"}, []string{"b@x.com"}},
		{[]string{"B@x.com", Guests}, []string{"b@x.com", "c@x.com"}, []string{"B@x.com", "c@x.com"}},
		{[]string{Guests}, []string{}, []string{}},
		{[]string{Guests}, nil, nil},
		{nil, []string{"b@x.com"}, nil},
	} {
		s := &Settings{Guests: c.guests}
		if got := s.withGuests(c.list, "Host@x.com"); !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%q with %q: %q", c.list, c.guests, got)
		}
	}
	s := &Settings{Rules: testRules, Account: "a", Accounts: []Account{{Hash: "a", API: true}}}
	for title, want := range map[string]bool{"#zoom(alt=guests)": true, "#zoom(ALT=Guests)": true,
		"for guests #zoom": false,
		"alt=guests":       false} {
		if _, asked := AsksGuests(&calendar.Event{Title: title}, s); asked != want {
			t.Errorf("%s: %t", title, asked)
		}
	}
}
