// Package onefile reads and writes the one .ics file of a command that makes the link of the event in it.
package onefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"zoomtag/providers/files"
	"zoomtag/providers/ical"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// Clean is a path in its shortest form, so that one file has one name: ./a.ics is written into, and is a.ics in what is
// said. A lone - is no path.
func Clean(path string) string {
	if path == "" {
		return path
	}
	return filepath.Clean(path)
}

// Read reads a file, or in where from is -, as far as a file of one event may go: what is longer is refused for its
// length later. An empty one is no file of an event.
func Read(from string, in io.Reader) ([]byte, error) {
	raw, err := read(from, in)
	if err == nil && len(raw) == 0 {
		return nil, words.Mend(fmt.Errorf("%s: the file is empty", from), "name an .ics file with an event")
	}
	return raw, err
}

func read(from string, in io.Reader) ([]byte, error) {
	if from == "-" {
		return io.ReadAll(io.LimitReader(in, api.MaxBytes))
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, files.ReadError(from, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, api.MaxBytes))
	if err != nil {
		return nil, files.ReadError(from, err)
	}
	return raw, nil
}

// Check returns why what becomes of a file, which was read as raw, cannot be written to another one: that is there
// already and holds other events, which would be lost.
func Check(from, to string, raw []byte) error {
	if to == "" || to == "-" || to == from {
		return nil
	}
	f, err := os.Open(to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return files.WriteError(to, err)
	}
	defer f.Close()
	there, err := io.ReadAll(io.LimitReader(f, api.MaxBytes))
	if err != nil {
		return files.ReadError(to, err)
	}
	if slices.Equal(uidsIn(there), uidsIn(raw)) {
		return nil
	}
	return words.Usage(words.Mend(errors.New(to+" is there already, and is about something else"),
		"name another file, or remove it first"))
}

// uidsIn are the events of a file, sorted; nil where it is none of events.
func uidsIn(raw []byte) []string {
	doc, err := ical.Parse(raw, ical.DefaultLimits)
	if err != nil {
		return nil
	}
	return slices.Sorted(slices.Values(doc.UIDs()))
}

// Write writes what became of a file, which was read as raw, to another one or in its place, with its mode.
func Write(from, to string, raw, linked []byte) error {
	if from == to {
		if now, err := os.ReadFile(from); err != nil || !bytes.Equal(now, raw) {
			return errors.Join(words.Mend(fmt.Errorf("%s was changed meanwhile: nothing is written", from),
				"run the command again, the meeting is kept"), err)
		}
	}
	mode := os.FileMode(0o600)
	if info, err := os.Stat(from); err == nil {
		mode = info.Mode().Perm()
	}
	return files.Replace(files.Target(to), linked, mode)
}
