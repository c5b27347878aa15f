//go:build peers

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store/postgres"
	"zoomtag/store/postgres/pgtest"
)

var server pgtest.Shared

func TestMain(m *testing.M) { os.Exit(server.Run(m)) }

// TestPostgres has the suite judge the other engine: what is kept in a database is kept as in a file.
func TestPostgres(t *testing.T) {
	before := fresh
	t.Cleanup(func() { fresh = before })
	fresh = func(t testing.TB) string { return server.Server(t).Database(t) }
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"CalendarsSince", TestCalendarsSince}, {"PanicInUpdate", TestPanicInUpdate},
		{"FailedUpdateIsUndone", TestFailedUpdateIsUndone}, {"Together", TestTogether},
		{"OneOfSeveralFails", TestOneOfSeveralFails}, {"AloneInAGroup", TestAloneInAGroup},
		{"CutOffTogether", TestCutOffTogether}, {"ManyTogether", TestManyTogether}, {"Invites", TestInvites},
		{"Budget", TestBudget}, {"Journal", TestJournal}, {"Prune", TestPrune}, {"Reset", TestReset},
		{"Journaled", TestJournaled}, {"Versions", TestVersions}, {"MoveRecord", TestMoveRecord},
		{"SpendLimit", TestSpendLimit}, {"RenameCalendar", TestRenameCalendar}, {"Twins", TestTwins},
		{"Queue", TestQueue}, {"States", TestStates}, {"IndexesFollowTheRecord", TestIndexesFollowTheRecord},
		{"ForeignBytesInNames", TestForeignBytesInNames}, {"CalendarsAndProblems", TestCalendarsAndProblems},
		{"ClosedStore", TestClosedStore}, {"OpenReadOnly", TestOpenReadOnly},
		{"RecordSurvivesReopening", TestRecordSurvivesReopening},
	} {
		t.Run(c.name, c.test)
	}
}

