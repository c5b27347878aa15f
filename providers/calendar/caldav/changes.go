package caldav

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// readChanges is Changes without its bounds.
func (c *Calendar) readChanges(ctx context.Context, from string) (calendar.Changes, error) {
	before, err := parseCursor(from)
	if err != nil {
		return calendar.Changes{}, err
	}
	c.begin(from)
	var p *place
	if before == nil {
		c.forget()
		c.pin(nil)
		p, err = c.locate(ctx)
	} else {
		p, err = c.resume(ctx, before)
	}
	if err != nil {
		return calendar.Changes{}, err
	}
	c.pin(p.url)
	now := &cursor{mode: p.mode, rights: readWrite, day: dayOf(c.cfg.Now()), at: p.url.String()}
	if p.readOnly {
		now.rights = readOnly
	}
	var changes calendar.Changes
	if p.mode == bySync {
		changes, err = c.sync(ctx, p, before, now)
	} else {
		changes, err = c.compare(ctx, p, before, now)
	}
	if errors.Is(err, errMoved) && before != nil {
		return calendar.Changes{}, fmt.Errorf("caldav: %w: %w", calendar.ErrCursor, err)
	}
	changes.Source = p.url.String()
	changes.ReadOnly, changes.Cure = p.denies()
	if err != nil {
		return calendar.Changes{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told.Note(from, changes.List)
	return changes, nil
}

// begin begins a pass. What was told to somebody who asks again was not taken in: our own writes do not hide it then.
// Nor do they hide anything from those who ask for everything.
func (c *Calendar) begin(from string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if from == "" {
		clear(c.written)
	}
	for _, id := range c.told.Dropped(from) {
		delete(c.written, id)
	}
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// resume takes the place from a cursor, unless more is known of it by now. It is asked what may be done with it once a
// day, and whether its sync tokens can be relied on; and each time while nothing may be done: whoever has been given
// the right waits for a link.
func (c *Calendar) resume(ctx context.Context, before *cursor) (*place, error) {
	p, err := before.place(&c.cfg, c.base)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	if c.place == nil {
		c.place = p
	}
	known := c.place
	c.mu.Unlock()
	if nextDay := dayOf(c.cfg.Now()) != before.day; known.readOnly || nextDay {
		c.lookAgain(ctx, known, nextDay)
	}
	c.mu.Lock()
	if c.place != nil { // else somebody has found out meanwhile that it is not there
		known = c.place
	}
	c.mu.Unlock()
	if known.url.String() != p.url.String() || known.mode != p.mode {
		return nil, fmt.Errorf("caldav: %w: the calendar is now found elsewhere, or its changes otherwise; it is "+
			"read again as a whole", calendar.ErrCursor)
	}
	return known, nil
}

// errMoved says that a report was answered at another address: what it names is to be read with that in mind.
var errMoved = errors.New("the calendar has moved to another address")

// stays reports errMoved unless an answer came from the collection itself.
func (p *place) stays(a *answer) error {
	if a.url.String() == p.url.String() {
		return nil
	}
	return errMoved
}

// Bounds of a report that comes in parts, and of parts in a row without anything new.
const (
	maxParts = 10000
	maxStale = 20
)

// found gathers what the parts of a listing say, each object once.
type found struct {
	full bool
	list []calendar.Change
	at   map[string]int
}

// all are the changes. What a whole listing has shown and then called deleted, before its end, is not there.
func (f *found) all() []calendar.Change {
	if !f.full {
		return f.list
	}
	return slices.DeleteFunc(f.list, func(ch calendar.Change) bool { return ch.Deleted })
}

func (f *found) add(ch calendar.Change) (fresh bool) {
	at, twice := f.at[ch.ID]
	switch {
	case twice:
		f.list[at] = ch // the later one counts
		return false
	case f.full && ch.Deleted:
		return false // it never was there, as far as this listing goes
	}
	f.at[ch.ID] = len(f.list)
	f.list = append(f.list, ch)
	return true
}

// sync lists by sync-collection reports.
func (c *Calendar) sync(ctx context.Context, p *place, before, now *cursor) (calendar.Changes, error) {
	f := &found{full: before == nil, at: map[string]int{}}
	token := ""
	if before != nil {
		token = before.token
	}
	stale := 0
	for parts := 0; ; parts++ {
		part, err := c.syncPart(ctx, p, token, parts == 0)
		if err != nil {
			return calendar.Changes{}, err
		}
		fresh := 0
		for _, ch := range part.list {
			if f.add(ch) {
				fresh++
			}
		}
		if stale++; fresh > 0 {
			stale = 0
		}
		if part.more && (part.token == token || stale > maxStale || parts > maxParts) {
			return calendar.Changes{}, errors.New("caldav: list what has changed: the parts of the answer have no end")
		}
		token = part.token
		if !part.more {
			break
		}
	}
	now.token = token
	changes := calendar.Changes{List: f.all(), Full: before == nil, Total: -1, Cursor: now.String()}
	if changes.Full {
		changes.Total = len(changes.List)
	}
	return changes, nil
}

// part is one answer to a sync-collection report.
type part struct {
	list    []calendar.Change
	lacking []string // objects that it did not show the content of
	token   string
	more    bool
}

// syncPart asks once. Where content comes in a form that is no XML, it is asked for object by object. A token that was
// given out for the part before cannot have expired.
func (c *Calendar) syncPart(ctx context.Context, p *place, token string, first bool) (*part, error) {
	got, err := c.syncReport(ctx, p, token, true)
	if errors.Is(err, errNotXML) {
		got, err = c.syncReport(ctx, p, token, false)
	}
	if err != nil && first && token != "" {
		return nil, c.tokenError(ctx, p, err)
	}
	if err != nil {
		return nil, c.aboutCalendar(err)
	}
	if err := c.fill(ctx, p, got, token == ""); err != nil {
		return nil, c.aboutCalendar(err)
	}
	return got, nil
}

// fill reads what a report did not show the content of: with one query if that is everything, and in portions else.
func (c *Calendar) fill(ctx context.Context, p *place, got *part, everything bool) error {
	if everything && len(got.lacking) > mostAtOnce {
		events, err := c.listAll(ctx, p, true)
		if err != nil {
			return err
		}
		shown := make(map[string]*calendar.Change, len(events))
		for _, o := range events {
			shown[o.id] = o.change
		}
		left := got.lacking[:0]
		for _, id := range got.lacking {
			switch ch, isEvent := shown[id]; {
			case !isEvent || ch == nil: // a task, gone meanwhile, or overlooked
				left = append(left, id)
			default:
				got.list = append(got.list, *ch)
			}
		}
		got.lacking = left
	}
	if len(got.lacking) == 0 {
		return nil
	}
	changes, err := c.fetch(ctx, p, got.lacking)
	got.list = append(got.list, changes...)
	return err
}

func (c *Calendar) syncReport(ctx context.Context, p *place, token string, data bool) (*part, error) {
	var got *part
	r := call{what: "list what has changed", method: methodReport, url: p.url, body: syncCollection(token, data),
		header: xmlHeaders("0"), within: rest.ReportTime}
	err := c.read(ctx, r, func(a *answer, body io.Reader) (err error) {
		if err := p.stays(a); err != nil {
			return err
		}
		got = &part{}
		got.token, err = multistatus(ctx, body, func(r *response) error { return got.take(c, p, r) })
		if err == nil && got.token == "" {
			err = strange("it has no sync token")
		}
		return err
	})
	return got, err
}

// take reads what is said of one resource. One that is none of the collection's is an error: it might be an event under
// an address that is not understood, and its change would be lost.
func (g *part) take(c *Calendar, p *place, r *response) error {
	for _, href := range r.Hrefs {
		id, is := c.id(p, href)
		status := r.status()
		switch {
		case is == itself && status == http.StatusInsufficientStorage: // RFC 6578, section 3.6
			g.more = true
		case is == outside:
			return p.stranger(href)
		case is != anObject:
		case status == http.StatusNotFound, status == http.StatusGone:
			c.wroteLast(id, "")
			g.list = append(g.list, calendar.Change{ID: id, Deleted: true})
		case status != http.StatusOK:
			g.list = append(g.list, calendar.Change{ID: id}) // Get tries it again and again
		default:
			now := r.found()
			if now.Data == nil {
				g.lacking = append(g.lacking, id)
				continue
			}
			g.list = append(g.list, c.change(id, now.ETag, *now.Data))
		}
	}
	return nil
}

// stranger says that an answer names something that is not of the collection.
func (p *place) stranger(href string) error {
	return words.Mend(&brokenError{lasting: true, text: fmt.Sprintf("the server names %s, which is not below %s",
		rest.Redact(words.Cut(strings.TrimSpace(href), 120)), p.url.Path)},
		"write the address under which the server itself knows the calendar as caldav.url")
}

// change is one object as the engine hears of it.
func (c *Calendar) change(id, etag, data string) calendar.Change {
	raw := []byte(data)
	if c.wroteLast(id, version(etag, raw)) {
		return calendar.Change{ID: id, Same: true}
	}
	l, err := c.examine(id, etag, raw, false)
	switch {
	case err != nil:
		return calendar.Change{ID: id, Err: err}
	case l.plain:
		return calendar.Change{ID: id, Plain: true}
	case c.unsure():
		return calendar.Change{ID: id}
	}
	return calendar.Change{ID: id, Event: &l.event}
}

// tokenError tells a sync token that is no longer good from other refusals. Servers have several ways of saying that
// (RFC 6578, section 3.2: 403 or 409 with valid-sync-token; others answer 507 or 500): if the collection still stands,
// it is the token.
func (c *Calendar) tokenError(ctx context.Context, p *place, err error) error {
	var refused *refusedError
	var broken *brokenError
	isRefused := errors.As(err, &refused) && refused.status != http.StatusUnauthorized
	if !isRefused && !(errors.As(err, &broken) && broken.status == http.StatusInternalServerError) {
		return c.aboutCalendar(err)
	}
	if !isRefused || !refused.says("valid-sync-token") {
		if r, lookErr := c.look(ctx, p.url); lookErr != nil || !r.isCalendar() {
			return c.aboutCalendar(err)
		}
	}
	c.forget()
	return fmt.Errorf("caldav: %w: %w", calendar.ErrCursor, err)
}
