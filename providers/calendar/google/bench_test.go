//go:build unix

package google_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// The benchmarks run the emulator in a process of its own, so that what they measure is the client alone:
//
//	go test ./providers/calendar/google -run '^$' -bench . -benchtime 1x
func TestMain(m *testing.M) { calendartest.Main(m, benchServer) }

// benchEvents is the size of the benchmark's calendar of the first pass; every fiftieth event is tagged, every tenth a
// series.
const benchEvents = 10000

// benchServer is the emulator with a calendar of the size that is asked for, in a folder for its key.
func benchServer(asked string) (line string, stop func() error, err error) {
	text, folder, _ := strings.Cut(asked, " ")
	size, err := strconv.Atoi(text)
	if err != nil {
		return "", nil, err
	}
	s := googletest.New(googletest.Options{Gzip: true})
	if err := s.Start(); err != nil {
		return "", nil, err
	}
	start := time.Now().AddDate(0, 0, 1).Truncate(time.Hour)
	for i := range size {
		at := start.Add(time.Duration(i) * time.Hour)
		ev := json{"summary": fmt.Sprintf("Event number %d", i), "location": "Room 12, 3rd floor",
			"description": strings.Repeat("What a person wrote about it, at some length. ", 12),
			"attendees": []any{json{"email": "bob@example.org"}, json{"email": "carol@example.org"},
				json{"email": googletest.Account, "self": true}},
			"start": json{"dateTime": at.Format(time.RFC3339)},
			"end":   json{"dateTime": at.Add(time.Hour).Format(time.RFC3339)}}
		if i%50 == 0 {
			ev["summary"] = fmt.Sprintf("Event number %d #zoom", i)
		}
		if i%10 == 1 {
			ev["recurrence"] = []any{"RRULE:FREQ=WEEKLY"}
		}
		s.Put("", ev)
	}
	return s.APIURL(), s.Close, os.WriteFile(filepath.Join(folder, "key.json"), s.ServiceAccount(), 0o600)
}

// startServer starts the emulator and returns the configuration of its client.
func startServer(b *testing.B, events int) google.Config {
	b.Helper()
	folder := b.TempDir()
	url := calendartest.Alone(b, strconv.Itoa(events)+" "+folder)
	settings := benchSettings()
	return google.Config{Auth: google.ServiceAccount, Own: google.Own{Subject: googletest.Account},
		Credentials: filepath.Join(folder, "key.json"),
		APIURL:      url, Quota: google.Unlimited(),
		Interesting: func(ev *calendar.Event) bool { return plan.Interesting(ev, &settings) }}
}

func benchSettings() plan.Settings {
	return plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"},
		Categories: []string{"Zoom"}, Locations: []string{"Zoom"}, Keep: true},
		Host: "alice@example.com", Account: plan.AccountHash("bench"), Location: "if-empty", Text: "short"}
}

// BenchmarkFirstPass reads 10,000 events for the first time.
func BenchmarkFirstPass(b *testing.B) {
	config := startServer(b, benchEvents)
	calendartest.FirstPass(b, benchEvents, func() (int, error) {
		c, err := google.New(config)
		if err != nil {
			return 0, err
		}
		changes, err := c.Changes(b.Context(), "")
		return len(changes.List), err
	})
}

// polled is how many calendars are polled at the same time.
const polled = 64

// BenchmarkNoChangePoll makes passes in which nothing has changed, over 64 calendars at once, through the engine.
func BenchmarkNoChangePoll(b *testing.B) {
	config := startServer(b, 100)
	st, err := store.Open(filepath.Join(b.TempDir(), "bench.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	config.HTTP = &http.Transport{MaxIdleConnsPerHost: polled}
	config.Interesting = func(*calendar.Event) bool { return false }
	var list []*engine.Calendar
	for i := range polled {
		c, err := google.New(config)
		if err != nil {
			b.Fatal(err)
		}
		settings := benchSettings()
		settings.Rules.Words = []string{"#nothing"}
		list = append(list, &engine.Calendar{Name: fmt.Sprint(i), Provider: "google", Source: c, Settings: &settings,
			Detects: "1"})
	}
	e := engine.New(st, list, engine.Options{})
	pass := func(i int) {
		if report, err := e.Pass(b.Context(), list[i].Name); err != nil || report.Error != "" {
			b.Errorf("%v %s", err, report.Error)
		}
	}
	for i := range polled {
		pass(i)
		pass(i)
	}
	rounds := 50
	for b.Loop() {
		var left atomic.Int64
		left.Store(int64(rounds * polled))
		before, _ := calendartest.Usage()
		began := time.Now()
		var wg sync.WaitGroup
		for i := range polled {
			wg.Go(func() {
				for left.Add(-1) >= 0 {
					pass(i)
				}
			})
		}
		wg.Wait()
		cpu, _ := calendartest.Usage()
		b.ReportMetric(float64((cpu-before).Microseconds())/float64(rounds*polled)/1000, "cpu-ms/poll")
		b.ReportMetric(float64(rounds*polled)/time.Since(began).Seconds(), "polls/s")
	}
}

// BenchmarkNewTag is the time from a poll that sees a new tag to the written link: the listing, the create at Zoom, the
// patch, and what the store makes durable in between. Both services are emulated on loopback, in this process.
func BenchmarkNewTag(b *testing.B) {
	w := &world{server: googletest.New(googletest.Options{})}
	z := zoomtest.New(zoomtest.Options{DailyLimit: 1 << 30})
	for _, s := range []interface {
		Start() error
		Close() error
	}{w.server, z} {
		calendartest.Start(b, s)
	}
	st, err := store.Open(filepath.Join(b.TempDir(), "bench.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	key := filepath.Join(b.TempDir(), "key.json")
	if err := os.WriteFile(key, w.server.ServiceAccount(), 0o600); err != nil {
		b.Fatal(err)
	}
	settings := benchSettings()
	source, err := google.New(google.Config{Auth: google.ServiceAccount, Credentials: key,
		Own:         google.Own{Subject: googletest.Account},
		APIURL:      w.server.APIURL(),
		Quota:       google.Unlimited(),
		Interesting: func(ev *calendar.Event) bool { return plan.Interesting(ev, &settings) }})
	if err != nil {
		b.Fatal(err)
	}
	meetings, err := zoom.New(zoom.Config{AccountID: "account", ClientID: "client", ClientSecret: "secret",
		APIURL: z.APIURL(), OAuthURL: z.OAuthURL()})
	if err != nil {
		b.Fatal(err)
	}
	e := engine.New(st, []*engine.Calendar{{Name: "c", Provider: "google", Source: source, Settings: &settings,
		Detects: "1"}}, engine.Options{Accounts: []engine.Account{{Hash: settings.Account, Meetings: meetings,
		Main: true}}})
	if _, err := e.Pass(b.Context(), "c"); err != nil {
		b.Fatal(err)
	}
	var walls []time.Duration
	for b.Loop() {
		w.server.Put("", json{"summary": "New #zoom"})
		began := time.Now()
		report, err := e.Pass(b.Context(), "c")
		walls = append(walls, time.Since(began))
		if err != nil || report.Failed() || len(report.Events) != 1 || report.Events[0].State != plan.Linked {
			b.Fatalf("%v %+v", err, report)
		}
	}
	slices.Sort(walls)
	b.ReportMetric(float64(walls[len(walls)/2].Microseconds())/1000, "median-ms")
}
