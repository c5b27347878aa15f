//go:build peers

package invite

import (
	"archive/zip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/ical"
)

// probe is a moment at which the offset of a zone is asked for.
type probe struct {
	at     time.Time
	offset int
	near   bool // within seconds of a change: the clock then shows times that it shows twice
}

// probes are about each change of a zone's clock until 2040, and two a year where there is none.
func probes(loc *time.Location, from time.Time) []probe {
	var list []probe
	add := func(at time.Time, near bool) {
		_, offset := at.In(loc).Zone()
		list = append(list, probe{at, offset, near})
	}
	for year := from.Year(); year <= 2040; year++ {
		for at := time.Date(year, 1, 5, 0, 0, 0, 0, time.UTC); at.Year() == year; at = at.AddDate(0, 0, 1) {
			_, before := at.In(loc).Zone()
			if _, after := at.AddDate(0, 0, 1).In(loc).Zone(); before == after {
				continue
			}
			_, change := at.In(loc).ZoneBounds()
			add(change.Add(-3*time.Hour), false)
			add(change.Add(-time.Second), true)
			add(change, true)
			add(change.Add(3*time.Hour), false)
		}
		add(time.Date(year, 1, 15, 0, 0, 0, 0, time.UTC), false)
		add(time.Date(year, 7, 15, 0, 0, 0, 0, time.UTC), false)
	}
	return list
}

// TestPeersZones: other people's readers of VTIMEZONE see the clock of every zone as Go's zone database has it.
func TestPeersZones(t *testing.T) {
	folder, js := t.TempDir(), icalJS(t)
	wanted := map[string][]probe{}
	for i, name := range zoneNames(t) {
		loc := zone(t, name)
		begin := time.Date(2026, 3, 3, 0, 0, 0, 0, loc)
		list := probes(loc, begin)
		file := "zone" + strconv.Itoa(i)
		raw := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n" +
			string(ical.AppendZone(nil, "X-"+name, loc, begin)) + "END:VCALENDAR\r\n"
		var lines strings.Builder
		for _, p := range list {
			fmt.Fprintf(&lines, "%d %d\n", p.at.Unix(), p.offset)
		}
		for ext, text := range map[string]string{".ics": raw, ".probes": lines.String()} {
			if err := os.WriteFile(filepath.Join(folder, file+ext), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		wanted[file+".ics"] = list
	}
	for _, j := range judges(t) {
		t.Run(j.name, func(t *testing.T) {
			verdicts, asked, refused := ask(t, j, folder, js), 0, 0
			for file, list := range wanted {
				v := verdicts[file]
				if j.untilInZone && strings.Contains(v.Error, "RRULE UNTIL") {
					refused++
					continue
				}
				if len(v.Offsets) != len(list) {
					t.Errorf("%s: not read: %s", file, v.Error)
					continue
				}
				for i, p := range list {
					if p.at.Year() > j.lastYear || p.near && !j.seconds {
						continue
					}
					if asked++; v.Offsets[i] != p.offset {
						text, _ := os.ReadFile(filepath.Join(folder, file))
						t.Errorf("at %s the offset is %d, want %d, in\n%s", p.at.UTC(), v.Offsets[i], p.offset, text)
						break
					}
				}
			}
			t.Logf("%d zones, %d moments, %d zones refused", len(wanted), asked, refused)
			if refused > 2 {
				t.Errorf("%d zones refused", refused)
			}
		})
	}
}

// zoneNames are all names of the zone database that comes with Go.
func zoneNames(t *testing.T) []string {
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
	return names
}
