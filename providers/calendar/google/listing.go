package google

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
)

// listing gathers the pages of one Changes. Items that are nothing of ours are dropped at once.
type listing struct {
	c          *Calendar
	full       bool
	items      int
	order      []string              // ids of events, as they came
	events     map[string]*api.Event // those that are of interest; nil for the others
	deleted    map[string]bool
	exceptions map[string][]*api.Event // by the id of the series; those of series that are of no interest are dropped
	excepted   map[string]int          // their ids, and where each stands among those of its series
	tagged     map[string]bool         // ids of series of which an exception may hold a tag or a mark
	touched    map[string]bool         // ids of series of which an exception is listed that we did not write ourselves
	same       map[string]bool         // ids of items that are as we wrote them last
	date       time.Time               // of the answer, by the server's clock
	self       string                  // the address of the calendar itself, as its own events have it
}

func newListing(c *Calendar, full bool) *listing { return &listing{c: c, full: full} }

// begin makes room for items: in most listings there are none.
func (l *listing) begin() {
	l.events, l.deleted, l.same = map[string]*api.Event{}, map[string]bool{}, map[string]bool{}
	l.exceptions, l.excepted = map[string][]*api.Event{}, map[string]int{}
	l.tagged, l.touched = map[string]bool{}, map[string]bool{}
}

// page takes in one page and returns how many of its items were not on one before.
func (l *listing) page(events *api.Events) (fresh int) {
	if l.events == nil && len(events.Items) > 0 {
		l.begin()
	}
	l.items += len(events.Items)
	l.date = dateOf(events.Header)
	for _, e := range events.Items {
		switch {
		case e == nil || e.Id == "":
		case e.RecurringEventId == "":
			if l.add(e) {
				fresh++
			}
		default:
			if l.except(e) {
				fresh++
			}
		}
	}
	return fresh
}

// except takes in an exception of a series.
func (l *listing) except(e *api.Event) (fresh bool) {
	series := e.RecurringEventId
	at, twice := l.excepted[e.Id]
	fresh = !twice
	if fresh {
		at = -1
		l.excepted[e.Id] = at
	}
	if !l.c.wroteLast(e) {
		l.touched[series] = true
	}
	interesting := l.c.cfg.Interesting
	if said := texts(e); e.Status != "cancelled" && !l.c.over(e) && (interesting == nil || interesting(&said)) {
		l.tagged[series] = true
	}
	if known, listed := l.events[series]; listed && known == nil {
		return fresh // of no interest
	}
	if list := l.exceptions[series]; at >= 0 && at < len(list) && list[at].Id == e.Id {
		list[at] = e
	} else {
		l.excepted[e.Id] = len(list)
		l.exceptions[series] = append(list, e)
	}
	return fresh
}

// add takes in a single event or a series, and reports whether it is the first time. Google may list one that changes
// meanwhile twice: the later one counts.
func (l *listing) add(e *api.Event) (fresh bool) {
	_, twice := l.events[e.Id]
	if !twice {
		l.order = append(l.order, e.Id)
	}
	l.events[e.Id] = nil
	if e.Status == "cancelled" {
		l.deleted[e.Id] = true
		return !twice
	}
	delete(l.deleted, e.Id)
	if e.Organizer != nil && e.Organizer.Self {
		l.self = e.Organizer.Email
	}
	if l.same[e.Id] = !l.full && l.c.wroteLast(e); l.same[e.Id] {
		return !twice
	}
	if l.c.hidden(e) {
		return !twice
	}
	texts := texts(e)
	if interesting := l.c.cfg.Interesting; interesting == nil || interesting(&texts) {
		l.events[e.Id] = e
	} else {
		delete(l.exceptions, e.Id)
	}
	return !twice
}

// source names the calendar. "primary" is that of whoever has signed in, who is known by the events of their own; the
// scopes of zoomtag do not let it be asked.
func (l *listing) source() string {
	switch own := &l.c.own; {
	case own.Calendar != "primary":
		return own.Calendar
	case own.Subject != "":
		return own.Subject
	}
	return l.self
}

// changes is the answer. A series that is listed because something has changed brings only those exceptions along that
// have changed as well; the others are read.
func (l *listing) changes(ctx context.Context) (calendar.Changes, error) {
	changes := calendar.Changes{Full: l.full, Total: -1, Source: l.source(),
		List: make([]calendar.Change, 0, len(l.order))}
	if l.full {
		changes.Total = 0
	}
	for _, id := range l.order {
		switch e := l.events[id]; {
		case l.deleted[id] && l.full:
		case l.deleted[id]:
			changes.List = append(changes.List, calendar.Change{ID: id, Deleted: true})
		case l.same[id] && !l.touched[id]:
			changes.List = append(changes.List, calendar.Change{ID: id, Same: true})
		case e == nil: // one that only an exception makes interesting is for Get to read
			changes.List = append(changes.List, calendar.Change{ID: id, Plain: !l.tagged[id]})
		case len(e.Recurrence) > 0 && !l.full:
			exceptions, err := l.c.exceptions(ctx, id, icalUID(e))
			if err != nil && ctx.Err() != nil {
				return calendar.Changes{}, err
			}
			if err != nil { // one series must not stop the others: Get tries again
				changes.List = append(changes.List, calendar.Change{ID: id})
				continue
			}
			changes.List = append(changes.List, l.present(e, exceptions))
		default:
			changes.List = append(changes.List, l.present(e, l.exceptions[id]))
		}
	}
	for _, series := range slices.Sorted(maps.Keys(l.exceptions)) {
		if _, listed := l.events[series]; !listed && (l.full || l.touched[series]) {
			changes.List = append(changes.List, l.ofSeries(ctx, series)...)
		}
	}
	if l.full {
		changes.Total = len(changes.List)
	}
	return changes, ctx.Err()
}

// ofSeries are the exceptions of a series that is not listed itself: it has not changed, or its calendar does not have
// it, because its owner is invited to single dates alone. Those are events of their own.
func (l *listing) ofSeries(ctx context.Context, series string) (list []calendar.Change) {
	if l.tagged[series] { // that it is not listed does not say that it is not there
		ev, err := l.c.Get(ctx, series)
		switch {
		case err == nil:
			return []calendar.Change{{ID: series, Event: &ev}}
		case !errors.Is(err, calendar.ErrGone): // Get tries again
			return []calendar.Change{{ID: series}}
		}
	} else if !l.full { // of interest if the series is known, or the date itself
		list = append(list, calendar.Change{ID: series, Plain: true})
	}
	for _, x := range l.exceptions[series] {
		switch {
		case x.Status != "cancelled":
			list = append(list, l.lone(x))
		case !l.full:
			list = append(list, calendar.Change{ID: x.Id, Deleted: true})
		}
	}
	return list
}

// lone is how a date without its series is listed.
func (l *listing) lone(x *api.Event) calendar.Change {
	said, interesting := texts(x), l.c.cfg.Interesting
	switch {
	case !l.full && !l.tagged[x.RecurringEventId], l.c.hidden(x), interesting != nil && !interesting(&said):
		return calendar.Change{ID: x.Id, Plain: true}
	case !l.full && l.c.wroteLast(x):
		return calendar.Change{ID: x.Id, Same: true}
	}
	return l.present(x, nil)
}

func (l *listing) present(e *api.Event, exceptions []*api.Event) calendar.Change {
	event := l.c.event(e, exceptions, l.date)
	l.c.hold(event, e, exceptions)
	return calendar.Change{ID: e.Id, Event: &event}
}
