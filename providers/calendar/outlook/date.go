package outlook

import (
	"context"
	"fmt"
	"slices"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"zoomtag/providers/calendar"
)

// A single date of a series with a link of its own has a mark of its own, which only a reading of that date shows.

// apartQuery is how a single date is read by itself.
var apartQuery = query{"$select": exceptionFields, "$expand": eventProperties}

// readApart reads those exceptions of a series by themselves that show another link than the series.
func (c *Calendar) readApart(ctx context.Context, path []string, e models.Eventable) error {
	list, whole := e.GetExceptionOccurrences(), texts(e)
	var ids []string
	for _, x := range list {
		if x == nil || text(x.GetId()) == "" {
			continue
		}
		if block := texts(x).Link.Block; block != "" && !calendar.SameBlock(block, whole.Link.Block) {
			ids = append(ids, text(x.GetId()))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list = slices.Clone(list)
	for chunk := range slices.Chunk(ids, mostInBatch) {
		found, _, err := c.batch(ctx, path, chunk, apartQuery)
		if err != nil {
			return err
		}
		for i, x := range list {
			if x == nil {
				continue
			}
			if alone := found[text(x.GetId())]; alone != nil && alone.GetOriginalStart() != nil {
				list[i] = alone
			}
		}
	}
	e.SetExceptionOccurrences(list)
	return nil
}

// dateName names an exception as an event of its own, if it can be one.
func dateName(ev *calendar.Event, x *calendar.Exception, e models.Eventable) string {
	original := e.GetOriginalStart()
	if original == nil || x.Start.IsZero() {
		return ""
	}
	return calendar.DateName(original.UTC(), ev.AllDay)
}

// getDate is Get for a single date of a series.
func (c *Calendar) getDate(ctx context.Context, id string) (calendar.Event, error) {
	series, date, _ := calendar.CutDate(id)
	whole, err := c.readEvent(ctx, series)
	if err != nil {
		return calendar.Event{}, err
	}
	return dateIn(&whole, id, date)
}

func dateIn(whole *calendar.Event, id, date string) (calendar.Event, error) {
	if one, ok := whole.Date(date); ok {
		return one, nil
	}
	return calendar.Event{}, goneDate(id)
}

func goneDate(id string) error {
	return fmt.Errorf("outlook: event %s: %w: its series has no such date of its own", id, calendar.ErrGone)
}

// setDate is SetLink for a single date of a series: nothing else of that is written.
func (c *Calendar) setDate(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	one, err := c.getDate(ctx, id)
	if err != nil {
		return calendar.Event{}, err
	}
	if err := one.Takes(version); err != nil {
		return calendar.Event{}, fmt.Errorf("outlook: event %s: %w", id, err)
	}
	series, date, _ := calendar.CutDate(id)
	at := slices.IndexFunc(one.Of.Exceptions, func(x calendar.Exception) bool { return x.Date == date })
	path, err := c.locate(ctx)
	if err != nil {
		return calendar.Event{}, err
	}
	item := one.Of.Exceptions[at].ID
	e, err := c.getEvent(ctx, append(slices.Clone(path), "events", item),
		query{"$select": eventFields, "$expand": eventProperties}, item)
	if err != nil {
		return calendar.Event{}, err
	}
	said := texts(e)
	if said.Title != one.Title || said.Description != one.Description || said.Location != one.Location {
		return calendar.Event{}, fmt.Errorf("outlook: event %s: %w", id, calendar.ErrConflict)
	}
	p, err := patchFor(&said, e, l)
	if err != nil {
		return calendar.Event{}, fmt.Errorf("outlook: event %s: %w", id, err)
	}
	if p == nil {
		return one, nil
	}
	if err := c.patch(ctx, item, said.Version, p); err != nil {
		return calendar.Event{}, err
	}
	whole, err := c.reread(ctx, series)
	if err != nil {
		return calendar.Event{}, err
	}
	if one, err = dateIn(&whole, id, date); err == nil {
		err = believe(&one, l)
	}
	return one, err
}
