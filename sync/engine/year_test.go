package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/store"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
	"zoomtag/sync/series"
)

// direct hands requests to a handler without a network between, which a year of them would spend most of its time in.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// weeks is a calendar whose series take place weekly, ten times in a row where the tag asks for a schedule, else
// without an end.
type weeks struct {
	*calendartest.Fake
	begin map[string]time.Time // of the first occurrence
	now   func() time.Time
}

const occurrences = 10

// Get implements calendar.Calendar: of a series it shows the occurrence that runs or comes next.
func (c *weeks) Get(ctx context.Context, id string) (calendar.Event, error) {
	ev, err := c.Fake.Get(ctx, id)
	return c.next(ev), err
}

// Changes implements calendar.Calendar. It leaves the events to Get.
func (c *weeks) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	changes, err := c.Fake.Changes(ctx, cursor)
	for i := range changes.List {
		changes.List[i].Event = nil
	}
	return changes, err
}

// SetLink implements calendar.Calendar.
func (c *weeks) SetLink(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	ev, err := c.Fake.SetLink(ctx, id, version, l)
	return c.next(ev), err
}

func (c *weeks) next(ev calendar.Event) calendar.Event {
	begin, ok := c.begin[ev.ID]
	for n := 0; ok && ev.End.Before(c.now()) && (n < occurrences || ev.Until.IsZero()); n++ {
		ev.Start = begin.AddDate(0, 0, 7*n)
		ev.End = ev.Start.Add(time.Hour)
	}
	return ev
}

// Describe implements calendar.Describer.
func (c *weeks) Describe(ctx context.Context, id string) (calendar.Details, error) {
	ev, err := c.Get(ctx, id)
	begin := c.begin[id]
	return calendar.Details{UID: ev.UID, Title: ev.Title, Start: begin, End: begin.Add(time.Hour), Zone: ev.Zone,
		Recurrence: []string{fmt.Sprintf("RRULE:FREQ=WEEKLY;COUNT=%d", occurrences)}}, err
}

// year is 200 links and what happens to them in a year.
type year struct {
	*testing.T
	rng    *rand.Rand
	now    time.Time
	zone   *time.Location
	zoom   *zoomtest.Server
	client *zoom.Service
	cal    *weeks
	st     *store.Store
	e      *engine.Engine
	ids    []string
	idle   map[string]bool // series that nobody ever holds
	edits  int             // at Zoom
	host   meeting.HostFacts
	asked  time.Time // when about the host
}

const yearHost = "alice@example.com"

func newYear(t *testing.T) *year {
	t.Helper()
	y := &year{T: t, rng: rand.New(rand.NewPCG(1, 2)), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		idle: map[string]bool{}}
	clock := func() time.Time { return y.now }
	var err error
	if y.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	y.cal = &weeks{Fake: calendartest.NewFake(), begin: map[string]time.Time{}, now: clock}
	y.zoom = zoomtest.New(zoomtest.Options{Now: clock, Users: []zoomtest.User{{Email: yearHost}}})
	y.client, err = zoom.New(zoom.Config{AccountID: "account", ClientID: "client", ClientSecret: "secret",
		APIURL: "http://127.0.0.1/v2", OAuthURL: "http://127.0.0.1/oauth",
		HTTP: direct{y.zoom}, Now: clock, Wait: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	y.st, err = store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true,
		Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		y.st.Close()
		for _, complaint := range y.zoom.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	y.e = engine.New(y.st, []*engine.Calendar{{Name: "c", Source: y.cal, Settings: &plan.Settings{
		Rules: plan.Rules{Words: []string{"#zoom"}, Keep: true}, Host: yearHost, Account: plan.AccountHash("a"),
		Grace: 10 * time.Minute, Checks: true}}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: y.client, Budgeted: true,
			Main: true}}, Now: clock,
			Jitter: func() float64 { return 0 }, Judge: y.judge})
	for i := range 200 {
		y.put(i)
	}
	return y
}

