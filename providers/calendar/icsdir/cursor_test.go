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
		{name: "\n.ics", print: 7, state: settled, kind: single},
		{name: " a b.ics", print: 1<<64 - 1, state: racy, content: 99, kind: single},
		{name: "\"quoted\".ics", print: 1, state: failed, kind: single},
		{name: "date.ics", print: 8, state: settled, kind: apart, uids: []string{"u"},
			series: "\"a\".ics"},
		{name: "date2.ics", print: 8, state: settled, kind: apart, uids: []string{"\tu"}},
		{name: "export.ics", print: 5, state: settled, kind: several,
			uids: []string{"a", "", "b c", "\tx", "\"", "\xff"}},
		{name: "todo.ics", print: 6, state: settled, kind: several},
		{name: "ü\xff.ics", print: 3, state: settled, kind: single},
	}
	got, err := parseCursor(formatCursor(files))
	if err != nil || !reflect.DeepEqual(got, files) {
		t.Errorf("came back as %+v (%v)", got, err)
	}
}

func TestCursorOfAnotherVersion(t *testing.T) {
	good := formatCursor([]seen{{name: "a.ics", state: settled, kind: single},
		{name: "b.ics", state: settled, kind: several, uids: []string{"x"}}})
	for name, cursor := range map[string]string{
		"other version": strings.Replace(good, "icsdir 2", "icsdir 3", 1),
		"cut":           good[:len(good)-1],
		"no print":      "icsdir 2\n?1=a.ics\n",
		"no name":       "icsdir 2\nAAAAAAAAAAA1=\n",
		"odd state":     "icsdir 2\nAAAAAAAAAAA1?a.ics\n",
		"unsorted":      "icsdir 2\nAAAAAAAAAAA1=b.ics\nAAAAAAAAAAA1=a.ics\n",
		"UID alone":     "icsdir 2\n\tx\n",
		"UID of single": "icsdir 2\nAAAAAAAAAAA1=a.ics\n\tx\n",
		"dates of none": "icsdir 2\nAAAAAAAAAAAd=a.ics\n\tx\n",
		"dates of two":  "icsdir 2\nAAAAAAAAAAAd=a.ics\n\tx\n\ty\n\tz\n",
		"other kind":    "icsdir 2\nAAAAAAAAAAAx=a.ics\n",
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
			kind: single}
	}
	if size := len(formatCursor(files)); size > 1<<20 {
		t.Errorf("%d bytes", size)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(formatCursor([]seen{{name: "a.ics", state: racy, kind: single},
		{name: "b\n.ics", state: settled, kind: several, uids: []string{"x", ""}}}))
	f.Add("icsdir 2\nAAAAAAAAAAA1=a.ics\n")
	f.Add("icsdir 2\nAAAAAAAAAAAd=a.ics\n\tx\n\tb.ics\n")
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
