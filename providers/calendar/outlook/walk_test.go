package outlook_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/sync/engine/enginetest"
)

// The random walk of package enginetest on an Outlook calendar: the adapter, and the emulator as its transport, in one
// process and without sockets. Each request may be refused, cut or lost, and the power cut before and after it has
// taken effect.
//
//	go test ./providers/calendar/outlook -run Walk -walk.seeds=10000 -walk.dir=/dev/shm
//	go test ./providers/calendar/outlook -run Walk -walk.seed=4711 -v
var walks = enginetest.Flags(400)

func TestWalk(t *testing.T) {
	enginetest.NoneLeft(t)
	enginetest.Run(t, *walks, newWalkOutlook)
}

// TestWalkRemoved: see enginetest.RunRemoval.
func TestWalkRemoved(t *testing.T) {
	enginetest.RunRemoval(t, *walks, newWalkOutlook)
}

// walkOutlook is an Outlook calendar that is walked on.
type walkOutlook struct {
	*outlook.Calendar
	server    *outlooktest.Server
	setup     enginetest.Setup
	config    outlook.Config
	elsewhere string                 // another calendar of the owner's
	puts      int                    // how many events were put
	lied      map[string]bool        // events of which Microsoft has once said, wrongly, that they are not there
	expired   int                    // how often all cursors have expired
	given     map[string]int         // what that was when each cursor was last given out
	excepted  map[string][]exception // all that were ever made of each series
}

// exception is the id of a date that was changed by itself, and when the series has that date.
type exception struct {
	id string
	at time.Time
}

func newWalkOutlook(s enginetest.Setup) (enginetest.Backend, error) {
	// The Interesting of a real configuration half of the time: with it, other events are named only in passing.
	if s.Rand.IntN(2) == 0 {
		s.Interesting = nil
	}
	o := &walkOutlook{setup: s, lied: map[string]bool{}, given: map[string]int{}, excepted: map[string][]exception{},
		server: outlooktest.New(outlooktest.Options{
			Now: s.Now, PageLimit: []int{0, 1, 3}[s.Rand.IntN(3)], SafeLinks: s.Rand.IntN(2) == 0,
			Bump: s.Rand.IntN(2) == 0})}
	o.elsewhere = o.server.AddCalendar("", "Team")
	o.config = outlook.Config{Auth: outlook.App, User: o.server.Mailbox(), Tenant: o.server.Tenant(),
		ClientID:     o.server.ClientID(),
		ClientSecret: o.server.ClientSecret(), APIURL: o.server.GraphURL(), LoginURL: o.server.LoginURL(),
		HTTP: &enginetest.Network{Setup: s, Server: o.server, Call: callOf, Refuse: o.refuse}, Now: s.Now,
		Interesting: s.Interesting,
		Wait:        func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	o.Restart()
	return o, nil
}

// Close ends the walk.
func (o *walkOutlook) Close() (err error) {
	err = enginetest.Complained(o.server)
	for _, id := range o.server.IDs("") {
		if ev, _ := o.Event(id); ev.Link.Mark == "" && strings.Contains(ev.Location, "://") {
			err = errors.Join(err, fmt.Errorf("%s has no link, and its location is %q", id, ev.Location))
		}
	}
	return err
}

// Restart implements enginetest.Backend.
func (o *walkOutlook) Restart() {
	c, err := outlook.New(o.config)
	if err != nil {
		panic(err) // nothing of it has changed since the first time
	}
	o.Calendar = c
}

// Changes implements calendar.Calendar. Cursors are of the adapter's own making, and expire by their age.
func (o *walkOutlook) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	if parts := strings.Split(cursor, " "); len(parts) > 4 && o.given[cursor] < o.expired {
		parts[2] = "1" // the day it was used
		cursor = strings.Join(parts, " ")
	}
	changes, err := o.Calendar.Changes(ctx, cursor)
	if err == nil {
		o.given[changes.Cursor] = o.expired
	}
	return changes, err
}

// callOf names a request as the walk does.
func callOf(r *http.Request) (call, id string) {
	_, id, one := strings.Cut(r.URL.Path, "/events/")
	switch {
	case outlooktest.Tokens(r):
		return "token", ""
	case r.Method == http.MethodPatch:
		return "setlink", id
	case one:
		return "get", id
	case outlooktest.Lists(r):
		return "changes", ""
	}
	return "calendar", ""
}

