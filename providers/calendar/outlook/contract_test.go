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
	if err := w.server.Start(); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := w.server.Close(); err != nil {
			t.Error(err)
		}
		for _, complaint := range w.server.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
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

// Misbehave implements calendartest.World.
func (w *world) Misbehave(m calendartest.Misbehaviour) error {
	patches := func(f outlooktest.Fault) outlooktest.Fault {
		f.Match = func(r *http.Request) bool { return r.Method == http.MethodPatch }
		return f
	}
	switch m {
	case calendartest.Unauthorized:
		w.server.Break(outlooktest.Error(401, "InvalidAuthenticationToken", "Access token has expired."))
	case calendartest.Forbidden:
		w.server.Break(outlooktest.Error(403, "ErrorAccessDenied", "Access is denied."))
	case calendartest.NotFound:
		w.server.Break(outlooktest.Error(404, "ErrorItemNotFound", "The specified object was not found in the store."))
	case calendartest.Gone:
		w.server.Break(outlooktest.Error(410, "resyncRequired", "Resync required."))
	case calendartest.PreconditionFailed:
		w.server.Break(patches(outlooktest.Error(412, "ErrorIrresolvableConflict",
			"The send or update operation could not be performed.")))
	case calendartest.TooMany:
		w.server.Break(outlooktest.Throttled(""))
	case calendartest.TooManySeconds:
		w.server.Break(outlooktest.Throttled("30"))
	case calendartest.TooManyDate:
		w.server.Break(outlooktest.Throttled(time.Now().Add(calendartest.RetryAfter).UTC().Format(http.TimeFormat)))
	case calendartest.TooManyGarbage:
		w.server.Break(outlooktest.Throttled("soon"))
	case calendartest.ServerError:
		w.server.Break(outlooktest.NoMessage(500, "ErrorInternalServerError"))
	case calendartest.LostAnswer:
		f := outlooktest.Page(502)
		f.After = true
		w.server.Break(f)
	case calendartest.CutBody:
		w.server.Break(outlooktest.Fault{After: true, Half: true})
	case calendartest.HTMLInsteadOfData:
		f := outlooktest.Page(200)
		f.After = true
		w.server.Break(f)
	case calendartest.EmptyBody:
		f := outlooktest.Blank(200)
		f.After = true
		w.server.Break(f)
	case calendartest.SecondPageFails:
		f := outlooktest.Blank(500)
		f.Match = outlooktest.NextPages
		w.server.Break(f)
	case calendartest.EndlessPages:
		w.server.SetEndless(true)
	case calendartest.SilentNoOp:
		w.server.SetSilent(true)
	case calendartest.ExpiredCursor: // cursors are of our own making, and expire by their age
		w.ahead = 31 * 24 * time.Hour
	case calendartest.Empty:
		w.server.SetEmpty("", true)
		f := outlooktest.Error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
		f.Match = func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/events/") }
		w.server.Break(f)
	default:
		return calendartest.ErrNotApplicable
	}
	return nil
}

// Later implements calendartest.Clock.
func (w *world) Later(d time.Duration) { w.ahead += d }

// Heal implements calendartest.World.
func (w *world) Heal() {
	w.server.Mend()
	w.server.SetEndless(false)
	w.server.SetSilent(false)
	w.server.SetEmpty("", false)
	w.ahead = 0
}

// SetReadOnly implements calendartest.World.
func (w *world) SetReadOnly(readOnly bool) error {
	w.server.SetReadOnly("", readOnly)
	return nil
}
