package caldav_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/sync/engine/enginetest"
)

// The random walk of package enginetest on a CalDAV calendar: the adapter, and an emulated server of a kind that chance
// chooses as its transport, in one process and without sockets. Each request may be refused, cut or lost, and the power
// cut before and after it has taken effect.
//
//	go test ./providers/calendar/caldav -run Walk -walk.seeds=10000 -walk.dir=/dev/shm
//	go test ./providers/calendar/caldav -run Walk -walk.seed=4711 -v
var walks = enginetest.Flags(400)

func TestWalk(t *testing.T) {
	enginetest.NoneLeft(t)
	enginetest.Run(t, *walks, newWalkDAV)
}

// TestWalkRemoved: see enginetest.RunRemoval.
func TestWalkRemoved(t *testing.T) {
	enginetest.RunRemoval(t, *walks, newWalkDAV)
}

// walkDAV is a CalDAV calendar that is walked on.
type walkDAV struct {
	*caldav.Calendar
	server  *caldavtest.Server
	setup   enginetest.Setup
	config  caldav.Config
	puts    int
	deleted map[string]string // what was in objects that are no more
	lied    map[string]bool   // objects of which the server has once said, wrongly, that they are not there
	expired int               // how often all cursors have expired
	given   map[string]int    // what that was when each cursor was last given out
}

func newWalkDAV(s enginetest.Setup) (enginetest.Backend, error) {
	if s.Rand.IntN(2) == 0 { // with it, other events are named only in passing
		s.Interesting = nil
	}
	d := &walkDAV{setup: s, deleted: map[string]string{}, lied: map[string]bool{}, given: map[string]int{},
		server: caldavtest.New(caldavtest.Options{
			Now: s.Now, PageLimit: []int{0, 1, 3}[s.Rand.IntN(3)], NoData: s.Rand.IntN(3) == 0,
			Clutter: s.Rand.IntN(2) == 0,
			Detect:  caldavtest.Detection(s.Rand.IntN(3)), Save: caldavtest.Save(s.Rand.IntN(3)),
			Style: caldavtest.Style(s.Rand.IntN(3)),
			ETags: caldavtest.ETags(s.Rand.IntN(2)), BadToken: caldavtest.BadToken(s.Rand.IntN(5)),
			CTagOfLast: s.Rand.IntN(2) == 0, Hrefs: caldavtest.Hrefs{Escaped: s.Rand.IntN(2) == 0}})}
	d.config = caldav.Config{URL: "http://127.0.0.1" +
		path.Join("/", strings.TrimPrefix(d.server.URL(""), d.server.Address())), Owners: []string{caldavtest.Owner},
		HTTP: &enginetest.Network{Setup: s, Server: d.server, Call: callOf, Refuse: d.refuse}, Now: s.Now,
		Interesting: s.Interesting,
		Wait:        func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	d.Restart()
	return d, nil
}

// Close ends the walk.
func (d *walkDAV) Close() error { return enginetest.Complained(d.server) }

// Restart implements enginetest.Backend.
func (d *walkDAV) Restart() {
	c, err := caldav.New(d.config)
	if err != nil {
		panic(err) // nothing of it has changed since the first time
	}
	d.Calendar = c
}

// Changes implements calendar.Calendar. Cursors without a sync token never expire by themselves: those of another form
// do.
func (d *walkDAV) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	if cursor != "" && d.given[cursor] < d.expired && !strings.HasPrefix(cursor, "caldav 2 sync") {
		cursor = "caldav 0"
	}
	changes, err := d.Calendar.Changes(ctx, cursor)
	if err == nil {
		d.given[changes.Cursor] = d.expired
	}
	return changes, err
}

// callOf names a request as the walk does.
func callOf(r *http.Request) (call, id string) {
	switch r.Method {
	case http.MethodPut:
		return "setlink", path.Base(r.URL.Path)
	case http.MethodGet:
		return "get", path.Base(r.URL.Path)
	case "REPORT":
		return "changes", ""
	}
	return "calendar", ""
}

// refuse has a request answered in one of the ways that leave it without effect.
func (d *walkDAV) refuse(r *http.Request, call, id string, err error) {
	missing := caldavtest.Blank(http.StatusNotFound)
	faults := []caldavtest.Fault{
		caldavtest.Blank(500), caldavtest.Page(503), caldavtest.Page(200), caldavtest.Blank(200), {Cut: true},
		caldavtest.Throttled(429, ""),
		caldavtest.Throttled(503, "30"), caldavtest.Refused(403, "need-privileges"), caldavtest.Blank(401),
		caldavtest.Blank(502), caldavtest.Blank(423),
	}
	switch {
	case errors.Is(err, calendar.ErrConflict):
		faults = []caldavtest.Fault{missing, caldavtest.Blank(http.StatusPreconditionFailed),
			caldavtest.Refused(http.StatusConflict, "no-uid-conflict")}
	case call == "changes", call == "calendar":
		faults = append(faults, missing, caldavtest.Refused(403, "valid-sync-token"), caldavtest.Blank(http.StatusGone))
	case call == "get" && !d.lied[id]:
		// A second time would be an answer to the question that the first one is.
		if d.setup.Rand.IntN(3) == 0 {
			d.lied[id] = true
			faults = []caldavtest.Fault{missing}
			d.Expire() // an event of which nothing is remembered is asked for again only when it is listed again
		}
	}
	d.server.BreakNext(faults[d.setup.Rand.IntN(len(faults))])
}

// name is that of a new object.
func (d *walkDAV) name() string {
	d.puts++
	return fmt.Sprintf("event-%d@walk.ics", d.puts)
}