// refuse has a request answered in one of the ways that leave it without effect.
func (o *walkOutlook) refuse(r *http.Request, call, id string, err error) {
	faults := []outlooktest.Fault{
		outlooktest.NoMessage(500, "ErrorInternalServerError"), outlooktest.Page(503), outlooktest.Page(200),
		outlooktest.Blank(200), {Cut: true},
		outlooktest.Throttled(""), outlooktest.Throttled("30"), outlooktest.Error(503, "MailboxConcurrency",
			"Too many concurrent requests."),
		outlooktest.Error(403, "ErrorAccessDenied", "Access is denied."),
		outlooktest.Error(401, "InvalidAuthenticationToken", "Access token has expired."),
		outlooktest.Error(410, "resyncRequired", "Resync required."), outlooktest.NoCode(500),
	}
	missing := outlooktest.Error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
	switch {
	case errors.Is(err, calendar.ErrConflict):
		faults = []outlooktest.Fault{missing, outlooktest.Error(412, "ErrorIrresolvableConflict",
			"The change key passed in the request does not match."),
			outlooktest.Error(409, "ErrorIrresolvableConflict", "The change key passed in the request does not match.")}
	case call == "token":
		faults = []outlooktest.Fault{faults[1], faults[4], outlooktest.OAuthError(429, "temporarily_unavailable",
			"AADSTS90055: too many requests.")}
	case call == "changes", call == "calendar":
		faults = append(faults, missing)
	case call == "get" && !o.lied[id]:
		// A second time would be an answer to the question that the first one is.
		if o.setup.Rand.IntN(3) == 0 {
			o.lied[id] = true
			faults = []outlooktest.Fault{missing}
			o.Expire() // an event of which nothing is remembered is asked for again only when it is listed again
		}
	}
	o.server.BreakNext(faults[o.setup.Rand.IntN(len(faults))])
}

// Put implements enginetest.Backend. Most events have HTML texts, as those that Outlook makes.
func (o *walkOutlook) Put(e calendar.Event) string {
	e.HTML = o.setup.Rand.IntN(3) > 0
	if e.HTML {
		e.Description = htmlOf(e.Description)
	}
	ev := put(e)
	o.puts++
	ev["id"], ev["categories"] = fmt.Sprintf("event-%d", o.puts), e.Categories
	ev["attendees"] = []any{json{"type": "required", "emailAddress": json{"address": "guest@example.org"}}}
	if e.Series {
		ev["recurrence"] = json{"pattern": json{"type": "weekly", "interval": 1,
			"daysOfWeek": []any{strings.ToLower(e.Start.UTC().Weekday().String())}},
			"range": json{"type": "noEnd", "startDate": e.Start.UTC().Format(time.DateOnly)}}
	}
	return o.server.Put("", ev)
}

