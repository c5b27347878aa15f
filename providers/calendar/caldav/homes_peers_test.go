//go:build peers

package caldav_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/providers/words"
)

// connect is the adapter at an address, signed in as somebody.
func (p *peer) connect(t *testing.T, user, url, name string) *caldav.Calendar {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := caldav.New(caldav.Config{URL: url, Calendar: name, Username: user, Password: p.password,
		Owners: []string{caldavtest.Owner},
		Quiet:  true, HTTP: transport, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// named is what makes a calendar with a name for people, for one kind of component.
func named(name, component string) string {
	return `<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>` + name +
		`</D:displayname><C:supported-calendar-component-set><C:comp name="` + component +
		`"/></C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>`
}

// homes begins with the address of the server, as a person does: its calendars for events are found, one of them is
// chosen by its name, and neither tasks nor what the server keeps for scheduling is taken for a calendar.
func (p *peer) homes(t *testing.T) {
	p.mkcalendar(t, "one/", named("Work", "VEVENT"))
	p.mkcalendar(t, "two/", named("Private", "VEVENT"))
	p.mkcalendar(t, "three/", named("Tasks", "VTODO"))
	p.owner(t).put("one/guests.ics", withGuest(anEvent("Guests #zoom"))) // this makes the server's boxes
	names := listedNames(t, p.connect(t, p.user, p.root, ""))
	for name, want := range map[string]bool{"Work": true, "Private": true, "Tasks": false, "Inbox": false,
		"Outbox": false} {
		if slices.ContainsFunc(names, func(listed string) bool { return strings.Contains(listed, name) }) != want {
			t.Errorf("the calendars are %q", names)
		}
	}
	for _, name := range listedNames(t, p.connect(t, guest, p.root, "")) {
		if strings.Contains(strings.ToLower(name), "box") || strings.Contains(name, ".in") {
			t.Errorf("the guest has a calendar %q", name)
		}
	}
	if _, err := p.connect(t, p.user, p.root, "").Changes(t.Context(), ""); !errors.Is(err, calendar.ErrUnchosen) ||
		!strings.Contains(err.Error(), `calendar: "Work"`) {
		t.Errorf("none is chosen: %v", err)
	}
	if p.pages != "" {
		if _, err := p.connect(t, p.user, p.pages, "").Changes(t.Context(), ""); !strings.Contains(words.Of(err),
			"its calendars are at "+p.pages) {
			t.Errorf("at the pages for people: %v", err)
		}
	}
	c := p.connect(t, p.user, p.root, "Work")
	if changes := list(t, c, ""); len(changes.List) != 1 || changes.ReadOnly != "" {
		t.Errorf("%+v", changes)
	}
	set(t, c, "guests.ics", linked("1"))
	if ev, err := c.Get(t.Context(), "guests.ics"); err != nil || ev.Link.Mark != linked("1").Mark {
		t.Errorf("the link of the event with guests is %+v, %v", ev.Link, err)
	}
}

func listedNames(t *testing.T, c *caldav.Calendar) (names []string) {
	t.Helper()
	all, err := c.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		names = append(names, l.Name)
	}
	return names
}

// withGuest is an event to which the guest is invited.
func withGuest(e calendar.Event) string {
	return strings.Replace(newObject(e), "\r\nCLASS:", "\r\nATTENDEE:mailto:"+caldavtest.Owner+
		"\r\nATTENDEE;RSVP=TRUE:mailto:"+guest+"@example.com\r\nCLASS:", 1)
}

// shares: what is shared for reading is not written to, and nothing is begun for it; with the right to write it is a
// calendar like any other; and what is not shared says nothing of its events.
func (p *peer) shares(t *testing.T) {
	p.mkcalendar(t, "one/", named("Work", "VEVENT"))
	p.mkcalendar(t, "two/", named("Private", "VEVENT"))
	p.owner(t).put("one/a.ics", newObject(anEvent("Talk #zoom")))
	p.share(t, "one", false)
	c := p.connect(t, guest, p.home+"one/", "")
	changes := list(t, c, "")
	if len(changes.List) != 1 || changes.ReadOnly == "" {
		t.Fatalf("shared for reading: %+v", changes)
	}
	ev := changes.List[0].Event
	if ev == nil || ev.Denied == "" {
		t.Fatalf("shared for reading: %+v", ev)
	}
	if _, err := c.SetLink(t.Context(), ev.ID, ev.Version, linked("1")); !errors.Is(err, calendar.ErrDenied) {
		t.Errorf("a write into what is shared for reading: %v", err)
	}
	p.share(t, "one", true)
	if next := list(t, c, changes.Cursor); next.ReadOnly != "" {
		t.Errorf("shared for writing: %+v", next)
	}
	set(t, c, ev.ID, linked("1"))
	if _, err := p.connect(t, guest, p.home+"two/", "").Changes(t.Context(), ""); err == nil ||
		errors.Is(err, calendar.ErrGone) {
		t.Errorf("not shared: %v", err)
	}
}

// madeAnew: a calendar that was removed and made again under its address has other events. What is no more shows,
// whatever the server makes of the sync token.
func (p *peer) madeAnew(t *testing.T) {
	own := p.owner(t)
	p.mkcalendar(t, "again/", "")
	for i := range 3 {
		own.put(fmt.Sprintf("again/%d.ics", i), newObject(anEvent(fmt.Sprint("Talk ", i))))
	}
	c := p.connect(t, p.user, p.home+"again/", "")
	cursor := list(t, c, "").Cursor
	own.do(http.MethodDelete, "again/", "")
	own.do("MKCALENDAR", "again/", "")
	own.put("again/0.ics", newObject(anEvent("Talk 0")))
	changes, err := c.Changes(t.Context(), cursor)
	if errors.Is(err, calendar.ErrCursor) {
		return
	}
	for _, id := range []string{"1.ics", "2.ics"} {
		if ch, ok := change(changes, id); err != nil || !ok || !ch.Missing && !ch.Deleted {
			t.Errorf("%s: %v, %+v, %v", id, ok, ch, err)
		}
	}
}
