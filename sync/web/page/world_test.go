package page

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"
)

// noon is a Monday in Berlin.
var noon = time.Date(2026, 11, 30, 13, 5, 0, 0, time.UTC)

// What nobody may see who is not signed in: each of them lets somebody into a meeting.
const (
	passcode  = "Qk3ZsecretQ"
	shownCode = "481516"
	number    = "86000000002"
	joinURL   = "https://us02web.zoom.us/j/" + number + "?pwd=" + passcode
)

// told is a service that tells what it is given, and notes what it is asked to do.
type told struct {
	api.Service
	mu         sync.Mutex
	status     api.StatusReport
	links      []api.LinkStatus
	conditions []api.Condition
	log        []api.LogEntry
	asked      []string
	wrong      error
	hold       chan struct{} // a pass waits for it, if set
	gathered   int
	takes      time.Duration // how long it takes to tell the status
}

func (s *told) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gathered
}

func (s *told) Status(context.Context, api.StatusRequest) (api.StatusReport, error) {
	if s.takes > 0 {
		<-time.After(s.takes)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gathered++
	return s.status, s.wrong
}

func (s *told) Links(context.Context) (api.LinksReport, error) {
	return api.LinksReport{Links: s.links}, s.wrong
}

func (s *told) Conditions(context.Context) (api.ConditionsReport, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return api.ConditionsReport{Conditions: slices.Clone(s.conditions)}, s.wrong
}

// Log filters as the store does, and knows the calendars of the status.
func (s *told) Log(_ context.Context, r api.LogRequest) (api.LogReport, error) {
	if r.Calendar != "" && !slices.ContainsFunc(s.status.Calendars,
		func(c api.CalendarStatus) bool { return c.Name == r.Calendar }) {
		return api.LogReport{}, words.Usage(errors.New("there is no calendar " + r.Calendar))
	}
	list := slices.DeleteFunc(slices.Clone(s.log), func(e api.LogEntry) bool {
		elsewhere := r.Calendar != "" && r.Calendar != e.Calendar
		after := !r.Until.IsZero() && e.Time.After(r.Until)
		named := r.Event == "" || r.Event == e.EventID ||
			strings.Contains(strings.ToLower(e.Title), strings.ToLower(r.Event))
		return elsewhere || after || !named || r.Failed && e.Error == ""
	})
	return api.LogReport{Log: list[max(0, len(list)-r.Limit):]}, s.wrong
}

func (s *told) note(format string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, fmt.Sprintf(format, args...))
	return s.wrong
}

func (s *told) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.asked, "\n")
}

func (s *told) Sync(ctx context.Context, r api.SyncRequest) (api.SyncReport, error) {
	err := s.note("sync %v", r.Calendars)
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-ctx.Done():
			return api.SyncReport{}, ctx.Err()
		}
	}
	return api.SyncReport{Calendars: []engine.Report{{Name: r.Calendars[0],
		Events: []engine.EventReport{{ID: "a", Steps: []string{"create"}}}}}}, err
}

func (s *told) Retry(_ context.Context, r api.RetryRequest) (api.RetryReport, error) {
	return api.RetryReport{}, s.note("retry %v %s", r.Calendars, r.What)
}

func (s *told) Release(_ context.Context, r api.ReleaseRequest) (api.ReleaseReport, error) {
	return api.ReleaseReport{Calendar: r.Calendar, Held: true, Events: 2}, s.note("release %s", r.Calendar)
}

func (s *told) Dismiss(_ context.Context, r api.DismissRequest) (api.ConditionsReport, error) {
	s.mu.Lock()
	for i := range s.conditions {
		if s.conditions[i].ID == r.ID {
			s.conditions[i].Dismissed = !r.Undo
		}
	}
	s.mu.Unlock()
	return api.ConditionsReport{}, s.note("dismiss %s %v", r.ID, r.Undo)
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a page, what it is about, and a browser's cookies.
type world struct {
	*testing.T
	page    *Page
	service *told
	clock   *clock
	cookies []*http.Cookie
	from    string // whence it is asked
	header  http.Header
}

var (
	onlyHere = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7466}
	anywhere = &net.TCPAddr{IP: net.IPv4zero, Port: 7466}
)

func newWorld(t *testing.T, s *told) *world {
	t.Helper()
	w := &world{T: t, service: s, clock: &clock{at: noon}, from: "127.0.0.1:50000", header: http.Header{}}
	w.page = pageOf(t, s, w.clock.now)
	w.page.ListenAt(onlyHere)
	return w
}

func pageOf(t testing.TB, s api.Service, now func() time.Time) *Page {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Service: func() api.Service { return s }, Now: now,
		Zone: func() *time.Location { return berlin },
		Log:  slog.New(slog.DiscardHandler)})
}

