package caldav_test

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/providers/words"
)

// anEvent is one of next week.
func anEvent(title string) calendar.Event {
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	return calendar.Event{UID: "uid-" + title, Title: title, Start: start, End: start.Add(time.Hour)}
}

func aLink(number string) calendar.Link {
	url := "https://us02web.zoom.us/j/8" + number + "?pwd=aB.1"
	return calendar.Link{Mark: "zt-mark-" + number, JoinURL: url, Block: calendar.BlockFirst + "\nJoin: " + url + "\n" +
		calendar.BlockLast}
}

func list(t *testing.T, c *caldav.Calendar, cursor string) calendar.Changes {
	t.Helper()
	changes, err := c.Changes(t.Context(), cursor)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func change(changes calendar.Changes, id string) (calendar.Change, bool) {
	i := slices.IndexFunc(changes.List, func(ch calendar.Change) bool { return ch.ID == id })
	if i < 0 {
		return calendar.Change{}, false
	}
	return changes.List[i], true
}

func link(t *testing.T, c *caldav.Calendar, id string, l calendar.Link) calendar.Event {
	t.Helper()
	ev, err := c.Get(t.Context(), id)
	if err == nil {
		ev, err = c.SetLink(t.Context(), id, ev.Version, l)
	}
	if err != nil {
		t.Fatalf("%q: %v", id, err)
	}
	return ev
}

// TestAnotherCalendarProvesNothing: of the events of a calendar that is not there any more, the one that now is the
// only one says nothing.
func TestAnotherCalendarProvesNothing(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{},
		func(s *caldavtest.Server) caldav.Config { return caldav.Config{URL: s.HomeURL()} })
	s.RemoveCollection(caldavtest.Private)
	s.RemoveCollection(caldavtest.Holidays)
	id := w.Put(anEvent("Talk"))
	c := w.connect()
	cursor := list(t, c, "").Cursor
	s.AddCollection("other", "Other", "VEVENT")
	s.RemoveCollection(caldavtest.Work)
	for range 3 {
		if _, err := c.Get(t.Context(), id); err == nil || errors.Is(err, calendar.ErrGone) {
			t.Errorf("Get: %v", err)
		}
		if got, err := c.MultiGet(t.Context(), []string{id, "x.ics"}); errors.Is(got[id].Err, calendar.ErrGone) ||
			errors.Is(err, calendar.ErrGone) {
			t.Errorf("MultiGet: %+v, %v", got, err)
		}
		if changes, err := c.Changes(t.Context(), cursor); err == nil {
			t.Errorf("Changes: %+v", changes)
		}
	}
	fresh := w.connect() // it has seen nothing yet
	if _, err := fresh.Get(t.Context(), id); err == nil || errors.Is(err, calendar.ErrGone) {
		t.Errorf("Get of a new process: %v", err)
	}
	if changes := list(t, fresh, ""); changes.Source == "" || !strings.Contains(changes.Source, "/other/") {
		t.Errorf("the source is %q", changes.Source)
	}
}

// TestBroughtBack: many servers give the same bytes the same ETag again. What its owner has brought back is news.
func TestBroughtBack(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{Save: caldavtest.LikeRadicale}, nil)
	id := w.Put(anEvent("Talk #zoom"))
	c := w.connect()
	cursor := list(t, c, "").Cursor
	link(t, c, id, aLink("1"))
	raw, _ := s.Object("", id)
	next := list(t, c, cursor)
	if ch, _ := change(next, id); !ch.Same {
		t.Errorf("our own write: %+v", ch)
	}
	s.Delete("", id)
	s.Put("", id, raw)
	if ch, ok := change(list(t, c, next.Cursor), id); !ok || ch.Same {
		t.Errorf("what was brought back: %v %+v", ok, ch)
	}
}

