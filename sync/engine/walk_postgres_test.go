//go:build peers

package engine_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/store/postgres/pgtest"
	"zoomtag/sync/engine/enginetest"

	"github.com/jackc/pgx/v5"
)

// server loses nothing when it crashes, and no machine loses power here.
var server = pgtest.Shared{Settings: []pgtest.Setting{pgtest.Volatile}}

func TestMain(m *testing.M) { os.Exit(server.Run(m)) }

// TestWalkPostgres takes the walks of this package with the other engine of the store: what is kept in a database is
// kept as in a file, also where the power is cut around a commit.
//
//	go test -tags peers ./sync/engine -run WalkPostgres -walk.seeds=3000 -multi.seeds=800
func TestWalkPostgres(t *testing.T) {
	one, several := *walks, *multiWalks
	one.Address = func() string { return immortal(t) }
	several.Address = one.Address
	t.Run("one", func(t *testing.T) { enginetest.Run(t, one, enginetest.Fake) })
	t.Run("whole", func(t *testing.T) { enginetest.Run(t, one, listsAll) })
	t.Run("removed", func(t *testing.T) { enginetest.RunRemoval(t, one, enginetest.Fake) })
	t.Run("several", func(t *testing.T) { enginetest.RunMulti(t, several) })
}

// listsAll is a backend that answers with all of its items each time, as a folder does.
func listsAll(s enginetest.Setup) (enginetest.Backend, error) {
	b, err := enginetest.Fake(s)
	return whole{b}, err
}

type whole struct{ enginetest.Backend }

func (w whole) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	return wholeOf(ctx, w.Backend, cursor)
}

// wholeOf is all that a calendar lists, with what is the same since the cursor.
func wholeOf(ctx context.Context, c calendar.Calendar, cursor string) (calendar.Changes, error) {
	news, err := c.Changes(ctx, cursor)
	if err != nil || cursor == "" {
		return news, err
	}
	all, err := c.Changes(ctx, "")
	if err != nil {
		return all, err
	}
	all.Cursor = news.Cursor // what comes meanwhile is news the next time
	for i := range all.List {
		ch := &all.List[i]
		ch.Same = !slices.ContainsFunc(news.List, func(n calendar.Change) bool { return n.ID == ch.ID })
	}
	return all, nil
}

// immortal is a database whose workers live for ever: none is buried because this machine was busy.
func immortal(t *testing.T) string {
	t.Helper()
	url := server.Server(t).Database(t)
	st, err := store.Open(url, store.Options{}) // makes the tables
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(t.Context(), `CREATE FUNCTION zoomtag.live_on() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN NEW.until = clock_timestamp() + interval ''10 years''; RETURN NEW; END';
		CREATE TRIGGER live_on BEFORE INSERT OR UPDATE ON zoomtag.members FOR EACH ROW EXECUTE FUNCTION zoomtag.live_on()`)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	return url
}
