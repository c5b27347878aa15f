package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// roster is a service that knows who there is, as a test sets it.
type roster struct {
	mu     sync.Mutex // guards all below
	names  []string
	err    error
	asked  int
	silent time.Duration // how long it says nothing
}

// answer has it answer otherwise.
func (r *roster) answer(err error, names ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err, r.names = err, names
}

// times is how often it was asked.
func (r *roster) times() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

func (r *roster) Members(ctx context.Context) (roll calendar.Roll, err error) {
	r.mu.Lock()
	r.asked++
	r.mu.Unlock()
	select {
	case <-time.After(r.silent):
	case <-ctx.Done():
		return roll, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range r.names {
		roll.Members = append(roll.Members, calendar.Member{ID: "id of " + name, Name: name, Subject: name})
	}
	return roll, r.err
}

// listDaemon is a daemon over a list in a file, people.csv, and one of a service, whose calendars are folders beside
// it.
func listDaemon(t *testing.T, r *roster, log *logText) (d *daemon, dir string, cfg *configs.Config) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"ann", "bob", "cy"} {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		event := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//An App//EN\r\nBEGIN:VEVENT\r\nUID:" + name +
			"\r\nDTSTAMP:19990101T000000Z\r\nDTSTART:20010101T090000Z\r\nDTEND:20010101T100000Z\r\nSUMMARY:Of " + name +
			" #zoom\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		file := filepath.Join(dir, name, "a.ics")
		must(t, os.WriteFile(file, []byte(event), 0o600))
		must(t, os.Chtimes(file, time.Time{}, time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC))) // a bubble's time is 2000
	}
	write := filepath.Join(dir, "people.csv")
	must(t, os.WriteFile(write, []byte("subject\nann\n"), 0o600))
	template := configs.Template{ICS: &configs.ICS{Path: dir}}
	cfg = room()
	cfg.Tag = configs.Tag{Words: []string{"#zoom"}, Keep: true}
	cfg.Schedule, cfg.State = "@every 1m", filepath.Join(dir, "state", "zoomtag.db")
	cfg.CalendarsFrom = []configs.From{{Name: "people.csv", File: write, Template: template},
		{Name: "service", CalDAV: &configs.CalDAVList{URL: "https://dav.example.com/"},
			Template: configs.Template{CalDAV: &configs.CalDAV{}}}}
	st, err := store.Open(cfg.State, store.Options{NoSync: true})
	must(t, err)
	t.Cleanup(func() { must(t, st.Close()) })
	kinds := rooms()
	folder := kinds.Calendars["ics"].Open
	kinds.Calendars["ics"] = assemble.CalendarKind{
		Open: func(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
			source, err := folder(b, c, s)
			return struct{ calendar.Calendar }{source}, err // which watches nothing: time would not pass meanwhile
		}}
	kinds.Calendars["caldav"] = assemble.CalendarKind{
		Open: func(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
			at := configs.Calendar{Name: c.Name, ICS: &configs.ICS{Path: filepath.Join(dir, "cy")}}
			return kinds.Calendars["ics"].Open(b, at, s)
		}}
	kinds.Lists = map[string]func(*assemble.Builder, configs.From) (calendar.Directory, error){
		"caldav": func(*assemble.Builder, configs.From) (calendar.Directory, error) { return r, nil }}
	d = prepared(Options{
		Log: slog.New(slog.NewTextHandler(log, nil)),
		Open: func(cfg *configs.Config, st *store.Store, watch local.Observer) (*local.Service, error) {
			return local.New(local.Options{Config: cfg, Store: st, Kinds: kinds,
				Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now,
				Haste: assemble.Haste{Aloof: true}, Observer: watch})
		},
	})
	d.st = st
	return d, dir, cfg
}

// states is how the calendars of lists stand: by name, * for one that is held.
func states(t *testing.T, d *daemon) string {
	t.Helper()
	report, err := d.service.Load().Status(t.Context(), api.StatusRequest{})
	must(t, err)
	var list []string
	for i := range report.Calendars {
		c := &report.Calendars[i]
		name := c.Name
		if c.Code == reason.LeftList {
			name += "*"
		}
		list = append(list, fmt.Sprintf("%s %d", name, c.Links))
	}
	return strings.Join(list, ", ")
}

