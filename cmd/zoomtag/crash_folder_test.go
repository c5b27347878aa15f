package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/icsdir"
)

// crashFolder is a folder of .ics files: the event "a" is a.ics.
type crashFolder struct {
	t      testing.TB
	path   string
	reader *icsdir.Dir
}

func newCrashFolder(w *crashWorld) crashCalendar { return newFolder(w.t, w.dir) }

func newFolder(t testing.TB, dir string) *crashFolder {
	t.Helper()
	f := &crashFolder{t: t, path: filepath.Join(dir, "cal")}
	f.must(os.Mkdir(f.path, 0o700))
	var err error
	f.reader, err = icsdir.New(icsdir.Config{Path: f.path})
	f.must(err)
	return f
}

func (f *crashFolder) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *crashFolder) file(name string) string { return filepath.Join(f.path, name+".ics") }

func (f *crashFolder) config() string { return "ics: { path: " + f.path + " }" }

func (f *crashFolder) put(name, title, description, location string) {
	f.t.Helper()
	f.write(name, crashObject(name, title, description, location))
}

// crashObject is an event of next week in an iCalendar object.
func crashObject(name, title, description, location string) string {
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:" + name +
		"\r\nDTSTAMP:20260101T000000Z\r\n" +
		"SUMMARY:" + title + "\r\nDTSTART:" + nextWeek().Format("20060102T150405Z") + "\r\nDURATION:PT1H\r\n"
	for property, value := range map[string]string{"DESCRIPTION": description, "LOCATION": location} {
		if value != "" {
			text += property + ":" + strings.ReplaceAll(value, ",", "\\,") + "\r\n"
		}
	}
	return text + "END:VEVENT\r\nEND:VCALENDAR\r\n"
}

// withLine gives a property that stands on one line of an object another value.
func withLine(t testing.TB, text, property, value string) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^` + property + `:[^\r\n]*`)
	if n := len(line.FindAllString(text, -1)); n != 1 {
		t.Fatalf("%d lines of %s in\n%s", n, property, text)
	}
	return line.ReplaceAllLiteralString(text, property+":"+value)
}

func (f *crashFolder) retitle(name, title string) { f.edit(name, "SUMMARY", title) }

func (f *crashFolder) resize(name string, length time.Duration) {
	f.edit(name, "DURATION", "PT"+strings.ToUpper(length.String()))
}

func (f *crashFolder) remove(name string) { f.must(os.Remove(f.file(name))) }

func (f *crashFolder) read(name string) (calendar.Event, error) {
	return f.reader.Get(context.Background(), name+".ics")
}

// leftovers are temporary files. A killed process cannot tidy up; the next ones do after an hour.
func (f *crashFolder) leftovers(killed int) []string {
	left, err := filepath.Glob(filepath.Join(f.path, ".*.tmp"))
	f.must(err)
	if len(left) <= killed {
		return nil
	}
	return left
}

// write saves a file as careful apps do.
func (f *crashFolder) write(name, text string) {
	f.t.Helper()
	temp := filepath.Join(f.path, "."+name+".new.tmp")
	f.must(os.WriteFile(temp, []byte(text), 0o600))
	f.must(os.Rename(temp, f.file(name)))
}

// edit gives a property that stands on one line another value.
func (f *crashFolder) edit(name, property, value string) {
	f.t.Helper()
	text, err := os.ReadFile(f.file(name))
	f.must(err)
	f.write(name, withLine(f.t, string(text), property, value))
}