// TestGuestsOfOneOccurrence are guests: the server mails them as well.
func TestGuestsOfOneOccurrence(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{}, nil)
	e := anEvent("Series")
	raw := strings.Replace(newObject(e), "\r\nCLASS:", "\r\nRRULE:FREQ=WEEKLY\r\nCLASS:", 1)
	override := "BEGIN:VEVENT\r\nUID:" + e.UID + "\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:" +
		e.Start.AddDate(0, 0, 7).Format("20060102T150405Z") +
		"\r\nDTSTART:" + e.Start.AddDate(0, 0, 8).Format("20060102T150405Z") + "\r\nORGANIZER:mailto:" +
		caldavtest.Owner + "\r\nATTENDEE:mailto:guest@example.org\r\nSUMMARY:Once\r\nEND:VEVENT\r\n"
	s.Put("", "s.ics", strings.Replace(raw, "END:VCALENDAR", override+"END:VCALENDAR", 1))
	for _, c := range []struct {
		name                    string
		quiet, announce, sealed bool
		mails                   int
	}{{name: "nothing said", sealed: true}, {name: "quiet", quiet: true},
		{name: "announced", announce: true, mails: 1}} {
		w.config.Quiet, w.config.Announce = c.quiet, c.announce
		cal := w.connect()
		ev, err := cal.Get(t.Context(), "s.ics")
		if err != nil || (ev.Sealed != "") != c.sealed || len(ev.Mails) != c.mails {
			t.Errorf("%s: sealed %q, mails %q, %v", c.name, ev.Sealed, ev.Mails, err)
		}
		if _, err := cal.SetLink(t.Context(), "s.ics", ev.Version, aLink("1")); c.sealed != errors.Is(err,
			calendar.ErrDenied) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestStrangeAddresses: what an answer names and is not understood is an error, and no change is lost.
func TestStrangeAddresses(t *testing.T) {
	for _, detect := range []caldavtest.Detection{caldavtest.Sync, caldavtest.Plain} {
		w, s := emulated(t, caldavtest.Options{Detect: detect}, nil)
		w.Put(anEvent("Talk"))
		c := w.connect()
		cursor := list(t, c, "").Cursor
		id := w.Put(anEvent("Call"))
		s.Break(caldavtest.Fault{Match: caldavtest.Reports(""),
			Replace: func(body string) string { return strings.ReplaceAll(body, "/work/", "/behind/a/proxy/") }})
		for _, from := range []string{"", cursor} {
			if changes, err := c.Changes(t.Context(), from); err == nil || errors.Is(err, calendar.ErrCursor) ||
				!strings.Contains(err.Error(), "caldav.url") {
				t.Errorf("%v, strange addresses: %+v, %v", detect, changes, err)
			}
		}
		s.Mend()
		moved := caldavtest.Redirected(http.StatusMovedPermanently, s.URL(caldavtest.Private))
		moved.Match = func(r *http.Request) bool {
			return caldavtest.Reports("")(r) &&
				strings.Contains(r.URL.Path, "/work/")
		}
		s.Break(moved)
		if changes, err := c.Changes(t.Context(), cursor); !errors.Is(err, calendar.ErrCursor) {
			t.Errorf("%v, moved: %+v, %v", detect, changes, err)
		}
		s.Mend()
		if ch, ok := change(list(t, c, cursor), id); !ok || ch.Deleted || ch.Missing {
			t.Errorf("%v: the change is lost", detect)
		}
	}
}

// TestOddNames: each is known again, whoever wrote it.
func TestOddNames(t *testing.T) {
	names := []string{"plain.ics", "a b.ics", "a+b&c=d.ics", "a;b,c.ics", "ü-ñ.ics", "100%.ics", "a%2Fb.ics",
		"a%252Fb.ics", "..hidden.ics", "x@y:z.ics", "q?x#y.ics", "'(!)*~.ics"}
	for _, hrefs := range []caldavtest.Hrefs{{}, {Escaped: true}, {Absolute: true}} {
		w, s := emulated(t, caldavtest.Options{Hrefs: hrefs}, nil)
		for i, name := range names {
			e := anEvent("Talk")
			e.UID = fmt.Sprint("uid", i)
			s.Put("", name, newObject(e))
		}
		c := w.connect()
		all := list(t, c, "")
		if len(all.List) != len(names) {
			t.Errorf("%+v: %d of %d are listed", hrefs, len(all.List), len(names))
		}
		for _, ch := range all.List {
			// a new process does not know how the server writes them
			for _, c := range []*caldav.Calendar{c, w.connect()} {
				if ev, err := c.Get(t.Context(), ch.ID); err != nil || ev.ID != ch.ID {
					t.Errorf("%+v: Get(%q): %v", hrefs, ch.ID, err)
				}
			}
			link(t, c, ch.ID, aLink("1"))
		}
		for _, ch := range list(t, c, all.Cursor).List {
			if !ch.Same {
				t.Errorf("%+v: our own write of %q is listed as %+v", hrefs, ch.ID, ch)
			}
		}
		for _, name := range names {
			if raw, _ := s.Object("", name); !strings.Contains(raw, "X-ZOOMTAG-MARK") {
				t.Errorf("%+v: %q has no link", hrefs, name)
			}
		}
	}
}

// TestOneObjectFails: it is read by itself, and not forgotten.
func TestOneObjectFails(t *testing.T) {
	for _, detect := range []caldavtest.Detection{caldavtest.Sync, caldavtest.CTag} {
		w, s := emulated(t, caldavtest.Options{Detect: detect}, nil)
		id := w.Put(anEvent("Talk"))
		failing := regexp.MustCompile(`(?s)(<response><href>[^<]*` + regexp.QuoteMeta(id) + `</href>).*?</response>`)
		s.Break(caldavtest.Fault{Match: caldavtest.Reports(""), Replace: func(body string) string {
			return failing.ReplaceAllString(body, "$1<status>HTTP/1.1 503 Busy</status></response>")
		}})
		c := w.connect()
		if ch, ok := change(list(t, c, ""), id); !ok || ch.Plain || ch.Deleted || ch.Err != nil || ch.Event != nil {
			t.Errorf("%v: %v %+v", detect, ok, ch)
		}
		s.Mend()
		s.Break(caldavtest.Fault{Match: caldavtest.Reports(""), Replace: func(body string) string {
			return regexp.MustCompile(`(?s)(<[a-z:]*calendar-data[^>]*>).*?(</[a-z:]*calendar-data>)`).ReplaceAllString(body, "$1$2")
		}})
		if ch, ok := change(list(t, c, ""), id); !ok || ch.Plain || ch.Deleted || ch.Err != nil {
			t.Errorf("%v, without content: %v %+v", detect, ok, ch)
		}
	}
}

// TestReadOnlyAfterARestart: nothing is begun that could not be written.
func TestReadOnlyAfterARestart(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{}, nil)
	now := time.Now()
	w.config.Now = func() time.Time { return now }
	s.SetReadOnly("", true)
	cursor := list(t, w.connect(), "").Cursor
	id := w.Put(anEvent("Talk #zoom"))
	c := w.connect()
	next := list(t, c, cursor)
	if ch, _ := change(next, id); ch.Event == nil || ch.Event.Denied == "" {
		t.Errorf("after a restart: %+v", ch)
	}
	s.SetReadOnly("", false) // that shows within a day
	now = now.Add(25 * time.Hour)
	id = w.Put(anEvent("Call #zoom"))
	if ch, _ := change(list(t, c, next.Cursor), id); ch.Event == nil || ch.Event.Denied != "" {
		t.Errorf("a day later: %+v", ch)
	}
	s.SetReadOnly("", true) // that shows with the first write
	ev, err := c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SetLink(t.Context(), id, ev.Version, aLink("1")); !errors.Is(err, calendar.ErrDenied) {
		t.Errorf("SetLink: %v", err)
	}
	if ev, err = c.Get(t.Context(), id); err != nil || ev.Denied == "" {
		t.Errorf("after a refused write: %q, %v", ev.Denied, err)
	}
}

