package icsdir

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// passOver is a pass over a folder, with meetings that cost no time and a database that is not synced.
func passOver(tb testing.TB, source calendar.Calendar, clock func() time.Time) func() engine.Report {
	tb.Helper()
	st, err := store.Open(filepath.Join(tb.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := st.Close(); err != nil {
			tb.Error(err)
		}
	})
	c := &engine.Calendar{Name: "c", Provider: "ics", Source: source, Detects: "1", Settings: &plan.Settings{
		Rules: plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Keep: true},
		Host:  "alice@example.com", Account: plan.AccountHash("a"), Location: "if-empty", Grace: 10 * time.Minute}}
	waits := func(context.Context) error { return errors.New("a pass that is alone waits for somebody") }
	e := engine.New(st, []*engine.Calendar{c}, engine.Options{Now: clock, Jitter: func() float64 { return 0 },
		Locks:    engine.NewLocks(waits),
		Accounts: []engine.Account{{Hash: c.Settings.Account, Meetings: &meetingtest.Fake{Now: clock}, Main: true}}})
	return func() engine.Report {
		r, err := e.Pass(tb.Context(), "c")
		if err != nil {
			tb.Fatal(err)
		}
		return r
	}
}

// tagged is a file of n events that all ask for a meeting.
func tagged(n int) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n")
	for i := range n {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d@x\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20310101T%02d%02d00Z\r\nDURATION:PT1H\r\n"+
			"SUMMARY:Talk %d #zoom\r\nEND:VEVENT\r\n", i, 8+i/60%12, i%60, i)
	}
	return b.String() + "END:VCALENDAR\r\n"
}

// TestPassWritesAFileOnce: all links of a pass that lie in one file are written at once, and so they are taken out.
func TestPassWritesAFileOnce(t *testing.T) {
	p, renamed := counted(t, nil)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	pass := passOver(t, p.dir, func() time.Time { return now })
	p.put("all.ics", tagged(50))
	p.put("late.ics", ics("late", "DTSTART:20320101T100000Z\r\n")) // which is written by itself, and told behind them
	r := pass()
	if text := p.text("all.ics"); *renamed != 2 || len(r.Events) != 51 || strings.Count(text, "X-ZOOMTAG-MARK") != 50 {
		t.Errorf("written %d times, %d events", *renamed, len(r.Events))
	}
	for i := range r.Events {
		if ev := &r.Events[i]; ev.State != plan.Linked || i > 0 && ev.Start.Before(*r.Events[i-1].Start) {
			t.Errorf("%d. %+v", i, ev)
		}
	}
	if again := pass(); *renamed != 2 || len(again.Events) != 0 {
		t.Errorf("a second pass writes %d times", *renamed-2)
	}
	p.put("all.ics", strings.ReplaceAll(p.text("all.ics"), "#zoom", ""))
	now = now.Add(time.Minute)
	if pass(); *renamed != 3 || strings.Contains(p.text("all.ics"), "X-ZOOMTAG-MARK") {
		t.Errorf("written %d times when the tags are taken out", *renamed-2)
	}
}

// TestLinksDoNotWaitForLong: where meetings take long to make, links are written in between.
func TestLinksDoNotWaitForLong(t *testing.T) {
	p, renamed := counted(t, nil)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	slow := &slowly{Dir: p.dir, wait: func() { now = now.Add(2 * time.Second) }}
	p.put("all.ics", tagged(12))
	passOver(t, slow, func() time.Time { return now })()
	if *renamed != 3 || strings.Count(p.text("all.ics"), "X-ZOOMTAG-MARK") != 12 {
		t.Errorf("written %d times, want 3", *renamed)
	}
}

// slowly lets time pass with each event that is about to wait for its link.
type slowly struct {
	*Dir
	wait func()
}

func (s *slowly) Together(id string) string { s.wait(); return s.Dir.Together(id) }

// TestTwoItemsOfOneEvent: an item that waits for its link holds its event, also against the pass itself.
func TestTwoItemsOfOneEvent(t *testing.T) {
	p, _ := counted(t, nil)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	p.put("a.ics", tagged(3))
	p.put("b.ics", tagged(3))
	r := passOver(t, p.dir, func() time.Time { return now })()
	if a, b := strings.Count(p.text("a.ics"), "X-ZOOMTAG-MARK"), strings.Count(p.text("b.ics"), "X-ZOOMTAG-MARK"); a+
		b != 3 || len(r.Events) != 3 {
		t.Errorf("%d links in one file, %d in the other, %d events", a, b, len(r.Events))
	}
}

// TestStoppedPassWritesWhatWaits: a pass that is told to stop finishes what it has begun.
func TestStoppedPassWritesWhatWaits(t *testing.T) {
	p, renamed := counted(t, nil)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	p.put("all.ics", tagged(5))
	ctx, stop := context.WithCancel(t.Context())
	asked := 0
	stopping := &slowly{Dir: p.dir, wait: func() {
		if asked++; asked == 2 {
			stop()
		}
	}}
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	c := &engine.Calendar{Name: "c", Provider: "ics", Source: stopping, Detects: "1", Settings: &plan.Settings{
		Rules: plan.Rules{Words: []string{"#zoom"}, Keep: true}, Host: "a", Account: plan.AccountHash("a"),
		Location: "if-empty"}}
	e := engine.New(st, []*engine.Calendar{c}, engine.Options{Now: func() time.Time { return now },
		Jitter:   func() float64 { return 0 },
		Accounts: []engine.Account{{Hash: c.Settings.Account, Meetings: &meetingtest.Fake{}, Main: true}}})
	if _, err := e.Pass(ctx, "c"); err == nil {
		t.Error("a pass that was stopped says nothing of it")
	}
	if text := p.text("all.ics"); *renamed != 1 || strings.Count(text, "X-ZOOMTAG-MARK") != 2 {
		t.Errorf("written %d times:\n%s", *renamed, text)
	}
}

// alone hides that links can be written together.
type alone struct{ calendar.Calendar }

// BenchmarkLinks makes the links of one file in one pass, together and as it was before: one by one.
func BenchmarkLinks(b *testing.B) {
	for _, n := range []int{850, 1700, 3400, 6800} {
		for _, how := range []string{"together", "alone"} {
			b.Run(fmt.Sprintf("%s/events=%d", how, n), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					d, err := New(Config{Path: b.TempDir(), Needles: []string{"zoom"}})
					if err != nil {
						b.Fatal(err)
					}
					path := filepath.Join(d.cfg.Path, "all.ics")
					writeFile(b, path, tagged(n))
					var source calendar.Calendar = d
					if how == "alone" {
						source = alone{d}
					}
					pass := passOver(b, source, time.Now)
					b.StartTimer()
					if r := pass(); len(r.Events) != n {
						b.Fatalf("%d events", len(r.Events))
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/link")
			})
		}
	}
}
