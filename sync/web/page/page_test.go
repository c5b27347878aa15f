package page

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/sync/api"
)

func TestOffice(t *testing.T) {
	w := newWorld(t, office())
	text := w.get("/")
	w.shows(
		text,
		"Not all is well",
		"Europe/Berlin (CET), UTC&#43;01:00",
		// what needs a person, with its command; what was put aside stands apart
		"Calendar bob",
		"<code>zoomtag auth outlook bob</code>",
		"<code>zoomtag retry support</code>",
		"<code>zoomtag release team</code>",
		"1 put aside",
		// calendars
		"held</span>",
		"7 of 11 events are missing at once",
		"overdue</span>",
		"No pass has ended for 2 hours.",
		"not yet</span>",
		`aria-label="Release team"`,
		`aria-label="Run now: alice"`,
		// budget, sign-ins, waiting, left over
		"100 of 100",
		"used up until 00:00 UTC",
		"nearly used up",
		`value="84"`,
		"refused",
		"signed in for 41 days",
		"Alice Meyer",
		"Waits for a service",
		"goes on <time",
		"No event has the meeting “Old planning” of bob@example.com.",
		// the week
		"will not work",
		"may not work",
		"in doubt",
		"Retrospective",
		"Escalation call",
		`<time datetime="2026-12-01T09:05:00&#43;01:00">09:05</time>`,
		"alice@example.com hosts Budget review in alice at the same time",
		// the journal
		"could not make a meeting",
		"the connection was lost before Zoom answered",
	)
	w.shows(text, "1 may come right without you: told if it lasts", "Not yet worth a word")
	w.hides(text, `aria-label="Put aside: Not yet worth a word"`, `aria-label="Release alice"`)
	if n := strings.Count(text, `aria-label="Put aside: `); n != 3 {
		t.Errorf("%d conditions can be put aside", n)
	}
}

func TestCalm(t *testing.T) {
	w := newWorld(t, calm())
	text := w.get("/")
	w.shows(text, "All is well", "Nothing needs you.", ">6</strong> <span>of 6 calendars well")
	w.hides(text, "Waits for a service", "Worth knowing", "put aside", "Release</button>")
}

func TestEmpty(t *testing.T) {
	w := newWorld(t, &told{})
	w.shows(w.get("/"), "No calendar is watched.", "No call was counted today.", "Nothing was done yet.",
		"No calendar and no Zoom account needs")
}

func TestFailing(t *testing.T) {
	s := office()
	s.status.Health = api.Failing
	w := newWorld(t, s)
	w.shows(w.get("/"), `class="pill fail"`, "Failing</p>")
}

// TestServiceFails: the page says why, and links stay hidden in that as well.
func TestServiceFails(t *testing.T) {
	w := newWorld(t, &told{wrong: fmt.Errorf("the state is gone: see %s", joinURL)})
	answer := w.ask(http.MethodGet, "/", nil)
	text := textOf(t, answer)
	if answer.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d", answer.StatusCode)
	}
	w.shows(text, "The state is gone: see https://us02web.zoom.us/…")
	w.hides(text, passcode)
}

// part is what stands in a page from an id on, to the end of its section.
func part(page, id string) string {
	_, rest, _ := strings.Cut(page, `id="`+id+`"`)
	rest, _, _ = strings.Cut(rest, "</section>")
	return rest
}

func TestManyCalendars(t *testing.T) {
	w := newWorld(t, crowd(60, 20))
	first := w.get("/")
	w.shows(
		first,
		"1–25 of 60",
		`rel="next" href="/?page=2#week"`,
		"The calendar service does not answer.",
		"person-0023",
	)
	w.hides(part(first, "rows"), "person-0024", `rel="prev"`)
	if strings.Index(first, "person-0059") > strings.Index(first, "person-0000") {
		t.Error("the calendar that fails is not the first one")
	}
	w.shows(w.get("/?page=3"), "51–60 of 60", "person-0058", `rel="prev" href="/?page=2#week"`)
	w.shows(w.get("/?page=99"), "51–60 of 60")
	w.shows(w.get("/?page=-4"), "1–25 of 60")
	found := part(w.get("/?q=PERSON-004"), "rows")
	w.shows(found, "person-0040", "person-0049")
	w.hides(found, "person-0050", "of 60</span>")
	w.shows(w.get("/?q=failing"), "person-0059")
	w.shows(w.get("/?q=nobody"), "No calendar is called “nobody”")
}

