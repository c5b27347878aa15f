package local

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/signin"
	"zoomtag/store"
	"zoomtag/sync/assemble"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite/keep"
)

// metered is a calendar of a service that counts.
type metered struct {
	*calendartest.Fake
	meter *calendar.Meter
}

func (m metered) Meter() *calendar.Meter { return m.meter }

// project is a service whose calendars are counted by meters, with its files in a folder, by a clock of its own.
func project(dir string, now *time.Time, meters ...*calendar.Meter) *Service {
	clock := func() time.Time { return *now }
	s := &Service{reader: reader{st: &store.Store{}, calendars: map[string]*engine.Calendar{}, now: clock},
		invitations: &keep.Keeper{},
		builder:     &assemble.Builder{Tokens: signin.KeepTokens("", clock)}, log: slog.New(slog.DiscardHandler),
		quotas: &quotas{path: filepath.Join(dir, "quotas"), kept: map[string]*calendar.Meter{}}}
	var list []*engine.Calendar
	for i, meter := range meters {
		c := &engine.Calendar{Name: strconv.Itoa(i), Source: metered{calendartest.NewFake(), meter},
			Pace: engine.Pace{Min: time.Minute, Max: time.Hour}}
		list, s.calendars[c.Name] = append(list, c), c
	}
	s.engine = engine.New(nil, list, engine.Options{Now: clock})
	s.meters = s.findMeters()
	return s
}

// count counts requests.
func count(m *calendar.Meter, n int, now time.Time) {
	for range n {
		m.Count(now)
	}
}

// TestCountsOn: whoever comes in the place of another, as when the configuration is read again, knows what the service
// was asked before, once.
func TestCountsOn(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	before, shared := calendar.NewMeter("one", 100), calendar.NewMeter("two", 100)
	after, other := calendar.NewMeter("one", 100), calendar.NewMeter("three", 100)
	old, next := project(t.TempDir(), &now, before, shared), project(t.TempDir(), &now, after, shared, other)
	must(t, old.Serve(nil, nil))
	count(before, 3, now)
	count(shared, 2, now)
	must(t, next.Serve(nil, old))
	for m, want := range map[*calendar.Meter]int{after: 3, shared: 2, other: 0} {
		if n := m.Used(now); n != want {
			t.Errorf("%s: %d are known, want %d", m.Name(), n, want)
		}
	}
}

// TestQuotasKept: what a service was asked is known over restarts: as it was after an orderly end, and never less than
// it was after a crash, whenever that is. The file is written rarely.
func TestQuotasKept(t *testing.T) {
	t.Parallel()
	const most = 10_000 // of which a minute takes 100 at the most
	dir, now := t.TempDir(), time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	start := func() (*Service, *calendar.Meter) {
		m := calendar.NewMeter("a project", most)
		s := project(dir, &now, m, m)
		must(t, s.Serve(nil, nil))
		return s, m
	}
	written := func() string {
		raw, err := os.ReadFile(filepath.Join(dir, "quotas"))
		must(t, err)
		return string(raw)
	}
	s, m := start()
	writes, last := 0, written()
	for minute := range 60 {
		asked := []int{3, 100, 0}[minute%3]
		for range asked {
			m.Count(now)
		}
		crashed, was := start() // and this very moment is its last
		if got := was.Used(now); got < m.Used(now) || got > m.Used(now)+most/quotaAhead {
			t.Fatalf("minute %d: after a crash %d are known, and it was %d", minute, got, m.Used(now))
		}
		crashed.quotas = nil
		must(t, os.WriteFile(filepath.Join(dir, "quotas"), []byte(last), 0o600))
		now = now.Add(time.Minute)
		s.SaveQuotas(false)
		if text := written(); text != last {
			writes, last = writes+1, text
		}
	}
	if writes > 30 {
		t.Errorf("written %d times in an hour", writes)
	}
	s.SaveQuotas(true)
	used := m.Used(now)
	now = now.Add(10 * time.Minute)
	_, m = start()
	if n := m.Used(now); n != used {
		t.Errorf("after an orderly end %d are known, want %d", n, used)
	}
	must(t, os.WriteFile(filepath.Join(dir, "quotas"), []byte("torn"), 0o600))
	if _, m = start(); m.Used(now) != 0 {
		t.Error("a torn file says something")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
