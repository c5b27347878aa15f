//go:build peers

package store

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

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
								return errors.Join(put(tx, example("team", id)), tx.Journal(Entry{Calendar: "team", EventID: id}))
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
