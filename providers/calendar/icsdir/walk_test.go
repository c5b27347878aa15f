package icsdir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/sync/engine/enginetest"
)

// The random walk of package enginetest on a folder: slower than the one in memory, because files are written and
// synced, and because a pass waits until the next write will show in a file's times.
//
//	go test ./providers/calendar/icsdir -run Walk -walk.seeds=10000 -walk.dir=/dev/shm
var walks = enginetest.Flags(100)

func TestWalk(t *testing.T) {
	o := *walks
	o.Walkers = 16 // files are waited for
	enginetest.Run(t, o,
		func(s enginetest.Setup) (enginetest.Backend, error) { return newWalkDates(t, s) })
}

// TestWalkRemoved: see enginetest.RunRemoval.
func TestWalkRemoved(t *testing.T) {
	o := *walks
	o.Walkers = 16
	enginetest.RunRemoval(t, o, func(s enginetest.Setup) (enginetest.Backend, error) { return newWalkDates(t, s) })
}

// walkFolder is a folder that is walked on.
type walkFolder struct {
	*Dir
	owner   *world
	setup   enginetest.Setup
	epoch   int               // cursors of another epoch have expired
	deleted map[string][]byte // what was in files that are no more
}

func newWalkFolder(t *testing.T, s enginetest.Setup) (*walkFolder, error) {
	path, err := os.MkdirTemp(walks.Dir, "folder") //nolint:usetesting // it is removed after each walk, and asked for by flag
	if err != nil {
		return nil, err
	}
	f := &walkFolder{owner: &world{t: t, path: path, halves: map[string][]byte{}}, setup: s,
		deleted: map[string][]byte{}}
	f.Restart()
	return f, nil
}

func (f *walkFolder) Close() error { return os.RemoveAll(f.owner.path) }

// Restart implements enginetest.Backend.
func (f *walkFolder) Restart() {
	d, err := New(Config{Path: f.owner.path, Now: f.setup.Now, Hook: func(point string) {
		_ = f.setup.Hook(point, "", "") // here the power may be cut; what else may go wrong is played around the call
	}})
	f.owner.must(err)
	f.Dir = d
}

// Changes implements calendar.Calendar.
func (f *walkFolder) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	if err := f.setup.Hook("changes", "before", ""); err != nil {
		return calendar.Changes{}, err
	}
	epoch, rest, found := strings.Cut(cursor, "|")
	if found && epoch != fmt.Sprint(f.epoch) {
		return calendar.Changes{}, calendar.ErrCursor
	}
	changes, err := f.Dir.Changes(ctx, rest)
	if err == nil {
		err = f.setup.Hook("changes", "after", "")
	}
	if err != nil {
		return calendar.Changes{}, err
	}
	changes.Cursor = fmt.Sprint(f.epoch) + "|" + changes.Cursor
	return changes, nil
}

// Echoed implements calendar.Echoer.
func (f *walkFolder) Echoed(cursor string) string {
	epoch, rest, found := strings.Cut(cursor, "|")
	if !found {
		return cursor
	}
	return epoch + "|" + f.Dir.Echoed(rest)
}

// Get implements calendar.Calendar.
func (f *walkFolder) Get(ctx context.Context, id string) (calendar.Event, error) {
	return f.call("get", id, func() (calendar.Event, error) { return f.Dir.Get(ctx, id) })
}

// SetLink implements calendar.Calendar.
func (f *walkFolder) SetLink(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	return f.call("setlink", id, func() (calendar.Event, error) { return f.Dir.SetLink(ctx, id, version, l) })
}

func (f *walkFolder) call(name, id string, do func() (calendar.Event, error)) (calendar.Event, error) {
	if err := f.setup.Hook(name, "before", id); err != nil {
		return calendar.Event{}, err
	}
	ev, err := do()
	if err == nil {
		err = f.setup.Hook(name, "after", id)
	}
	if err != nil {
		return calendar.Event{}, err
	}
	return ev, nil
}

// file is a new file's name; path is where a file is.
func (f *walkFolder) file() string {
	f.owner.n++
	return fmt.Sprintf("event%d.ics", f.owner.n)
}

func (f *walkFolder) path(id string) string { return filepath.Join(f.owner.path, id) }

// content is what is in a file, nil if there is none.
func (f *walkFolder) content(id string) []byte {
	raw, err := os.ReadFile(f.path(id))
	if !errors.Is(err, os.ErrNotExist) {
		f.owner.must(err)
	}
	return raw
}

// Put implements enginetest.Backend.
func (f *walkFolder) Put(e calendar.Event) string {
	id := f.file()
	others := []string{"UID:" + id + "@walk", "DTSTAMP:20260101T000000Z"}
	if e.Series {
		others = append(others, "RRULE:FREQ=WEEKLY")
	}
	f.owner.save(id, fields(e, others))
	return id
}

// Delete implements enginetest.Backend.
func (f *walkFolder) Delete(id string) {
	if raw := f.content(id); raw != nil {
		f.deleted[id] = raw
		f.owner.Delete(id)
	}
}

// Restore implements enginetest.Backend.
func (f *walkFolder) Restore(id string) {
	if raw := f.deleted[id]; raw != nil && f.content(id) == nil {
		f.owner.must(os.WriteFile(f.path(id), raw, 0o600))
	}
}

// Copy implements enginetest.Backend.
func (f *walkFolder) Copy(id string) string {
	ev, _ := f.Event(id)
	copied := f.file()
	raw := bytes.ReplaceAll(f.content(id), []byte("UID:"+ev.UID+"\r\n"), []byte("UID:"+copied+"@walk\r\n"))
	f.owner.must(os.WriteFile(f.path(copied), raw, 0o600))
	return copied
}

// Rename implements enginetest.Backend. The old file can be restored, as from a backup.
func (f *walkFolder) Rename(id, _ string) (string, bool) {
	renamed := f.file()
	f.deleted[id] = f.content(id)
	f.owner.must(os.Rename(f.path(id), f.path(renamed)))
	return renamed, true
}

// Hide implements enginetest.Backend: a folder hides nothing.
func (f *walkFolder) Hide(string, bool) {}

// Expire implements enginetest.Backend.
func (f *walkFolder) Expire() { f.epoch++ }

// Event implements enginetest.Backend.
func (f *walkFolder) Event(id string) (calendar.Event, bool) {
	ev, err := f.Dir.Get(context.Background(), id)
	if errors.Is(err, calendar.ErrGone) {
		return calendar.Event{}, false
	}
	f.owner.must(err)
	return ev, true
}