// run has the buttons work until the test ends.
func (w *world) run() {
	ctx, end := context.WithCancel(w.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.page.Run(ctx) }()
	w.Cleanup(func() { end(); <-done })
}

func (w *world) ask(method, path string, form url.Values) *http.Response {
	w.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(w.Context(), method, path, body)
	r.Host, r.RemoteAddr = "127.0.0.1:7466", w.from
	for name, values := range w.header {
		r.Header[name] = values
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range w.cookies {
		r.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	w.page.ServeHTTP(answer, r)
	for _, c := range answer.Result().Cookies() {
		w.cookies = []*http.Cookie{c}
	}
	return answer.Result()
}

// get is a page that there is.
func (w *world) get(path string) string {
	w.Helper()
	answer := w.ask(http.MethodGet, path, nil)
	text := textOf(w.T, answer)
	if answer.StatusCode != http.StatusOK {
		w.Fatalf("%s: %d\n%s", path, answer.StatusCode, text)
	}
	return text
}

func textOf(t testing.TB, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var tokenIn = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`)

// press presses a button of a page and returns the page that it leads to.
func (w *world) press(path string, form url.Values) string {
	w.Helper()
	m := tokenIn.FindStringSubmatch(w.get(path))
	if m == nil {
		w.Fatalf("%s has no form", path)
	}
	form.Set("token", m[1])
	if form.Get("back") == "" {
		form.Set("back", path)
	}
	answer := w.ask(http.MethodPost, "/act", form)
	if answer.StatusCode != http.StatusSeeOther {
		w.Fatalf("%v: %d %s", form, answer.StatusCode, textOf(w.T, answer))
	}
	return w.get(answer.Header.Get("Location"))
}

// signIn enters a password.
func (w *world) signIn(password string) *http.Response {
	w.Helper()
	answer := w.ask(http.MethodGet, "/signin", nil)
	m := tokenIn.FindStringSubmatch(textOf(w.T, answer))
	if m == nil {
		w.Fatalf("no form to sign in: %d", answer.StatusCode)
	}
	return w.ask(http.MethodPost, "/signin", url.Values{"password": {password}, "token": {m[1]}, "back": {"/"}})
}

func (w *world) shows(text string, wanted ...string) {
	w.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			w.Errorf("%q is not shown", want)
		}
	}
}

func (w *world) hides(text string, unwanted ...string) {
	w.Helper()
	for _, not := range unwanted {
		if strings.Contains(text, not) {
			w.Errorf("%q is shown", not)
		}
	}
}

// at is a time so many hours from noon.
func at(hours float64) *time.Time {
	return api.Time(noon.Add(time.Duration(hours * float64(time.Hour))))
}

func link(calendar, id, title string, start float64, minutes int, host string) api.LinkStatus {
	return api.LinkStatus{Calendar: calendar, EventID: id, UID: id + "@example.com", Title: title, Start: at(start),
		Duration: minutes * 60, Host: host, MeetingID: "8" + fmt.Sprintf("%010d", len(title)*7919+int(start*60)+1000),
		JoinURL: "https://us02web.zoom.us/j/8" + strconv.Itoa(
			len(id),
		) + "?pwd=" + passcode, State: "linked", Health: api.OK,
		Verdicts: []record.Verdict{}}
}

// office is a week as it may be: mostly well, and some of everything.
func office() *told {
	alice, bob, carol := "alice@example.com", "bob@example.com", "carol@example.com"
	s := &told{status: api.StatusReport{Health: api.Degraded, Daemon: true, Version: "0.1.0",
		Calendars: []api.CalendarStatus{
			{Name: "alice", Provider: "google", LastSuccess: at(-0.01), NextRun: at(0.01), Links: 9},
			{Name: "bob", Provider: "outlook", LastSuccess: at(-0.008), NextRun: at(0.009), Links: 6},
			{Name: "team", Provider: "ics", LastSuccess: at(-0.3), NextRun: at(0.01), Links: 4, Held: true,
				HeldReason: "7 of 11 events are missing at once, which may be a folder that is not mounted: nothing is cancelled"},
			{Name: "home", Provider: "caldav", LastSuccess: at(-2), NextRun: at(0.02), Links: 3,
				Overdue: true, OverdueReason: "no pass has ended for 2 hours"},
			{Name: "support", Provider: "google", LastSuccess: at(-0.01), NextRun: at(0.01), Links: 5},
			{Name: "board", Provider: "outlook", NextRun: at(0.01)},
		},
		Shared: true, Workers: []api.WorkerStatus{
			{Name: "vm1:312", Version: "0.1.0", Since: at(-24 * 9), Lag: 0.4, Shards: 510, Calendars: 4, Here: true},
			{Name: "vm2:977", Version: "0.1.0", Since: at(-24 * 9), Lag: 2.6, Shards: 514, Calendars: 2}},
		Quotas: []api.QuotaStatus{{Service: "Google, by google.json", Used: 912_000, Limit: 1_000_000,
			Calendars: 9000}},
		Budget: []api.BudgetStatus{{Host: alice, Used: 84, Limit: 100}, {Host: bob, Used: 23, Limit: 100},
			{Host: carol, Used: 100, Limit: 100}},
		Tokens: []api.TokenStatus{
			{Calendar: "alice", Provider: "google", SignedIn: at(-24 * 41)},
			{Calendar: "bob", Provider: "outlook", SignedIn: at(-24 * 93), Refused: at(-3),
				Reason: "the sign-in has expired", Command: "zoomtag auth outlook --calendar bob"},
			{Provider: "zoom", Account: "club", Person: "Alice Meyer", SignedIn: at(-24 * 12)},
		},
		Events: []api.EventStatus{
			{Calendar: "support", EventID: "s9", Title: "Escalation call", Start: at(26), State: "failed",
				Reason: "Zoom refused the host carol@example.com: the user has no licence", NextTry: at(0.5)},
			{Calendar: "team", EventID: "t3", Title: "Retrospective", Start: at(50), State: "held",
				Reason: "the time zone \"Corp Time\" is not known"},
		},
		Waiting: []api.WaitingStatus{
			{Calendar: "support", EventID: "s5", Title: "Office hour", For: "zoom", Until: at(11),
				Reason: "the calls of carol@example.com are used up until 00:00 UTC"},
		},
		Notes: []api.EventStatus{{Calendar: "alice", EventID: "a4", Title: "Board preparation", State: "linked",
			Reason: "the option record=cloud was left out: the host's plan has no cloud recording"}},
		Notices: []string{"the journal keeps 90 days"},
		Leftovers: []api.LeftoverStatus{
			{MeetingID: number, Topic: "Old planning", Host: bob, Mend: "cancel it with zoomtag cancel"},
		},
	}}
	s.links = []api.LinkStatus{
		link(
			"alice",
			"a1",
			"Stand-up",
			-5,
			15,
			alice,
		), link("alice", "a2", "Interview: Senior Engineer", 0.9, 60, alice),
		link("alice", "a3", "Budget review", 1.4, 45, alice), link("alice", "a4", "Board preparation", 21, 90, alice),
		link("alice", "a5", "Stand-up", 19, 15, alice), link("alice", "a6", "Stand-up", 43, 15, alice),
		link(
			"alice",
			"a7",
			"One-to-one with Dana",
			70,
			30,
			alice,
		), link("alice", "a8", "Quarterly kick-off", 93, 120, alice),
		link("bob", "b1", "Design crit", -3, 60, bob), link("bob", "b2", "Vendor call", 2, 30, bob),
		link("bob", "b3", "Roadmap", 44, 60, bob), link("bob", "b4", "Research read-out", 68, 60, bob),
		link("bob", "b5", "Demo", 95, 45, bob),
		link("team", "t1", "Team planning", 22, 60, alice), link("team", "t2", "All hands", 92.5, 60, alice),
		link("home", "h1", "Parents' evening", 53, 60, alice), link("home", "h2", "Choir rehearsal", 78, 90, alice),
		link("home", "h3", "Grandma", 124, 60, alice),
		link("support", "s1", "Office hour", 20, 60, carol), link("support", "s2", "Office hour", 44, 60, carol),
		link(
			"support",
			"s3",
			"Onboarding: Nordwind",
			45.5,
			60,
			carol,
		), link("support", "s4", "Office hour", 68, 60, carol),
		link("support", "s5", "Office hour", 92, 60, carol),
	}
	for i := range s.links {
		switch l := &s.links[i]; l.EventID {
		case "b2":
			l.Health, l.Reason = "ZT-403", "the host is not active"
			l.Verdicts = []record.Verdict{{Code: "ZT-403", Severity: "error",
				What: "the host's Zoom user is deactivated", Mend: "Have an administrator activate it."}}
		case "b4":
			l.Health = "ZT-204"
			l.Verdicts = []record.Verdict{{Code: "ZT-204", Severity: "warning",
				What: "the meeting may have expired when the event comes", Mend: "Start it once before that."}}
		case "s5":
			l.Health, l.State = "pending", "pending"
			l.MeetingID, l.JoinURL = "", ""
		case "h3":
			l.Health, l.State = "doubt", "doubt"
		case "a2":
			l.MeetingID, l.JoinURL = number, joinURL
		}
	}
	s.conditions = []api.Condition{
		{ID: "ZT-505-bob", Code: "ZT-505", Severity: "error", Title: "Calendar bob",
			Text: "Microsoft takes the sign-in of this calendar no longer, since 3 hours.",
			Cure: "Sign in again: zoomtag auth outlook bob", Calendar: "bob", Since: at(-3), Visible: true},
		{ID: "ZT-515-waits", Code: "ZT-515", Severity: "warning", Title: "Reading group",
			Text: "It waits for the calendar.", DependsOn: "ZT-505-bob",
			Calendar: "bob", EventID: "waits", Since: at(-3), Visible: true},
		{
			ID:       "ZT-515-s9",
			Code:     "ZT-515",
			Severity: "error",
			Title:    "Escalation call",
			Calendar: "support",
			EventID:  "s9",
			Text:     "The event has no link: the host carol@example.com has no licence.",
			Cure:     "Give her one at zoom.us under User Management, then run zoomtag retry support.",
			Since:    at(-1.2),
			Visible:  true,
		},
		{ID: "ZT-510-team", Code: "ZT-510", Severity: "warning", Title: "Calendar team",
			Text: "7 of 11 events are missing at once, which may be a folder that is not mounted: nothing is cancelled.",
			Cure: "See whether the folder is all there; if it is, run zoomtag release team.", Calendar: "team", Since: at(-0.4),
			Visible: true},
		{ID: "ZT-519-x", Code: "ZT-519", Severity: "warning", Title: "zoomtag", Text: "No event has this meeting.",
			Cure: "Look at zoomtag status.", Since: at(-9), Visible: true, Dismissed: true},
		{ID: "ZT-402-x", Code: "ZT-402", Severity: "warning", Title: "Not yet worth a word", Text: "It is young."},
	}
	entry := func(hours float64, calendar, id, title, step, reason, wrong string) {
		s.log = append(s.log, api.LogEntry{Time: *at(hours), Calendar: calendar, EventID: id, Title: title, Step: step,
			Reason: reason, Error: wrong, MeetingID: number})
	}
	entry(-30, "alice", "a2", "Interview: Senior Engineer", "create", "tag #zoom in title", "")
	entry(-30, "alice", "a2", "Interview: Senior Engineer", "link", "", "")
	entry(-6, "home", "h3", "Grandma", "create", "", "the connection was lost before Zoom answered")
	entry(-4, "alice", "a2", "Interview: Senior Engineer", "update", "it was moved from 13:00 to 14:59", "")
	entry(-1.5, "bob", "b3", "Roadmap", "link", "the block was deleted, and the tag still stands", "")
	entry(-1.2, "support", "s9", "Escalation call", "create", "tag #zoom in title",
		"Zoom refused the host carol@example.com: the user has no licence")
	entry(-0.2, "alice", "a8", "Quarterly kick-off", "create", "tag #zoom(90m) in title", "")
	entry(-0.2, "alice", "a8", "Quarterly kick-off", "link", "", "")
	return s
}

// calm is a state in which all is well.
func calm() *told {
	s := office()
	s.status.Health = api.OK
	s.status.Events, s.status.Waiting, s.status.Notes = nil, nil, nil
	s.status.Notices, s.status.Leftovers = nil, nil
	s.conditions = nil
	s.status.Tokens = s.status.Tokens[:1]
	for i := range s.status.Calendars {
		c := &s.status.Calendars[i]
		*c = api.CalendarStatus{
			Name:        c.Name,
			Provider:    c.Provider,
			LastSuccess: at(-0.01),
			NextRun:     at(0.01),
			Links:       c.Links,
		}
	}
	return s
}

// crowd is a state of many calendars with many events each, over a week.
func crowd(calendars, events int) *told {
	s := &told{status: api.StatusReport{Health: api.OK, Version: "0.1.0"}}
	for i := range calendars {
		name := fmt.Sprintf("person-%04d", i)
		c := api.CalendarStatus{
			Name:        name,
			Provider:    "google",
			LastSuccess: at(-0.01),
			NextRun:     at(0.01),
			Links:       events,
		}
		if i == calendars-1 && calendars > perPage {
			c.LastError = "the calendar service does not answer"
		}
		s.status.Calendars = append(s.status.Calendars, c)
		for k := range events {
			s.links = append(s.links, link(name, fmt.Sprintf("e%d", k), fmt.Sprintf("Meeting %d of %s", k, name),
				float64(k*7%160)+0.25, 30, name+"@example.com"))
		}
	}
	for i := range min(calendars, 100) {
		s.log = append(
			s.log,
			api.LogEntry{Time: *at(-float64(100 - i)), Calendar: fmt.Sprintf("person-%04d", i), EventID: "e0",
				Title: "Meeting 0", Step: "link"},
		)
	}
	return s
}
