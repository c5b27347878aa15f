package outlooktest

import (
	"net/http"
	"strconv"
	"time"
)

// walk is what the token of a delta stands for: a round of changes and how far it has come, or where the next one
// begins.
type walk struct {
	cal      *shelf
	from, to time.Time // the window, which never moves
	path     string
	since    int64 // changes after this one; -1 is the first round
	upTo     int64 // the last change when the round began
	rows     []change
	at       int
	expired  *Expiry
}

// change is a row of a delta.
type change struct {
	item
	gone    bool // deleted, or now outside of the window: it does not say which
	trimmed bool // an occurrence that is as its series is
}

// Expiry is a way of saying that the token of a delta has expired.
type Expiry struct {
	Status int
	Code   string
	// Location gives the address of a fresh start as well.
	Location bool
}

// Expiries are the ways that have been seen.
func Expiries() []Expiry {
	return []Expiry{
		{http.StatusGone, "SyncStateNotFound", true}, {http.StatusGone, "resyncRequired", false},
		{http.StatusGone, "", true},
		{http.StatusNotFound, "syncStateNotFound", false}, {http.StatusBadRequest, "SyncStateInvalid", false},
		{http.StatusBadRequest, "SyncStateNotFound", false},
	}
}

// Expire makes every token of a delta given out so far an expired one, as the first of Expiries has it.
func (s *Server) Expire() { s.ExpireAs(Expiries()[0]) }

// ExpireAs makes every token of a delta given out so far an expired one.
func (s *Server) ExpireAs(how Expiry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.walks {
		w.expired = &how
	}
}

// delta is GET of the changes of a calendar view.
func (c *call) delta() answer {
	cal, a, found := c.named()
	if !found {
		return a
	}
	for _, name := range []string{"$select", "$expand", "$filter", "$orderby", "$search", "$skip", "$count"} {
		if c.q.Has(name) {
			c.complainf("%s in a delta", name)
			return fail(http.StatusBadRequest, "ErrorInvalidUrlQuery",
				"The following parameters are not supported with change tracking over the 'CalendarView' resource: '"+
					name+"'.")
		}
	}
	if c.q.Has("$top") {
		c.complainf("$top in a delta bounds the whole of it")
	}
	w, a, good := c.walk(cal)
	if !good {
		return a
	}
	return c.round(w)
}

// walk finds where a delta goes on, or begins.
func (c *call) walk(cal *shelf) (walk, answer, bool) {
	token := c.q.Get("$skiptoken")
	if token == "" {
		token = c.q.Get("$deltatoken")
	}
	if token == "" {
		from, to, a, good := c.window()
		w := walk{cal: cal, from: from, to: to, path: c.r.URL.EscapedPath(), since: -1, upTo: c.seq}
		if good {
			w.rows = c.changes(w)
		}
		return w, a, good
	}
	w, known := c.walks[token]
	switch {
	case !known:
		return walk{}, fail(http.StatusBadRequest, "SyncStateInvalid", "The sync state generation is not valid."), false
	case w.cal != cal:
		c.complainf("the token of another calendar's delta")
		return walk{}, fail(http.StatusBadRequest, "SyncStateInvalid", "The sync state generation is not valid."), false
	case w.expired != nil:
		return walk{}, c.expiredAnswer(w), false
	}
	next := *w
	if c.q.Has("$deltatoken") {
		next.since, next.upTo, next.at = w.upTo, c.seq, 0
		next.rows = c.changes(next)
	}
	return next, answer{}, true
}

func (c *call) expiredAnswer(w *walk) answer {
	a := fail(w.expired.Status, w.expired.Code, "The sync state is not found. Begin anew.")
	if w.expired.Code == "" {
		a = answer{Status: w.expired.Status, Header: http.Header{}}
	}
	if w.expired.Location {
		a.Header.Set("Location", c.URL()+w.path+"?startDateTime="+w.from.Format(time.RFC3339)+"&endDateTime="+
			w.to.Format(time.RFC3339))
	}
	return a
}

// changes lists the rows of a round.
func (c *call) changes(w walk) []change {
	var rows []change
	if w.cal.empty {
		return nil
	}
	for _, e := range w.cal.events {
		if !e.hidden && e.seq > w.since {
			rows = append(rows, changesOf(e, w)...)
		}
	}
	for _, d := range w.cal.left {
		if d.seq > w.since && w.since >= 0 && d.e.cal != w.cal {
			rows = append(rows, change{item: item{event: d.e}, gone: true})
		}
	}
	return rows
}

// changesOf lists the rows of an event. A series is a row of its own; its occurrences are rows if it was changed
// itself, its exceptions if they were. Of a cancelled occurrence there is none.
func changesOf(e *event, w walk) []change {
	items := e.within(w.from, w.to)
	if e.deleted || len(items) == 0 {
		if w.since < 0 {
			return nil
		}
		return []change{{item: item{event: e}, gone: true}}
	}
	if e.body["recurrence"] == nil {
		return []change{{item: item{event: e}}}
	}
	rows := []change{{item: item{event: e}}}
	for _, it := range items {
		switch {
		case it.occurrence.IsZero() && it.seq > w.since:
			rows = append(rows, change{item: it})
		case !it.occurrence.IsZero() && e.own > w.since:
			rows = append(rows, change{item: it, trimmed: true})
		}
	}
	return rows
}

// round is a page of a round, with the link to the next page or, at the end, to the next round.
func (c *call) round(w walk) answer {
	size, a, good := c.size()
	if !good {
		return a
	}
	rows := []any{}
	if c.opts.RowsTwice && w.at > 0 && w.at <= len(w.rows) {
		rows = append(rows, c.row(w.rows[w.at-1]))
	}
	end := min(w.at+size, len(w.rows))
	if c.q.Has("$top") {
		end, w.rows = min(end, size), w.rows[:min(end, size)]
	}
	for _, ch := range w.rows[w.at:end] {
		rows = append(rows, c.row(ch))
	}
	w.at = end
	body := JSON{"@odata.context": c.context("Collection(event)"), "value": rows}
	option, link := "$skiptoken", "@odata.nextLink"
	if w.at == len(w.rows) {
		option, link = "$deltatoken", "@odata.deltaLink"
		if c.Endless() {
			option, link, w.at = "$skiptoken", "@odata.nextLink", 0
		}
	}
	if option == "$deltatoken" {
		w.rows = nil
	}
	token := "R0usmcdvmMu7jxWP8" + opaque("walk "+strconv.FormatInt(c.Next(), 10), 30)
	c.walks[token] = &w
	body[link] = c.URL() + w.path + "?" + option + "=" + token
	return ok(body)
}

// row is a row as it is shown.
func (c *call) row(ch change) JSON {
	id := c.itemID(ch.item, c.prefer.immutable)
	if ch.gone {
		return JSON{"@odata.type": "#microsoft.graph.event", "id": id, "@removed": JSON{"reason": "deleted"}}
	}
	all := c.view(ch.item)
	all["@odata.type"] = "#microsoft.graph.event"
	if !ch.trimmed {
		return all
	}
	out := JSON{}
	for _, name := range []string{"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"} {
		out[name] = all[name]
	}
	return out
}
