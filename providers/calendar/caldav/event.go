package caldav

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/internal/icsobject"
)

// isStrong reports whether an ETag is one by which If-Match compares (RFC 9110, section 8.8.3).
func isStrong(etag string) bool { return len(etag) > 2 && etag[0] == '"' && etag[len(etag)-1] == '"' }

// version changes with every change of an object: its ETag, or what it says where the server has no good one. Line ends
// do not count: XML does not keep them.
func version(etag string, raw []byte) string {
	if isStrong(etag) {
		return etag
	}
	sum := sha256.Sum256(bytes.TrimSpace(bytes.ReplaceAll(raw, []byte("\r"), nil)))
	return "sha256:" + hex.EncodeToString(sum[:16])
}

// look is what an object turns out to be.
type look struct {
	event calendar.Event
	uid   string // as it stands in the object
	plain bool   // it is no event, or one that has nothing to do with us
}

// examine reads an object. Whole says that it is read even if it is nothing of ours.
func (c *Calendar) examine(id, etag string, raw []byte, whole bool) (l look, err error) {
	if !whole && !c.needles.In(ical.Lower(nil, raw)) {
		return look{plain: true}, nil
	}
	doc, err := ical.Parse(raw, c.reader.Limits)
	if err != nil {
		return l, fmt.Errorf("caldav: %w", icsobject.Understood(id, err))
	}
	switch uids := doc.UIDs(); len(uids) {
	case 0:
		return look{plain: true}, nil // a task, a journal
	case 1:
		l.uid = uids[0]
	default: // RFC 4791, section 4.1
		return l, fmt.Errorf("caldav: %w: %s holds %d events, where a CalDAV object holds one", calendar.ErrMalformed,
			id, len(uids))
	}
	ev, was, ok, err := c.reader.Event(doc, id, l.uid)
	if err != nil {
		return l, fmt.Errorf("caldav: %w", icsobject.Understood(id, err))
	}
	if !ok {
		return look{plain: true}, nil
	}
	ev.Version = version(etag, raw)
	c.judge(&ev, &was)
	l.event = ev
	l.plain = !whole && c.cfg.Interesting != nil && !c.cfg.Interesting(&ev)
	return l, nil
}

// judge says what a write would lead to: a server that schedules (RFC 6638) mails the guests of what its owner
// organizes.
func (c *Calendar) judge(ev *calendar.Event, was *ical.Event) {
	c.mu.Lock()
	why, cure := c.place.denies()
	c.mu.Unlock()
	if why != "" && ev.Denied == "" {
		ev.Denied, ev.Cure, ev.Unwritable = why, cure, true
	}
	guests := c.reader.Owners.Guests(was.Guests)
	switch {
	case ev.Denied != "" || len(guests) == 0 || !was.Scheduled || c.cfg.Quiet:
	case c.cfg.Announce:
		ev.Mails = guests
	default:
		ev.Sealed = "it has guests, whom the server may mail when the event is changed"
		ev.Cure = "write quiet: true into the caldav section if it mails nobody, or link: { announce: all } if they " +
			"shall hear of the link"
	}
}
