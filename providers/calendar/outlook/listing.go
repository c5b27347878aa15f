package outlook

import (
	"slices"
	"strconv"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"zoomtag/providers/calendar"
)

// listing gathers the pages of one Changes.
type listing struct {
	c      *Calendar
	before cursor
	full   bool // everything that is there is listed
	sweep  bool // by its ids only
	list   []calendar.Change
	at     map[string]int // where each id stands in list
	recent []recent
	// answered is when the service answered, by its own clock.
	answered time.Time
	prints   map[string]bool // of what is listed
}

func newListing(c *Calendar, before cursor, full, sweep bool) *listing {
	return &listing{c: c, before: before, full: full, sweep: sweep, at: map[string]int{}, prints: map[string]bool{}}
}

// news counts what is not the same as before.
func (l *listing) news() (n int) {
	for _, ch := range l.list {
		if !ch.Same {
			n++
		}
	}
	return n
}

// merge takes what another listing, of the same moment, says of the events of this one.
func (l *listing) merge(other *listing) {
	for id, at := range other.at {
		if mine, ok := l.at[id]; ok {
			l.list[mine] = other.list[at]
		}
	}
}

// recent is an event by the time of its last change.
type recent struct {
	changed time.Time
	print   string
}

// query are the options of the first page; the others' are in their links.
func (l *listing) query() query {
	switch {
	case l.sweep:
		return query{"$select": "id,changeKey,lastModifiedDateTime,type", "$top": strconv.Itoa(sweepSize)}
	case l.full:
		return query{"$select": eventFields, "$expand": eventProperties, "$top": strconv.Itoa(pageSize)}
	}
	return query{"$select": eventFields, "$expand": eventProperties, "$top": strconv.Itoa(pageSize),
		"$filter": "lastModifiedDateTime ge " + l.before.since.UTC().Format(time.RFC3339Nano)}
}

// page takes in one page and returns how many of its events were not on one before.
func (l *listing) page(events []models.Eventable) (fresh int) {
	for _, e := range events {
		id := ""
		if e != nil {
			id = text(e.GetId())
		}
		if id == "" {
			continue
		}
		change := l.change(e, id)
		if at, twice := l.at[id]; twice {
			l.list[at] = change // pages may overlap; the later one counts
			continue
		}
		l.at[id] = len(l.list)
		l.list = append(l.list, change)
		fresh++
	}
	return fresh
}

// change is one event as the engine hears of it.
func (l *listing) change(e models.Eventable, id string) calendar.Change {
	print := fingerprint(id, etag(e))
	l.prints[print] = true
	changed := e.GetLastModifiedDateTime()
	if changed != nil {
		l.recent = append(l.recent, recent{*changed, print})
	}
	switch {
	case !l.before.since.IsZero() && (l.isOld(changed, print) || l.c.wroteLast(e)):
		return calendar.Change{ID: id, Same: true}
	case l.sweep:
		return calendar.Change{ID: id}
	}
	ev, err := l.c.event(e)
	switch interesting := l.c.cfg.Interesting; {
	case err != nil:
		return calendar.Change{ID: id, Err: err}
	case e.GetRecurrence() != nil: // Get reads its exceptions as well, of which one may have a tag
		return calendar.Change{ID: id}
	case ev.Link.Mark == "" && ev.Link.Block != "": // not every list shows extended properties; Get does
		return calendar.Change{ID: id}
	case interesting != nil && !interesting(&ev):
		return calendar.Change{ID: id, Plain: true}
	}
	l.c.hold(ev)
	return calendar.Change{ID: id, Event: &ev}
}

// isOld reports whether an event was there like that before. A sweep compares with what the last listing of everything
// showed, as far as this process knows it: an event may have slipped through the pages of that one, whatever its date.
func (l *listing) isOld(changed *time.Time, print string) bool {
	if l.before.knows(print) {
		return true
	}
	l.c.mu.Lock()
	prints := l.c.prints
	l.c.mu.Unlock()
	if l.sweep && prints != nil {
		return prints[print]
	}
	return changed != nil && changed.Before(l.before.since)
}

// latest is the latest change. Those that are dated after the answer itself are left out: a watermark at one of them
// would hide what is changed until then. They are above any watermark, and known by their fingerprints.
func (l *listing) latest() (latest time.Time) {
	for _, r := range l.recent {
		if r.changed.After(latest) && !r.changed.After(l.answered) {
			latest = r.changed
		}
	}
	return latest
}

// changes is the answer.
func (l *listing) changes(from string) calendar.Changes {
	changes := calendar.Changes{List: l.list, Full: l.full, Total: -1}
	news := slices.ContainsFunc(l.list, func(ch calendar.Change) bool { return !ch.Same })
	if l.full {
		changes.Total = len(l.list)
	} else {
		changes.List = slices.DeleteFunc(l.list, func(ch calendar.Change) bool { return ch.Same })
	}
	why, _ := l.c.denied()
	now := cursor{calendar: l.c.calendarID(), day: dayOf(l.c.cfg.Now()), since: l.before.since, census: l.before.census,
		readOnly: why != ""}
	if l.full {
		now.census = l.census()
	}
	news = news || now.readOnly != l.before.readOnly || now.day != l.before.day || now.census != l.before.census
	latest := l.latest()
	since, quiet := latest.Add(-overlap), l.answered.Sub(latest) > overlap
	if quiet { // whatever was changed at the time of the latest change shows by now
		since = latest
	}
	if since.After(now.since) {
		news = news || quiet // such a cursor asks for less
		now.since = since
	}
	if now.since.IsZero() {
		now.since = l.answered.Add(-overlap) // an empty calendar
	}
	for _, r := range l.recent {
		if !r.changed.Before(now.since) {
			now.seen = append(now.seen, r.print)
		}
	}
	slices.Sort(now.seen)
	now.seen = slices.Compact(now.seen)
	changes.Cursor = now.String()
	if from != "" && !news {
		changes.Cursor = from
	}
	return changes
}
