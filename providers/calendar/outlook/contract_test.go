package outlook_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/sync/engine/enginetest"
)

func TestContract(t *testing.T) {
	calendartest.Run(t, calendartest.Harness{Class: calendartest.HTTP, Unnoticed: 15 * time.Minute,
		New: func(t *testing.T) calendartest.World {
			return newWorld(t, outlooktest.Options{PageLimit: 2})
		}})
}

// TestForetold: a pass does what plan has said, whatever the owner has done; see enginetest.Contract.
func TestForetold(t *testing.T) {
	enginetest.Contract(t, calendartest.Harness{Class: calendartest.HTTP, Unnoticed: 15 * time.Minute,
		New: func(t *testing.T) calendartest.World {
			return newWorld(t, outlooktest.Options{PageLimit: 2})
		}})
}

type json = outlooktest.JSON

var aLink = calendartest.ALink

// world is an Outlook calendar, seen from the side of its owner, on a real socket.
type world struct {
	t      *testing.T
	server *outlooktest.Server
	config outlook.Config
	ahead  time.Duration // of the adapter's clock
}

func newWorld(t *testing.T, o outlooktest.Options) *world {
	t.Helper()
	o.Schema = outlooktest.Schema()
	w := &world{t: t, server: outlooktest.New(o)}
	transport := calendartest.Serve(t, w.server)
	w.config = outlook.Config{
		Auth: outlook.App, User: w.server.Mailbox(), Tenant: w.server.Tenant(), ClientID: w.server.ClientID(),
		ClientSecret: w.server.ClientSecret(),
		APIURL:       w.server.GraphURL(), LoginURL: w.server.LoginURL(), HTTP: transport,
		GrantFile:     filepath.Join(t.TempDir(), "outlook-office.grant"),
		SignInCommand: "zoomtag auth outlook --calendar office",
		Now:           func() time.Time { return time.Now().Add(w.ahead) },
		Wait:          func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return w
}

// connect makes the adapter.
func (w *world) connect() *outlook.Calendar {
	w.t.Helper()
	c, err := outlook.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// Calendar implements calendartest.World.
func (w *world) Calendar() calendar.Calendar { return w.connect() }

// put is an event as Graph has it.
func put(e calendar.Event) json {
	at := func(t time.Time) json {
		return json{"dateTime": t.UTC().Format("2006-01-02T15:04:05"), "timeZone": "UTC"}
	}
	kind := "text"
	if e.HTML {
		kind = "html"
	}
	return json{"subject": e.Title, "body": json{"contentType": kind, "content": e.Description},
		"location": json{"displayName": e.Location},
		"start":    at(e.Start), "end": at(e.End)}
}

// Put implements calendartest.World.
func (w *world) Put(e calendar.Event) string {
	ev := put(e)
	ev["attendees"] = []any{json{"type": "required", "emailAddress": json{"address": "guest@example.org"}}}
	return w.server.Put("", ev)
}

// Edit implements calendartest.World.
func (w *world) Edit(id string, change func(e *calendar.Event)) {
	e, err := w.connect().Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	change(&e)
	w.server.Edit("", id, func(ev json) {
		for name, value := range put(e) {
			ev[name] = value
		}
	})
}

// Delete implements calendartest.World.
func (w *world) Delete(id string) { w.server.Delete("", id) }

// PutSeries implements calendartest.World.
func (w *world) PutSeries(e calendar.Event, days int) string {
	ev := put(e)
	ev["originalStartTimeZone"], ev["originalEndTimeZone"] = e.Zone, e.Zone
	ev["recurrence"] = json{"pattern": json{"type": "daily", "interval": 1}, "range": json{"type": "numbered",
		"startDate": e.Start.Format(time.DateOnly), "numberOfOccurrences": days, "recurrenceTimeZone": e.Zone}}
	return w.server.Put("", ev)
}

// CancelDate implements calendartest.World.
func (w *world) CancelDate(id string, n int) {
	ev, _ := w.server.Event("", id)
	zone, _ := ev["originalStartTimeZone"].(string)
	loc, err := time.LoadLocation(zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.CancelInstance("", id, whenOf(ev["start"]).In(loc).AddDate(0, 0, n))
}

// ExceptDate implements calendartest.World.
func (w *world) ExceptDate(id string, n int, title, description string) {
	ev, _ := w.server.Event("", id)
	zone, _ := ev["originalStartTimeZone"].(string)
	loc, err := time.LoadLocation(zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.Except("", id, whenOf(ev["start"]).In(loc).AddDate(0, 0, n), func(ev json) {
		ev["subject"], ev["body"] = title, json{"contentType": "text", "content": description}
	})
}

// answers are Microsoft's.
var answers = calendartest.Answers{
	Own: map[calendartest.Misbehaviour]outlooktest.Fault{
		calendartest.Unauthorized: outlooktest.Error(401, "InvalidAuthenticationToken", "Access token has expired."),
		calendartest.Forbidden:    outlooktest.Error(403, "ErrorAccessDenied", "Access is denied."),
		calendartest.Gone:         outlooktest.Error(410, "resyncRequired", "Resync required."),
		calendartest.PreconditionFailed: outlooktest.Error(412, "ErrorIrresolvableConflict",
			"The send or update operation could not be performed."),
		calendartest.ServerError:     outlooktest.NoMessage(500, "ErrorInternalServerError"),
		calendartest.SecondPageFails: outlooktest.Blank(500),
		calendartest.EmptyBody:       late(outlooktest.Blank(200)),
	},
	Throttled: outlooktest.Throttled, Page: outlooktest.Page, NextPages: outlooktest.NextPages,
	Missing: outlooktest.Error(404, "ErrorItemNotFound", "The specified object was not found in the store."),
	Events:  func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/events/") },
}

func late(f outlooktest.Fault) outlooktest.Fault {
	f.After = true
	return f
}

// Misbehave implements calendartest.World.
func (w *world) Misbehave(m calendartest.Misbehaviour) error {
	if m == calendartest.ExpiredCursor { // cursors are of our own making, and expire by their age
		w.ahead = 31 * 24 * time.Hour
		return nil
	}
	return answers.Misbehave(w.server, m)
}

// Later implements calendartest.Clock.
func (w *world) Later(d time.Duration) { w.ahead += d }

// Heal implements calendartest.World.
func (w *world) Heal() {
	calendartest.Heal(w.server)
	w.ahead = 0
}

// SetReadOnly implements calendartest.World.
func (w *world) SetReadOnly(readOnly bool) error {
	w.server.SetReadOnly("", readOnly)
	return nil
}
