package googletest

import (
	"testing"

	"golang.org/x/oauth2/google"
	"google.golang.org/api/calendar/v3"
)

// TestAddPerson: the service account may act for others of the domain, each of whom has a calendar of their own, which
// begins like another one and goes its own way.
func TestAddPerson(t *testing.T) {
	b := newBench(t, Options{})
	b.setRealClock()
	b.Put("", JSON{"summary": "for all"})
	b.AddPerson("bob@example.com", "")
	b.Put("bob@example.com", JSON{"summary": "bob's"})
	b.Put("", JSON{"summary": "alice's"})
	for subject, want := range map[string]string{Account: "alice's", "bob@example.com": "bob's",
		"carol@example.com": ""} {
		conf, err := google.JWTConfigFromJSON(b.ServiceAccount(), calendar.CalendarEventsOwnedScope)
		if err != nil {
			t.Fatal(err)
		}
		conf.Subject = subject
		items, _, err := walk(t.Context(), b.service(conf.TokenSource(t.Context())).Events.List("primary"))
		if want == "" {
			if err == nil {
				t.Errorf("%s is of the domain", subject)
			}
			continue
		}
		if err != nil || len(items) != 2 || items[0].Summary != "for all" || items[1].Summary != want {
			t.Errorf("%s sees %d events, %v", subject, len(items), err)
		}
	}
}
