//go:build peers

package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/postgres/pgtest"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"

	"github.com/jackc/pgx/v5"
)

var server pgtest.Shared

func TestMain(m *testing.M) { os.Exit(server.Run(m)) }

// opened is a shared store.
func opened(t *testing.T, url string) *store.Store {
	t.Helper()
	st, err := store.Open(url, store.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, st.Close()) })
	return st
}

// works has a store be a worker, until leave is called, and waits until it is one.
func works(t *testing.T, st *store.Store, name string) (leave func()) {
	t.Helper()
	ctx, end := context.WithCancel(context.Background())
	changed, done := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		done <- st.Work(ctx, store.WorkerOptions{Name: name, Changed: func() {
			select {
			case changed <- struct{}{}:
			default: // it is known already
			}
		}})
	}()
	<-changed
	var once sync.Once
	leave = func() {
		once.Do(func() {
			end()
			must(t, <-done)
		})
	}
	t.Cleanup(leave)
	return leave
}

// asker is a worker that asks a service of which all workers together may ask so much in a day.
type asker struct {
	*Service
	meter *calendar.Meter
}

func newAsker(t *testing.T, st *store.Store, dir string, most int, now *time.Time) asker {
	t.Helper()
	m := calendar.NewMeter("a project", most)
	s := project(dir, now, m, m)
	s.st = st
	must(t, s.Serve(nil, nil))
	return asker{s, m}
}

// exchange has the asker hear and say what there is by now.
func (a asker) hears() {
	a.quotas.shared.stale.Store(true)
	a.SaveQuotas(false)
}

// TestQuotaShared: what all workers ask counts for each of them, over restarts as well, and after a crash not less than
// it was. Of a day's requests no more are asked than there are, but for what was asked since the workers heard of each
// other.
func TestQuotaShared(t *testing.T) {
	const most, workers = 10_000, 3
	url, now := server.Server(t).Database(t), time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	var crew []asker
	var leave []func()
	for i := range workers {
		st := opened(t, url)
		leave = append(leave, works(t, st, string(rune('a'+i))))
		crew = append(crew, newAsker(t, st, t.TempDir(), most, &now))
	}
	for range 2 { // as often as it takes for each to hear of all
		for _, a := range crew {
			a.hears()
		}
	}
	for i, a := range crew {
		if n := a.meter.Parts(); n != workers {
			t.Errorf("worker %d shares the minute with %d", i, n)
		}
	}
	asked, rounds := 0, 0
	for full := false; !full; rounds++ {
		full = true
		for _, a := range crew {
			for range 10 {
				if a.meter.Used(now) >= most {
					break
				}
				a.meter.Count(now)
				asked, full = asked+1, false
			}
		}
		for _, a := range crew {
			a.hears()
		}
	}
	if margin := 10 * workers; asked < most || asked > most+margin {
		t.Errorf("%d were asked of %d", asked, most)
	}
	for _, a := range crew {
		a.hears()
		if used := a.meter.Used(now); used != asked {
			t.Errorf("a worker knows of %d, and it were %d", used, asked)
		}
	}
	before := inserts(t, url, "counts")
	for _, a := range crew {
		a.hears()
	}
	if n := inserts(t, url, "counts") - before; n != 0 {
		t.Errorf("where nothing was asked, the state was written %d times", n)
	}
	// One ends in order, one dies: what both have asked counts still.
	leave[0]()
	crew[0].SaveQuotas(true)
	leave[1]()
	late := newAsker(t, opened(t, url), t.TempDir(), most, &now)
	ahead := most / sharedAhead
	if used := late.meter.Used(now); used < asked || used > asked+ahead {
		t.Errorf("who comes knows of %d, and it were %d", used, asked)
	}
	now = now.Add(25 * time.Hour)
	if used := late.meter.Used(now); used != 0 {
		t.Errorf("a day later %d count", used)
	}
}

// TestQuotaSpokenAhead: at any time the state says at least what a worker has asked, however fast that asks, and it is
// seldom written.
func TestQuotaSpokenAhead(t *testing.T) {
	const most = 1_000_000
	url, now := server.Server(t).Database(t), time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	a := newAsker(t, opened(t, url), t.TempDir(), most, &now)
	for second := range 30 {
		count(a.meter, []int{750, 150, 0}[second%3], now)
		late := newAsker(t, opened(t, url), t.TempDir(), most, &now) // and this is the last moment of a
		used, asked := late.meter.Used(now), a.meter.Used(now)
		if used < asked || used > asked+most/sharedAhead {
			t.Fatalf("second %d: %d are known, and it were %d", second, used, asked)
		}
		late.SaveQuotas(true)
		now = now.Add(time.Second)
		a.SaveQuotas(false)
	}
}

