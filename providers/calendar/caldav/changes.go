package caldav

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"zoomtag/providers/calendar"
)

// Changes lists what has changed since the cursor, or everything. With a cursor it asks where that was taken; without one the collection
// is looked for anew.
func (c *Calendar) Changes(ctx context.Context, from string) (calendar.Changes, error) {
	before, err := parseCursor(from)
	if err != nil {
		return calendar.Changes{}, err
	}
	var p *place
	if before == nil {
		c.forget()
		p, err = c.locate(ctx)
	} else {
		p, err = c.resume(before)
	}
	if err != nil {
		return calendar.Changes{}, err
	}
	if p.mode == bySync {
		return c.sync(ctx, p, before)
	}
	return c.compare(ctx, p, before)
}

// resume takes the place from a cursor, unless more is known of it by now.
func (c *Calendar) resume(before *cursor) (*place, error) {
	p, err := before.place(&c.cfg, c.base)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.place == nil {
		c.place = p
	}
	if c.place.url.String() != p.url.String() || c.place.mode != p.mode {
		return nil, fmt.Errorf("caldav: %w: the calendar is now found elsewhere; it is read again as a whole", calendar.ErrCursor)
	}
	return c.place, nil
}

// Bounds of a report that comes in parts, and of parts in a row without anything new.
const (
	maxParts = 10000
	maxStale = 20
)

// found gathers what the parts of a listing say, each object once.
type found struct {
	list []calendar.Change
	at   map[string]int
}

func (f *found) add(ch calendar.Change) (fresh bool) {
	if at, twice := f.at[ch.ID]; twice {
		f.list[at] = ch // the later one counts
		return false
	}
	f.at[ch.ID] = len(f.list)
	f.list = append(f.list, ch)
	return true
}

// sync lists by sync-collection reports.
func (c *Calendar) sync(ctx context.Context, p *place, before *cursor) (calendar.Changes, error) {
	f := &found{at: map[string]int{}}
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
			if ch.Deleted && before == nil {
				continue
			}
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
	now := cursor{mode: bySync, at: p.url.String(), token: token}
	changes := calendar.Changes{List: f.list, Full: before == nil, Total: -1, Cursor: now.String()}
	if changes.Full {
		changes.Total = len(f.list)
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

// syncPart asks once. Where content comes in a form that is no XML, it is asked for object by object. A token that was given out for the
// part before cannot have expired.
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
			case !isEvent: // a task, or gone meanwhile
				got.list = append(got.list, calendar.Change{ID: id, Plain: true})
			case ch == nil:
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
	r := call{what: "list what has changed", method: methodReport, url: p.url, body: syncCollection(token, data), header: xmlHeaders("0"), within: reportTimeout}
	err := c.read(ctx, r, func(_ *answer, body io.Reader) (err error) {
		got = &part{}
		got.token, err = multistatus(body, func(r *response) error {
			got.take(c, p, r)
			return nil
		})
		if err == nil && got.token == "" {
			err = strange("it has no sync token")
		}
		return err
	})
	return got, err
}

// take reads what is said of one resource.
func (g *part) take(c *Calendar, p *place, r *response) {
	for _, href := range r.Hrefs {
		id, status := p.idOf(href), r.status()
		switch {
		case status == http.StatusInsufficientStorage && p.isItself(href): // RFC 6578, section 3.6
			g.more = true
		case id == "":
		case status == http.StatusNotFound, status == http.StatusGone:
			g.list = append(g.list, calendar.Change{ID: id, Deleted: true})
		case status != http.StatusOK:
			g.list = append(g.list, calendar.Change{ID: id, Err: fmt.Errorf("caldav: the server cannot show %s (HTTP %d)", id, status)})
		default:
			now := r.found()
			if now.Data == nil {
				g.lacking = append(g.lacking, id)
				continue
			}
			g.list = append(g.list, c.change(id, now.ETag, *now.Data))
		}
	}
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
	}
	return calendar.Change{ID: id, Event: &l.event}
}

// tokenError tells a sync token that is no longer good from other refusals. Servers have several ways of saying that (RFC 6578, section
// 3.2: 403 or 409 with valid-sync-token; others answer 507 or 500): if the collection still stands, it is the token.
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