// BenchmarkPostgres: how many events are saved in a second, by one worker after the other event, and by several workers
// with many at once, who share commits.
func BenchmarkPostgres(b *testing.B) {
	for _, c := range []struct{ workers, atOnce int }{{1, 1}, {1, 32}, {4, 32}} {
		b.Run(fmt.Sprintf("workers=%d/at-once=%d", c.workers, c.atOnce), func(b *testing.B) {
			url := server.Server(b).Database(b)
			stores := make([]*Store, c.workers)
			for i := range stores {
				stores[i] = openAt(b, url)
			}
			var n atomic.Int64
			b.ResetTimer()
			var wg sync.WaitGroup
			for i, s := range stores {
				for range c.atOnce {
					wg.Go(func() {
						for n.Add(1) <= int64(b.N) {
							id := fmt.Sprint(n.Load(), "-", i)
							if err := s.Update(func(tx *Tx) error {
								return errors.Join(put(tx, example("team", id)),
									tx.Journal(Entry{Calendar: "team", EventID: id}))
							}); err != nil {
								b.Error(err)
							}
						}
					})
				}
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// TestCopyPostgres: between a file and a database, both ways, and between databases.
func TestCopyPostgres(t *testing.T) {
	file, before := fresh, fresh
	database := func(t testing.TB) string { return server.Server(t).Database(t) }
	t.Cleanup(func() { fresh = before })
	for name, kinds := range map[string][2]func(testing.TB) string{"there": {file, database}, "back": {database, file},
		"databases": {database, database}} {
		n := 0
		fresh = func(t testing.TB) string { n++; return kinds[(n-1)%2](t) }
		t.Run(name, func(t *testing.T) {
			for name, test := range map[string]func(*testing.T){"copy": TestCopy, "keeps": TestCopyKeeps,
				"occupied": TestCopyOccupied, "crash": TestCopyCrash} {
				n = 0
				t.Run(name, test)
			}
		})
	}
}

// TestCopyWorker: a database in which a worker lives is in use, and nobody joins one that has moved.
func TestCopyWorker(t *testing.T) {
	shared, file := livedAt(t, server.Server(t).Database(t)), filepath.Join(t.TempDir(), "zoomtag.db")
	want := everything(t, shared)
	s := openAt(t, shared)
	m := must[*postgres.Member](t)(s.shared.Join(WorkerOptions{Name: "there:1"}))
	if _, err := m.Beat(); err != nil {
		t.Fatal(err)
	}
	if _, err := Copy(t.Context(), shared, file, testOptions(), CopyOptions{}); !errors.Is(err, ErrLocked) ||
		!strings.Contains(words.Of(err), "is in use by there:1") {
		t.Errorf("from a database in use: %v", err)
	}
	_, err := Copy(t.Context(), livedAt(t, file), shared, testOptions(), CopyOptions{Replace: true})
	if !errors.Is(err, ErrLocked) {
		t.Errorf("into a database in use: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Run(ctx); err != nil { // it takes leave
		t.Fatal(err)
	}
	copied(t, shared, file, CopyOptions{Replace: true})
	same(t, everything(t, file), want)
	late := must[*postgres.Member](t)(s.shared.Join(WorkerOptions{Name: "late:1"}))
	if _, err := late.Beat(); !errors.Is(err, ErrMoved) {
		t.Errorf("a worker of before joins: %v", err)
	}
	if err := s.Update(func(tx *Tx) error { return put(tx, example("team", "late")) }); !errors.Is(err, ErrMoved) {
		t.Errorf("a program of before saves: %v", err)
	}
}

// BenchmarkCopy copies 100,000 records into a database, and back.
func BenchmarkCopy(b *testing.B) {
	file := filepath.Join(b.TempDir(), "zoomtag.db")
	s := openAt(b, file)
	fillStore(b, s, 100_000)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		shared := server.Server(b).Database(b)
		start := time.Now()
		done := copied(b, file, shared, CopyOptions{})
		b.ReportMetric(time.Since(start).Seconds(), "s-there")
		start = time.Now()
		copied(b, shared, file, CopyOptions{})
		b.ReportMetric(time.Since(start).Seconds(), "s-back")
		b.ReportMetric(float64(done.Entries), "entries")
	}
}

// TestGrants: a sign-in is replaced only as what it was read as, whoever else saves; nothing that is copied touches it.
func TestGrants(t *testing.T) {
	url := server.Server(t).Database(t)
	stores := []*Store{openAt(t, url), openAt(t, url), openAt(t, url)}
	if got := must[[]byte](t)(stores[0].Grant("zoom.grant")); got != nil {
		t.Errorf("there is %q", got)
	}
	var wg sync.WaitGroup
	var won atomic.Int32
	for i, s := range stores {
		wg.Go(func() {
			ok, err := s.PutGrant("zoom.grant", nil, []byte{byte(i)})
			if err != nil {
				t.Error(err)
			}
			if ok {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d have saved the first one", won.Load())
	}
	now := must[[]byte](t)(stores[0].Grant("zoom.grant"))
	if ok, err := stores[1].PutGrant("zoom.grant", now, []byte("later")); err != nil || !ok {
		t.Errorf("saved: %v, %v", ok, err)
	}
	if ok, err := stores[2].PutGrant("zoom.grant", now, []byte("lost")); err != nil || ok {
		t.Errorf("saved over a later one: %v, %v", ok, err)
	}
	copied(t, livedAt(t, filepath.Join(t.TempDir(), "zoomtag.db")), url, CopyOptions{Replace: true})
	// What a process of before remembers is of no use there.
	if _, err := stores[1].PutGrant("zoom.grant", []byte("later"), nil); err == nil ||
		!strings.Contains(words.Of(err), "restart zoomtag") {
		t.Errorf("a process of before saves: %v", err)
	}
	stores[0] = openAt(t, url)
	if names := must[[]string](t)(stores[0].Grants()); len(names) != 1 || names[0] != "zoom.grant" {
		t.Errorf("kept are %q", names)
	}
	if ok, err := stores[0].PutGrant("zoom.grant", []byte("later"), nil); err != nil || !ok {
		t.Errorf("removed: %v, %v", ok, err)
	}
	if names := must[[]string](t)(stores[0].Grants()); len(names) != 0 {
		t.Errorf("kept are %q", names)
	}
}

// TestQuietPasses: what a worker remembers of its calendars is never older than what it has saved itself, and what
// others save it hears of.
func TestQuietPasses(t *testing.T) {
	url := server.Server(t).Database(t)
	ours, others := openAt(t, url), openAt(t, url)
	ctx, end := context.WithCancel(context.Background())
	changed, touched, done := make(chan bool, 1), make(chan bool, 1), make(chan error, 1)
	signal := func(c chan bool) {
		select {
		case c <- true:
		default: // it is known already
		}
	}
	go func() {
		done <- ours.Work(ctx, WorkerOptions{Name: "one", Changed: func() { signal(changed) },
			Touched: func([]string) { signal(touched) }})
	}()
	t.Cleanup(func() {
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-changed
	sees := func(cursor string, due int) {
		t.Helper()
		for range 2 { // asked, then remembered
			same(t, must[CalendarState](t)(ours.Calendar("alice")), CalendarState{Cursor: cursor})
			same(t, len(must[[]string](t)(ours.Due("alice", t0, 0))), due)
			same(t, must[time.Time](t)(ours.NextDue("alice")).IsZero(), due == 0)
		}
	}
	save := func(s *Store, cursor string) {
		t.Helper()
		update(t, s, func(tx *Tx) error {
			return errors.Join(tx.PutCalendar("alice", CalendarState{Cursor: cursor}), tx.SetDue("alice", cursor, t0))
		})
	}
	sees("", 0)
	save(ours, "one")
	sees("one", 1)
	save(others, "two")
	<-touched
	sees("two", 2)
	if err := others.Reset(); err != nil {
		t.Fatal(err)
	}
	<-touched
	sees("", 0)
	save(ours, "three")
	sees("three", 1)
	if err := ours.Reset(); err != nil {
		t.Fatal(err)
	}
	sees("", 0)
}
