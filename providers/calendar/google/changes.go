package google

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	api "google.golang.org/api/calendar/v3"
	"google.golang.org/api/googleapi"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// pageSize is the most that Google gives at once.
const pageSize = 2500

// Bounds of a listing: two and a half million events, and pages in a row without an event that was not on one before.
// Google may send empty pages, and events that change meanwhile may move from one to the next.
const (
	maxPages      = 1000
	maxEmptyPages = 50
)

// eventType is the only type of event that can hold a meeting: the others are birthdays, working locations and the
// like.
const eventType = "default"

// eventFields is what is read of an event; listFields names both tokens as well, without which Google leaves them out.
const (
	eventFields googleapi.Field = "id,etag,status,summary,description,location,colorId,created,start,end,recurrence,recurringEventId,originalStartTime," +
		"iCalUID,organizer(self,email),attendees(self,email,resource,responseStatus),guestsCanModify,locked,eventType,visibility," +
		"hangoutLink,conferenceData(conferenceId,conferenceSolution(key(type),name),entryPoints(entryPointType,uri)),extendedProperties/private"
	listFields googleapi.Field = "accessRole,timeZone,nextPageToken,nextSyncToken,items(" + eventFields + ")"
)

// readChanges is Changes without its bounds.
func (c *Calendar) readChanges(ctx context.Context, from string) (calendar.Changes, error) {
	before, err := parseCursor(from)
	if err != nil {
		return calendar.Changes{}, err
	}
	c.begin(from)
	found := newListing(c, from == "")
	token, err := c.list(ctx, before.token, found.page)
	if err != nil {
		return calendar.Changes{}, err
	}
	changes, err := found.changes(ctx)
	if err != nil {
		return calendar.Changes{}, err
	}
	now := cursor{day: dayOf(c.cfg.Now()), token: token}
	changes.Cursor = now.String()
	if before.token != "" && found.items == 0 && now.day-before.day < refreshAfter {
		changes.Cursor = from
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	changes.ReadOnly, changes.Cure = c.envelope.readOnly()
	c.told.Note(from, changes.List)
	return changes, nil
}

// begin begins a pass. What was told to somebody who asks again was not taken in: our own writes do not hide it then.
func (c *Calendar) begin(from string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = nil
	dropped := map[string]bool{}
	for _, id := range c.told.Dropped(from) {
		dropped[id] = true
	}
	if len(dropped) == 0 {
		return
	}
	maps.DeleteFunc(c.written, func(item, _ string) bool {
		series := item[:max(0, strings.LastIndexByte(item, '_'))] // of an exception
		return dropped[item] || dropped[series]
	})
}

// list walks through the pages of a listing, shows each, and returns the token of the last one. It is complete or an
// error.
func (c *Calendar) list(ctx context.Context, token string, page func(*api.Events) (fresh int)) (string, error) {
	const what = "list events"
	next, empty := "", 0
	for range maxPages {
		var events *api.Events
		err := c.read(ctx, what, func(ctx context.Context) (err error) {
			events, err = c.listPage(ctx, token, next)
			if err == nil && (events == nil || events.NextPageToken == "" && events.NextSyncToken == "") {
				err = errors.New("it has neither a next page nor a sync token")
			}
			return err
		})
		if err != nil {
			return "", c.listError(err, token)
		}
		if _, err := c.keepEnvelope(events); err != nil {
			return "", err
		}
		if err := rest.CountPage(ctx, len(events.Items)); err != nil {
			return "", err
		}
		fresh := page(events)
		if events.NextPageToken == "" {
			return events.NextSyncToken, nil
		}
		if empty++; fresh > 0 {
			empty = 0
		}
		if empty > maxEmptyPages || events.NextPageToken == next {
			return "", fmt.Errorf("google: %s: Google gives the same page again and again", what)
		}
		next = events.NextPageToken
	}
	return "", fmt.Errorf("google: %s: the calendar has more than %d events", what, maxPages*pageSize)
}

// keepEnvelope remembers what an answer says of the calendar as a whole. A calendar that shows no more than when its
// owner is busy counts as one that may not be seen: its events have neither tags nor marks, which says nothing of those
// that they really have.
func (c *Calendar) keepEnvelope(events *api.Events) (envelope, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := envelope{known: true, name: events.Summary, role: events.AccessRole, zone: c.cfg.Zone}
	if before := c.envelope.zone; before != nil && before.String() == events.TimeZone {
		e.zone = before // zones are read from files
	} else if zone := c.cfg.Project.zone(events.TimeZone); zone != nil {
		e.zone = zone
	}
	if e.role == freeBusyReader {
		c.envelope = envelope{}
		return e, words.Mend(words.Say(calendar.ErrAbsent, "calendar "+c.own.Calendar+
			" shows this account only when it is free and busy; nothing is cancelled"),
			"its owner has to share it with the right to change events")
	}
	c.envelope = e
	return e, nil
}

// about is what is known of the calendar as a whole; it is asked for if nothing was listed yet.
func (c *Calendar) about(ctx context.Context) (envelope, error) {
	c.mu.Lock()
	e := c.envelope
	c.mu.Unlock()
	if e.known {
		return e, nil
	}
	return c.ask(ctx)
}

// ask reads what an answer says of the calendar as a whole, and so proves that the calendar is there.
func (c *Calendar) ask(ctx context.Context) (envelope, error) {
	var events *api.Events
	err := c.read(ctx, "read the calendar", func(ctx context.Context) (err error) {
		events, err = c.events.List(c.own.Calendar).SingleEvents(false).EventTypes(eventType).MaxResults(1).
			Fields("kind,summary,accessRole,timeZone,nextPageToken,nextSyncToken").Context(ctx).Do()
		if err == nil && !isListing(events) {
			err = errors.New("it is not about a calendar")
		}
		return err
	})
	if err != nil {
		return envelope{}, c.listError(err, "")
	}
	return c.keepEnvelope(events)
}

// Introduce says which calendar it is that can be read, and how far it can be changed, to whoever has just signed in.
func (c *Calendar) Introduce(ctx context.Context) (calendar.Introduction, error) {
	e, err := c.ask(ctx)
	if err != nil {
		return calendar.Introduction{}, err
	}
	name := e.name
	if name == "" {
		name = c.own.Calendar
	}
	said := fmt.Sprintf("calendar %q can be read", name)
	if e.role != "owner" && e.role != "writer" {
		return calendar.Introduction{Sentence: said + ", and not changed (" + e.role + ")", ReadOnly: true,
			Cure: "its owner has to share it with the right to change events"}, nil
	}
	return calendar.Introduction{Sentence: said + " and changed"}, nil
}

// isListing reports whether an answer is what it should be, and not just any JSON.
func isListing(events *api.Events) bool {
	return events != nil && (events.Items != nil || events.Kind+events.AccessRole+events.NextPageToken+
		events.NextSyncToken != "")
}

// dateOf is the server's time of an answer, or zero.
func dateOf(h http.Header) time.Time {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date
}

// readEvent is Get without its bounds.
func (c *Calendar) readEvent(ctx context.Context, id string) (calendar.Event, error) {
	if series, date, isDate := calendar.CutDate(id); isDate {
		return c.getDate(ctx, id, series, date)
	}
	e, exceptions, err := c.readAll(ctx, id, eventFields)
	if err == nil && e.RecurringEventId != "" {
		err = c.alone(ctx, id, e.RecurringEventId)
	}
	if err != nil {
		return calendar.Event{}, err
	}
	event := c.event(e, exceptions, dateOf(e.Header))
	c.hold(event, e, exceptions)
	return event, nil
}

// readAll reads some fields of one event, and of the exceptions of a series.
func (c *Calendar) readAll(ctx context.Context, id string,
	fields googleapi.Field) (e *api.Event, exceptions []*api.Event, err error) {
	if _, err := c.about(ctx); err != nil {
		return nil, nil, err
	}
	err = c.read(ctx, "read event "+id, func(ctx context.Context) (err error) {
		e, err = c.events.Get(c.own.Calendar, id).Fields(fields).Context(ctx).Do()
		if err == nil && (e == nil || e.Id != id) {
			err = errors.New("it is not about this event")
		}
		return err
	})
	var missing *refusedError
	if errors.As(err, &missing) && missing.missing() {
		if missing.reason != "deleted" { // a calendar that is gone answers the same
			if _, err := c.ask(ctx); err != nil {
				return nil, nil, err
			}
		}
		return nil, nil, fmt.Errorf("google: event %s: %w", id, calendar.ErrGone)
	}
	if err != nil {
		return nil, nil, err
	}
	if e.Status == "cancelled" {
		return nil, nil, fmt.Errorf("google: event %s: %w", id, calendar.ErrGone)
	}
	if c.hidden(e) {
		return nil, nil, words.Mend(fmt.Errorf(
			"google: event %s: %w: it is private, and what private events say is hidden from this account", id,
			calendar.ErrDenied), "the calendar's owner has to share it with the right to see and change them")
	}
	if len(e.Recurrence) > 0 {
		exceptions, err = c.exceptions(ctx, e.Id, icalUID(e))
	}
	return e, exceptions, err
}

// exceptions reads the occurrences of a series that were changed by themselves. All items of a series share its
// iCalUID.
func (c *Calendar) exceptions(ctx context.Context, id, uid string) ([]*api.Event, error) {
	var found []*api.Event
	next, seen := "", map[string]bool{}
	for range maxPages {
		var events *api.Events
		err := c.read(ctx, "read the exceptions of series "+id, func(ctx context.Context) (err error) {
			call := c.events.List(c.own.Calendar).SingleEvents(false).EventTypes(eventType).
				ICalUID(uid).ShowDeleted(true).MaxResults(pageSize).
				Fields("kind,accessRole,nextPageToken,nextSyncToken,items(" + eventFields + ")")
			if next != "" {
				call = call.PageToken(next)
			}
			events, err = call.Context(ctx).Do()
			if err == nil && !isListing(events) {
				err = errors.New("it is not a list of events")
			}
			return err
		})
		if err != nil {
			return nil, c.listError(err, "")
		}
		if err := rest.CountPage(ctx, len(events.Items)); err != nil {
			return nil, err
		}
		for _, e := range events.Items {
			if e != nil && e.RecurringEventId == id {
				found = append(found, e)
			}
		}
		if events.NextPageToken == "" {
			return found, nil
		}
		if next = events.NextPageToken; seen[next] {
			break
		}
		seen[next] = true
	}
	return nil, fmt.Errorf("google: the exceptions of series %s have no end", id)
}

// held is an event as it was read in the current pass: what is written into it need not be read again first.
type held struct {
	event calendar.Event
	bound string // the event that the mark in it was written for
	// exceptions are those of a series that take place, by their ids; it is known to have no others.
	exceptions map[string]bool
}

// hold keeps an event for the rest of the pass.
func (c *Calendar) hold(event calendar.Event, e *api.Event, exceptions []*api.Event) {
	h := held{event: event, bound: private(e, boundProperty), exceptions: map[string]bool{}}
	for _, x := range exceptions {
		if x.Status != "cancelled" {
			h.exceptions[x.Id] = true
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = map[string]held{}
	}
	c.held[event.ID] = h
}

// wroteLast reports whether an item is exactly what our last write has made of it.
func (c *Calendar) wroteLast(e *api.Event) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return e.Etag != "" && c.written[e.Id] == e.Etag
}

// wrote remembers what our last write has made of an item, to recognise it when it is listed.
func (c *Calendar) wrote(e *api.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written == nil || len(c.written) > maxWritten {
		c.written = map[string]string{} // where there were some, the next pass then looks at them once more
	}
	c.written[e.Id] = e.Etag
}

// maxWritten bounds how many own writes are remembered.
const maxWritten = 10000