// TestListsInTheDaemon: who comes to a list in a file is watched within seconds, and who leaves it is held. A service
// is asked every half hour, and after a failure sooner.
func TestListsInTheDaemon(t *testing.T) {
	r := &roster{}
	r.answer(fmt.Errorf("no answer"))
	var log logText
	synctest.Test(t, func(t *testing.T) {
		d, dir, cfg := listDaemon(t, r, &log)
		must(t, d.build(t.Context(), cfg))
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- d.generations(ctx, cfg) }()
		pause := func(long time.Duration) { <-time.After(long); synctest.Wait() }
		pause(20 * time.Second)
		if got := states(t, d); got != "ann 1" {
			t.Errorf("at first: %s", got)
		}
		people := func(text string) {
			must(t, os.WriteFile(filepath.Join(dir, "people.csv"), []byte(text), 0o600))
			pause(20 * time.Second)
		}
		people("subject\nann\nbob\n")
		if got := states(t, d); got != "ann 1, bob 1" {
			t.Errorf("bob has come: %s", got)
		}
		people("subject\nbob\n")
		if got := states(t, d); got != "bob 1, ann* 1" {
			t.Errorf("ann has left: %s", got)
		}
		people("")
		if got := states(t, d); got != "bob 1, ann* 1" {
			t.Errorf("an empty list: %s", got)
		}
		asked := r.times()
		pause(time.Hour)
		if more := r.times() - asked; more < 10 || more > 14 {
			t.Errorf("a service that fails was asked %d times in an hour", more)
		}
		r.answer(nil, "home")
		pause(6 * time.Minute)
		report, err := d.service.Load().Status(t.Context(), api.StatusRequest{})
		must(t, err)
		if l := report.Lists[1]; l.Watched+len(l.Skipped) != 1 || l.Error != "" {
			t.Errorf("the service answers: %+v", l)
		}
		asked = r.times()
		pause(time.Hour)
		if more := r.times() - asked; more != 2 {
			t.Errorf("a service was asked %d times in an hour", more)
		}
		end()
		must(t, <-done)
	})
	if text := log.String(); strings.Count(text, "list not read") != 2 ||
		!strings.Contains(text, "calendars came with a list") {
		t.Errorf("the log says:\n%s", text)
	}
}

// TestListsLeftAlone: a service that says how long it wants to be left alone is not asked sooner, nor by a daemon that
// comes after this one; and a list that lies in a file goes on.
func TestListsLeftAlone(t *testing.T) {
	r := &roster{}
	var log logText
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(2 * time.Hour)
		r.answer(&calendar.Throttled{Until: until, Err: fmt.Errorf("asked too often")})
		d, dir, cfg := listDaemon(t, r, &log)
		for range 2 {
			must(t, d.build(t.Context(), cfg))
			ctx, end := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- d.generations(ctx, cfg) }()
			<-time.After(50 * time.Minute)
			synctest.Wait()
			if got := r.times(); got != 1 {
				t.Errorf("it was asked %d times", got)
			}
			must(t, os.WriteFile(filepath.Join(dir, "people.csv"), []byte("subject\nann\nbob\n"), 0o600))
			<-time.After(20 * time.Second)
			synctest.Wait()
			if got := states(t, d); got != "ann 1, bob 1" {
				t.Errorf("the file is read: %s", got)
			}
			report, err := d.service.Load().Status(t.Context(), api.StatusRequest{})
			must(t, err)
			l := report.Lists[1]
			if l.Error != "asked too often" || l.Cure != "It is asked again after 2000-01-01 02:00 UTC." {
				t.Errorf("status says %q, %q", l.Error, l.Cure)
			}
			end()
			must(t, <-done)
		}
		r.answer(nil, "home")
		must(t, d.build(t.Context(), cfg))
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- d.generations(ctx, cfg) }()
		<-time.After(25 * time.Minute)
		synctest.Wait()
		if got := r.times(); got != 2 {
			t.Errorf("its time has come, and it was asked %d times", got-1)
		}
		end()
		must(t, <-done)
	})
}