// htmlOf is a text as HTML.
func htmlOf(text string) string { return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>") }

// Edit implements enginetest.Backend. A cancelled event is a deleted one here: what concerns that is left to Delete.
func (o *walkOutlook) Edit(id string, change func(e *calendar.Event)) {
	before, ok := o.Event(id)
	if !ok {
		return
	}
	o.server.Edit("", id, func(ev json) { edit(ev, before, change) })
}

// edit changes an event as the owner does, who saw it as before.
func edit(ev json, before calendar.Event, change func(e *calendar.Event)) (after calendar.Event) {
	after = before
	after.Categories = slices.Clone(before.Categories)
	change(&after)
	ev["subject"], ev["categories"] = after.Title, after.Categories
	if !after.Start.Equal(before.Start) || !after.End.Equal(before.End) {
		moved := put(after)
		ev["start"], ev["end"] = moved["start"], moved["end"]
	}
	if after.Description != before.Description {
		ev["body"] = rewritten(ev["body"], before.Description, after.Description)
	}
	if after.Location != before.Location {
		ev["location"] = json{"displayName": after.Location}
	}
	return after
}

// rewritten is a text after its owner changed what is seen of it: words in front, or no block any more.
func rewritten(body any, before, after string) json {
	kind, content := textOf(body)
	if kind == "text" {
		return json{"contentType": kind, "content": after}
	}
	if words, ok := strings.CutSuffix(after, before); ok {
		at := 0
		for _, tag := range beforeWords {
			if i := strings.Index(content, tag); i >= 0 {
				at = i + len(tag)
			}
		}
		return json{"contentType": kind, "content": content[:at] + htmlOf(words) + content[at:]}
	}
	if start, end, _, ok := calendar.FindBlockHTML(content); ok {
		return json{"contentType": kind, "content": strings.TrimSuffix(content[:start], "<br><br>") + content[end:]}
	}
	return json{"contentType": kind, "content": content}
}

// beforeWords is what the owner's words follow: those of a page, or those that were plain text before a link was
// written.
var beforeWords = []string{"<body>\r\n", `<div class="PlainText">`}

func textOf(body any) (kind, content string) {
	b, _ := body.(json)
	kind, _ = b["contentType"].(string)
	content, _ = b["content"].(string)
	return kind, content
}

// seen is a text as its owner sees it.
func seen(body any) (text, block string) {
	kind, content := textOf(body)
	if kind == "text" {
		text = strings.ReplaceAll(content, "\r\n", "\n")
		if start, end, ok := calendar.FindBlock(text); ok {
			block = text[start:end]
		}
		return text, block
	}
	start, end, block, linked := calendar.FindBlockHTML(content)
	if linked {
		content = strings.TrimSuffix(content[:start], "<br><br>") + content[end:]
	}
	text = strings.TrimSpace(calendar.HTMLText(content))
	if strings.HasSuffix(text, ".") {
		text += " " // Exchange keeps no blank at the end of a text, where the owner of this one always types one
	}
	if linked && text != "" {
		text += "\n\n"
	}
	return text + block, block
}

// Delete implements enginetest.Backend.
func (o *walkOutlook) Delete(id string) { o.server.Delete("", id) }

// Restore implements enginetest.Backend.
func (o *walkOutlook) Restore(id string) { o.server.Restore("", id) }

// Copy implements enginetest.Backend.
func (o *walkOutlook) Copy(id string) string { return o.server.Duplicate("", id) }

// Rename implements enginetest.Backend: ids stay. The event is moved to another calendar instead, and back before
// anybody looks.
func (o *walkOutlook) Rename(id, _ string) (string, bool) {
	o.server.Move("", id, o.elsewhere)
	o.server.Move(o.elsewhere, id, "")
	return "", false
}

// Hide implements enginetest.Backend.
func (o *walkOutlook) Hide(id string, hidden bool) { o.server.Hide("", id, hidden) }

// Expire implements enginetest.Backend.
func (o *walkOutlook) Expire() { o.expired++ }

// Event implements enginetest.Backend.
func (o *walkOutlook) Event(id string) (calendar.Event, bool) {
	ev, stands := o.server.Event("", id)
	if !stands {
		return calendar.Event{}, false
	}
	e := eventOf(id, ev)
	for _, x := range o.excepted[id] {
		said, stands := o.exception(&e, x)
		if !stands {
			continue
		}
		e.Exceptions = append(e.Exceptions, calendar.Exception{ID: x.id, Date: calendar.DateName(x.at, false),
			Start: said.Start, End: said.End, Title: said.Title, Description: said.Description, Location: said.Location,
			Categories: said.Categories, Link: said.Link})
	}
	return e, true
}

// exception is one as its owner sees it. One that shows the link of its series has the mark of that.
func (o *walkOutlook) exception(series *calendar.Event, x exception) (calendar.Event, bool) {
	ev, stands := o.server.Event("", x.id)
	if !stands || ev["recurrence"] != nil {
		return calendar.Event{}, false
	}
	e := eventOf(x.id, ev)
	switch {
	case e.Link.Block == "":
		e.Link.Mark = ""
	case e.Link.Mark == "", calendar.SameBlock(e.Link.Block, series.Link.Block):
		e.Link.Mark = series.Link.Mark
	}
	return e, true
}

// eventOf is an event of the emulator's as its owner sees it.
func eventOf(id string, ev json) calendar.Event {
	text := func(v any) string { s, _ := v.(string); return s }
	place, _ := ev["location"].(json)
	e := calendar.Event{ID: id, UID: text(ev["iCalUId"]), Title: text(ev["subject"]),
		Location: text(place["displayName"]),
		Start:    whenOf(ev["start"]), End: whenOf(ev["end"]), Zone: "UTC", Series: ev["recurrence"] != nil}
	e.Description, e.Link.Block = seen(ev["body"])
	list, _ := ev["categories"].([]any)
	for _, v := range list {
		e.Categories = append(e.Categories, text(v))
	}
	properties, _ := ev["singleValueExtendedProperties"].([]any)
	for _, v := range properties {
		switch p, _ := v.(json); {
		case p["value"] == "-":
		case strings.HasSuffix(text(p["id"]), " zoomtagMark"):
			e.Link.Mark, e.Link.Tag, _ = strings.Cut(text(p["value"]), " ")
		}
	}
	return e
}

// Split implements enginetest.Series. Outlook ends the series and makes a new one, which is not played here.
func (o *walkOutlook) Split(string) (string, bool) { return "", false }

// Except implements enginetest.Series.
func (o *walkOutlook) Except(id string, change func(e *calendar.Event)) (string, bool) {
	series, stands := o.Event(id)
	if !stands || !series.Series {
		return "", false
	}
	at, cancelled := series.Start.AddDate(0, 0, 7*(1+o.setup.Rand.IntN(3))), false
	x := o.server.Except("", id, at, func(ev json) { cancelled = edit(ev, eventOf("", ev), change).Cancelled })
	if x == "" { // that date was taken out before
		return "", false
	}
	// A date of a series that was moved has the id that it had before.
	o.excepted[id] = slices.DeleteFunc(o.excepted[id], func(one exception) bool { return one.id == x })
	o.excepted[id] = append(o.excepted[id], exception{x, at})
	if cancelled {
		o.server.CancelInstance("", id, at)
	}
	return x, true
}

// Exceptions implements enginetest.Series.
func (o *walkOutlook) Exceptions(id string) (list []calendar.Event) {
	series, _ := o.Event(id)
	for _, x := range o.excepted[id] {
		if e, stands := o.exception(&series, x); stands && e.End.After(o.setup.Now()) {
			list = append(list, e)
		}
	}
	return list
}

func whenOf(v any) time.Time {
	m, _ := v.(json)
	text, _ := m["dateTime"].(string)
	at, err := time.Parse("2006-01-02T15:04:05", text) // a fraction is read as well
	if err != nil {
		panic(err) // the emulator wrote it
	}
	return at
}

var _ enginetest.Series = (*walkOutlook)(nil)