// TestSecretRights: where the server does not tell whether a calendar may be written to, a refused write says so for a
// day, also after a restart.
func TestSecretRights(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{SecretRights: true}, nil)
	now := time.Now()
	w.config.Now = func() time.Time { return now }
	id, other := w.Put(anEvent("Talk #zoom")), w.Put(anEvent("Call #zoom"))
	s.SetReadOnly("", true)
	c := w.connect()
	all := list(t, c, "")
	several, severalErr := c.MultiGet(t.Context(), []string{id, other})
	if ch, _ := change(all, other); ch.Event != nil || ch.Plain || len(several) > 0 || severalErr != nil {
		t.Errorf("before a write an event is shown that may not be ours to write: %+v, %+v, %v", ch, several,
			severalErr)
	}
	ev, err := c.Get(t.Context(), id)
	if err != nil || ev.Denied != "" || all.ReadOnly != "" {
		t.Fatalf("before a write: %+v, %v", all, err)
	}
	if _, err := c.SetLink(t.Context(), id, ev.Version, aLink("1")); !errors.Is(err, calendar.ErrDenied) {
		t.Errorf("SetLink: %v", err)
	}
	if ev, err := c.Get(t.Context(), other); err != nil || ev.Denied == "" {
		t.Errorf("after the refusal: %q, %v", ev.Denied, err)
	}
	next := list(t, c, all.Cursor)
	restarted := list(t, w.connect(), next.Cursor)
	if next.ReadOnly == "" || restarted.ReadOnly == "" {
		t.Errorf("the next passes: %q, %q", next.ReadOnly, restarted.ReadOnly)
	}
	s.SetReadOnly("", false)
	now = now.Add(25 * time.Hour)
	if tomorrow := list(t, w.connect(), restarted.Cursor); tomorrow.ReadOnly != "" {
		t.Errorf("tomorrow: %q", tomorrow.ReadOnly)
	}
}