// TestListsBesideASilentOne: a service that says nothing for a while delays its own list alone.
func TestListsBesideASilentOne(t *testing.T) {
	r := &roster{silent: 90 * time.Second}
	r.answer(nil, "home")
	var log logText
	synctest.Test(t, func(t *testing.T) {
		d, dir, cfg := listDaemon(t, r, &log)
		must(t, d.build(t.Context(), cfg))
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- d.generations(ctx, cfg) }()
		look := func(after time.Duration, want string) {
			<-time.After(after)
			synctest.Wait()
			if got := states(t, d); got != want {
				t.Errorf("%s on: %s", after, got)
			}
		}
		look(20*time.Second, "ann 1")
		must(t, os.WriteFile(filepath.Join(dir, "people.csv"), []byte("subject\nann\nbob\n"), 0o600))
		look(20*time.Second, "ann 1, bob 1")
		look(time.Minute, "ann 1, bob 1, home 1")
		end()
		must(t, <-done)
		for i := range 3 {
			more := cfg.CalendarsFrom[1]
			more.Name = fmt.Sprintf("service-%d", i)
			cfg.CalendarsFrom = append(cfg.CalendarsFrom, more)
		}
		must(t, d.build(t.Context(), cfg))
		for what, ask := range map[string]func(*local.Service) error{
			"calendars": func(s *local.Service) error {
				_, err := s.Members(t.Context(), api.MembersRequest{})
				return err
			},
			"plan": func(s *local.Service) error {
				_, err := s.Sync(t.Context(), api.SyncRequest{Dry: true})
				return err
			},
		} {
			began := time.Now()
			must(t, ask(d.service.Load()))
			if took := time.Since(began); took > 2*r.silent {
				t.Errorf("%s takes %s for four silent services", what, took)
			}
		}
	})
}

// TestListsCounted: who is not watched is counted, also where only the first of them are named.
func TestListsCounted(t *testing.T) {
	var log logText
	d, dir, cfg := listDaemon(t, &roster{}, &log)
	rows := "name,subject\n"
	for i := range 130 {
		rows += fmt.Sprintf("as-%d,ann\n", i)
	}
	rows += strings.Repeat("odd,,,,ann\n", 30)
	must(t, os.WriteFile(filepath.Join(dir, "people.csv"), []byte(rows), 0o600))
	must(t, d.build(t.Context(), cfg))
	report, err := d.service.Load().Status(t.Context(), api.StatusRequest{})
	must(t, err)
	if l := report.Lists[0]; l.Watched != 1 || l.Unwatched != 159 || len(l.Skipped) != 120 {
		t.Errorf("%d are watched, %d are not, %d of them named", l.Watched, l.Unwatched, len(l.Skipped))
	}
	if text := strings.Join(report.Notices, " "); !strings.Contains(text, "159 members are not watched") {
		t.Errorf("status says: %s", text)
	}
}

// TestListsLookedAt: a look whether a list has to be asked for costs little: the daemon does it every few
// seconds.
func TestListsLookedAt(t *testing.T) {
	var log logText
	d, dir, cfg := listDaemon(t, &roster{names: []string{"home"}}, &log)
	rows := "name,subject\n"
	for i := range 2000 {
		rows += fmt.Sprintf("as-%d,ann\n", i)
	}
	must(t, os.WriteFile(filepath.Join(dir, "people.csv"), []byte(rows), 0o600))
	must(t, d.build(t.Context(), cfg))
	service, _, err := d.service.Load().AskLists(t.Context(), local.DueLists)
	must(t, err)
	looks := testing.AllocsPerRun(5, func() {
		_, reports, err := service.AskLists(t.Context(), local.DueLists)
		if err != nil || len(reports) > 0 {
			t.Errorf("%d lists were asked, %v", len(reports), err)
		}
	})
	if looks > 500 {
		t.Errorf("a look takes %v allocations", looks)
	}
}

// TestListsAfterARestart: where a list cannot be asked, those are watched whom it named before.
func TestListsAfterARestart(t *testing.T) {
	var log logText
	d, dir, cfg := listDaemon(t, &roster{err: fmt.Errorf("no answer")}, &log)
	must(t, d.build(t.Context(), cfg))
	must(t, os.Remove(filepath.Join(dir, "people.csv")))
	must(t, d.build(t.Context(), cfg))
	if got := states(t, d); got != "ann 0" {
		t.Errorf("after a restart: %s", got)
	}
	report, err := d.service.Load().Status(t.Context(), api.StatusRequest{})
	must(t, err)
	if l := report.Lists[0]; l.Code != reason.ListUnreadable || report.Health == api.OK {
		t.Errorf("%+v, %s", l, report.Health)
	}
	conditions, err := d.service.Load().Conditions(t.Context())
	must(t, err)
	found := false
	for _, c := range conditions.Conditions {
		found = found || c.Code == "ZT-522" && c.Title == "List people.csv"
	}
	if !found {
		t.Errorf("nobody is told: %+v", conditions)
	}
}
