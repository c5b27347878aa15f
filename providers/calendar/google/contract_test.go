package google_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/sync/engine/enginetest"
)

func TestContract(t *testing.T) {
	calendartest.Run(t, calendartest.Harness{Class: calendartest.HTTP, New: func(t *testing.T) calendartest.World {
		return newWorld(t, googletest.Options{PageLimit: 2, Gzip: true})
	}})
}

// TestForetold: a pass does what plan has said, whatever the owner has done; see enginetest.Contract.
func TestForetold(t *testing.T) {
	enginetest.Contract(t, calendartest.Harness{Class: calendartest.HTTP, New: func(t *testing.T) calendartest.World {
		return newWorld(t, googletest.Options{PageLimit: 2, Gzip: true})
	}})
}

var aLink = calendartest.ALink

// discovery is Google's own description of the API, against which every request of every test is checked.
var discovery = sync.OnceValues(googletest.Discovery)

// serviceKey is that of the service account in every test: making one takes longer than most tests.
var serviceKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// world is a Google calendar, seen from the side of its owner, on a real socket.
type world struct {
	t      *testing.T
	server *googletest.Server
	config google.Config
}

func newWorld(t *testing.T, o googletest.Options) *world {
	t.Helper()
	api, err := discovery()
	if err != nil {
		t.Fatal(err)
	}
	o.Discovery = api
	if o.Key, err = serviceKey(); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, server: googletest.New(o)}
	transport := calendartest.Serve(t, w.server)
	w.config = google.Config{
		Auth: google.ServiceAccount, Credentials: w.file("key.json", w.server.ServiceAccount()),
		Own: google.Own{Subject: googletest.Account, GrantFile: filepath.Join(t.TempDir(), "google-alice.grant"),
			SignInCommand: "zoomtag auth google --calendar alice"},
		APIURL: w.server.APIURL(), HTTP: transport,
		Quota: google.Unlimited(),
		Wait:  func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return w
}

// file writes a file that only its owner can read.
func (w *world) file(name string, data []byte) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// connect makes the adapter.
func (w *world) connect() *google.Calendar {
	w.t.Helper()
	c, err := google.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// Calendar implements calendartest.World.
func (w *world) Calendar() calendar.Calendar { return w.connect() }

// times are start and end as Google has them.
func times(e calendar.Event) (start, end googletest.JSON) {
	if e.AllDay {
		return googletest.JSON{"date": e.Start.Format(time.DateOnly)},
			googletest.JSON{"date": e.End.Format(time.DateOnly)}
	}
	return googletest.JSON{"dateTime": e.Start.Format(time.RFC3339), "timeZone": e.Zone},
		googletest.JSON{"dateTime": e.End.Format(time.RFC3339), "timeZone": e.Zone}
}

// Put implements calendartest.World.
func (w *world) Put(e calendar.Event) string {
	start, end := times(e)
	return w.server.Put("", googletest.JSON{"summary": e.Title, "description": e.Description, "location": e.Location,
		"start": start, "end": end,
		"attendees": []any{googletest.JSON{"email": "guest@example.org", "responseStatus": "accepted"}}})
}

// Edit implements calendartest.World.
func (w *world) Edit(id string, change func(e *calendar.Event)) {
	c := w.connect()
	e, err := c.Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.Edit("", id, func(ev googletest.JSON) {
		change(&e)
		start, end := times(e)
		ev["summary"] = e.Title
		ev["description"] = e.Description
		ev["location"] = e.Location
		ev["start"] = start
		ev["end"] = end
	})
}

// Delete implements calendartest.World.
func (w *world) Delete(id string) { w.server.Delete("", id) }

// PutSeries implements calendartest.World.
func (w *world) PutSeries(e calendar.Event, days int) string {
	start, end := times(e)
	return w.server.Put("", googletest.JSON{"summary": e.Title, "description": e.Description, "location": e.Location,
		"start": start,
		"end":   end, "recurrence": []any{fmt.Sprintf("RRULE:FREQ=DAILY;COUNT=%d", days)}})
}

// CancelDate implements calendartest.World.
func (w *world) CancelDate(id string, n int) {
	ev, _ := w.server.Event("", id)
	start, _ := ev["start"].(googletest.JSON)
	zone, _ := start["timeZone"].(string)
	loc, err := time.LoadLocation(zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.CancelInstance("", id, whenOf(start).In(loc).AddDate(0, 0, n))
}

// ExceptDate implements calendartest.World.
func (w *world) ExceptDate(id string, n int, title, description string) {
	ev, _ := w.server.Event("", id)
	start, _ := ev["start"].(googletest.JSON)
	zone, _ := start["timeZone"].(string)
	loc, err := time.LoadLocation(zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.Except("", id, whenOf(start).In(loc).AddDate(0, 0, n),
		func(ev googletest.JSON) { ev["summary"], ev["description"] = title, description })
}

// answers are Google's.
var answers = calendartest.Answers{
	Own: map[calendartest.Misbehaviour]googletest.Fault{
		calendartest.Unauthorized:       googletest.Error(401, "authError", "Invalid Credentials"),
		calendartest.Forbidden:          googletest.Error(403, "forbidden", "Forbidden"),
		calendartest.Gone:               googletest.Error(410, "deleted", "Resource has been deleted"),
		calendartest.PreconditionFailed: googletest.Error(412, "conditionNotMet", "Precondition Failed"),
		calendartest.ServerError:        googletest.Error(500, "backendError", "Backend Error"),
		calendartest.SecondPageFails:    googletest.Error(500, "backendError", "Backend Error"),
		calendartest.EmptyBody:          {After: true, Status: 200},
	},
	Throttled: googletest.RateLimited, Missing: googletest.Error(404, "notFound", "Not Found"), Page: googletest.Page,
	NextPages: googletest.NextPages,
	Events:    func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/events/") },
}

// Misbehave implements calendartest.World.
func (w *world) Misbehave(m calendartest.Misbehaviour) error {
	if m == calendartest.ExpiredCursor {
		w.server.Expire()
		return nil
	}
	return answers.Misbehave(w.server, m)
}

// Heal implements calendartest.World.
func (w *world) Heal() { calendartest.Heal(w.server) }

// SetReadOnly implements calendartest.World.
func (w *world) SetReadOnly(readOnly bool) error {
	role := "owner"
	if readOnly {
		role = "reader"
	}
	w.server.SetRole("", role)
	return nil
}
