package google_test

import (
	"context"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/sync/engine/enginetest"
)

// The random walk of package enginetest on a Google calendar: the adapter, and the emulator as its transport, in one
// process and without sockets. Each request may be refused, cut or lost, and the power cut before and after it has
// taken effect.
//
//	go test ./providers/calendar/google -run Walk -walk.seeds=10000 -walk.dir=/dev/shm
//	go test ./providers/calendar/google -run Walk -walk.seed=4711 -v
var walks = enginetest.Flags(300)

func TestWalk(t *testing.T) {
	enginetest.NoneLeft(t)
	enginetest.Run(t, *walks, newWalkGoogle)
}

// TestWalkRemoved: see enginetest.RunRemoval.
func TestWalkRemoved(t *testing.T) {
	enginetest.RunRemoval(t, *walks, newWalkGoogle)
}

// walkGoogle is a Google calendar that is walked on.
type walkGoogle struct {
	*google.Calendar
	server *googletest.Server
	setup  enginetest.Setup
	config google.Config
	dir    string
	owner  *google.Calendar // what the owner sees; its requests are not played with
	lied   map[string]bool  // events of which Google has once said, wrongly, that they are not there
}

// elsewhere is another calendar of the owner's.
const elsewhere = "team@group.calendar.google.com"

func newWalkGoogle(s enginetest.Setup) (enginetest.Backend, error) {
	// The Interesting of a real configuration half of the time: with it, other events are named only in passing.
	if s.Rand.IntN(2) == 0 {
		s.Interesting = nil
	}
	g := &walkGoogle{setup: s, lied: map[string]bool{}, server: googletest.New(googletest.Options{
		Now: s.Now, PageLimit: []int{0, 1, 3}[s.Rand.IntN(3)], EmptyPages: s.Rand.IntN(4) == 0})}
	g.server.AddCalendar(elsewhere, googletest.Calendar{})
	if err := g.signIn(); err != nil {
		return nil, err
	}
	g.Restart()
	var err error
	config := g.config
	config.Interesting, config.HTTP = nil, enginetest.InProcess{Server: g.server}
	if g.owner, err = google.New(config); err != nil {
		return nil, err
	}
	return g, nil
}

// signIn writes the files of a person who has signed in. (The tokens of a service account are signed, which costs more
// than all the rest of a walk, and by the real clock.)
func (g *walkGoogle) signIn() (err error) {
	if g.dir, err = os.MkdirTemp(walks.Dir, "google"); err != nil {
		return err
	}
	g.config = google.Config{Auth: google.User, Credentials: filepath.Join(g.dir, "client.json"),
		Own:    google.Own{GrantFile: filepath.Join(g.dir, "google.grant")},
		APIURL: secure(g.server.APIURL()), HTTP: &enginetest.Network{Setup: g.setup, Server: g.server, Call: callOf,
			Refuse: g.refuse}, Quota: google.Unlimited(), Now: g.setup.Now,
		Interesting: g.setup.Interesting, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	client := []byte(secure(string(g.server.DesktopClient())))
	var file struct {
		Installed struct {
			ID string `json:"client_id"`
		}
	}
	if err := stdjson.Unmarshal(client, &file); err != nil {
		return err
	}
	grant, err := stdjson.Marshal(map[string]any{"refresh_token": g.server.Grant(ownedScope),
		"client_id": file.Installed.ID, "signed_in": g.setup.Now()})
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(g.config.Credentials, client, 0o600), os.WriteFile(g.config.GrantFile, grant,
		0o600))
}

// secure gives the emulator's address, which nobody dials, the scheme that addresses outside this machine must have.
func secure(text string) string {
	return strings.ReplaceAll(text, "http://googletest.", "https://googletest.")
}

// Close ends the walk.
func (g *walkGoogle) Close() error {
	return errors.Join(os.RemoveAll(g.dir), enginetest.Complained(g.server))
}