// TestManyEvents: a day that is full is folded, and no list is endless.
func TestManyEvents(t *testing.T) {
	s := calm()
	for i := range 200 {
		s.links = append(
			s.links,
			link("board", fmt.Sprintf("x%d", i), fmt.Sprintf("Slot %03d", i), 24+float64(i)/100, 5, "z@example.com"),
		)
	}
	w := newWorld(t, s)
	text := w.get("/")
	w.shows(text, "196 more", "and 156 more", "Slot 003")
	if n := strings.Count(text, "Slot "); n > 2*(maxChips+maxFolded)*(1+maxTogether)*2+maxInList*(2+2*maxTogether) {
		t.Errorf("%d mentions", n)
	}
}

// TestJournal: each entry is on one page, also where many are of one moment.
func TestJournal(t *testing.T) {
	s := calm()
	for i := range 200 {
		when := noon.Add(time.Duration(i) * time.Second / 2)
		if i >= 30 && i < 150 {
			when = noon.Add(15 * time.Second)
		}
		s.log = append(s.log, api.LogEntry{Time: when, Calendar: "home", EventID: fmt.Sprint(i),
			Title: fmt.Sprintf("Entry <%d>", i), Step: "link"})
	}
	w := newWorld(t, s)
	text := w.get("/")
	w.shows(text, "Entry &lt;199&gt;", "Entry &lt;160&gt;", "Older →")
	w.hides(text, "Entry &lt;159&gt;", "← Newest")
	seen := map[string]int{}
	older, entry := regexp.MustCompile(`<a href="([^"]+)">Older`), regexp.MustCompile(`>Entry &lt;(\d+)&gt;<`)
	for range 10 {
		for _, m := range entry.FindAllStringSubmatch(part(text, "lines"), -1) {
			seen[m[1]]++
		}
		m := older.FindStringSubmatch(text)
		if m == nil {
			break
		}
		path, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
		text = w.get(path)
		w.shows(text, "← Newest")
	}
	for i := range 200 {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("entry %d is on %d pages", i, n)
		}
	}
	w.shows(w.get("/?log=grandma"), "Grandma")
	failed := w.get("/?failed=1&calendar=support")
	w.shows(failed, "Escalation call", "checked")
	w.hides(part(failed, "lines"), "Roadmap", "Entry &lt;")
	w.shows(w.get("/?log=nobody"), "Nothing like that stands in the journal.")
}

func TestEventPages(t *testing.T) {
	w := newWorld(t, office())
	w.page.Configure(Access{Password: "correct horse"})
	w.signIn("correct horse")
	text := w.get("/event?calendar=alice&id=a2")
	w.shows(
		text,
		"<h1>Interview: Senior Engineer</h1>",
		"Monday 30 November 2026, 14:59–15:59 (1 h)",
		joinURL,
		"860 0000 0002",
		"QR code of the link",
		"it was moved from 13:00 to 14:59",
		`data-copy="https://us02web.zoom.us/j/`,
	)
	w.hides(text, "Quarterly kick-off")
	w.shows(w.get("/event?calendar=bob&id=b2"), "will not work", "ZT-403", "Have an administrator activate it.")
	w.shows(
		w.get("/event?calendar=support&id=s9"),
		"Try again now",
		"<code>zoomtag retry support</code>",
		"in 30 minutes",
		"The user has no licence"[len("T"):],
	)
	if answer := w.ask(http.MethodGet, "/event?calendar=alice&id=none", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("an event that is not there: %d", answer.StatusCode)
	}
}

