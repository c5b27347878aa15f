//go:build peers

package caldav_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
)

// benchEvents is the size of the benchmark's calendar; every fiftieth event is tagged.
const benchEvents = 10000

// BenchmarkRadicale measures passes over a large calendar of radicale beside what the server itself takes for one
// report, and beside vdirsyncer:
//
//	go test -tags peers ./providers/calendar/caldav -run '^$' -bench Radicale -benchtime 3x
func BenchmarkRadicale(b *testing.B) {
	p := startRadicale(b)
	fillBench(b, p)
	w := caldav.Config{URL: p.home + "bench/", Username: p.user, Password: p.password,
		Owners: []string{"owner@example.com"}, Needles: []string{"#zoom"},
		Interesting: func(ev *calendar.Event) bool { return strings.Contains(ev.Title, "#zoom") }}
	connect := func() *caldav.Calendar {
		c, err := caldav.New(w)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	warm, err := connect().Changes(b.Context(), "")
	if err != nil || len(warm.List) != benchEvents {
		b.Fatalf("%d events, %v", len(warm.List), err)
	}
	token := strings.Split(warm.Cursor, "\n")[2]
	const props = `<D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>`
	const head = `<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">`
	reports := map[string]string{"": head + "<D:sync-token/><D:sync-level>1</D:sync-level>" + props,
		warm.Cursor: head + "<D:sync-token>" + strings.Trim(token, `"`) +
			"</D:sync-token><D:sync-level>1</D:sync-level>" + props}
	for _, kind := range []struct{ name, cursor string }{{"first", ""}, {"nothing changed", warm.Cursor}} {
		b.Run(kind.name+"/the server's report alone", func(b *testing.B) {
			measure(b, func() { rawReport(b, p, reports[kind.cursor]) })
		})
		b.Run(kind.name+"/pass", func(b *testing.B) {
			c := connect()
			measure(b, func() {
				if _, err := c.Changes(b.Context(), kind.cursor); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
	all, dir := b, b.TempDir()
	var sync func()
	b.Run("first/vdirsyncer", func(b *testing.B) {
		for b.Loop() {
			if sync == nil { // a second time it would not be the first
				sync = vdirsyncer(all, dir, p, p.home+"bench/")
				sync()
			}
		}
	})
	b.Run("nothing changed/vdirsyncer", func(b *testing.B) {
		for b.Loop() {
			sync()
		}
	})
}

// measure reports the processor time and the largest resident set of this process beside the wall time.
func measure(b *testing.B, work func()) {
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		work()
		n++
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		b.Fatal(err)
	}
	used := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	b.ReportMetric(float64(used.Microseconds())/1000/float64(n), "cpu-ms/op")
	b.ReportMetric(float64(after.Maxrss)/1024, "MiB-max")
}

// rawReport reads the answer to a report and looks at nothing.
func rawReport(b *testing.B, p *peer, body string) {
	r, err := http.NewRequestWithContext(b.Context(), "REPORT", p.home+"bench/", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.SetBasicAuth(p.user, p.password)
	r.Header.Set("Depth", "0")
	r.Header.Set("Content-Type", "application/xml")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	if n, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusMultiStatus || n == 0 {
		b.Fatalf("HTTP %d, %d bytes, %v", res.StatusCode, n, err)
	}
}

// fillBench puts the events into the server's folder: to upload them takes longer than all that is measured.
func fillBench(b *testing.B, p *peer) {
	folder := filepath.Join(p.files, "bench")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		b.Fatal(err)
	}
	write(b, filepath.Join(folder, ".Radicale.props"), `{"tag": "VCALENDAR"}`)
	start := time.Now().UTC().AddDate(0, 0, 1).Truncate(time.Hour)
	for i := range benchEvents {
		title := fmt.Sprintf("Event number %d", i)
		if i%50 == 0 {
			title += " #zoom"
		}
		at := start.Add(time.Duration(i) * time.Hour)
		write(b, filepath.Join(folder, fmt.Sprintf("e%05d.ics", i)),
			newObject(calendar.Event{UID: fmt.Sprintf("bench-%d", i), Title: title,
				Description: strings.Repeat("What a person wrote about it, at some length. ", 12),
				Location:    "Room 12, 3rd floor", Start: at, End: at.Add(time.Hour)}))
	}
}
