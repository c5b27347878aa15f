package ical

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// zoneNames are all names of the zone database that comes with Go.
func zoneNames(t testing.TB) []string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	for _, f := range r.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	if len(names) < 500 {
		t.Fatalf("only %d zones", len(names))
	}
	return names
}

// TestZones: at every change of every zone of the zone database, to the second, a VTIMEZONE shows the same clock as the
// database, from the first occurrence until 2040.
func TestZones(t *testing.T) {
	counts := map[string]int{}
	for _, name := range zoneNames(t) {
		loc := location(t, name)
		for _, from := range []string{"1975-05-01", "1987-07-15", "2005-02-01", "2015-10-01", "2023-06-01",
			"2026-03-02", "2031-12-31"} {
			begin, err := time.ParseInLocation(time.DateOnly, from, loc)
			if err != nil {
				t.Fatal(err)
			}
			raw := AppendZone(nil, name, loc, begin)
			if from == "2026-03-02" {
				switch {
				case strings.Contains(string(raw), "RDATE"):
					counts["listed: "+name]++
				case strings.Contains(string(raw), "BYMONTHDAY"):
					counts["days of the month: "+name]++
				case strings.Contains(string(raw), "RRULE"):
					counts["plain"]++
				default:
					counts["constant"]++
				}
			}
			if !checkZone(t, raw, loc, begin) {
				t.Fatalf("%s from %s:\n%s", name, from, raw)
			}
		}
	}
	t.Log(counts)
}

// checkZone compares a VTIMEZONE, as this package's own reader understands it, with loc.
func checkZone(t *testing.T, raw []byte, loc *time.Location, begin time.Time) bool {
	t.Helper()
	d, err := Parse([]byte("BEGIN:VCALENDAR\r\n"+string(raw)+"END:VCALENDAR\r\n"), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := d.location(d.index().timezones[0], "judge")
	if !ok {
		t.Errorf("%s: not readable", loc)
		return false
	}
	end := time.Date(lastChange+1, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := begin; at.Before(end); {
		for _, moment := range []time.Time{at, at.Add(time.Second), at.Add(-time.Second)} {
			if moment.Before(begin) {
				continue
			}
			if is, want := offsetAt(moment.Unix(), got), offsetAt(moment.Unix(), loc); is != want {
				t.Errorf("%s at %s: %d, want %d", loc, moment.UTC().Format(time.RFC3339), is, want)
				return false
			}
		}
		if at = zoneEnd(at); at.IsZero() {
			return true
		}
	}
	return true
}