// TestNoLinkForStrangers: whoever is not signed in gets no join link, no passcode and no number of a meeting, wherever
// in the service's answers they stand.
func TestNoLinkForStrangers(t *testing.T) {
	texts := []string{
		"see " + joinURL,
		"us02web.zoom.us/j/" + number + "?pwd=" + passcode,
		"pwd=" + passcode,
		"Passcode: " + shownCode,
		"passcode " + shownCode,
		"860 0000 0002",
		number,
		"https://us02web.zoom.us/w/" + number + "?tk=" + passcode,
		"Passcode is " + shownCode, "Kenncode: " + shownCode, "Passwort ist " + shownCode, "(pwd " + shownCode + ")",
		"pass: " + shownCode, "passcode – " + shownCode, "passcode\u00a0:\u00a0" + shownCode, "PIN=" + shownCode,
		"us02web.zoom.us?pwd=" + passcode, "ID" + number, "meeting_" + number, "860.0000.0002",
		"860\u00a00000\u00a00002", "860\u20110000\u20110002",
	}
	s := office()
	for i, text := range texts {
		id := fmt.Sprint("secret", i)
		l := link("alice", id, "Call "+text, float64(i)+1, 30, "alice@example.com")
		l.Reason = "because of " + text
		l.Health, l.Verdicts = "ZT-403", s.links[9].Verdicts
		l.MeetingID, l.JoinURL = number, joinURL
		for k := range l.Verdicts {
			l.Verdicts[k].What += "\n" + text
			l.Verdicts[k].Mend += "\n" + text
		}
		s.links = append(s.links, l)
		e := api.EventStatus{Calendar: "bob", EventID: id, Title: text, State: "held", Reason: text, Start: at(3)}
		s.status.Events = append(s.status.Events, e)
		s.status.Notes = append(s.status.Notes, e)
		s.status.Waiting = append(
			s.status.Waiting,
			api.WaitingStatus{Calendar: "bob", EventID: id, Title: text, Reason: text},
		)
		s.status.Notices = append(s.status.Notices, text)
		s.status.Leftovers = append(s.status.Leftovers, api.LeftoverStatus{MeetingID: number, Topic: text, Mend: text})
		s.status.Calendars[0].LastError += "\n" + text
		s.conditions = append(
			s.conditions,
			api.Condition{ID: id, Severity: "error", Title: text, Text: text, Cure: text,
				Calendar: "alice", EventID: id, Visible: true},
		)
		s.log = append(
			s.log,
			api.LogEntry{Time: noon, Calendar: "alice", EventID: id, Title: text, Reason: text, Error: text,
				MeetingID: number},
		)
	}
	paths := []string{
		"/",
		"/?log=call",
		"/?q=alice",
		"/event?calendar=alice&id=a2",
		"/nothing",
		"/signin",
		"/static/page.css",
		"/act",
	}
	for i := range texts {
		paths = append(
			paths,
			fmt.Sprintf("/event?calendar=alice&id=secret%d", i),
			fmt.Sprintf("/event?calendar=bob&id=secret%d", i),
		)
	}
	secrets := []string{passcode, shownCode, number, "860 0000 0002", "8600000", "/j/", "860.0000", "0000\u00a00002",
		"0000\u20110002"}
	strangers := newWorld(t, s)
	for _, path := range paths {
		strangers.hides(textOf(t, strangers.ask(http.MethodGet, path, nil)), secrets...)
	}
	lines := func(words string) int {
		text := textOf(t, strangers.ask(http.MethodGet, "/?log="+url.QueryEscape(words), nil))
		return strings.Count(text, "because of") + strings.Count(text, "<time")
	}
	if right, wrong := lines("pwd="+passcode[:2]), lines("pwd=~~"); right != wrong {
		t.Errorf("a search for the first letters of a passcode finds %d, for others %d: it can be guessed", right, wrong)
	}
	if lines("call") <= lines("pwd=~~") {
		t.Error("who is not signed in cannot search")
	}
	guarded := newWorld(t, s)
	guarded.page.Configure(Access{Password: "correct horse"})
	for _, path := range append(paths, "/events") {
		text := textOf(t, guarded.ask(http.MethodGet, path, nil))
		guarded.hides(text, append(secrets, "Call", "Calendar bob", "alice@")...)
	}
	guarded.signIn("correct horse")
	guarded.shows(guarded.get("/event?calendar=alice&id=a2"), passcode)
}

