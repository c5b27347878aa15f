package caldav_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/providers/calendar/calendartest"
)

// server is what a world makes misbehave: the emulator, or a proxy in front of another server.
type server interface {
	Break(f caldavtest.Fault)
	Mend()
	SetEndless(endless bool)
	SetSilent(silent bool)
	// expire makes the sync tokens given out so far bad ones, until heal. A server that has none learns another way of
	// telling changes.
	expire()
	heal()
	Complaints() []string
}

// hand is the owner's: another app on the same calendar.
type hand interface {
	put(name, raw string)
	object(name string) (raw string)
	remove(name string)
}

// world is a calendar on a CalDAV server on a real socket.
type world struct {
	t      *testing.T
	server server
	hand   hand
	config caldav.Config
	tokens bool // the server knows sync-collection
	n      int
	last   *caldav.Calendar
}

// newWorld makes a world; its config says no more than where the calendar is, and who asks.
func newWorld(t *testing.T, s server, h hand, tokens bool, config caldav.Config) *world {
	t.Helper()
	w := &world{t: t, server: s, hand: h, tokens: tokens, config: config}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		for _, complaint := range s.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	w.config.Owners = []string{caldavtest.Owner}
	w.config.HTTP = transport
	w.config.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return w
}

// connect makes the adapter.
func (w *world) connect() *caldav.Calendar {
	w.t.Helper()
	c, err := caldav.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	w.last = c
	return c
}

// Calendar implements calendartest.World.
func (w *world) Calendar() calendar.Calendar { return w.connect() }

// Put implements calendartest.World.
func (w *world) Put(e calendar.Event) string {
	w.n++
	name := fmt.Sprintf("a%d.ics", w.n)
	if e.UID == "" {
		e.UID = fmt.Sprintf("uid-%d@example.com", w.n)
	}
	w.hand.put(name, newObject(e))
	return name
}

// Edit implements calendartest.World.
func (w *world) Edit(id string, change func(e *calendar.Event)) {
	w.hand.put(id, edited(w.hand.object(id), change))
}

// Delete implements calendartest.World.
func (w *world) Delete(id string) { w.hand.remove(id) }

// PutSeries implements calendartest.World.
func (w *world) PutSeries(e calendar.Event, days int) string {
	id := w.Put(e)
	w.hand.put(id, recurring(w.hand.object(id), days))
	return id
}

// CancelDate implements calendartest.World.
func (w *world) CancelDate(id string, n int) { w.hand.put(id, cancelling(w.hand.object(id), n)) }

// ExceptDate implements calendartest.World.
func (w *world) ExceptDate(id string, n int, title, description string) {
	w.hand.put(id, excepting(w.hand.object(id), n, title, description))
}

// Misbehave implements calendartest.World.
func (w *world) Misbehave(m calendartest.Misbehaviour) error {
	if f, ok := refusals[m]; ok {
		w.server.Break(f())
		return nil
	}
	switch m {
	case calendartest.LostAnswer:
		w.server.Break(afterwards(caldavtest.Page(http.StatusBadGateway)))
	case calendartest.CutBody:
		w.server.Break(caldavtest.Fault{After: true, Half: true})
	case calendartest.HTMLInsteadOfData:
		w.server.Break(afterwards(caldavtest.Page(http.StatusOK)))
	case calendartest.EmptyBody:
		w.server.Break(caldavtest.Fault{After: true, Replace: func(string) string { return "" }})
	case calendartest.SecondPageFails:
		f := caldavtest.Blank(http.StatusInternalServerError)
		if f.Match = caldavtest.NextPages; !w.tokens { // the list is one page, what is in it comes in others
			f.Match = caldavtest.Reports("calendar-multiget")
			w.server.Break(caldavtest.Fault{Match: caldavtest.Listings, Replace: caldavtest.WithoutData})
		}
		w.server.Break(f)
	case calendartest.EndlessPages:
		w.server.SetEndless(true)
	case calendartest.SilentNoOp:
		w.server.SetSilent(true)
	case calendartest.ExpiredCursor:
		w.server.expire()
		if !w.tokens { // the adapter's own cursors are good until it looks at the server anew
			if _, err := w.last.Introduce(w.t.Context()); err != nil {
				w.t.Fatal(err)
			}
		}
	default:
		return calendartest.ErrNotApplicable
	}
	return nil
}

// refusals are the misbehaviours that answer every request alike.
var refusals = map[calendartest.Misbehaviour]func() caldavtest.Fault{
	calendartest.Unauthorized: func() caldavtest.Fault {
		f := caldavtest.Blank(http.StatusUnauthorized)
		f.Header.Set("WWW-Authenticate", `Basic realm="calendars"`)
		return f
	},
	calendartest.Forbidden: func() caldavtest.Fault {
		return caldavtest.Refused(http.StatusForbidden,
			"need-privileges")
	},
	calendartest.NotFound: func() caldavtest.Fault { return caldavtest.Blank(http.StatusNotFound) },
	calendartest.Gone:     func() caldavtest.Fault { return caldavtest.Blank(http.StatusGone) },
	calendartest.PreconditionFailed: func() caldavtest.Fault {
		f := caldavtest.Blank(http.StatusPreconditionFailed)
		f.Match = caldavtest.On(http.MethodPut)
		return f
	},
	calendartest.TooMany: func() caldavtest.Fault { return caldavtest.Throttled(http.StatusTooManyRequests, "") },
	calendartest.TooManySeconds: func() caldavtest.Fault {
		return caldavtest.Throttled(http.StatusServiceUnavailable, fmt.Sprint(calendartest.RetryAfter.Seconds()))
	},
	calendartest.TooManyDate: func() caldavtest.Fault {
		return caldavtest.Throttled(http.StatusTooManyRequests,
			time.Now().Add(calendartest.RetryAfter).UTC().Format(http.TimeFormat))
	},
	calendartest.TooManyGarbage: func() caldavtest.Fault {
		return caldavtest.Throttled(http.StatusTooManyRequests,
			"soon")
	},
	calendartest.ServerError: func() caldavtest.Fault { return caldavtest.Blank(http.StatusInternalServerError) },
}

// afterwards is a fault that lets requests take effect first.
func afterwards(f caldavtest.Fault) caldavtest.Fault {
	f.After = true
	return f
}

// Heal implements calendartest.World.
func (w *world) Heal() {
	w.server.Mend()
	w.server.SetEndless(false)
	w.server.SetSilent(false)
	w.server.heal()
}

// SetReadOnly implements calendartest.World.
func (w *world) SetReadOnly(readOnly bool) error {
	s, ok := w.hand.(emulator)
	if !ok {
		return calendartest.ErrNotApplicable
	}
	s.SetReadOnly("", readOnly)
	return nil
}
