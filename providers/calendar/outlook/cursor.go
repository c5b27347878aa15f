package outlook

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/calendar"
)

// Graph keeps no cursor for the events of a calendar: its delta is for expanded windows that do not move along, with
// rows that lack their texts and deletions that may be none. So a calendar is followed by the time of the last change.
// A cursor is
//
//	outlook1 CALENDAR DAY WATERMARK FINGERPRINTS CENSUS [read]
//
// the id of the calendar where it is not the default one, the day on which it was given out or used last, the time from
// which on changes are asked for, what was seen of the events changed since then, by which they are known again: the
// question always brings the latest changes along; a fingerprint of all ids, which a cursor of before may lack; and
// whether the calendar could only be read.
const cursorName = "outlook1"

// overlap is how far before the latest change the watermark lies, until that is older: a change may show later than one
// that was made after it.
const overlap = 2 * time.Minute

// maxAge is how many days a cursor may lie unused: after such a pause everything is read again.
const maxAge = 30

func dayOf(t time.Time) int64 { return t.Unix() / int64((24 * time.Hour).Seconds()) }

type cursor struct {
	calendar string // "" for the default one
	day      int64
	since    time.Time
	seen     []string // fingerprints, sorted
	census   string   // "" where it is not known
	readOnly bool
}

const printLen = 11

// fingerprint tells one state of one event from all others.
func fingerprint(id, version string) string {
	sum := sha256.Sum256([]byte(id + "\x00" + version))
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

const (
	noCalendar = "-"
	onlyRead   = "read"
)

func (c cursor) String() string {
	id := c.calendar
	if id == "" {
		id = noCalendar
	}
	parts := []string{cursorName, id, strconv.FormatInt(c.day, 10), c.since.UTC().Format(time.RFC3339Nano),
		strings.Join(c.seen, ""), c.census}
	if c.readOnly {
		parts = append(parts, onlyRead)
	}
	return strings.Join(parts, " ")
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
	if len(parts) == 5 {
		parts = append(parts, "")
	}
	readOnly := len(parts) == 7 && parts[6] == onlyRead
	if readOnly {
		parts = parts[:6]
	}
	if len(parts) != 6 || parts[0] != cursorName || parts[1] == "" || len(parts[4])%printLen != 0 {
		return strange("it is not one of this version")
	}
	c := cursor{calendar: parts[1], census: parts[5], readOnly: readOnly}
	if c.calendar == noCalendar {
		c.calendar = ""
	}
	var err, dayErr error
	c.day, dayErr = strconv.ParseInt(parts[2], 10, 64)
	if c.since, err = time.Parse(time.RFC3339Nano, parts[3]); err != nil || dayErr != nil {
		return strange("it is not one of this version")
	}
	if dayOf(now)-c.day > maxAge {
		return strange("it was not used for a month")
	}
	for i := 0; i < len(parts[4]); i += printLen {
		c.seen = append(c.seen, parts[4][i:i+printLen])
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