// Put implements enginetest.Backend.
func (d *walkDAV) Put(e calendar.Event) string {
	id := d.name()
	e.UID, e.Zone = id+"-uid", ""
	raw := newObject(e)
	if e.Series {
		raw = strings.Replace(raw, "\r\nCLASS:", "\r\nRRULE:FREQ=WEEKLY\r\nCLASS:", 1)
	}
	d.server.Put("", id, categorized(raw, e.Categories))
	return id
}

// categorized is an object with categories, instead of those that it has.
func categorized(raw string, categories []string) string {
	lines := slices.DeleteFunc(unfolded(raw), func(l string) bool { return property(l) == "CATEGORIES" })
	at := slices.Index(lines, "BEGIN:VEVENT") + 1
	for _, c := range categories {
		lines = slices.Insert(lines, at, "CATEGORIES:"+escape.Replace(c))
	}
	return folded(lines)
}

// Edit implements enginetest.Backend.
func (d *walkDAV) Edit(id string, change func(e *calendar.Event)) {
	before, ok := d.Event(id)
	if !ok {
		return
	}
	after := before
	after.Categories = slices.Clone(before.Categories)
	change(&after)
	d.server.Edit("", id, func(raw string) string {
		return withFirst(raw, func(alone string) string { return written(alone, before, after) })
	})
}

// written is an object of one VEVENT after its owner, who saw it as before, made it read as after.
func written(raw string, before, after calendar.Event) string {
	raw = edited(raw, func(e *calendar.Event) {
		e.Title = after.Title
		e.Description = after.Description
		e.Location = after.Location
		if !after.Start.Equal(before.Start) || !after.End.Equal(before.End) {
			e.Start, e.End = after.Start, after.End
		}
	})
	if after.Cancelled != before.Cancelled {
		lines := slices.DeleteFunc(unfolded(raw), func(l string) bool { return property(l) == "STATUS" })
		if after.Cancelled {
			lines = slices.Insert(lines, slices.Index(lines, "BEGIN:VEVENT")+1, "STATUS:CANCELLED")
		}
		raw = folded(lines)
	}
	return categorized(raw, after.Categories)
}

// Delete implements enginetest.Backend.
func (d *walkDAV) Delete(id string) {
	if raw, ok := d.server.Object("", id); ok {
		d.deleted[id] = raw
		d.server.Delete("", id)
	}
}

// Restore implements enginetest.Backend. A collection holds a UID once (RFC 4791, section 5.3.2.1): a renamed event is
// not restored.
func (d *walkDAV) Restore(id string) {
	raw, was := d.deleted[id]
	if !was {
		return
	}
	i := slices.IndexFunc(unfolded(raw), func(l string) bool { return property(l) == "UID" })
	uid := unfolded(raw)[i]
	for _, name := range d.server.Names("") {
		if other, _ := d.server.Object("", name); slices.Contains(unfolded(other), uid) {
			return
		}
	}
	d.server.Put("", id, raw)
}

// Copy implements enginetest.Backend.
func (d *walkDAV) Copy(id string) string {
	raw, _ := d.server.Object("", id)
	ev, _ := d.Event(id)
	copied := d.name()
	lines := unfolded(raw)
	for i, l := range lines {
		if l == "UID:"+ev.UID {
			lines[i] = "UID:" + copied + "-uid"
		}
	}
	d.server.Put("", copied, folded(lines))
	return copied
}

// Rename implements enginetest.Backend: an app that moves an event deletes it and makes it again under another name.
func (d *walkDAV) Rename(id, _ string) (string, bool) {
	raw, ok := d.server.Object("", id)
	if !ok {
		return "", false
	}
	renamed := d.name()
	d.deleted[id] = raw
	d.server.Delete("", id)
	d.server.Put("", renamed, raw)
	return renamed, true
}

// Hide implements enginetest.Backend.
func (d *walkDAV) Hide(id string, hidden bool) { d.server.SetHidden("", id, hidden) }

// Expire implements enginetest.Backend.
func (d *walkDAV) Expire() {
	d.expired++
	d.server.ExpireTokens()
}

// Event implements enginetest.Backend.
func (d *walkDAV) Event(id string) (calendar.Event, bool) {
	raw, ok := d.server.Object("", id)
	if !ok {
		return calendar.Event{}, false
	}
	e, ok := eventIn(unfolded(raw))
	e.ID = id
	e.Exceptions = d.exceptions(raw)
	return e, ok
}

// eventIn is what the first VEVENT of an object says to its owner.
func eventIn(lines []string) (calendar.Event, bool) {
	begin, end := slices.Index(lines, "BEGIN:VEVENT"), slices.Index(lines, "END:VEVENT")
	inner := begin + 1 + slices.IndexFunc(lines[begin+1:end+1],
		func(l string) bool { return strings.HasPrefix(l, "BEGIN:") || l == "END:VEVENT" })
	e, others := known(lines[begin+1 : inner])
	e.Zone = ""
	for _, l := range slices.Concat(others, lines[inner:end]) {
		value := l[strings.IndexByte(l+":", ':')+min(1, len(l)-strings.IndexByte(l+":", ':')):]
		switch property(l) {
		case "UID":
			e.UID = value
		case "RRULE":
			e.Series = true
		case "CATEGORIES":
			e.Categories = append(e.Categories, unescaped(value))
		case "STATUS":
			e.Cancelled = value == "CANCELLED"
		case "URL":
			e.URL = value
		case "X-ZOOMTAG-MARK":
			e.Link.Mark = value
		case "X-ZOOMTAG-TAG":
			e.Link.Tag = unescaped(value)
		}
	}
	if start, end, ok := calendar.FindBlock(e.Description); ok {
		e.Link.Block = e.Description[start:end]
		e.Link.JoinURL = calendar.BlockURL(e.Link.Block)
	}
	return e, true
}
