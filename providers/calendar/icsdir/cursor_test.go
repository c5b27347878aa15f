package icsdir

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
)

func TestCursorRoundTrip(t *testing.T) {
	files := []seen{
		{name: "\n.ics", print: 7, state: settled, single: true},
		{name: " a b.ics", print: 1<<64 - 1, state: racy, content: 99, single: true},
		{name: "\"quoted\".ics", print: 1, state: failed, single: true},
		{name: "export.ics", print: 5, state: settled, uids: []string{"a", "", "b c", "\tx", "\"", "\xff"}},
		{name: "todo.ics", print: 6, state: settled},
		{name: "ü\xff.ics", print: 3, state: settled, single: true},
	}
	got, err := parseCursor(formatCursor(files))
	if err != nil || !reflect.DeepEqual(got, files) {
		t.Errorf("came back as %+v (%v)", got, err)
	}
}

func TestCursorOfAnotherVersion(t *testing.T) {
	good := formatCursor([]seen{{name: "a.ics", state: settled, single: true},
		{name: "b.ics", state: settled, uids: []string{"x"}}})
	for name, cursor := range map[string]string{
		"other version": strings.Replace(good, "icsdir 1", "icsdir 2", 1),
		"cut":           good[:len(good)-1],
		"no print":      "icsdir 1\n?1=a.ics\n",
		"no name":       "icsdir 1\nAAAAAAAAAAA1=\n",
		"odd state":     "icsdir 1\nAAAAAAAAAAA1?a.ics\n",
		"unsorted":      "icsdir 1\nAAAAAAAAAAA1=b.ics\nAAAAAAAAAAA1=a.ics\n",
		"UID alone":     "icsdir 1\n\tx\n",
		"UID of single": "icsdir 1\nAAAAAAAAAAA1=a.ics\n\tx\n",
		"a sync token":  "https://example.com/sync/42",
	} {
		if _, err := parseCursor(cursor); !errors.Is(err, calendar.ErrCursor) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestCursorSize: ten thousand files with the usual names need less than a megabyte.
func TestCursorSize(t *testing.T) {
	files := make([]seen, 10000)
	for i := range files {
		files[i] = seen{name: "0f8fad5b-d9cb-469f-a165-70867728950e.ics", print: uint64(i), state: settled,
			single: true}
	}
	if size := len(formatCursor(files)); size > 1<<20 {
		t.Errorf("%d bytes", size)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(formatCursor([]seen{{name: "a.ics", state: racy, single: true},
		{name: "b\n.ics", state: settled, uids: []string{"x", ""}}}))
	f.Add("icsdir 1\nAAAAAAAAAAA1=a.ics\n")
	f.Fuzz(func(t *testing.T, cursor string) {
		files, err := parseCursor(cursor)
		if err != nil {
			return
		}
		again, err := parseCursor(formatCursor(files))
		if err != nil || len(again) != len(files) || len(files) > 0 && !reflect.DeepEqual(again, files) {
			t.Errorf("%q is %+v, and then %+v (%v)", cursor, files, again, err)
		}
	})
}
