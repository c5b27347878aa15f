//go:build peers

package invite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What parsers that nobody here wrote make of our invitations. They need
//
//	apt-get install python3-icalendar python3-recurring-ical-events libical3 khal nodejs npm
//
// and ical.js, which the test installs with npm unless ICALJS_DIR names a folder with node_modules/ical.js.

const debianPython = "/usr/bin/python3" // the one that Debian's packages are for

// verdict is what a judge reads out of one file.
type verdict struct {
	Error       string   `json:"error"`
	Instances   []string `json:"instances"`
	Conferences []string `json:"conferences"`
	People      []string `json:"people"`
	UIDs        []string `json:"uids"`
	URL         string   `json:"url"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Location    string   `json:"location"`
	Offsets     []int    `json:"offsets"`
}

type judge struct {
	name    string
	command []string
	// untilInZone: it refuses a VTIMEZONE of its own whose rules have an UNTIL in UTC, which RFC 5545 3.3.10 demands.
	// Under the zone's usual name it does not look at the VTIMEZONE.
	untilInZone bool
	// lastYear is how far it works out the rules of a zone, and seconds whether it can be asked about the very change
	// of a clock.
	lastYear int
	seconds  bool
}

func judges(t *testing.T) []judge {
	t.Helper()
	data, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return []judge{
		{"python3-icalendar", []string{debianPython, filepath.Join(data, "judge_icalendar.py")}, true, 2037, true},
		{"libical", []string{debianPython, filepath.Join(data, "judge_libical.py")}, false, 2040, true},
		{"ical.js", []string{"node", filepath.Join(data, "judge.js")}, false, 2040, false},
	}
}

// icalJS is a folder with node_modules/ical.js.
func icalJS(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("ICALJS_DIR"); dir != "" {
		return dir
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "npm", "install", "--silent", "--no-audit", "--no-fund", "ical.js@2.2.1")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ical.js cannot be installed (apt-get install nodejs npm, or set ICALJS_DIR): %v\n%s", err, out)
	}
	return dir
}

// ask has a judge read a folder of files.
func ask(t *testing.T, j judge, folder, icalJS string) map[string]verdict {
	t.Helper()
	args := append(slices.Clone(j.command[1:]), folder, windowStart.Format(time.RFC3339),
		windowEnd.Format(time.RFC3339))
	cmd := exec.CommandContext(t.Context(), j.command[0], args...)
	cmd.Env = append(os.Environ(), "ICALJS_DIR="+icalJS, "LC_ALL=C.UTF-8")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s does not run (apt-get install python3-icalendar python3-recurring-ical-events libical3 nodejs "+
			"npm): %v\n%s", j.name, err, complaints.Bytes())
	}
	verdicts := map[string]verdict{}
	if err := json.Unmarshal(out, &verdicts); err != nil {
		t.Fatalf("%s: %v\n%.500s", j.name, err, out)
	}
	return verdicts
}

// TestPeers: three parsers read out of each invitation what the event says.
func TestPeers(t *testing.T) {
	folder, js := t.TempDir(), icalJS(t)
	wanted := map[string]sample{}
	for _, s := range samples(t) {
		raw := encode(t, s.opt, s.in)
		files := map[string]string{s.name + ".ics": raw}
		if name := s.in.Event.Zone; strings.Contains(raw, "BEGIN:VTIMEZONE") {
			// Under a name that nobody knows, only the VTIMEZONE itself can tell what is meant.
			files[s.name+".zone.ics"] = strings.NewReplacer("TZID="+name, "TZID=X-"+s.name, "TZID:"+name, "TZID:X-"+
				s.name).Replace(raw)
		}
		for name, text := range files {
			wanted[name] = s
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d invitations, %d files", len(samples(t)), len(wanted))
	for _, j := range judges(t) {
		t.Run(j.name, func(t *testing.T) {
			verdicts := ask(t, j, folder, js)
			for name, s := range wanted {
				v, ok := verdicts[name]
				if j.untilInZone && strings.Contains(v.Error, "RRULE UNTIL") && strings.HasSuffix(name, ".zone.ics") {
					continue
				}
				if !ok || v.Error != "" {
					t.Errorf("%s: not read: %s", name, v.Error)
					continue
				}
				compare(t, name, s, v)
			}
		})
	}
}

func compare(t *testing.T, name string, s sample, v verdict) {
	t.Helper()
	var want []string
	for _, o := range s.want {
		format := "2006-01-02T15:04:05Z"
		start, end := o.start.UTC(), o.end.UTC()
		if s.in.Event.AllDay {
			format, start, end = time.DateOnly, o.start, o.end
		}
		want = append(want, start.Format(format)+"/"+end.Format(format))
	}
	slices.Sort(want)
	if !slices.Equal(v.Instances, want) {
		t.Errorf("%s: %d occurrences, want %d: %s", name, len(v.Instances), len(want),
			firstDifference(v.Instances, want))
	}
	if len(v.UIDs) != 1 || v.UIDs[0] != s.in.Event.UID {
		t.Errorf("%s: UIDs %q", name, v.UIDs)
	}
	title := strings.TrimSpace(strings.ReplaceAll(written(s.in.Event.Title), "#zoom", ""))
	if strings.TrimSpace(v.Title) != title {
		t.Errorf("%s: title %q, want %q", name, v.Title, title)
	}
	if s.opt.Method == Cancel {
		return
	}
	if len(v.Conferences) != 1+len(s.in.Link.Phones) || v.Conferences[0] != joinURL || v.URL != joinURL ||
		strings.Count(v.Description, block) != 1 {
		t.Errorf("%s: link in %q, %q and\n%s", name, v.Conferences, v.URL, v.Description)
	}
	if text := written(s.in.Event.Description); !s.in.Event.HTML && v.Description != text+"\n\n"+block {
		t.Errorf("%s: description\n%q, want\n%q", name, v.Description, text)
	}
	if place := written(s.in.Event.Location); place != "" && v.Location != place {
		t.Errorf("%s: location %q, want %q", name, v.Location, place)
	}
	if s.opt.Method == Request && len(v.People) != len(s.in.Event.Attendees) {
		t.Errorf("%s: attendees %q", name, v.People)
	}
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return fmt.Sprintf("%s, want %s", g, w)
		}
	}
	return "none"
}
