package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
)

// crashDAV is a calendar of a CalDAV server, which is looked for from the server's address on. The event "a" is a.ics.
type crashDAV struct {
	t      testing.TB
	server *caldavtest.Server
	reader *caldav.Calendar
}

func newCrashDAV(w *crashWorld) crashCalendar {
	w.t.Helper()
	// Parts of two events: what is listed first takes several requests.
	return newCrashDAVOf(w, caldavtest.Options{PageLimit: 2, Save: caldavtest.LikeXandikos, WellKnown: 307})
}

func newCrashDAVOf(w *crashWorld, options caldavtest.Options) crashCalendar {
	w.t.Helper()
	options.Auth = caldavtest.Basic
	d := &crashDAV{t: w.t, server: caldavtest.New(options)}
	d.server.Hold = func(phase string, r *http.Request) { w.hold(r, phase) }
	w.must(d.server.Start())
	transport := &http.Transport{}
	w.t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := d.server.Close(); err != nil {
			w.t.Error(err)
		}
	})
	var err error
	d.reader, err = caldav.New(caldav.Config{URL: d.server.URL(""), Username: caldavtest.Username,
		Password: caldavtest.Password,
		HTTP:     transport})
	w.must(err)
	return d
}

func (d *crashDAV) config() string {
	return fmt.Sprintf("caldav: { url: %q, calendar: %s, username: %q, password: %q }", d.server.RootURL(),
		caldavtest.Work, caldavtest.Username, caldavtest.Password)
}

func (d *crashDAV) put(name, title, description, location string) {
	d.server.Put("", name+".ics", crashObject(name, title, description, location))
}

func (d *crashDAV) retitle(name, title string) { d.edit(name, "SUMMARY", title) }

func (d *crashDAV) resize(name string, length time.Duration) {
	d.edit(name, "DURATION", "PT"+strings.ToUpper(length.String()))
}

func (d *crashDAV) edit(name, property, value string) {
	d.server.Edit("", name+".ics", func(raw string) string { return withLine(d.t, raw, property, value) })
}

func (d *crashDAV) remove(name string) { d.server.Delete("", name+".ics") }

func (d *crashDAV) read(name string) (calendar.Event, error) {
	return d.reader.Get(context.Background(), name+".ics")
}

// leftovers are requests that the protocol does not allow.
func (d *crashDAV) leftovers(int) []string { return d.server.Complaints() }