// put adds the i-th event: of ten, seven are single ones, two series without an end, and one a series with a schedule.
func (y *year) put(i int) {
	begin := time.Date(2026, 3, 3, 7+y.rng.IntN(12), 0, 0, 0, y.zone).AddDate(0, 0, y.rng.IntN(450))
	ev := calendar.Event{Title: fmt.Sprintf("Talk %d #zoom", i), Zone: "Europe/Berlin"}
	switch i % 10 {
	case 7, 8:
		ev.Series, ev.Title = true, fmt.Sprintf("Series %d #zoom", i)
	case 9:
		ev.Series, ev.Title = true, fmt.Sprintf("Course %d #zoom(fixed)", i)
	}
	if ev.Series {
		begin = time.Date(2026, 3, 3, begin.Hour(), 0, 0, 0, y.zone).AddDate(0, 0, y.rng.IntN(200))
	}
	ev.Start, ev.End = begin, begin.Add(time.Hour)
	switch i % 10 {
	case 7, 8:
	case 9:
		ev.Until = begin.AddDate(0, 0, 7*(occurrences-1)).Add(time.Hour)
	default:
		ev.Until = ev.End
	}
	id := y.cal.Put(ev)
	y.ids = append(y.ids, id)
	if ev.Series {
		y.cal.begin[id] = begin
	}
	y.idle[id] = ev.Series && i%20 == 7
}

// judge is what the commands do with a look at a meeting.
func (y *year) judge(ctx context.Context, look engine.Look) []store.Verdict {
	if y.now.Sub(y.asked) > 6*time.Hour {
		var err error
		if y.host, err = y.client.Host(ctx, look.Record.Host); err != nil {
			y.Error(err)
		}
		y.asked = y.now
	}
	var list []store.Verdict
	for _, f := range doctor.JudgeLink(doctor.Facts{Now: y.now, Calendar: "c", Event: look.Event, Record: look.Record,
		Link: look.Event.Link.JoinURL,
		Text: look.Event.Description, Meeting: look.Meeting, Host: &y.host}) {
		list = append(list, store.Verdict{Code: f.Code, Severity: string(f.Severity), What: f.What, Mend: f.Mend})
	}
	return list
}

// until makes the passes that are due until a time.
func (y *year) until(end time.Time) {
	y.Helper()
	for {
		next, err := y.st.NextDue("c")
		if err != nil {
			y.Fatal(err)
		}
		if next.IsZero() || next.After(end) {
			break
		}
		y.now = later(next, y.now.Add(time.Second))
		y.pass()
	}
	y.now = end
	y.pass()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (y *year) pass() {
	y.Helper()
	r, err := y.e.Pass(y.Context(), "c")
	if err != nil {
		y.Fatal(err)
	}
	for _, ev := range r.Events {
		if ev.Error != "" {
			y.Fatalf("%s %s: %s", y.now, ev.Title, ev.Error)
		}
	}
}

// disturb is what people do at Zoom on a day: they hold meetings, and up to three times they change one, or delete it.
func (y *year) disturb(day int) {
	all := y.zoom.Meetings()
	recs, err := y.st.Records("c")
	if err != nil {
		y.Fatal(err)
	}
	if day%7 == 3 {
		for _, rec := range recs {
			if ev, ok := y.cal.begin[rec.EventID]; ok && !y.idle[rec.EventID] && rec.MeetingID != 0 &&
				ev.Before(y.now) {
				for _, running := range []bool{true, false} {
					y.zoom.OwnerEdit(rec.MeetingID, func(m *zoomtest.Meeting) { m.Running = running })
				}
			}
		}
	}
	for range y.rng.IntN(4) {
		if len(all) == 0 {
			return
		}
		m := all[y.rng.IntN(len(all))]
		y.edits++
		switch y.rng.IntN(6) {
		case 0:
			y.zoom.OwnerDelete(m.ID)
		case 1:
			y.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Topic = "Other" })
		case 2:
			y.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) {
				if m.Type == 2 {
					m.Start = m.Start.Add(time.Hour)
				}
			})
		case 3:
			if len(m.Occurrences) > 1 && m.Occurrences[0].Start.After(y.now) {
				y.zoom.OwnerMove(m.ID, 0, time.Time{})
			}
		default:
			y.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Passcode = fmt.Sprint("p", y.edits) })
		}
	}
}

// verdicts are the codes of the verdicts on coming links, and how many have each.
func (y *year) verdicts() map[string]int {
	y.Helper()
	recs, err := y.st.Records("c")
	if err != nil {
		y.Fatal(err)
	}
	found := map[string]int{}
	for _, rec := range recs {
		for _, v := range rec.Verdicts {
			if !rec.Closed() {
				found[v.Code]++
			}
		}
	}
	return found
}

