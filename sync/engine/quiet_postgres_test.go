//go:build peers

package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/store/postgres/pgtest"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"

	"github.com/jackc/pgx/v5"
)

// snapshot is a calendar that answers with all of its items each time. Its cursor is as long as is wanted.
type snapshot struct {
	*calendartest.Fake
	cursor string // what stands before it
}

func (s snapshot) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	changes, err := wholeOf(ctx, s.Fake, strings.TrimPrefix(cursor, s.cursor))
	changes.Cursor = s.cursor + changes.Cursor
	return changes, err
}

// asked is how often a database was asked for what is kept of calendars. What rests is read for all of them together,
// when it is time for that by the clock.
func asked(t *testing.T, s *pgtest.Server, url string) (n int) {
	t.Helper()
	name := url[strings.LastIndex(url, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	s.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
		return db.QueryRow(ctx, `SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements JOIN pg_database ON oid = dbid
			WHERE datname = $1 AND query LIKE '%bucket_%' AND query NOT LIKE '%bucket_rests%'`, name).Scan(&n)
	})
	return n
}

// TestQuietWhole: where a calendar that answers with all of its items has nothing new, a pass asks the database for
// nothing, or for its cursor alone where that is long; and what is new, here or there, is seen.
func TestQuietWhole(t *testing.T) {
	for name, c := range map[string]struct {
		cursor string
		cost   int
	}{"short": {"", 0}, "long": {strings.Repeat("x", 10_000), 1}} {
		t.Run(name, func(t *testing.T) { quietWhole(t, c.cursor, c.cost) })
	}
}

// quietWorker is a worker that has all calendars of a database, and what says that others have changed something.
func quietWorker(t *testing.T, url string) (*store.Store, chan bool) {
	t.Helper()
	st, err := store.Open(url, store.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, end := context.WithCancel(context.Background())
	changed, touched, done := make(chan bool, 1), make(chan bool, 1), make(chan error, 1)
	signal := func(c chan bool) {
		select {
		case c <- true:
		default: // it is known already
		}
	}
	go func() {
		done <- st.Work(ctx, store.WorkerOptions{Name: "one", Changed: func() { signal(changed) },
			Touched: func([]string) { signal(touched) }})
	}()
	t.Cleanup(func() {
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-changed
	return st, touched
}

// TestQuietEmpty: a calendar that is empty, and stays so, costs the database nothing either.
func TestQuietEmpty(t *testing.T) {
	s := server.Server(t)
	url := s.Database(t)
	st, _ := quietWorker(t, url)
	e := engine.New(st, []*engine.Calendar{{Name: "c", Provider: "fake", Source: calendartest.NewFake(),
		Settings: &plan.Settings{}, Detects: "1"}}, engine.Options{})
	var before int
	for n := range 24 {
		if n == 4 {
			before = asked(t, s, url)
		}
		if r, err := e.Pass(context.Background(), "c"); err != nil || !r.OK {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if n := asked(t, s, url) - before; n != 0 {
		t.Errorf("20 passes have asked %d times", n)
	}
}

func quietWhole(t *testing.T, cursor string, cost int) {
	s := server.Server(t)
	url := s.Database(t)
	f := calendartest.NewFake()
	account := plan.AccountHash("a")
	settings := plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}}, Host: "alice@example.com", Account: account}
	start := time.Now().Add(30 * 24 * time.Hour)
	event := func(title string) calendar.Event {
		end := start.Add(time.Hour)
		return calendar.Event{UID: title, Title: title, Start: start, End: end, Until: end}
	}
	for i := range 5 {
		f.Put(event(fmt.Sprint("talk ", i)))
	}
	talk := f.Put(event("#zoom talk"))
	st, touched := quietWorker(t, url)
	meetings := &meetingtest.Fake{}
	e := engine.New(st, []*engine.Calendar{{Name: "c", Provider: "fake", Source: snapshot{f, cursor},
		Settings: &settings, Detects: "1"}}, engine.Options{Accounts: []engine.Account{{Hash: account,
		Meetings: meetings, Main: true}}})
	pass := func() engine.Report {
		t.Helper()
		r, err := e.Pass(context.Background(), "c")
		if err != nil || !r.OK {
			t.Fatalf("%+v, %v", r, err)
		}
		return r
	}
	quiet := func(when string) {
		t.Helper()
		for range 4 { // until it has settled
			pass()
		}
		before := asked(t, s, url)
		const passes = 20
		for range passes {
			pass()
		}
		if n := asked(t, s, url) - before; n != cost*passes {
			t.Errorf("%s: %d passes have asked %d times", when, passes, n)
		}
	}
	quiet("at the beginning")
	if n := len(meetings.Meetings()); n != 1 {
		t.Fatalf("%d meetings", n)
	}
	f.Put(event("#zoom party"))
	pass()
	if n := len(meetings.Meetings()); n != 2 {
		t.Errorf("of a new event nothing was seen: %d meetings", n)
	}
	quiet("after a change")
	f.Delete(talk)
	for range 2 {
		pass()
	}
	if rec, err := st.Record("c", talk); err != nil || rec == nil || !rec.Gone {
		t.Errorf("of an event that is gone nothing was seen: %+v, %v", rec, err)
	}
	f.Put(event("#zoom dinner"))
	quiet("while something waits")
	// Another process saves something of the calendar.
	other, err := store.Open(url, store.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	err = other.Update(func(tx *store.Tx) error {
		return tx.PutProblem("c", store.Problem{ID: "nowhere", Reason: "it is nowhere", Code: "calendar-fails"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	<-touched
	pass()
	if list, err := st.Problems("c"); err != nil || len(list) > 0 {
		t.Errorf("what another one has saved was not seen: %+v, %v", list, err)
	}
}