// TestHostileTexts: what stands in calendars stays text.
func TestHostileTexts(t *testing.T) {
	evil := `"'><script>alert(1)</script><img src=x onerror=alert(2)>`
	s := office()
	s.status.Calendars[0].Name, s.status.Calendars[0].LastError = evil, evil
	s.links[0].Title, s.links[0].Calendar, s.links[0].Reason = evil, evil, evil
	s.links[1].JoinURL = "javascript:alert(3)"
	s.conditions[0].Title, s.conditions[0].Cure, s.conditions[0].ID = evil, evil, evil
	s.log = append(
		s.log,
		api.LogEntry{Time: noon, Calendar: evil, EventID: evil, Title: evil, Step: evil, Reason: evil, Error: evil},
	)
	w := newWorld(t, s)
	w.page.Configure(Access{Password: "correct horse"})
	w.signIn("correct horse")
	for _, path := range []string{"/", "/?q=" + url.QueryEscape(evil), "/?log=" + url.QueryEscape(evil),
		"/?calendar=" + url.QueryEscape(evil), "/event?calendar=alice&id=a2",
		eventPath(evil, "a1"), eventPath(evil, evil)} {
		text := w.get(path)
		w.hides(text, "<script>", "<img", "javascript:")
		if strings.Contains(path, "%3Cscript") {
			w.shows(text, "&lt;script&gt;")
		}
	}
}

// TestPolicy: each answer has it, and nothing in a page needs more than it allows.
func TestPolicy(t *testing.T) {
	w := newWorld(t, office())
	inline := regexp.MustCompile(
		`(?i)<style|\sstyle=|\son[a-z]+=|<script(?: |>)[^>]*>[^<]|(?:src|href)="(?:https?:)?//`,
	)
	for _, path := range []string{"/", "/event?calendar=alice&id=a2", "/nothing", "/static/page.js",
		"/static/nothing", "/act"} {
		answer := w.ask(http.MethodGet, path, nil)
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") ||
			strings.Contains(policy, "unsafe") || answer.Header.Get("X-Frame-Options") != "DENY" ||
			answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, answer.Header)
		}
		if strings.HasPrefix(path, "/static") {
			continue
		}
		if found := inline.FindString(textOf(t, answer)); found != "" {
			t.Errorf("%s holds %s", path, found)
		}
	}
}

// TestStatic: what lies beside the pages may be kept for ever, under an address that is another one when it changes.
func TestStatic(t *testing.T) {
	w := newWorld(t, calm())
	m := regexp.MustCompile(`href="(/static/page-[0-9a-f]+\.css)"`).FindStringSubmatch(w.get("/"))
	if m == nil {
		t.Fatal("no style sheet")
	}
	answer := w.ask(http.MethodGet, m[1], nil)
	if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(answer.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
}

func TestForgedForms(t *testing.T) {
	w := newWorld(t, office())
	w.run()
	good := tokenIn.FindStringSubmatch(w.get("/"))[1]
	other := newWorld(t, office())
	foreign := tokenIn.FindStringSubmatch(other.get("/"))[1]
	form := func(token string) url.Values {
		return url.Values{"token": {token}, "do": {"release"}, "calendar": {"team"}, "back": {"/"}}
	}
	refused := func(what string, token string, header http.Header) {
		t.Helper()
		w.header = header
		if answer := w.ask(http.MethodPost, "/act", form(token)); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", what, answer.StatusCode)
		}
	}
	refused("no token", "", nil)
	refused("a token of another page", foreign, nil)
	refused("another site", good, http.Header{"Origin": {"https://evil.example"}})
	refused("another site, by the browser's word", good, http.Header{"Sec-Fetch-Site": {"cross-site"}})
	refused("another port of this machine", good, http.Header{"Sec-Fetch-Site": {"same-site"}})
	w.header = nil
	answer := w.ask(http.MethodGet, "/act?do=release&calendar=team&token="+good, nil)
	if answer.StatusCode == http.StatusSeeOther {
		t.Error("a link does what a button does")
	}
	if w.service.all() != "" {
		t.Errorf("it was done: %s", w.service.all())
	}
	w.header = http.Header{"Sec-Fetch-Site": {"same-origin"}}
	if answer := w.ask(http.MethodPost, "/act", form(good)); answer.StatusCode != http.StatusSeeOther ||
		w.service.all() != "release team" {
		t.Errorf("a good one: %d, %s", answer.StatusCode, w.service.all())
	}
}

