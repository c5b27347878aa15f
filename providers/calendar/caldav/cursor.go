package caldav

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/calendar"
)

// A cursor is what was last known of the collection: how its changes are found, whether it can be written to, and on
// which day that was asked:
//
//	caldav 2 sync rw 20417
//	<address of the collection>
//	<sync token, quoted>
//
// or, where the server has no sync tokens, a CTag (empty where it has none either) and all objects, sorted by id:
//
//	caldav 2 ctag rw 20417
//	<address of the collection>
//	<ctag, quoted>
//	<version, quoted> <id, quoted>
type cursor struct {
	mode   string
	rights string // readWrite or readOnly
	day    int64  // since 1970
	at     string
	token  string
	items  []item
}

// item is an object as a listing showed it.
type item struct{ id, version string }

const (
	cursorHeader = "caldav 2 "
	readWrite    = "rw"
	readOnly     = "ro"
)

func (c *cursor) String() string {
	var b strings.Builder
	b.WriteString(cursorHeader + c.mode + " " + c.rights + " " + strconv.FormatInt(c.day, 10) + "\n" + c.at + "\n" +
		strconv.Quote(c.token) + "\n")
	for _, it := range c.items {
		b.WriteString(strconv.Quote(it.version) + " " + strconv.Quote(it.id) + "\n")
	}
	return b.String()
}

// parseCursor reads a cursor; an empty one is nil.
func parseCursor(s string) (*cursor, error) {
	if s == "" {
		return nil, nil
	}
	bad := fmt.Errorf("caldav: %w: it is not one of this version; the calendar is read again as a whole",
		calendar.ErrCursor)
	head, rest, _ := strings.Cut(s, "\n")
	c := &cursor{}
	if !c.parseHead(head) {
		return nil, bad
	}
	var ok bool
	c.at, rest, ok = strings.Cut(rest, "\n")
	if !ok {
		return nil, bad
	}
	token, rest, ok := strings.Cut(rest, "\n")
	if !ok {
		return nil, bad
	}
	var err error
	if c.token, err = strconv.Unquote(token); err != nil {
		return nil, bad
	}
	for rest != "" {
		var line string
		if line, rest, ok = strings.Cut(rest, "\n"); !ok {
			return nil, bad
		}
		it, ok := parseItem(line)
		if !ok || len(c.items) > 0 && c.items[len(c.items)-1].id >= it.id {
			return nil, bad
		}
		c.items = append(c.items, it)
	}
	return c, nil
}

func (c *cursor) parseHead(head string) bool {
	said, ok := strings.CutPrefix(head, cursorHeader)
	parts := strings.Split(said, " ")
	if !ok || len(parts) != 3 || !slices.Contains([]string{bySync, byCTag, byETag}, parts[0]) ||
		parts[1] != readWrite && parts[1] != readOnly {
		return false
	}
	day, err := strconv.ParseInt(parts[2], 10, 64)
	c.mode, c.rights, c.day = parts[0], parts[1], day
	return err == nil
}

func parseItem(line string) (it item, ok bool) {
	quoted, err := strconv.QuotedPrefix(line)
	if err != nil {
		return it, false
	}
	if it.version, err = strconv.Unquote(quoted); err != nil {
		return it, false
	}
	name, ok := strings.CutPrefix(line[len(quoted):], " ")
	if !ok {
		return it, false
	}
	it.id, err = strconv.Unquote(name)
	return it, err == nil && it.id != ""
}

// place is where the cursor was taken, as long as that may still be asked with the configured sign-in.
func (c *cursor) place(cfg *Config, base *url.URL) (*place, error) {
	at, err := url.Parse(c.at)
	if err != nil || at.Host == "" || !strings.HasSuffix(at.Path, "/") || cfg.mayKnow(base, at) != nil {
		return nil, fmt.Errorf("caldav: %w: it is of another server; the calendar is read again as a whole",
			calendar.ErrCursor)
	}
	return &place{url: at, mode: c.mode, readOnly: c.rights == readOnly,
		own: strings.TrimSuffix(at.String(), "/") == strings.TrimSuffix(base.String(), "/")}, nil
}
