package outlook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
)

// Calendar is one calendar of a mailbox. It implements calendar.Calendar.
type Calendar struct {
	cfg   Config
	graph *graph
	retry rest.Backoff // of reads, after a 5xx

	mu       sync.Mutex // guards all below but slow
	path     []string   // of the calendar, once it is known
	id       string     // of a calendar that is not the default one
	readOnly bool
	polled   time.Time                 // the last Changes
	swept    time.Time                 // when all ids were last listed, and the answer was taken in
	prints   map[string]bool           // what the last listing of everything showed, likewise
	offer    offer                     // the last answer
	told     calendar.Told             // by the last answer
	held     map[string]calendar.Event // events of the current pass
	written  map[string]string         // etags of our own last writes, by id
	owner    string                    // of the calendar, where a person has signed in
	signedIn time.Time                 // when that person had
	fresh    map[string]bool           // ids that were written since the last Changes
	slow     *rest.Patience            // where Graph asks for a pause without saying how long
}

// New makes a Calendar. It reads what the sign-in needs from disk, and sends nothing.
func New(c Config) (*Calendar, error) {
	c.setDefaults()
	tokens, err := c.tokens(c.plainClient())
	if err != nil {
		return nil, err
	}
	g, err := connect(&c, tokens)
	if err != nil {
		return nil, err
	}
	return &Calendar{cfg: c, graph: g, retry: rest.Backoff{First: time.Second, Most: 4 * time.Second},
		slow: &rest.Patience{First: 10 * time.Second, Most: 5 * time.Minute},
		held: map[string]calendar.Event{}, written: map[string]string{}, fresh: map[string]bool{}}, nil
}

// Pages: a page of a full reading holds bodies, one of a sweep only ids.
const (
	pageSize  = 200
	sweepSize = 1000
	maxPages  = 20000
	// maxStale bounds the pages in a row that bring nothing new: some chains of pages have been seen to have no end.
	maxStale = 20
)

// fewNews is how many changes found by a sweep are read one by one; for more than these, those changed since are
// listed.
const fewNews = 3

// readChanges is Changes without its bounds.
func (c *Calendar) readChanges(ctx context.Context, from string) (calendar.Changes, error) {
	before, err := parseCursor(from, c.cfg.Now())
	if err != nil {
		return calendar.Changes{}, err
	}
	now := c.cfg.Now()
	sweep := c.begin(from, now)
	path, err := c.locate(ctx)
	if err != nil {
		return calendar.Changes{}, err
	}
	if err := c.rights(ctx, from == "", before.readOnly); err != nil {
		return calendar.Changes{}, err
	}
	if id := c.calendarID(); from != "" && id != before.calendar {
		return calendar.Changes{}, fmt.Errorf("outlook: %w: it is of another calendar than the one that is now "+
			"meant; the calendar is read again as a whole", calendar.ErrCursor)
	}
	l := newListing(c, before, from == "" || sweep, sweep)
	if err := c.list(ctx, l, path); err != nil {
		return calendar.Changes{}, err
	}
	if before.since.After(l.answered) {
		return calendar.Changes{}, fmt.Errorf("outlook: %w: it asks for what will be changed after %s; the calendar "+
			"is read again as a whole",
			calendar.ErrCursor, before.since.UTC().Format(time.RFC3339))
	}
	if sweep && l.news() > fewNews {
		changed := newListing(c, before, false, false)
		if err := c.list(ctx, changed, path); err != nil {
			return calendar.Changes{}, err
		}
		l.merge(changed)
	}
	changes := l.changes(from)
	changes.ReadOnly, changes.Cure = c.denied()
	if changes.Source, err = c.whose(ctx); err != nil {
		return calendar.Changes{}, err
	}
	c.offers(from, l, &changes, now)
	return changes, nil
}

// list walks through the pages of a listing. It is complete or an error.
func (c *Calendar) list(ctx context.Context, l *listing, path []string) error {
	const what = "list events"
	next, stale := c.graph.address(l.query(), append(path, "events")...), 0
	for range maxPages {
		var page models.EventCollectionResponseable
		err := c.read(ctx, what, func(ctx context.Context) (err error) {
			defer func() { l.answered = c.answered(ctx) }()
			// A builder is good for one request only.
			page, err = users.NewItemCalendarEventsRequestBuilder(next, c.graph.adapter).Get(ctx,
				&users.ItemCalendarEventsRequestBuilderGetRequestConfiguration{Headers: headers(nil)})
			if err == nil && (page == nil || page.GetValue() == nil) {
				err = errStrange
			}
			return err
		})
		if err != nil {
			return c.aboutCalendar(err)
		}
		if err := rest.CountPage(ctx, len(page.GetValue())); err != nil {
			return err
		}
		if stale++; l.page(page.GetValue()) > 0 {
			stale = 0
		}
		following := text(page.GetOdataNextLink())
		switch {
		case following == "":
			return nil
		case !c.graph.ownLink(following):
			return fmt.Errorf("outlook: %s: the next page is said to be on another server: nothing is sent there", what)
		case following == next || stale > maxStale:
			return fmt.Errorf("outlook: %s: the pages have no end", what)
		}
		next = following
	}
	return fmt.Errorf("outlook: %s: the calendar has more than %d events", what, maxPages*pageSize)
}

