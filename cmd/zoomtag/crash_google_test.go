package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
)

// crashGoogle is a Google calendar, on which zoomtag acts with the key of a service account.
type crashGoogle struct {
	t      testing.TB
	server *googletest.Server
	key    string
	ids    map[string]string // by the names of the events
	reader *google.Calendar
}

// serviceKey is the same in all worlds: to make one takes longer than all that is done with it.
var serviceKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newCrashGoogle(w *crashWorld) crashCalendar {
	w.t.Helper()
	key, err := serviceKey()
	w.must(err)
	// Pages of two events: what is listed first takes several requests.
	g := &crashGoogle{t: w.t, server: googletest.New(googletest.Options{PageLimit: 2, Key: key}),
		key: filepath.Join(w.dir, "google.json"), ids: map[string]string{}}
	g.server.Hold = func(phase string, r *http.Request) { w.hold(r, phase) }
	w.must(g.server.Start())
	transport := &http.Transport{}
	w.t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := g.server.Close(); err != nil {
			w.t.Error(err)
		}
	})
	w.must(os.WriteFile(g.key, g.server.ServiceAccount(), 0o600))
	g.reader, err = google.New(google.Config{Auth: google.ServiceAccount, Credentials: g.key,
		Own: google.Own{Subject: googletest.Account}, APIURL: g.server.APIURL(),
		Quota: google.Unlimited(), HTTP: transport})
	w.must(err)
	return g
}

func (g *crashGoogle) config() string {
	return fmt.Sprintf("google: { credentials: %q, subject: %s, api_url: %q }", g.key, googletest.Account,
		g.server.APIURL())
}

func (g *crashGoogle) put(name, title, description, location string) {
	start := nextWeek()
	g.ids[name] = g.server.Put("", googletest.JSON{"summary": title, "description": description, "location": location,
		"start": googletest.JSON{"dateTime": start.Format(time.RFC3339), "timeZone": "UTC"},
		"end":   googletest.JSON{"dateTime": start.Add(time.Hour).Format(time.RFC3339), "timeZone": "UTC"}})
}

func (g *crashGoogle) retitle(name, title string) {
	g.server.Edit("", g.ids[name], func(ev googletest.JSON) { ev["summary"] = title })
}

func (g *crashGoogle) resize(name string, length time.Duration) {
	g.server.Edit("", g.ids[name], func(ev googletest.JSON) {
		ev["end"] = googletest.JSON{"dateTime": nextWeek().Add(length).Format(time.RFC3339), "timeZone": "UTC"}
	})
}

func (g *crashGoogle) remove(name string) { g.server.Delete("", g.ids[name]) }

func (g *crashGoogle) read(name string) (calendar.Event, error) {
	return g.reader.Get(context.Background(), g.ids[name])
}

// leftovers are requests that Google's rules do not allow.
func (g *crashGoogle) leftovers(int) []string { return g.server.Complaints() }