func TestButtons(t *testing.T) {
	for _, test := range []struct {
		name, path string
		form       url.Values
		says, asks string
	}{
		{"run now", "/", url.Values{"do": {"sync"}, "calendar": {"alice"}},
			"A pass over alice has ended: 1 event brought up to date.", "sync [alice]"},
		{"release", "/", url.Values{"do": {"release"}, "calendar": {"team"}},
			"team is released, with 2 held events", "release team"},
		{"retry", "/event?calendar=support&id=s9", url.Values{"do": {"retry"}, "calendar": {"support"}, "event": {"s9"}},
			"Another try has ended", "retry [support] s9\nsync [support]"},
		{"put aside", "/", url.Values{"do": {"dismiss"}, "id": {"ZT-505-bob"}}, "2 put aside",
			"dismiss ZT-505-bob false"},
		{"show again", "/", url.Values{"do": {"undo"}, "id": {"ZT-519-x"}}, "It is shown again.",
			"dismiss ZT-519-x true"},
		{"nonsense", "/", url.Values{"do": {"format"}}, "This button does nothing", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, office())
			w.run()
			w.shows(w.press(test.path, test.form), test.says)
			if got := w.service.all(); got != test.asks {
				t.Errorf("asked %q, want %q", got, test.asks)
			}
		})
	}
}

// TestButtonFails: why is said on the page, and no link with it.
func TestButtonFails(t *testing.T) {
	w := newWorld(t, office())
	w.run()
	text := w.get("/")
	w.service.wrong = fmt.Errorf("the calendar does not answer: %s", joinURL)
	answer := w.ask(
		http.MethodPost,
		"/act",
		url.Values{"token": {tokenIn.FindStringSubmatch(text)[1]}, "do": {"release"},
			"calendar": {"team"}, "back": {"/?q=team"}},
	)
	w.service.wrong = nil
	where := answer.Header.Get("Location")
	if !strings.HasPrefix(where, "/?q=team&said=") {
		t.Errorf("it leads to %s", where)
	}
	text = w.get(where)
	w.shows(text, "The calendar does not answer: https://us02web.zoom.us/….")
	w.hides(text, passcode)
}

// TestSlowPass: the page does not wait for a pass that takes its time, and no second one begins beside it; the end of
// the daemon ends it.
func TestSlowPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := office()
		s.hold = make(chan struct{})
		w := newWorld(t, s)
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.page.Run(ctx) }()
		form := func() url.Values { return url.Values{"do": {"sync"}, "calendar": {"alice"}} }
		text := w.press("/", form())
		w.shows(text, "A pass over alice is at work", "disabled")
		w.shows(w.press("/", form()), "is at work already")
		end()
		<-done
		if w.service.all() != "sync [alice]" {
			t.Errorf("asked %q", w.service.all())
		}
		w.hides(w.get("/"), "disabled")
	})
}

// TestTooManyJobs: what cannot be done soon is refused.
func TestTooManyJobs(t *testing.T) {
	j := jobs{wanted: make(chan job, maxJobs)}
	for i := range maxJobs {
		if got := j.add(job{calendar: fmt.Sprint(i)}); got != taken {
			t.Fatalf("%d: %d", i, got)
		}
	}
	if j.add(job{calendar: "one more"}) != full || j.busy("one more") || j.add(job{calendar: "3"}) != busy {
		t.Error("no bound")
	}
}