// readEvent is Get without its bounds.
func (c *Calendar) readEvent(ctx context.Context, id string) (calendar.Event, error) {
	if _, _, isDate := calendar.CutDate(id); isDate {
		return c.getDate(ctx, id)
	}
	e, err := c.get(ctx, id, exceptionsQuery)
	if err != nil {
		return calendar.Event{}, err
	}
	ev, err := c.event(e)
	if err != nil {
		return calendar.Event{}, err
	}
	c.hold(ev)
	return ev, nil
}

// get reads one event afresh, and what exceptions asks for of a series.
func (c *Calendar) get(ctx context.Context, id string, exceptions query) (models.Eventable, error) {
	path, err := c.locate(ctx)
	if err != nil {
		return nil, err
	}
	path = append(path, "events", id)
	e, err := c.getEvent(ctx, path, query{"$select": eventFields, "$expand": eventProperties}, id)
	if _, missing := asMissing(err); missing { // a mailbox or calendar that is gone answers the same
		if err := c.standing(ctx); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("outlook: event %s: %w", id, calendar.ErrGone)
	}
	if err != nil || e.GetRecurrence() == nil {
		return e, err
	}
	series, err := c.getEvent(ctx, path, exceptions, id)
	var refused *refusedError
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusBadRequest:
		// then the series is one without exceptions
		c.cfg.Log.DebugContext(ctx, "the exceptions of a series cannot be read", "event", id, "reason", refused.said)
		return e, nil
	case err != nil:
		return nil, err
	}
	takeExceptions(e, series)
	return e, c.readApart(ctx, path[:len(path)-1], e)
}

// exceptionsQuery asks for what only a series read by itself shows.
var exceptionsQuery = query{"$select": "id,cancelledOccurrences,exceptionOccurrences",
	"$expand": "exceptionOccurrences($select=" + exceptionFields + ")"}

// takeExceptions puts the exceptions of a series, which were read by themselves, into it.
func takeExceptions(e, series models.Eventable) {
	e.SetCancelledOccurrences(series.GetCancelledOccurrences())
	e.SetExceptionOccurrences(series.GetExceptionOccurrences())
}

func (c *Calendar) getEvent(ctx context.Context, path []string, q query, id string) (models.Eventable, error) {
	var e models.Eventable
	err := c.read(ctx, "read event "+id, func(ctx context.Context) (err error) {
		e, err = users.NewItemCalendarEventsEventItemRequestBuilder(c.graph.address(q, path...),
			c.graph.adapter).Get(ctx,
			&users.ItemCalendarEventsEventItemRequestBuilderGetRequestConfiguration{Headers: headers(nil)})
		if err == nil && (e == nil || text(e.GetId()) != id) {
			err = errStrange
		}
		return err
	})
	return e, err
}

// hold keeps an event for the rest of the pass.
func (c *Calendar) hold(e calendar.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[e.ID] = e
}

// maxWritten bounds how many own writes are remembered.
const maxWritten = 10000

// wrote remembers what our last write has made of an event, to recognise it when it is listed.
func (c *Calendar) wrote(id, version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.written) > maxWritten {
		clear(c.written) // the next pass then looks at them once more
	}
	c.written[id] = version
	c.fresh[id] = true
}

// Echoed implements calendar.Echoer: our own writes, when they are listed, are then what is known already, also to
// another process.
func (c *Calendar) Echoed(from string) string {
	now, err := parseCursor(from, c.cfg.Now())
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || len(c.fresh) == 0 || from == "" {
		return from
	}
	for id := range c.fresh {
		now.seen = append(now.seen, fingerprint(id, c.written[id]))
	}
	slices.Sort(now.seen)
	now.seen = slices.Compact(now.seen)
	if from == c.offer.cursor {
		c.offer.echoed = now.String()
	}
	return now.String()
}

func (c *Calendar) wroteLast(e models.Eventable) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	version := etag(e)
	return version != "" && c.written[text(e.GetId())] == version
}