// weakening is a proxy that makes ETags weak, as some do that compress.
type weakening struct{ http.RoundTripper }

func (w weakening) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.RoundTripper.RoundTrip(r)
	if err == nil && r.Method == http.MethodGet && strings.HasPrefix(res.Header.Get("ETag"), `"`) {
		res.Header.Set("ETag", "W/"+res.Header.Get("ETag"))
	}
	return res, err
}

// TestWeakenedETags: the server's own ETag guards the write all the same.
func TestWeakenedETags(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{}, nil)
	w.config.HTTP = weakening{w.config.HTTP}
	id := w.Put(anEvent("Talk"))
	c := w.connect()
	all := list(t, c, "")
	ch, _ := change(all, id)
	if _, err := c.SetLink(t.Context(), id, ch.Event.Version, aLink("1")); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Requests() {
		if r.Method == http.MethodPut && r.Header.Get("If-Match") == "" {
			t.Error("a write without If-Match")
		}
	}
	if ch, _ := change(list(t, c, all.Cursor), id); !ch.Same {
		t.Errorf("our own write: %+v", ch)
	}
}

// TestSpacedETags: the same ETag, whatever stands around it.
func TestSpacedETags(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{}, nil)
	s.Break(caldavtest.Fault{Match: caldavtest.Reports(""), Replace: func(body string) string {
		return strings.NewReplacer("<getetag>", "<getetag>\n  ", "</getetag>", "\n </getetag>").Replace(body)
	}})
	id := w.Put(anEvent("Talk"))
	c := w.connect()
	ch, _ := change(list(t, c, ""), id)
	if ev, err := c.Get(t.Context(), id); err != nil || ch.Event == nil || ch.Event.Version != ev.Version {
		t.Errorf("listed %+v, read %q, %v", ch.Event, ev.Version, err)
	}
}

// TestFromTheServersAddress: its root may be a web page, and still its calendars are found.
func TestFromTheServersAddress(t *testing.T) {
	atRoot := func(r *http.Request) bool { return r.URL.Path == "/" }
	for name, f := range map[string]caldavtest.Fault{"page": caldavtest.Page(200),
		"forbidden": caldavtest.Refused(403, "need-privileges"), "not allowed": caldavtest.Blank(405)} {
		w, s := emulated(t, caldavtest.Options{WellKnown: 302}, func(s *caldavtest.Server) caldav.Config {
			return caldav.Config{URL: s.RootURL(), Calendar: caldavtest.WorkTitle}
		})
		f.Match = atRoot
		s.Break(f)
		id := w.Put(anEvent("Talk"))
		if _, ok := change(list(t, w.connect(), ""), id); !ok {
			t.Errorf("%s: the event is not listed", name)
		}
	}
}

