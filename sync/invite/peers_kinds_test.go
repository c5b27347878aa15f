//go:build peers

package invite

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// kinds are all that an invitation can be made for, and what becomes of the event for it.
var kinds = map[string]struct {
	opt    Options
	change func(in *Invitation)
}{
	"published":           {Options{}, nil},
	"published-to-guests": {Options{Attendees: true}, nil},
	"by-nobody":           {Options{}, func(in *Invitation) { in.Event.Organizer = calendar.Person{} }},
	"guests-of-nobody":    {Options{Attendees: true}, func(in *Invitation) { in.Event.Organizer = calendar.Person{} }},
	"named":               {Options{Name: "Zoom; links, all", Alarm: 10 * time.Minute}, nil},
	"called-off":          {Options{}, func(in *Invitation) { in.Event.Cancelled = true }},
	"request":             {Options{Method: Request}, nil},
	"request-alarm":       {Options{Method: Request, Alarm: 10 * time.Minute}, nil},
	"cancel":              {Options{Method: Cancel}, nil},
	"cancel-revised":      {Options{Method: Cancel}, laterRevision},
	"updated":             {Options{Method: Request}, laterRevision},
	"published-anew":      {Options{}, laterRevision},
	"moved": {Options{Method: Request}, func(in *Invitation) {
		laterRevision(in)
		in.Event.Start, in.Event.End = in.Event.Start.AddDate(0, 0, 1), in.Event.End.AddDate(0, 0, 1)
		in.Event.Occurrences = nil // whose dates have moved as well
	}},
	"day-with-a-time": {Options{Method: Request}, func(in *Invitation) {
		if y, m, d := in.Event.Start.Date(); in.Event.AllDay {
			in.Event.AllDay, in.Event.Occurrences = false, nil
			in.Event.Start = time.Date(y, m, d, 9, 30, 0, 0, in.Event.Start.Location())
			in.Event.End = in.Event.Start.Add(45 * time.Minute)
		}
	}},
}

// laterRevision has the invitation be a later one than the calendar says.
func laterRevision(in *Invitation) {
	in.Revision = &Revision{Sequence: in.Event.Sequence + 3, Stamp: in.Event.Changed.Add(time.Hour)}
}

// TestPeersKinds: libical, which knows what each method asks for (RFC 5546), finds nothing wrong with any kind of
// invitation for any kind of event, nor in any part of it.
func TestPeersKinds(t *testing.T) {
	folder, wanted := t.TempDir(), map[string]bool{}
	for _, s := range samples(t) {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			in, k := s.in, kinds[kind]
			in.Event.Occurrences = slices.Clone(in.Event.Occurrences)
			if len(in.Event.Attendees) == 0 {
				in.Event.Attendees = []calendar.Person{{Name: "Dave", Address: "dave@example.com"},
					{Address: "erin@example.com", Status: calendar.Declined}}
			}
			if k.change != nil {
				k.change(&in)
			}
			opt := k.opt
			opt.Rules = rules
			raw, err := new(Encoder).Encode(nil, opt, in)
			if err != nil {
				t.Errorf("%s as %s: %v", s.name, kind, err)
				continue
			}
			name := s.name + "." + kind + ".ics"
			wanted[name] = true
			writeSample(t, folder, name, string(raw))
		}
	}
	verdicts := ask(t, libical(t), folder, "")
	kindsOf := map[string]int{}
	for name := range wanted {
		if v, ok := verdicts[name]; !ok || v.Error != "" || len(v.UIDs) != 1 {
			kindsOf[v.Error]++
			if kindsOf[v.Error] < 4 {
				t.Errorf("%s: %s, UIDs %q", name, v.Error, v.UIDs)
			}
		}
	}
	t.Logf("%d files", len(wanted))
}

// TestPeersSeeDefects: the judge would have found something.
func TestPeersSeeDefects(t *testing.T) {
	folder := t.TempDir()
	in := invitation(t, "Europe/Berlin", 30, "RRULE:FREQ=WEEKLY;COUNT=3")
	in.Event.Attendees = []calendar.Person{{Address: "dave@example.com"}}
	request := encode(t, Options{Rules: rules, Method: Request, Alarm: time.Minute}, in)
	cancel := encode(t, Options{Rules: rules, Method: Cancel}, in)
	defects := map[string]string{
		"no-stamp.ics":          without(t, request, "DTSTAMP"),
		"no-organizer.ics":      without(t, request, "ORGANIZER"),
		"no-guests.ics":         without(t, request, "ATTENDEE"),
		"cancel-unnumbered.ics": without(t, cancel, "SEQUENCE"),
		"two-starts.ics": strings.Replace(request, "BEGIN:VALARM",
			"DTSTART:20260303T101500Z\r\nBEGIN:VALARM", 1),
		"asked-to-nothing.ics": strings.Replace(request, "STATUS:CONFIRMED", "STATUS:CANCELLED", 1),
	}
	for name, raw := range defects {
		writeSample(t, folder, name, raw)
	}
	verdicts := ask(t, libical(t), folder, "")
	for name := range defects {
		if verdicts[name].Error == "" {
			t.Errorf("%s is taken for right", name)
		}
	}
}

// without is a file without the lines of a property.
func without(t *testing.T, raw, name string) string {
	t.Helper()
	lines := strings.SplitAfter(strings.ReplaceAll(raw, "\r\n ", ""), "\r\n")
	left := slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return strings.HasPrefix(line, name+":") || strings.HasPrefix(line, name+";")
	})
	if len(left) == len(lines) {
		t.Fatal(errors.New("there is no " + name))
	}
	return strings.Join(left, "")
}

func libical(t *testing.T) judge {
	t.Helper()
	list := judges(t)
	return list[slices.IndexFunc(list, func(j judge) bool { return j.name == "libical" })]
}

func writeSample(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
