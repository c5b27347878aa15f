package outlook

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
)

// Graph keeps no cursor for the events of a calendar: its delta is for expanded windows that do not move along, with rows that lack
// their texts and deletions that may be none. So a calendar is followed by the time of the last change. A cursor is
//
//	outlook1 CALENDAR WATERMARK FINGERPRINTS
//
// the id of the calendar where it is not the default one, the time from which on changes are asked for, and what was seen of the
// events changed since then, by which they are known again: the question always brings the latest changes along.
const cursorName = "outlook1"

// overlap is how far before the latest change the watermark lies, until that is older: a change may show later than one that was made
// after it.
const overlap = 2 * time.Minute

// maxAge is how old a watermark may be: after such a pause everything is read again.
const maxAge = 30 * 24 * time.Hour

type cursor struct {
	calendar string // "" for the default one
	since    time.Time
	seen     []string // fingerprints, sorted
}

const printLen = 11

// fingerprint tells one state of one event from all others.
func fingerprint(id, version string) string {
	sum := sha256.Sum256([]byte(id + "\x00" + version))
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

const noCalendar = "-"

func (c cursor) String() string {
	id := c.calendar
	if id == "" {
		id = noCalendar
	}
	return strings.Join([]string{cursorName, id, c.since.UTC().Format(time.RFC3339Nano), strings.Join(c.seen, "")}, " ")
}

// parseCursor reads a cursor; an empty one is from before everything.
func parseCursor(s string, now time.Time) (cursor, error) {
	if s == "" {
		return cursor{}, nil
	}
	strange := func(why string) (cursor, error) {
		return cursor{}, fmt.Errorf("outlook: %w: %s; the calendar is read again as a whole", calendar.ErrCursor, why)
	}
	parts := strings.Split(s, " ")
	if len(parts) != 4 || parts[0] != cursorName || parts[1] == "" || len(parts[3])%printLen != 0 {
		return strange("it is not one of this version")
	}
	c := cursor{calendar: parts[1]}
	if c.calendar == noCalendar {
		c.calendar = ""
	}
	var err error
	if c.since, err = time.Parse(time.RFC3339Nano, parts[2]); err != nil {
		return strange("it is not one of this version")
	}
	if now.Sub(c.since) > maxAge && !c.since.IsZero() {
		return strange("it is too old")
	}
	for i := 0; i < len(parts[3]); i += printLen {
		c.seen = append(c.seen, parts[3][i:i+printLen])
	}
	if !slices.IsSorted(c.seen) {
		return strange("it is not one of this version")
	}
	return c, nil
}

func (c *cursor) knows(print string) bool {
	_, found := slices.BinarySearch(c.seen, print)
	return found
}
