package icsdir

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/sync/engine/enginetest"
)

// TestWalkFile walks where all events lie in two files, the links of which are written together.
//
//	go test ./providers/calendar/icsdir -run WalkFile -walk.seeds=10000 -walk.dir=/dev/shm
func TestWalkFile(t *testing.T) {
	o := *walks
	o.Walkers = 16 // files are waited for
	enginetest.Run(t, o, func(s enginetest.Setup) (enginetest.Backend, error) { return newWalkFile(t, s) })
}

// walkFile is a folder of two files that hold all events, and always two that concern nobody.
type walkFile struct {
	*walkFolder
	gone  map[string]string // events that were deleted, by their ids
	moved map[string]bool   // UIDs of events that were in the other file before
}

const filler = "BEGIN:VEVENT\r\nUID:filler1\r\nSUMMARY:x\r\nDTSTART:20200101T100000Z\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:filler2\r\nSUMMARY:x\r\nDTSTART:20200101T100000Z\r\nEND:VEVENT\r\n"

func newWalkFile(t *testing.T, s enginetest.Setup) (*walkFile, error) {
	folder, err := newWalkFolder(t, s)
	if err != nil {
		return nil, err
	}
	f := &walkFile{walkFolder: folder, gone: map[string]string{}, moved: map[string]bool{}}
	for _, name := range []string{"a.ics", "b.ics"} {
		fill := strings.ReplaceAll(filler, "filler", "filler-"+name)
		if err := os.WriteFile(f.path(name), []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"+fill+
			"END:VCALENDAR\r\n"), 0o600); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// SetLinks implements calendar.Batcher. Each link may fail by itself, before it is written and after.
func (f *walkFile) SetLinks(ctx context.Context, list []calendar.Setting) []calendar.Got {
	got := make([]calendar.Got, len(list))
	var passed []calendar.Setting
	var place []int
	for i, set := range list {
		if got[i].Err = f.setup.Hook("setlink", "before", set.ID); got[i].Err == nil {
			passed, place = append(passed, set), append(place, i)
		}
		if f.setup.Rand.IntN(20) == 0 {
			f.setup.Meanwhile(set.ID)
		}
	}
	for i, answer := range f.Dir.SetLinks(ctx, passed) {
		if answer.Err == nil {
			answer.Err = f.setup.Hook("setlink", "after", passed[i].ID)
		}
		got[place[i]] = answer
	}
	return got
}

// cut takes an event out of its file, if it is there.
func (f *walkFile) cut(id string) (event string, ok bool) {
	name, uid, _ := cutID(id)
	text := string(f.content(name))
	at := strings.Index(text, "BEGIN:VEVENT\r\nUID:"+uid+"\r\n")
	if at < 0 {
		return "", false
	}
	length := strings.Index(text[at:], "END:VEVENT\r\n") + len("END:VEVENT\r\n")
	f.owner.must(os.WriteFile(f.path(name), []byte(text[:at]+text[at+length:]), 0o600))
	return text[at : at+length], true
}

// add puts an event into a file, behind the others.
func (f *walkFile) add(name, event string) {
	text := strings.TrimSuffix(string(f.content(name)), "END:VCALENDAR\r\n")
	f.owner.must(os.WriteFile(f.path(name), []byte(text+event+"END:VCALENDAR\r\n"), 0o600))
}

// written is an event as the app of the owner writes it: the UID comes first.
func (f *walkFile) written(uid string, e calendar.Event, others []string) string {
	lines := fields(e, others)
	lines = lines[4 : len(lines)-1] // of the VEVENT
	var b strings.Builder
	b.WriteString("BEGIN:VEVENT\r\nUID:" + uid + "\r\n")
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	return b.String()
}

// Put implements enginetest.Backend.
func (f *walkFile) Put(e calendar.Event) string {
	f.owner.n++
	uid := fmt.Sprintf("event%d@walk", f.owner.n)
	others := []string{"DTSTAMP:20260101T000000Z"}
	if e.Series {
		others = append(others, "RRULE:FREQ=WEEKLY")
	}
	name := "a.ics"
	if f.owner.n%3 == 0 {
		name = "b.ics"
	}
	f.add(name, f.written(uid, e, others))
	return joinID(name, uid)
}

// Edit implements enginetest.Backend.
func (f *walkFile) Edit(id string, change func(e *calendar.Event)) {
	e, there := f.Event(id)
	if !there {
		return
	}
	text, ok := f.cut(id)
	if !ok {
		return
	}
	change(&e)
	name, uid, _ := cutID(id)
	f.add(name, f.written(uid, e, kept(text)))
}

// kept are the lines of an event that the owner's app does not know.
func kept(event string) []string {
	var others []string
	for line := range strings.Lines(strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(event)) {
		line = strings.TrimRight(line, "\r\n")
		name, _, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch name {
		case "BEGIN", "END", "UID", "SUMMARY", "DESCRIPTION", "LOCATION", "DTSTART", "DTEND", "CATEGORIES", "STATUS":
		default:
			others = append(others, line)
		}
	}
	return others
}

// Delete implements enginetest.Backend.
func (f *walkFile) Delete(id string) {
	if text, ok := f.cut(id); ok {
		f.gone[id] = text
	}
}

// Restore implements enginetest.Backend.
func (f *walkFile) Restore(id string) {
	if _, there := f.Event(id); f.gone[id] != "" && !there {
		name, _, _ := cutID(id)
		f.add(name, f.gone[id])
	}
}

// Copy implements enginetest.Backend.
func (f *walkFile) Copy(id string) string {
	f.owner.n++
	name, uid, _ := cutID(id)
	copied := fmt.Sprintf("event%d@walk", f.owner.n)
	text, ok := f.cut(id)
	if !ok {
		f.owner.t.Fatalf("%s is not there", id)
	}
	f.add(name, text)
	f.add(name, strings.Replace(text, "UID:"+uid+"\r\n", "UID:"+copied+"\r\n", 1))
	return joinID(name, copied)
}

// Rename implements enginetest.Backend: the event is moved to the other file, and never back: an id names one item.
func (f *walkFile) Rename(id, _ string) (string, bool) {
	name, uid, _ := cutID(id)
	if f.moved[uid] {
		return "", false
	}
	f.moved[uid] = true
	text, ok := f.cut(id)
	if !ok {
		return "", false
	}
	f.gone[id] = text
	other := map[string]string{"a.ics": "b.ics", "b.ics": "a.ics"}[name]
	f.add(other, text)
	return joinID(other, uid), true
}

// Event implements enginetest.Backend.
func (f *walkFile) Event(id string) (calendar.Event, bool) {
	ev, err := f.Dir.Get(context.Background(), id)
	if errors.Is(err, calendar.ErrGone) {
		return calendar.Event{}, false
	}
	f.owner.must(err)
	return ev, true
}