// Restart implements enginetest.Backend.
func (g *walkGoogle) Restart() {
	c, err := google.New(g.config)
	if err != nil {
		panic(err) // nothing of it has changed since the first time
	}
	g.Calendar = c
}

// callOf names a request as the walk does.
func callOf(r *http.Request) (call, id string) {
	_, id, one := strings.Cut(r.URL.Path, "/events/")
	switch {
	case googletest.Tokens(r):
		return "token", ""
	case r.Method == http.MethodPatch:
		return "setlink", id
	case one:
		return "get", id
	}
	return "changes", ""
}

// refuse has a request answered in one of the ways that leave it without effect.
func (g *walkGoogle) refuse(r *http.Request, call, id string, err error) {
	faults := []googletest.Fault{
		googletest.Error(500, "backendError", "Backend Error"), googletest.Page(503), googletest.Page(200),
		{Status: 200}, {Cut: true},
		googletest.RateLimited(""), googletest.RateLimited("30"), googletest.UserRateLimited(),
		googletest.Error(403, "quotaExceeded", "Quota exceeded"),
		googletest.Error(403, "forbidden", "Forbidden"), googletest.Error(401, "authError", "Invalid Credentials"),
	}
	missing := []googletest.Fault{googletest.Error(404, "notFound", "Not Found"),
		googletest.Error(410, "deleted", "Resource has been deleted")}
	conflict := googletest.Error(412, "conditionNotMet", "Precondition Failed")
	switch {
	case errors.Is(err, calendar.ErrConflict):
		faults = []googletest.Fault{conflict, missing[0], missing[1]}
	case call == "token":
		faults = []googletest.Fault{faults[0], faults[1], faults[4], googletest.OAuthError(429, "rate_limit_exceeded",
			"Too many requests")}
	case call == "changes" && r.URL.Query().Has("syncToken"):
		faults = append(faults, missing[0], googletest.Error(410, "fullSyncRequired",
			"Sync token is no longer valid, a full sync is required."))
	case call == "changes":
		faults = append(faults, missing[0])
	case call == "get" && !g.lied[id]:
		// A second time would be an answer to the question that the first one is.
		if g.setup.Rand.IntN(3) == 0 {
			g.lied[id] = true
			faults = missing
			g.server.Expire() // an event of which nothing is remembered is asked for again only when it is listed again
		}
	}
	g.server.BreakNext(faults[g.setup.Rand.IntN(len(faults))])
}

// Put implements enginetest.Backend.
func (g *walkGoogle) Put(e calendar.Event) string {
	e.Zone = "UTC"
	start, end := times(e)
	ev := json{"summary": e.Title, "description": e.Description, "location": e.Location, "start": start, "end": end}
	if e.Series {
		ev["recurrence"] = []any{"RRULE:FREQ=WEEKLY"}
	}
	if g.setup.Rand.IntN(4) == 0 {
		ev["created"] = g.setup.Now().Format(time.RFC3339) // other apps may still add something to it
	}
	return g.server.Put("", ev)
}

// Edit implements enginetest.Backend. A cancelled event is a deleted one here: what concerns that is left to Delete.
func (g *walkGoogle) Edit(id string, change func(e *calendar.Event)) {
	if x, _ := g.server.Event("", id); x["recurringEventId"] != nil { // which is read with its series alone
		g.server.Edit("", id, func(ev json) { edit(ev, seen(ev), change) })
		return
	}
	before, ok := g.Event(id)
	if !ok {
		return
	}
	g.server.Edit("", id, func(ev json) { edit(ev, before, change) })
}

// edit changes an event as the owner does, who saw it as before.
func edit(ev json, before calendar.Event, change func(e *calendar.Event)) (after calendar.Event) {
	after = before
	change(&after)
	ev["summary"], ev["description"], ev["location"] = after.Title, after.Description, after.Location
	if !after.Start.Equal(before.Start) || !after.End.Equal(before.End) {
		ev["start"], ev["end"] = times(after)
	}
	return after
}

