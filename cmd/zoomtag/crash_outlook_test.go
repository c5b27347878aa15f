package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// crashOutlook is an Outlook calendar, on which zoomtag acts as an organisation's app.
type crashOutlook struct {
	server *outlooktest.Server
	ids    map[string]string // by the names of the events
	reader *outlook.Calendar
}

func newCrashOutlook(w *crashWorld) crashCalendar {
	w.t.Helper()
	// Pages of two events: what is listed first takes several requests.
	o := &crashOutlook{server: outlooktest.New(outlooktest.Options{PageLimit: 2, Schema: outlooktest.Schema()}),
		ids: map[string]string{}}
	o.server.Hold = func(phase string, r *http.Request) { w.hold(r, phase) }
	o.server.HoldTokens = true
	w.must(o.server.Start())
	transport := &http.Transport{}
	w.t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := o.server.Close(); err != nil {
			w.t.Error(err)
		}
	})
	var err error
	o.reader, err = outlook.New(outlook.Config{Auth: outlook.App, User: o.server.Mailbox(), Tenant: o.server.Tenant(),
		ClientID:     o.server.ClientID(),
		ClientSecret: o.server.ClientSecret(), APIURL: o.server.GraphURL(), LoginURL: o.server.LoginURL(),
		HTTP: transport})
	w.must(err)
	return o
}

func (o *crashOutlook) config() string {
	return fmt.Sprintf("outlook: { user: %q, auth: app, tenant: %q, client_id: %q, client_secret: %q, api_url: %q, "+
		"login_url: %q }", o.server.Mailbox(),
		o.server.Tenant(), o.server.ClientID(), o.server.ClientSecret(), o.server.GraphURL(), o.server.LoginURL())
}

// outlookTime is a time as Graph has it.
func outlookTime(at time.Time) outlooktest.JSON {
	return outlooktest.JSON{"dateTime": at.Format("2006-01-02T15:04:05"), "timeZone": "UTC"}
}

func (o *crashOutlook) put(name, title, description, location string) {
	start := nextWeek()
	o.ids[name] = o.server.Put("", outlooktest.JSON{"subject": title, "body": outlooktest.JSON{"contentType": "text",
		"content": description},
		"location": outlooktest.JSON{"displayName": location}, "start": outlookTime(start),
		"end": outlookTime(start.Add(time.Hour))})
}

func (o *crashOutlook) retitle(name, title string) {
	o.server.Edit("", o.ids[name], func(ev outlooktest.JSON) { ev["subject"] = title })
}

func (o *crashOutlook) resize(name string, length time.Duration) {
	o.server.Edit("", o.ids[name], func(ev outlooktest.JSON) { ev["end"] = outlookTime(nextWeek().Add(length)) })
}

func (o *crashOutlook) remove(name string) { o.server.Delete("", o.ids[name]) }

// read is the event with its text as its owner sees it.
func (o *crashOutlook) read(name string) (calendar.Event, error) {
	ev, err := o.reader.Get(context.Background(), o.ids[name])
	if ev.HTML {
		ev.Description = calendar.HTMLText(ev.Description)
	}
	return ev, err
}

// leftovers are requests that Graph does not take, or that prudence forbids.
func (o *crashOutlook) leftovers(int) []string { return o.server.Complaints() }
