package google

import (
	"context"
	"errors"
	"fmt"
	"slices"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
)

// exception is one of a series as the contract has it.
func (c *Calendar) exception(ev *calendar.Event, e *api.Event) calendar.Exception {
	zone := ev.Start.Location()
	said, start, end := texts(e), moment(e.Start, zone), moment(e.End, zone)
	x := calendar.Exception{ID: e.Id, Version: e.Etag, Start: start.at, End: end.at, Title: said.Title,
		Description: said.Description, HTML: said.HTML, Location: said.Location, Conferences: said.Conferences,
		Link: said.Link, Left: c.leaves(e, ev.Link.JoinURL), Mails: c.mails(e)}
	original := moment(e.OriginalStartTime, zone)
	if original.set && start.set && end.set && original.day == ev.AllDay {
		x.Date = calendar.DateName(original.at, original.day)
	}
	return x
}

func goneDate(id string) error {
	return fmt.Errorf("google: event %s: %w: its series has no such date of its own", id, calendar.ErrGone)
}

// alone reports, as an error, that the calendar has the series of a date: then that is no event of its own, but is
// found with its series.
func (c *Calendar) alone(ctx context.Context, id, series string) error {
	_, _, err := c.readAll(ctx, series, eventFields)
	switch {
	case err == nil:
		return fmt.Errorf("google: event %s: %w: it is a date of %s", id, calendar.ErrGone, series)
	case errors.Is(err, calendar.ErrGone):
		return nil
	}
	return err
}

// getDate is Get for a single date of a series.
func (c *Calendar) getDate(ctx context.Context, id, series, date string) (calendar.Event, error) {
	whole, err := c.Get(ctx, series)
	if err != nil {
		return calendar.Event{}, err
	}
	one, ok := whole.Date(date)
	if !ok {
		return calendar.Event{}, goneDate(id)
	}
	return one, nil
}

// setDate is SetLink for a single date of a series: nothing else of that is written.
func (c *Calendar) setDate(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	series, date, _ := calendar.CutDate(id)
	one, err := c.getDate(ctx, id, series, date)
	if err != nil {
		return calendar.Event{}, err
	}
	if err := one.Takes(version); err != nil {
		return calendar.Event{}, fmt.Errorf("google: event %s: %w", id, err)
	}
	p, err := patchFor(&one, l)
	if err != nil {
		return calendar.Event{}, fmt.Errorf("google: event %s: %w", id, err)
	}
	if p == nil {
		return one, nil
	}
	whole := *one.Of
	at := slices.IndexFunc(whole.Exceptions, func(x calendar.Exception) bool { return x.Date == date })
	written, err := c.patch(ctx, whole.Exceptions[at].ID, version, p)
	c.drop(series)
	if err != nil {
		return calendar.Event{}, err
	}
	after := texts(written)
	if err := believe(&after, l); err != nil {
		return calendar.Event{}, err
	}
	whole.Exceptions = slices.Clone(whole.Exceptions)
	whole.Exceptions[at] = c.exception(&whole, written)
	if one, isThere := whole.Date(date); isThere {
		return one, nil
	}
	return c.getDate(ctx, id, series, date)
}

// drop forgets an event as it was read in this pass: something of it was written.
func (c *Calendar) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, id)
}