func TestElsewhere(t *testing.T) {
	w := newWorld(t, office())
	w.page.ListenAt(anywhere)
	for _, path := range []string{"/", "/event?calendar=alice&id=a2", "/events", "/signin"} {
		answer := w.ask(http.MethodGet, path, nil)
		text := textOf(t, answer)
		if answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
		w.shows(text, "write page.password into the configuration")
		w.hides(text, "alice", "team")
	}
	if answer := w.ask(http.MethodPost, "/act", url.Values{"do": {"sync"}}); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a button: %d", answer.StatusCode)
	}
	w.page.Configure(Access{Password: "correct horse"})
	if answer := w.ask(http.MethodGet, "/", nil); answer.StatusCode != http.StatusSeeOther ||
		answer.Header.Get("Location") != "/signin?back=%2F" {
		t.Errorf("with a password: %d %v", answer.StatusCode, answer.Header)
	}
}

func TestTrustedHeader(t *testing.T) {
	peers := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	access := Access{Header: "X-Forwarded-User", Peers: peers}
	for _, test := range []struct {
		from   string
		header http.Header
		want   int
	}{
		{"127.0.0.1:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"[::1]:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"10.1.2.3:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"[::ffff:10.1.2.3]:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"10.2.2.3:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusForbidden},
		{"192.0.2.1:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusForbidden},
		{"nonsense", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusForbidden},
		{"127.0.0.1:5", http.Header{"X-Forwarded-User": {""}}, http.StatusForbidden},
		{"127.0.0.1:5", http.Header{"X-Forwarded-User": {"dana", "eve"}}, http.StatusForbidden},
		{"127.0.0.1:5", http.Header{"X-Real-User": {"dana"}}, http.StatusForbidden},
		{"127.0.0.1:5", nil, http.StatusForbidden},
	} {
		for _, at := range []bool{true, false} {
			w := newWorld(t, office())
			if !at {
				w.page.ListenAt(anywhere)
			}
			w.page.Configure(access)
			w.from, w.header = test.from, test.header
			answer := w.ask(http.MethodGet, "/event?calendar=alice&id=a2", nil)
			text := textOf(t, answer)
			if answer.StatusCode != test.want || strings.Contains(text, passcode) != (test.want == http.StatusOK) {
				t.Errorf("%s %v: %d", test.from, test.header, answer.StatusCode)
			}
		}
	}
}

// TestTokensOfNames: a form that was made for one is not good for another.
func TestTokensOfNames(t *testing.T) {
	w := newWorld(t, office())
	w.page.Configure(Access{Header: "X-User"})
	w.header = http.Header{"X-User": {"dana"}}
	token := tokenIn.FindStringSubmatch(w.get("/"))[1]
	w.header = http.Header{"X-User": {"eve"}}
	answer := w.ask(http.MethodPost, "/act", url.Values{"token": {token}, "do": {"release"}, "calendar": {"team"}})
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("%d", answer.StatusCode)
	}
}

// stream is what server-sent events are written to.
type stream struct {
	*httptest.ResponseRecorder
	mu        sync.Mutex
	deadlines int
}

func (s *stream) SetWriteDeadline(time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadlines++
	return nil
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ResponseRecorder.Write(b)
}

// said is what was written so far, and how often there was a deadline.
func (s *stream) said() (string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Body.String(), s.deadlines
}

// TestEvents: a page hears that something is otherwise, and is let go after some minutes.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := office()
		p := pageOf(t, s, time.Now)
		p.ListenAt(onlyHere)
		first, err := p.facts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out := &stream{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events?sum="+first.sum, nil)
		begun, done := time.Now(), make(chan struct{})
		go func() { defer close(done); p.ServeHTTP(out, r) }()
		<-time.After(time.Minute)
		synctest.Wait()
		before, deadlines := out.said()
		if strings.Contains(before, "change") || !strings.Contains(before, ": \n\n") || deadlines < 3 {
			t.Errorf("nothing is otherwise: %q", before)
		}
		s.mu.Lock()
		s.status.Health = api.OK
		s.mu.Unlock()
		<-time.After(10 * time.Second)
		synctest.Wait()
		after, _ := out.said()
		if got := strings.TrimPrefix(after, before); strings.Count(got, "event: change\ndata: ") != 1 {
			t.Errorf("after a change: %q", got)
		}
		<-done
		if lasted := time.Since(begun); lasted > longestEar+time.Second {
			t.Errorf("it is let go after %s", lasted)
		}
	})
}

