package icsdir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bigFolder makes a folder of n files of about 1.5 kB, every hundredth of them tagged.
func bigFolder(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	people := ""
	for _, name := range []string{"alice", "bob", "carol"} {
		people += "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=T\r\n RUE;CN=" + name +
			":mailto:" + name + "@example.com\r\n"
	}
	words := "DESCRIPTION:" + strings.Repeat("what was done and what remains to be done in the we\r\n ek that "+
		"follows\\, ", 9) + "\r\n"
	for i := range n {
		text := ics(fmt.Sprintf("%d-5f6d-4a1c@example.com", i), start+"RRULE:FREQ=WEEKLY\r\n"+people+words)
		if i%100 != 0 {
			text = strings.Replace(text, "#zoom", "alone", 1)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d-5f6d-4a1c-9d3e.ics", i)), []byte(text),
			0o600); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// BenchmarkChanges reads folders as a whole, undisturbed, and with 1 % of the files changed. The 100,000 files are for
// -benchtime=1x and some patience.
func BenchmarkChanges(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		if n > 10000 && testing.Short() {
			continue
		}
		path := bigFolder(b, n)
		d, err := New(Config{Path: path, Needles: []string{"zoom"}})
		if err != nil {
			b.Fatal(err)
		}
		pass := func(b *testing.B, cursor string, listed int) string {
			c, err := d.Changes(b.Context(), cursor)
			if err != nil || len(c.List) != listed || c.Total != n {
				b.Fatalf("listed %d of %d, %v", len(c.List), c.Total, err)
			}
			return c.Cursor
		}
		perFile := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/file")
		}
		cursor := pass(b, "", n)
		b.Run(fmt.Sprintf("files=%d/first", n), func(b *testing.B) {
			for b.Loop() {
				pass(b, "", n)
			}
			perFile(b)
		})
		b.Run(fmt.Sprintf("files=%d/none", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if pass(b, cursor, 0) != cursor {
					b.Fatal("the cursor changed")
				}
			}
			perFile(b)
		})
		stale, err := parseCursor(cursor)
		if err != nil {
			b.Fatal(err)
		}
		for i := 0; i < n; i += 100 {
			stale[i].print++ // as if the file had changed
		}
		some := formatCursor(stale)
		b.Run(fmt.Sprintf("files=%d/some", n), func(b *testing.B) {
			for b.Loop() {
				pass(b, some, n/100)
			}
			perFile(b)
		})
	}
}

func writeFile(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}
