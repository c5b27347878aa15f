//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSync runs the built binary on folders of 1,000, 10,000 and 100,000 files, of which 1 % are tagged:
//
//	go test ./cmd/zoomtag -run '^$' -bench Sync -benchtime 15x
//
// It reports the median of the wall time of the whole process, and the largest resident set.
func BenchmarkSync(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "zoomtag")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary,
		".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, n := range []int{1000, 10000, 100000} {
		w := newBenchWorld(b, binary, n)
		b.Run(fmt.Sprintf("first-read/%d", n), func(b *testing.B) {
			w.measure(b, "untagged.yaml", func() { w.must(os.RemoveAll(filepath.Join(w.dir, "untagged"))) })
		})
		w.sync("tagged.yaml")
		w.sync("tagged.yaml")
		b.Run(fmt.Sprintf("no-change/%d", n), func(b *testing.B) { w.measure(b, "tagged.yaml", func() {}) })
		b.Run(fmt.Sprintf("1%%-changed/%d", n), func(b *testing.B) { w.measure(b, "tagged.yaml", w.change) })
	}
}

type benchWorld struct {
	b           *testing.B
	binary, dir string
	n, round    int
}

func (w *benchWorld) must(err error) {
	w.b.Helper()
	if err != nil {
		w.b.Fatal(err)
	}
}

func newBenchWorld(b *testing.B, binary string, n int) *benchWorld {
	w := &benchWorld{b: b, binary: binary, dir: b.TempDir(), n: n}
	w.must(os.Mkdir(filepath.Join(w.dir, "cal"), 0o700))
	for i := range n {
		w.write(i, "")
	}
	for name, word := range map[string]string{"tagged": "#zoom", "untagged": "#nothing-has-this"} {
		config := fmt.Sprintf("state: %s\nlisten: \"\"\nzone: UTC\nzoom: { mode: personal, personal_link: "+
			"\"https://us02web.zoom.us/j/1234567890?pwd=abc\" }\n"+
			"tag: { words: [%q], categories: [], locations: [] }\ncalendars: [ { name: f, ics: { path: %s } } ]\n",
			filepath.Join(w.dir, name, "state.db"), word, filepath.Join(w.dir, "cal"))
		w.must(os.WriteFile(filepath.Join(w.dir, name+".yaml"), []byte(config), 0o600))
	}
	return w
}

// write writes file i: about 1.5 kB, as calendar apps write them.
func (w *benchWorld) write(i int, note string) {
	rng := rand.New(rand.NewPCG(uint64(i), 1))
	start := time.Now().UTC().AddDate(0, 0, 1+rng.IntN(700)).Truncate(time.Hour)
	title := fmt.Sprintf("Event number %d%s", i, note)
	if i%100 == 0 {
		title += " #zoom"
	}
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", "BEGIN:VTIMEZONE", "TZID:Europe/Berlin",
		"BEGIN:STANDARD",
		"DTSTART:19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
		"TZNAME:CET",
		"END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:19700329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
		"TZOFFSETFROM:+0100",
		"TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT", "END:VTIMEZONE", "BEGIN:VEVENT",
		fmt.Sprintf("UID:%08d@bench", i),
		"DTSTAMP:20260101T000000Z", "SUMMARY:" + title, "DTSTART;TZID=Europe/Berlin:" + start.Format("20060102T150405"),
		"DURATION:PT1H"}
	for _, who := range []string{"bob", "carol", "dave"} {
		lines = append(lines, "ATTENDEE;CN="+who+";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:"+who+
			"@example.com")
	}
	for j := range 8 {
		text := "DESCRIPTION:"
		if j > 0 {
			text = " "
		}
		lines = append(lines, text+"what a person wrote about it\\, at some length\\, and folded as usual")
	}
	lines = append(lines, "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M", "END:VALARM",
		"END:VEVENT", "END:VCALENDAR", "")
	path := filepath.Join(w.dir, "cal", fmt.Sprintf("%08d.ics", i))
	w.must(os.WriteFile(path, []byte(strings.Join(lines, "\r\n")), 0o600))
}

// change rewrites every hundredth file, untagged ones.
func (w *benchWorld) change() {
	w.round++
	for i := 50; i < w.n; i += 100 {
		w.write(i, fmt.Sprintf(" (%d)", w.round))
	}
}

func (w *benchWorld) sync(config string) (wall time.Duration, rss int64) {
	cmd := exec.Command(w.binary, "--config", filepath.Join(w.dir, config), "sync")
	begin := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		w.b.Fatalf("%v: %s", err, out)
	}
	wall = time.Since(begin)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		rss = usage.Maxrss // kB on Linux
	}
	return wall, rss
}

func (w *benchWorld) measure(b *testing.B, config string, before func()) {
	var walls []time.Duration
	var most int64
	for range b.N {
		b.StopTimer()
		before()
		b.StartTimer()
		wall, rss := w.sync(config)
		walls, most = append(walls, wall), max(most, rss)
	}
	slices.Sort(walls)
	b.ReportMetric(float64(walls[len(walls)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(most)/1024, "MiB")
}
