//go:build peers

package store

import (
	"os"
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
