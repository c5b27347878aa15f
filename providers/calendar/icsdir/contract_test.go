package icsdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/sync/engine/enginetest"
)

func TestContract(t *testing.T) {
	calendartest.Run(t, calendartest.Harness{Class: calendartest.Folder, New: newWorld})
}

// TestForetold: a pass does what plan has said, whatever the owner has done; see enginetest.Contract.
func TestForetold(t *testing.T) {
	enginetest.Contract(t, calendartest.Harness{Class: calendartest.Folder, New: newWorld})
}

// world is a folder in which an owner works with an app that knows nothing of zoomtag: it keeps what it does not know,
// folds lines in its own way, and writes files in place.
type world struct {
	t      *testing.T
	path   string
	aside  string // where the folder is while it misbehaves
	n      int
	halves map[string][]byte

	readOnly atomic.Bool
}

func newWorld(t *testing.T) calendartest.World {
	dir := t.TempDir()
	w := &world{t: t, path: filepath.Join(dir, "calendar"), aside: filepath.Join(dir, "aside"),
		halves: map[string][]byte{}}
	w.must(os.Mkdir(w.path, 0o700))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Calendar implements calendartest.World.
func (w *world) Calendar() calendar.Calendar {
	d, err := New(Config{Path: w.path})
	w.must(err)
	d.rights = func(dir *folder) obstacle {
		if w.readOnly.Load() {
			return obstacle{cause: dir.path + " is mounted for reading only"}
		}
		return dir.ask()
	}
	return d
}

// Put implements calendartest.World.
func (w *world) Put(e calendar.Event) string {
	w.n++
	id := fmt.Sprintf("event %d.ics", w.n)
	if e.UID == "" {
		e.UID = fmt.Sprintf("uid-%d", w.n)
	}
	w.save(id, fields(e, []string{"UID:" + e.UID, "DTSTAMP:20260101T000000Z", "X-UNKNOWN;X-P=\"a:b\":kept as it is"}))
	return id
}

// fields are the lines of an event: those that an app knows, and others.
func fields(e calendar.Event, others []string) []string {
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT"}
	text := func(name, value string) {
		if value != "" {
			lines = append(lines, name+":"+strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n",
				`\n`).Replace(value))
		}
	}
	text("SUMMARY", e.Title)
	text("DESCRIPTION", e.Description)
	text("LOCATION", e.Location)
	stamp := func(name string, at time.Time) {
		if !at.IsZero() {
			lines = append(lines, name+":"+at.UTC().Format("20060102T150405Z"))
		}
	}
	stamp("DTSTART", e.Start)
	stamp("DTEND", e.End)
	if len(e.Categories) > 0 {
		lines = append(lines, "CATEGORIES:"+strings.Join(e.Categories, ","))
	}
	if e.Cancelled {
		lines = append(lines, "STATUS:CANCELLED")
	}
	lines = append(lines, others...)
	return append(lines, "END:VEVENT", "END:VCALENDAR")
}

// save writes lines folded after 60 bytes, at the end of a character, with a tab.
func (w *world) save(id string, lines []string) {
	var b strings.Builder
	for _, line := range lines {
		column := 0
		for _, r := range line {
			if column += len(string(r)); column > 60 {
				b.WriteString("\r\n\t")
				column = len(string(r)) + 1
			}
			b.WriteRune(r)
		}
		b.WriteString("\r\n")
	}
	w.must(os.WriteFile(filepath.Join(w.path, id), []byte(b.String()), 0o600))
}

// Edit implements calendartest.World.
func (w *world) Edit(id string, change func(e *calendar.Event)) {
	e, err := w.Calendar().Get(w.t.Context(), id)
	w.must(err)
	raw, err := os.ReadFile(filepath.Join(w.path, id))
	w.must(err)
	var others []string
	unfolded := strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(string(raw))
	for line := range strings.Lines(unfolded) {
		line = strings.TrimRight(line, "\r\n")
		name, _, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch name {
		case "BEGIN", "END", "VERSION", "PRODID", "SUMMARY", "DESCRIPTION", "LOCATION", "DTSTART", "DTEND",
			"CATEGORIES", "STATUS":
		default:
			others = append(others, line)
		}
	}
	change(&e)
	w.save(id, fields(e, others))
}

// Delete implements calendartest.World.
func (w *world) Delete(id string) { w.must(os.Remove(filepath.Join(w.path, id))) }

