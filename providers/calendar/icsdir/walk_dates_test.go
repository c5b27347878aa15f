package icsdir

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/sync/engine/enginetest"
)

// walkDates is a folder whose series have exceptions: in the file of the series, or each in a file of its own.
type walkDates struct {
	*walkFolder
	apart bool
}

func newWalkDates(t *testing.T, s enginetest.Setup) (enginetest.Backend, error) {
	f, err := newWalkFolder(t, s)
	return walkDates{f, s.Rand.IntN(2) == 0}, err
}

// Event implements enginetest.Backend. It knows of files of which no pass has heard yet.
func (f walkDates) Event(id string) (calendar.Event, bool) {
	anew := *f.walkFolder
	anew.Restart()
	return anew.Event(id)
}

// dates are the files of the exceptions of a series.
func (f walkDates) dates(id string) []string {
	paths, err := filepath.Glob(f.path(strings.TrimSuffix(id, ".ics") + "-*.ics"))
	f.owner.must(err)
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	return paths
}

// Delete implements enginetest.Backend.
func (f walkDates) Delete(id string) {
	for _, name := range append(f.dates(id), id) {
		f.walkFolder.Delete(name)
	}
}

// Restore implements enginetest.Backend.
func (f walkDates) Restore(id string) {
	for name := range f.deleted {
		if name == id || strings.HasPrefix(name, strings.TrimSuffix(id, ".ics")+"-") {
			f.walkFolder.Restore(name)
		}
	}
}

// Copy implements enginetest.Backend.
func (f walkDates) Copy(id string) string {
	ev, _ := f.Event(id)
	copied := f.walkFolder.Copy(id)
	for _, name := range f.dates(id) {
		raw := bytes.ReplaceAll(f.content(name), []byte("UID:"+ev.UID+"\r\n"), []byte("UID:"+copied+"@walk\r\n"))
		f.owner.must(os.WriteFile(f.path(dateFile(copied, name)), raw, 0o600))
	}
	return copied
}

// dateFile is the name of the file of a date of id, when that of the same date of another series is called name.
func dateFile(id, name string) string {
	_, date, _ := strings.Cut(name, "-")
	return strings.TrimSuffix(id, ".ics") + "-" + date
}

// Rename implements enginetest.Backend.
func (f walkDates) Rename(id, to string) (string, bool) {
	dates := f.dates(id)
	renamed, ok := f.walkFolder.Rename(id, to)
	for _, name := range dates {
		f.deleted[name] = f.content(name)
		f.owner.must(os.Rename(f.path(name), f.path(dateFile(renamed, name))))
	}
	return renamed, ok
}

// vevents are those of a file, each with its lines, unfolded.
func (f walkDates) vevents(id string) (list [][]string) {
	raw := f.content(id)
	for _, name := range f.dates(id) {
		raw = append(raw, f.content(name)...)
	}
	text := strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(string(raw))
	var one []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "BEGIN:VEVENT" {
			one = nil
		}
		if one = append(one, line); line == "END:VEVENT" {
			list = append(list, one)
		}
	}
	return list
}

// saveAll writes a series, which comes first in the list, and its dates.
func (f walkDates) saveAll(id string, list [][]string) {
	for _, name := range f.dates(id) {
		f.owner.must(os.Remove(f.path(name)))
	}
	if f.apart {
		for _, vevent := range list[1:] {
			at := slices.IndexFunc(vevent, func(line string) bool { return strings.HasPrefix(line, "RECURRENCE-ID:") })
			f.saveLines(dateFile(id, "-"+strings.TrimPrefix(vevent[at], "RECURRENCE-ID:")+".ics"), vevent)
		}
		list = list[:1]
	}
	f.saveLines(id, slices.Concat(list...))
}

func (f walkDates) saveLines(name string, vevents []string) {
	frame := fields(calendar.Event{}, nil)
	f.owner.save(name, slices.Concat(frame[:3], vevents, frame[len(frame)-1:]))
}

// rewritten is a VEVENT, which reads as e, with what change makes of that.
func rewritten(vevent []string, e *calendar.Event, change func(e *calendar.Event)) []string {
	var others []string
	for _, line := range vevent[1 : len(vevent)-1] {
		name, _, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch name {
		case "SUMMARY", "DESCRIPTION", "LOCATION", "DTSTART", "DTEND", "CATEGORIES", "STATUS":
		default:
			others = append(others, line)
		}
	}
	change(e)
	lines := fields(*e, others)
	return lines[3 : len(lines)-1]
}

// Edit implements enginetest.Backend: exceptions stay as they are.
func (f walkDates) Edit(id string, change func(e *calendar.Event)) {
	e, ok := f.Event(id)
	if !ok {
		return
	}
	list := f.vevents(id)
	list[0] = rewritten(list[0], &e, change)
	f.saveAll(id, list)
}

// Except implements enginetest.Apart: an exception begins as a copy of its series, link and all.
func (f walkDates) Except(id string, change func(e *calendar.Event)) (string, bool) {
	ev, ok := f.Event(id)
	if !ok || !ev.Series {
		return "", false
	}
	later := 7 * (1 + f.setup.Rand.IntN(3))
	start := ev.Start.AddDate(0, 0, later)
	name, list := calendar.DateName(start, false), f.vevents(id)
	isIt := func(vevent []string) bool { return slices.Contains(vevent, "RECURRENCE-ID:"+name) }
	from := slices.DeleteFunc(slices.Clone(list[0]),
		func(line string) bool { return strings.HasPrefix(line, "RRULE:") })
	said := ev
	said.Start, said.End = start, ev.End.AddDate(0, 0, later)
	if date, stands := ev.Date(name); stands {
		said, from = date, list[slices.IndexFunc(list, isIt)]
	} else {
		from = slices.Insert(from, 1, "RECURRENCE-ID:"+name)
	}
	list = slices.DeleteFunc(list, isIt)
	f.saveAll(id, append(list, rewritten(from, &said, change)))
	return calendar.JoinDate(id, name), true
}

// Exceptions implements enginetest.Apart.
func (f walkDates) Exceptions(id string) (list []calendar.Event) {
	ev, _ := f.Event(id)
	for _, date := range ev.Dates() {
		if date.End.After(f.setup.Now()) {
			date.Of = nil
			list = append(list, date)
		}
	}
	return list
}

var _ enginetest.Apart = walkDates{}