// TestTooManyHear: each page that listens holds a connection; there is a bound, and places come back.
func TestTooManyHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pageOf(t, office(), time.Now)
		p.ListenAt(onlyHere)
		ctx, end := context.WithCancel(t.Context())
		hear := func(ctx context.Context) *stream {
			out := &stream{ResponseRecorder: httptest.NewRecorder()}
			p.ServeHTTP(out, httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil))
			return out
		}
		for range maxHearers {
			go hear(ctx)
		}
		synctest.Wait()
		if code := hear(t.Context()).Code; code != http.StatusServiceUnavailable {
			t.Errorf("one too many: %d", code)
		}
		end()
		synctest.Wait()
		if n := len(p.hearers); n != 0 {
			t.Errorf("%d places are taken", n)
		}
	})
}

// TestFactsAreShared: many who look at once ask the service once.
func TestFactsAreShared(t *testing.T) {
	w := newWorld(t, office())
	for range 20 {
		w.get("/")
	}
	if w.service.gathered != 1 {
		t.Errorf("asked %d times", w.service.gathered)
	}
	w.clock.pass(freshFor)
	w.get("/")
	if w.service.gathered != 2 {
		t.Errorf("asked %d times after a while", w.service.gathered)
	}
}

// TestSlowFacts: those of a large state are shown at once, a little old, while newer ones are gathered behind them; too
// old ones are not, nor such as are from before a button.
func TestSlowFacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := office()
		s.takes = time.Second
		w := newWorld(t, s)
		w.page = pageOf(t, s, time.Now)
		w.page.ListenAt(onlyHere)
		took := func(want time.Duration, what string) {
			t.Helper()
			begun := time.Now()
			w.get("/")
			if got := time.Since(begun); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		took(time.Second, "the first look")
		<-time.After(time.Minute)
		took(time.Second, "nobody gathers behind it")
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.page.Run(ctx) }()
		synctest.Wait()
		took(0, "a look at once")
		<-time.After(20 * time.Second)
		took(0, "a look after a while")
		<-time.After(2 * time.Second)
		before := s.count()
		took(0, "it was gathered behind it")
		if s.count() != before {
			t.Error("fresh ones are gathered again")
		}
		<-time.After(3 * 24 * time.Hour)
		took(0, "a look after days")
		if n := s.count() - before; n < 1000 || n > 4000 {
			t.Errorf("gathered %d times in three days", n)
		}
		<-time.After(lookedAt + time.Hour)
		before = s.count()
		<-time.After(24 * time.Hour)
		if s.count() != before {
			t.Error("they are gathered, and nobody looks")
		}
		took(time.Second, "a look after a long time")
		w.press("/", url.Values{"do": {"dismiss"}, "id": {"ZT-505-bob"}})
		took(0, "a look after a button")
		end()
		<-done
	})
}

// TestTimesOfDay: the day that has 25 hours ends at its midnight.
func TestTimesOfDay(t *testing.T) {
	c := clock{at: time.Date(2026, 10, 24, 10, 0, 0, 0, time.UTC)}
	p := pageOf(t, &told{}, c.now)
	first, last := p.weekBounds()
	if got := last.Sub(first); got != 7*24*time.Hour+time.Hour {
		t.Errorf("a week of %s", got)
	}
	late := &entry{
		start: time.Date(2026, 10, 25, 22, 30, 0, 0, time.UTC),
		end:   time.Date(2026, 10, 25, 23, 30, 0, 0, time.UTC),
	}
	s := p.stripe(late, p.dayOf(late), false)
	if p.dayOf(late) != 1 || s.X+s.Width > 1440 || s.X < 1380 {
		t.Errorf("day %d, %+v", p.dayOf(late), s)
	}
}