// PutSeries implements calendartest.World.
func (w *world) PutSeries(e calendar.Event, days int) string {
	id := w.Put(e)
	w.insert(id, "END:VEVENT", fmt.Sprintf("RRULE:FREQ=DAILY;COUNT=%d", days))
	return id
}

// CancelDate implements calendartest.World. One date is taken out, the next one is called off.
func (w *world) CancelDate(id string, n int) {
	at := w.date(id, n)
	if n%2 == 0 {
		w.insert(id, "END:VEVENT", "EXDATE:"+at)
		return
	}
	w.insert(id, "END:VCALENDAR", "BEGIN:VEVENT", "UID:"+w.value(id, "UID"), "DTSTAMP:20260101T000000Z",
		"RECURRENCE-ID:"+at, "DTSTART:"+at,
		"STATUS:CANCELLED", "END:VEVENT")
}

// ExceptDate implements calendartest.World.
func (w *world) ExceptDate(id string, n int, title, description string) {
	at := w.date(id, n)
	raw, err := os.ReadFile(filepath.Join(w.path, id))
	w.must(err)
	if before, after, found := strings.Cut(string(raw), "BEGIN:VEVENT\r\nUID:"+w.value(id, "UID")+"\r\nRECURRENCE-ID:"+
		at); found {
		_, after, _ = strings.Cut(after, "END:VEVENT\r\n")
		w.must(os.WriteFile(filepath.Join(w.path, id), []byte(before+after), 0o600))
	}
	w.insert(id, "END:VCALENDAR", "BEGIN:VEVENT", "UID:"+w.value(id, "UID"), "RECURRENCE-ID:"+at,
		"DTSTAMP:20260101T000000Z", "DTSTART:"+at,
		"DURATION:PT1H", "SUMMARY:"+title, "DESCRIPTION:"+description, "LOCATION:"+w.value(id, "LOCATION"),
		"END:VEVENT")
}

// value is what a line of a file says, which is not folded.
func (w *world) value(id, name string) string {
	raw, err := os.ReadFile(filepath.Join(w.path, id))
	w.must(err)
	_, after, _ := strings.Cut(string(raw), "\r\n"+name+":")
	value, _, _ := strings.Cut(after, "\r\n")
	return value
}

// date is when a date of a series begins.
func (w *world) date(id string, n int) string {
	first, err := time.Parse("20060102T150405Z", w.value(id, "DTSTART"))
	w.must(err)
	return first.AddDate(0, 0, n).Format("20060102T150405Z")
}

// insert writes lines in front of the first that is so.
func (w *world) insert(id, line string, lines ...string) {
	path := filepath.Join(w.path, id)
	raw, err := os.ReadFile(path)
	w.must(err)
	text := strings.Replace(string(raw), "\r\n"+line+"\r\n", "\r\n"+strings.Join(append(lines, line), "\r\n")+"\r\n", 1)
	w.must(os.WriteFile(path, []byte(text), 0o600))
}

// Misbehave implements calendartest.World.
func (w *world) Misbehave(m calendartest.Misbehaviour) error {
	switch m {
	case calendartest.Missing:
		w.must(os.Rename(w.path, w.aside))
	case calendartest.Empty:
		w.must(os.Rename(w.path, w.aside))
		w.must(os.Mkdir(w.path, 0o700))
	case calendartest.Unreadable: // as root may read everything: a file where the folder was
		w.must(os.Rename(w.path, w.aside))
		w.must(os.WriteFile(w.path, nil, 0o600))
	case calendartest.HalfWritten:
		files, err := filepath.Glob(filepath.Join(w.path, "*.ics"))
		w.must(err)
		for _, file := range files {
			whole, err := os.ReadFile(file)
			w.must(err)
			w.halves[file] = whole
			w.must(os.WriteFile(file, whole[:len(whole)/2], 0o600))
		}
	default:
		return calendartest.ErrNotApplicable
	}
	return nil
}

// Heal implements calendartest.World.
func (w *world) Heal() {
	for file, whole := range w.halves {
		w.must(os.WriteFile(file, whole, 0o600))
		delete(w.halves, file)
	}
	if _, err := os.Stat(w.aside); errors.Is(err, os.ErrNotExist) {
		return
	}
	w.must(os.RemoveAll(w.path))
	w.must(os.Rename(w.aside, w.path))
}

// SetReadOnly implements calendartest.World. Root may write everywhere, so that the folder has to say it.
func (w *world) SetReadOnly(readOnly bool) error {
	w.readOnly.Store(readOnly)
	return nil
}