// TestQuotaMoves: what was counted in a file counts for those who share the state, once.
func TestQuotaMoves(t *testing.T) {
	const most = 10_000
	dir, now := t.TempDir(), time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	m := calendar.NewMeter("a project", most)
	alone := project(dir, &now, m)
	must(t, alone.Serve(nil, nil))
	count(m, 123, now)
	alone.SaveQuotas(true)
	url := server.Server(t).Database(t)
	for i := range 2 {
		st := opened(t, url)
		if a := newAsker(t, st, dir, most, &now); a.meter.Used(now) < 123 || a.meter.Used(now) > 123+most/sharedAhead {
			t.Errorf("start %d: %d count", i, a.meter.Used(now))
		} else {
			a.SaveQuotas(true)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "quotas")); !os.IsNotExist(err) {
		t.Errorf("the file stays: %v", err)
	}
}

// hand is a service over a shared store with so many calendars, in each of which something could not be read.
func hand(t *testing.T, st *store.Store, calendars int) *Service {
	t.Helper()
	s := &Service{reader: reader{st: st, calendars: map[string]*engine.Calendar{}, now: time.Now},
		enlisted: &enlistment{}, log: slog.New(slog.DiscardHandler)}
	var list []*engine.Calendar
	for i := range calendars {
		c := &engine.Calendar{Name: fmt.Sprint("calendar", i), Source: calendartest.NewFake()}
		list, s.calendars[c.Name], s.names = append(list, c), c, append(s.names, c.Name)
	}
	s.engine = engine.New(st, list, engine.Options{})
	return s
}

// TestInAll: what is to be done in all calendars is asked of all workers side by side, once of each; what nobody does
// is told.
func TestInAll(t *testing.T) {
	const calendars = 200
	url := server.Server(t).Database(t)
	command := hand(t, opened(t, url), calendars)
	must(t, command.st.Update(func(tx *store.Tx) error {
		for _, name := range command.names {
			if err := tx.PutProblem(name, store.Problem{ID: "event", Unread: true}); err != nil {
				return err
			}
		}
		return nil
	}))
	ctx, end := context.WithCancel(context.Background())
	var working sync.WaitGroup
	var crew []*Service
	for i := range 3 {
		s := hand(t, opened(t, url), calendars)
		crew = append(crew, s)
		asked := func() { go s.AnswerAsked(ctx) }
		working.Go(func() {
			if err := s.st.Work(ctx, store.WorkerOptions{Name: fmt.Sprint("worker", i), Asked: asked}); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() { end(); working.Wait() })
	divided(t, crew)
	r, err := command.Retry(t.Context(), api.RetryRequest{})
	if err != nil || r.Events != calendars {
		t.Errorf("%d are tried again, %v", r.Events, err)
	}
	if n := inserts(t, url, "requests"); n != len(crew) {
		t.Errorf("%d requests for %d workers", n, len(crew))
	}
	if r, err = crew[0].Retry(t.Context(), api.RetryRequest{}); err != nil || r.Events != calendars {
		t.Errorf("asked by a worker, %d are tried again, %v", r.Events, err)
	}
	// One of the workers does not do it.
	for _, name := range crew[0].names {
		delete(crew[0].calendars, name) // its configuration has none of them
	}
	events, err := command.inAll(t.Context(), time.Second, command.names, act{Do: doRetry})
	if !errors.Is(err, store.ErrNobody) || events >= calendars || events == 0 {
		t.Errorf("%d are tried again, %v", events, err)
	}
	if text := words.Of(err); !strings.Contains(text, fmt.Sprintf("to %d of 200 calendars", calendars-events)) ||
		!strings.Contains(text, "others") {
		t.Error(text)
	}
}

// divided waits until several workers share the calendars, and no more change hands.
func divided(t *testing.T, crew []*Service) {
	t.Helper()
	still, last := 0, ""
	for range time.Tick(300 * time.Millisecond) {
		owned, now := 0, ""
		for _, s := range crew {
			n := 0
			for _, name := range s.names {
				if s.st.Owns(name) {
					n++
				}
			}
			owned, now = owned+n, now+fmt.Sprint(n, " ")
		}
		if still++; owned < len(crew[0].names) || now != last || strings.Contains(" "+now, " 0 ") {
			still, last = 0, now
		}
		if still == 5 {
			break
		}
	}
}

// inserts is how often something was put into a table of a database.
func inserts(t *testing.T, url, table string) (n int) {
	t.Helper()
	name, _, _ := strings.Cut(url[strings.LastIndex(url, "/")+1:], "?")
	server.Server(t).Administer(t, func(ctx context.Context, db *pgx.Conn) error {
		return db.QueryRow(ctx, `SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements JOIN pg_database ON oid = dbid
			WHERE datname = $1 AND query LIKE 'INSERT INTO zoomtag.' || $2 || '%'`, name, table).Scan(&n)
	})
	return n
}