// Delete implements enginetest.Backend.
func (g *walkGoogle) Delete(id string) { g.server.Delete("", id) }

// Restore implements enginetest.Backend.
func (g *walkGoogle) Restore(id string) { g.server.Restore("", id) }

// Copy implements enginetest.Backend.
func (g *walkGoogle) Copy(id string) string { return g.server.Duplicate("", id) }

// Rename implements enginetest.Backend: ids stay. The event is moved to another calendar instead, and back before
// anybody looks.
func (g *walkGoogle) Rename(id, _ string) (string, bool) {
	g.server.Move("", id, elsewhere)
	g.server.Move(elsewhere, id, "")
	return "", false
}

// Hide implements enginetest.Backend.
func (g *walkGoogle) Hide(id string, hidden bool) { g.server.Hide("", id, hidden) }

// Expire implements enginetest.Backend.
func (g *walkGoogle) Expire() { g.server.Expire() }

// Event implements enginetest.Backend.
func (g *walkGoogle) Event(id string) (calendar.Event, bool) {
	if _, stands := g.server.Event("", id); !stands {
		return calendar.Event{}, false
	}
	ev, err := g.owner.Get(context.Background(), id)
	if err != nil {
		panic(fmt.Errorf("the owner cannot read %s: %w", id, err))
	}
	return ev, true
}

// occurrence picks one of the next few of a series, but not the first.
func (g *walkGoogle) occurrence(id string) (at time.Time, ok bool) {
	ev, stands := g.server.Event("", id)
	rules, series := ev["recurrence"].([]any)
	if !stands || !series {
		return time.Time{}, false
	}
	first, last := whenOf(ev["start"]), time.Time{}
	if _, until, ends := strings.Cut(fmt.Sprint(rules...), "UNTIL="); ends {
		last, _ = time.Parse("20060102T150405Z", until)
	}
	at = first.AddDate(0, 0, 7*(1+g.setup.Rand.IntN(3)))
	return at, last.IsZero() || !at.After(last)
}

func whenOf(v any) time.Time {
	m, _ := v.(json)
	text, _ := m["dateTime"].(string)
	at, _ := time.Parse(time.RFC3339, text)
	return at
}

// Split implements enginetest.Series.
func (g *walkGoogle) Split(id string) (string, bool) {
	at, ok := g.occurrence(id)
	if !ok {
		return "", false
	}
	return g.server.Split("", id, at), true
}

// Except implements enginetest.Series.
func (g *walkGoogle) Except(id string, change func(e *calendar.Event)) (string, bool) {
	at, ok := g.occurrence(id)
	if !ok {
		return "", false
	}
	cancelled := false
	x := g.server.Except("", id, at, func(ev json) { cancelled = edit(ev, seen(ev), change).Cancelled })
	if cancelled {
		g.server.CancelInstance("", id, at)
	}
	return x, true
}

// seen is an item of the emulator's as its owner sees it.
func seen(ev json) calendar.Event {
	text := func(name string) string { s, _ := ev[name].(string); return s }
	properties, _ := ev["extendedProperties"].(json)
	private, _ := properties["private"].(json)
	e := calendar.Event{ID: text("id"), Title: text("summary"), Description: text("description"),
		Location: text("location"),
		Start:    whenOf(ev["start"]), End: whenOf(ev["end"]), Zone: "UTC"}
	e.Link.Mark, _ = private["zoomtagMark"].(string)
	if start, end, ok := calendar.FindBlock(e.Description); ok {
		e.Link.Block = e.Description[start:end]
	}
	return e
}

// Exceptions implements enginetest.Series.
func (g *walkGoogle) Exceptions(id string) (list []calendar.Event) {
	for _, x := range g.server.IDs("") {
		if ev, stands := g.server.Event("", x); stands && ev["recurringEventId"] == id &&
			whenOf(ev["end"]).After(g.setup.Now()) {
			list = append(list, seen(ev))
		}
	}
	return list
}

var _ enginetest.Series = (*walkGoogle)(nil)