// TestAddressOfSomethingElse: where the address is that of a web page, or a wrong one, the message has the one that the
// server names. Nothing is read from there.
func TestAddressOfSomethingElse(t *testing.T) {
	atPage := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/webmail/") }
	for name, f := range map[string]caldavtest.Fault{"page": caldavtest.Page(200),
		"forbidden":   caldavtest.Refused(403, "need-privileges"),
		"not allowed": caldavtest.Blank(405), "missing": caldavtest.Blank(404)} {
		for _, known := range []int{302, 0} {
			w, s := emulated(t, caldavtest.Options{WellKnown: known},
				func(s *caldavtest.Server) caldav.Config { return caldav.Config{URL: s.RootURL() + "webmail/"} })
			f.Match = atPage
			s.Break(f)
			c := w.connect()
			_, err := c.Changes(t.Context(), "")
			_, listErr := c.List(t.Context())
			for _, err := range []error{err, listErr} {
				named := strings.Contains(words.Of(err), "its calendars are at "+s.RootURL())
				if err == nil || named != (known != 0) || (name == "missing") != errors.Is(err, calendar.ErrAbsent) {
					t.Errorf("%s, %d: %v", name, known, err)
				}
			}
		}
	}
}

// TestDeletedInTheMiddle: a listing in parts may call an event deleted that it has shown before.
func TestDeletedInTheMiddle(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{}, nil)
	var ids []string
	for i := range 4 {
		ids = append(ids, w.Put(anEvent(fmt.Sprint("Talk ", i))))
	}
	s.Break(caldavtest.Fault{Match: caldavtest.NextPages, Replace: func(body string) string {
		return strings.Replace(body, "</multistatus>", "<response><href>"+strings.TrimPrefix(s.URL(""), s.Address())+
			ids[0]+"</href><status>HTTP/1.1 404 Not Found</status></response></multistatus>", 1)
	}})
	all := list(t, w.connect(), "")
	if ch, ok := change(all, ids[0]); ok || all.Total != 3 {
		t.Errorf("%d are listed, among them %+v", all.Total, ch)
	}
}

// TestOwnCertificate: a server may have a certificate that nobody else vouches for.
func TestOwnCertificate(t *testing.T) {
	s := caldavtest.New(caldavtest.Options{Auth: caldavtest.Basic})
	server := httptest.NewTLSServer(s)
	defer server.Close()
	s.Put("", "a.ics", newObject(anEvent("Talk")))
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}),
		0o600); err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(s.URL(""))
	if err != nil {
		t.Fatal(err)
	}
	for ca, good := range map[string]bool{file: true, "": false} {
		base := &http.Transport{}
		transport, err := caldav.Transport(base, ca)
		if err != nil {
			t.Fatal(err)
		}
		c, err := caldav.New(caldav.Config{URL: server.URL + at.Path, Username: caldavtest.Username,
			Password: caldavtest.Password, HTTP: transport,
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
		if err != nil {
			t.Fatal(err)
		}
		changes, err := c.Changes(t.Context(), "")
		if (err == nil && len(changes.List) == 1) != good || !good && !strings.Contains(err.Error(), "certificate") {
			t.Errorf("with %q: %d listed, %v", ca, len(changes.List), err)
		}
		transport.(*http.Transport).CloseIdleConnections()
	}
	for _, wrong := range []string{filepath.Join(t.TempDir(), "none.pem"), "odd_test.go"} {
		if _, err := caldav.Transport(&http.Transport{}, wrong); err == nil ||
			!strings.Contains(err.Error(), "ca_file") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// TestDescribe: what an invitation needs comes from the object itself.
func TestDescribe(t *testing.T) {
	w, _ := emulated(t, caldavtest.Options{Save: caldavtest.LikeXandikos}, nil)
	id := w.Put(anEvent("Talk #zoom"))
	c := w.connect()
	list(t, c, "")
	d, err := c.Describe(t.Context(), id)
	if want := anEvent("Talk #zoom"); err != nil || d.Title != want.Title || d.UID != want.UID ||
		!d.Start.Equal(want.Start) || !d.End.Equal(want.End) ||
		d.Organizer.Address != caldavtest.Owner || d.Sequence != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	w.Delete(id)
	if _, err := c.Describe(t.Context(), id); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("of a deleted event: %v", err)
	}
}
