package icsdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/lineartest"
)

// linearCases have one file of many events: what is done to each of them may not cost as much as the file.
func linearCases(tb testing.TB) []lineartest.Case {
	var cases []lineartest.Case
	for _, c := range []struct {
		name    string
		needles []string
		work    func(d *Dir, ids []string) error
	}{
		{"changes", []string{"zoom"}, func(*Dir, []string) error { return nil }},
		{"changes-wide", nil, func(*Dir, []string) error { return nil }},
		{"get", nil, func(d *Dir, ids []string) error {
			for _, id := range ids {
				if _, err := d.Get(tb.Context(), id); err != nil {
					return err
				}
			}
			return nil
		}},
		{"gone", nil, func(d *Dir, ids []string) error {
			for _, id := range ids {
				if _, err := d.Get(tb.Context(), id+"x"); !errors.Is(err, calendar.ErrGone) {
					return fmt.Errorf("an event that is not there: %w", err)
				}
			}
			return nil
		}},
		{"describe", nil, func(d *Dir, ids []string) error {
			for _, id := range ids {
				if _, err := d.Describe(tb.Context(), id); err != nil {
					return err
				}
			}
			return nil
		}},
		{"link", nil, func(d *Dir, ids []string) error {
			for _, l := range []calendar.Link{{Mark: "zt-aaaaaa-aaaaaaaa-aaaaaaaaaaaaaaaa",
				JoinURL: "https://zoom.us/j/2", Block: calendar.BlockFirst + "\n" + calendar.BlockLast}, {}} {
				for i := range 5 {
					id := ids[i*(len(ids)-1)/4]
					ev, err := d.Get(tb.Context(), id)
					if err == nil {
						_, err = d.SetLink(tb.Context(), id, ev.Version, l)
					}
					if err != nil {
						return err
					}
				}
			}
			return nil
		}},
	} {
		cases = append(cases, lineartest.Case{Name: c.name, Size: 300, Make: func(size int) func() {
			d, path := manyInOne(tb, size)
			d.needles = nil
			if c.needles != nil {
				d.needles = [][]byte{[]byte("zoom")}
			}
			return func() {
				found, err := d.Changes(tb.Context(), "")
				ids := make([]string, len(found.List))
				for i := range found.List {
					ids[i] = found.List[i].ID
				}
				if err == nil {
					err = c.work(d, ids)
				}
				if err != nil || len(ids) != size {
					tb.Fatalf("%s: %d events, %v", path, len(ids), err)
				}
			}
		}})
	}
	return cases
}

// manyInOne is a folder with one file of many events, every tenth of them tagged.
func manyInOne(tb testing.TB, n int) (*Dir, string) {
	tb.Helper()
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n")
	for i := range n {
		title := "Talk"
		if i%10 == 0 {
			title += " #zoom"
		}
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d@x\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20310101T100000Z\r\nSUMMARY:%s\r\nEND:VEVENT\r\n", i, title)
	}
	b.WriteString("END:VCALENDAR\r\n")
	path := filepath.Join(tb.TempDir(), "many.ics")
	if err := os.WriteFile(path, []byte(b.String()), fs.FileMode(0o600)); err != nil {
		tb.Fatal(err)
	}
	d, err := New(Config{Path: filepath.Dir(path), Owners: []string{"*"}})
	if err != nil {
		tb.Fatal(err)
	}
	return d, path
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases(t)) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases(b)) }

// TestKeptFileIsNeverStale: a file of several events that stays read is read again as soon as it can have changed, also
// where its size and its times say nothing.
func TestKeptFileIsNeverStale(t *testing.T) {
	d, path := manyInOne(t, 3)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, title := range []string{"SUMMARY:Talk", "SUMMARY:Walk", "SUMMARY:Balk"} {
		changed := strings.ReplaceAll(string(raw), "SUMMARY:Talk", title)
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			ev, err := d.Get(t.Context(), "many.ics#1@x")
			if err != nil || "SUMMARY:"+ev.Title != title {
				t.Fatalf("%d: %q, %v, want %s", i, ev.Title, err, title)
			}
		}
	}
}