// TestZoneName: the zone of the times is named, with how far it is from UTC at this time of the year.
func TestZoneName(t *testing.T) {
	for zone, want := range map[*time.Location]string{time.UTC: "UTC",
		time.FixedZone("Here", -5*3600): "Here, UTC-05:00"} {
		p := New(Options{Now: func() time.Time { return noon }, Zone: func() *time.Location { return zone }})
		if got := p.zoneName(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestTogether(t *testing.T) {
	s := &told{links: []api.LinkStatus{
		link("a", "1", "One", 1, 60, "h@example.com"), link("b", "2", "Two", 1.5, 60, "h@example.com"),
		link("b", "3", "Three", 2.5, 60, "h@example.com"), link("c", "4", "Four", 1, 60, "other@example.com"),
		link("c", "5", "One", 1, 60, "h@example.com"),
	}}
	s.links[4].MeetingID = s.links[0].MeetingID // two calendars show one meeting
	f, err := pageOf(t, s, func() time.Time { return noon }).facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{"1": 1, "2": 2, "3": 0, "4": 0, "5": 1} {
		for at, e := range f.byEvent {
			if at.event == id && len(f.together[e]) != want {
				t.Errorf("%s is at once with %d others, want %d", id, len(f.together[e]), want)
			}
		}
	}
}

func TestCureOf(t *testing.T) {
	for cure, want := range map[string]string{
		"Sign in again: zoomtag auth outlook bob":                          "zoomtag auth outlook bob",
		"See whether it is all there; if it is, run zoomtag release team.": "zoomtag release team",
		"Run zoomtag sync; zoomtag status says why if it stays so.":        "zoomtag sync",
		"zoomtag makes a new one at its next look.":                        "",
		"Wait.": "",
		"Run zoomtag doctor again when it is mended.":                          "zoomtag doctor",
		"Look at \"zoomtag config check\" first.":                              "zoomtag config check",
		"Cancel it: zoomtag cancel 86000000002, or give it to an event again.": "zoomtag cancel 86000000002",
	} {
		if _, got := cureOf(cure); got != want {
			t.Errorf("%s: %q, want %q", cure, got, want)
		}
	}
}

func TestVeil(t *testing.T) {
	for text, want := range map[string]string{
		"Call https://us02web.zoom.us/j/1?pwd=x now": "Call https://us02web.zoom.us/… now",
		"us02web.zoom.us/j/1":                        "…",
		"Passcode: 481516!":                          "…!",
		"Review of v1.2 and 3 of 11":                 "Review of v1.2 and 3 of 11",
		"it was moved from 13:00 to 14:59":           "it was moved from 13:00 to 14:59",
		"alice@example.com has no licence":           "alice@example.com has no licence",
		"Meeting 860 0000 0002":                      "Meeting …",
	} {
		if got := veiled.shown(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if unveiled.shown(text) != text {
			t.Errorf("%q is another for those who are signed in", text)
		}
	}
}

// BenchmarkPage makes the first page of 1,000 calendars with 20 events each: anew, and of facts that are fresh.
func BenchmarkPage(b *testing.B) {
	for _, fresh := range []bool{false, true} {
		b.Run(fmt.Sprintf("fresh=%v", fresh), func(b *testing.B) {
			p := pageOf(b, crowd(1000, 20), func() time.Time { return noon })
			p.ListenAt(onlyHere)
			size := 0
			for b.Loop() {
				if !fresh {
					p.stale(b.Context())
				}
				out := httptest.NewRecorder()
				p.ServeHTTP(out, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil))
				if size = out.Body.Len(); out.Code != http.StatusOK {
					b.Fatal(out.Code)
				}
			}
			b.ReportMetric(float64(size)/1024, "KiB")
		})
	}
}