// right checks that each link of an event that is to come leads to a meeting at the event's times; it says how many
// there are.
func (y *year) right() (coming int) {
	y.Helper()
	live := map[string]zoomtest.Meeting{}
	for _, m := range y.zoom.Meetings() {
		live[m.JoinURL] = m
	}
	for _, id := range y.ids {
		ev, err := y.cal.Get(y.Context(), id)
		if err != nil {
			y.Fatal(err)
		}
		if !ev.Until.IsZero() && ev.Until.Before(y.now) {
			continue
		}
		coming++
		m, ok := live[ev.Link.JoinURL]
		if !ok || !strings.Contains(ev.Description, m.Passcode) || m.Topic == "Other" {
			y.Errorf("%s shows %q, which is no meeting, or not as it should be: %+v", ev.Title, ev.Link.JoinURL, m)
		}
		switch {
		case !ev.Series && !m.Start.Equal(ev.Start):
			y.Errorf("%s: Zoom has it at %s, not at %s", ev.Title, m.Start, ev.Start)
		case !ev.Until.IsZero() && ev.Series:
			y.rightSeries(ev, m)
		}
	}
	return coming
}

func (y *year) rightSeries(ev calendar.Event, m zoomtest.Meeting) {
	y.Helper()
	details, err := y.cal.Describe(y.Context(), ev.ID)
	if err != nil {
		y.Fatal(err)
	}
	spec, why := series.Of(details, series.Options{}, plan.Length)
	var got []meeting.Occurrence
	for _, o := range m.Occurrences {
		if o.Start.After(y.now) {
			got = append(got, meeting.Occurrence{Start: o.Start, Duration: o.Duration})
		}
	}
	if want := spec.Coming(y.now); why != "" || !slices.Equal(got, want) {
		y.Errorf("%s: Zoom has it at %v, not at %v %s", ev.Title, got, want, why)
	}
}

// TestYear: two hundred links and a year in which people change and delete meetings at Zoom, the clocks change, the
// host loses the licence for a while, and series are held, or are not and expire. In the end every link is right, no
// day needs more calls than Zoom allows, and no link more readings than are stated.
func TestYear(t *testing.T) {
	t.Parallel()
	y := newYear(t)
	begin := y.now
	for day := range 367 {
		switch day {
		case 120:
			y.zoom.SetUser(zoomtest.User{Email: yearHost, Basic: true})
		case 150:
			if n := y.verdicts()[doctor.FortyMinutes]; n < 50 {
				t.Errorf("without a licence %d links have a verdict", n)
			}
		case 200:
			y.zoom.SetUser(zoomtest.User{Email: yearHost})
		}
		if day < 365 {
			y.disturb(day)
		}
		y.until(begin.AddDate(0, 0, day+1))
		used, err := y.st.BudgetUsed(alice.BudgetKey(yearHost), y.now.UTC().Format(time.DateOnly))
		if spent := y.zoom.Spent(yearHost); err != nil || used > engine.DailyLimit || spent > used {
			t.Fatalf("day %d: %d calls counted, %d sent, %v", day, used, spent, err)
		}
	}
	if coming := y.right(); coming < 40 {
		t.Errorf("%d links are still to come: that proves little", coming)
	}
	if found := y.verdicts(); found[doctor.FortyMinutes] > 0 {
		t.Errorf("with a licence again: %v", found)
	}
	renewed, err := y.st.Journal(store.JournalFilter{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	renewed = slices.DeleteFunc(renewed,
		func(e store.Entry) bool { return !strings.Contains(e.Reason, "nobody has started the meeting") })
	for _, e := range renewed {
		if !y.idle[e.EventID] {
			t.Errorf("%s was held, and got a new meeting", e.Title)
		}
	}
	if len(renewed) == 0 {
		t.Error("no series was renewed: that proves little")
	}
	y.readings(begin)
}

// readings checks how often meetings were read: once a day and thrice before each time that the event takes place, and
// once or twice more for what was changed at Zoom.
func (y *year) readings(begin time.Time) {
	y.Helper()
	reads := 0
	for _, r := range y.zoom.Requests() {
		if r.Method == http.MethodGet && strings.HasPrefix(r.Path, "/v2/meetings/") {
			reads++
		}
	}
	most := 4*y.edits + 4*len(y.ids)
	for _, id := range y.ids {
		ev, err := y.cal.Fake.Get(y.Context(), id)
		if err != nil {
			y.Fatal(err)
		}
		first, last, times := ev.Start, ev.Until, 1
		if start, ok := y.cal.begin[id]; ok {
			first, times = start, occurrences
		}
		if last.IsZero() || last.After(y.now) {
			last = y.now
		}
		if ev.Until.IsZero() {
			times = max(0, int(y.now.Sub(first).Hours())/(7*24)+1)
		}
		most += int(last.Sub(begin).Hours())/24 + 1 + 3*times
	}
	y.Logf("%d changes at Zoom, %d readings of at most %d", y.edits, reads, most)
	if reads > most {
		y.Errorf("%d readings, more than %d", reads, most)
	}
}
