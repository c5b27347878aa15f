package caldav

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
)

// compare lists by ETags, and by a CTag that says whether that is worth while.
func (c *Calendar) compare(ctx context.Context, p *place, before, now *cursor) (calendar.Changes, error) {
	if p.mode == byCTag {
		var err error
		// before the listing: what changes meanwhile then shows in the next pass
		if now.token, err = c.ctag(ctx, p); err != nil {
			return calendar.Changes{}, err
		}
		if before != nil && now.token != "" && now.token == before.token {
			now.items = before.items
			return calendar.Changes{Cursor: now.String(), Total: len(before.items)}, nil
		}
	}
	listed, err := c.listAll(ctx, p, before == nil)
	if err != nil {
		return calendar.Changes{}, err
	}
	was := map[string]string{}
	if before != nil {
		for _, it := range before.items {
			was[it.id] = it.version
		}
	}
	changes := calendar.Changes{Full: before == nil}
	var lacking []string
	versions := map[string]string{}
	for _, o := range listed {
		switch {
		case o.change != nil:
			changes.List = append(changes.List, *o.change)
		case o.version == "" || was[o.id] != o.version:
			lacking = append(lacking, o.id)
			versions[o.id] = o.version
			continue
		}
		now.items = append(now.items, item{o.id, o.version})
	}
	if err := c.compareLacking(ctx, p, lacking, versions, was, now, &changes); err != nil {
		return calendar.Changes{}, err
	}
	changes = c.finish(before, now, changes)
	return changes, c.prove(ctx, p, before, changes.List)
}

// compareLacking reads the objects that are new, or may be. versions are theirs as they were listed.
func (c *Calendar) compareLacking(ctx context.Context, p *place, ids []string, versions, was map[string]string,
	now *cursor, changes *calendar.Changes) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := c.fetchWith(ctx, p, ids, func(id, etag, data string) calendar.Change {
		versions[id] = version(etag, []byte(data))
		if versions[id] == was[id] {
			return calendar.Change{ID: id, Same: true}
		}
		return c.change(id, etag, data)
	})
	if err != nil {
		return c.aboutCalendar(err)
	}
	for _, ch := range list {
		switch {
		case ch.Deleted: // between the two requests; it is missing then, unless nobody knew it
			continue
		case ch.Same && !changes.Full && versions[ch.ID] == was[ch.ID]:
		default:
			changes.List = append(changes.List, ch)
		}
		now.items = append(now.items, item{ch.ID, versions[ch.ID]})
	}
	return nil
}

// finish adds what is no longer there, and makes the cursor.
func (c *Calendar) finish(before, now *cursor, changes calendar.Changes) calendar.Changes {
	slices.SortFunc(now.items, func(a, b item) int { return strings.Compare(a.id, b.id) })
	now.items = slices.CompactFunc(now.items, func(a, b item) bool { return a.id == b.id })
	changes.Total, changes.Cursor = len(now.items), now.String()
	if before == nil {
		return changes
	}
	there := make(map[string]bool, len(now.items))
	for _, it := range now.items {
		there[it.id] = true
	}
	for _, it := range before.items {
		if !there[it.id] {
			c.wroteLast(it.id, "")
			changes.List = append(changes.List, calendar.Change{ID: it.id, Missing: true})
		}
	}
	return changes
}

// prove finds out which of the missing objects the server itself calls deleted. That counts for more than not being
// listed, as with a calendar that looks empty. A list of all that is there, which is what DAViCal answers where it has
// forgotten the token, calls nothing deleted.
func (c *Calendar) prove(ctx context.Context, p *place, before *cursor, list []calendar.Change) error {
	if before == nil || !slices.ContainsFunc(list, func(ch calendar.Change) bool { return ch.Missing }) {
		return nil
	}
	_, token, ok := strings.Cut(before.token, stateToken)
	if !ok {
		return nil
	}
	said, err := c.syncReport(ctx, p, token, false)
	var refused *refusedError
	if errors.As(err, &refused) {
		c.cfg.Log.DebugContext(ctx, "the server does not say what was deleted", "reason", err)
		return nil
	}
	if err != nil {
		return c.aboutCalendar(err)
	}
	for i, ch := range list {
		if ch.Missing && slices.ContainsFunc(said.list,
			func(s calendar.Change) bool { return s.ID == ch.ID && s.Deleted }) {
			list[i] = calendar.Change{ID: ch.ID, Deleted: true}
		}
	}
	return nil
}

// stateToken stands before the sync token in what ctag reads.
const stateToken = "\n"

// ctag reads what changes with every change of the collection. A sync token counts as well where there is one: the CTag
// of DAViCal is made of the object that was written last, and comes back with it.
func (c *Calendar) ctag(ctx context.Context, p *place) (string, error) {
	list, err := c.propfind(ctx, "ask whether anything has changed", p.url, "0", ctagProperty)
	if err != nil {
		return "", c.aboutCalendar(err)
	}
	if len(list) == 0 {
		return "", fmt.Errorf("caldav: ask whether anything has changed: %w",
			strange("it says nothing of the calendar"))
	}
	state := strings.TrimSpace(list[0].CTag)
	if token := strings.TrimSpace(list[0].SyncToken); token != "" {
		state += stateToken + token
	}
	return state, nil
}

// listed is an object as a listing shows it.
type listed struct {
	id, version string
	change      *calendar.Change // where its content came along
}

// listAll lists all events, with their content if data is set.
func (c *Calendar) listAll(ctx context.Context, p *place, data bool) ([]listed, error) {
	list, err := c.query(ctx, p, data)
	if data && errors.Is(err, errNotXML) {
		list, err = c.query(ctx, p, false)
	}
	return list, c.aboutCalendar(err)
}

func (c *Calendar) query(ctx context.Context, p *place, data bool) ([]listed, error) {
	var list []listed
	r := call{what: "list events", method: methodReport, url: p.url, body: calendarQuery(data), header: xmlHeaders("1"),
		within: rest.ReportTime}
	err := c.read(ctx, r, func(a *answer, body io.Reader) error {
		if err := p.stays(a); err != nil {
			return err
		}
		list = nil
		partial := false
		_, err := multistatus(ctx, body, func(r *response) error {
			for _, href := range r.Hrefs {
				id, is := c.id(p, href)
				status := r.status()
				switch {
				case status == http.StatusInsufficientStorage:
					partial = true
				case is == outside:
					return p.stranger(href)
				case is == anObject && status == http.StatusOK:
					list = append(list, c.listedAs(id, r.found()))
				case is == anObject && status != http.StatusNotFound && status != http.StatusGone:
					list = append(list, listed{id: id}) // it is read by itself
				}
			}
			return nil
		})
		if err == nil && partial {
			err = &brokenError{text: "the server shows only a part of the calendar, and has no way to ask for the rest",
				lasting: true}
		}
		return err
	})
	return list, err
}

func (c *Calendar) listedAs(id string, now props) listed {
	o := listed{id: id}
	if isStrong(now.ETag) {
		o.version = now.ETag
	}
	if now.Data != nil {
		o.version = version(now.ETag, []byte(*now.Data))
		ch := c.change(id, now.ETag, *now.Data)
		o.change = &ch
	}
	return o
}
