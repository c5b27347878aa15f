package outlook

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"zoomtag/providers/calendar"
)

// exceptionFields is what is read of an exception together with its series. Extended properties are not: whether a
// query within a query may ask for them is not certain. Of an exception that shows the link of its series, the mark is
// the one that the series has; another one is read by itself.
const exceptionFields = "id,subject,body,categories,start,end,originalStart,location,locations,isOrganizer,organizer,isDraft,attendees," +
	"isOnlineMeeting,onlineMeeting,onlineMeetingUrl,changeKey"

// exceptions notes the exceptions of a series. Whoever is invited to one of them is mailed when the series is written,
// too.
func (c *Calendar) exceptions(ev *calendar.Event, e models.Eventable) {
	zone, _ := c.zone(text(e.GetOriginalStartTimeZone()))
	for _, e := range e.GetExceptionOccurrences() {
		if e == nil || text(e.GetId()) == "" || yes(e.GetIsCancelled()) {
			continue
		}
		said := texts(e)
		x := calendar.Exception{ID: said.ID, Version: said.Version,
			Title: said.Title, Description: said.Description, HTML: said.HTML,
			Location:   said.Location,
			Categories: said.Categories, Conferences: said.Conferences, Link: said.Link, Left: denies(e),
			Mails: mails(e)}
		x.Start, x.End = c.span(e.GetStart(), e.GetEnd(), ev.AllDay, zone)
		if x.Left == "" && !x.End.After(c.cfg.Now()) {
			x.Left = "it is over"
		}
		switch {
		case x.Link.Block == "":
			x.Link.Mark, x.Link.Tag = "", ""
		case x.Link.Mark == "":
			x.Link.Mark = ev.Link.Mark
		}
		x.Date = dateName(ev, &x, e)
		ev.Exceptions = append(ev.Exceptions, x)
		for _, address := range x.Mails {
			if !slices.Contains(ev.Mails, address) {
				ev.Mails = append(ev.Mails, address)
			}
		}
	}
}

// setExceptions brings the exceptions of a series that are not as l wants them in line with it: each costs its guests a
// mail, so no other is written. One that fails does not keep the others from theirs.
func (c *Calendar) setExceptions(ctx context.Context, series *calendar.Event, before string, l calendar.Link) error {
	var faults []error
	var missing []string
	for _, x := range series.Lacking(l) {
		err := c.setException(ctx, x.ID, before, l)
		if _, isMissing := asMissing(err); isMissing {
			missing = append(missing, x.ID)
		} else if err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(append(faults, c.takenOut(ctx, series.ID, missing))...)
}

// takenOut reports, as an error, that exceptions which cannot be found are still listed with their series: Exchange
// does not find for a while what it has just made. Those that are not were taken out meanwhile.
func (c *Calendar) takenOut(ctx context.Context, series string, missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	now, err := c.Get(ctx, series)
	if err != nil {
		return err
	}
	for i := range now.Exceptions {
		if slices.Contains(missing, now.Exceptions[i].ID) {
			return fmt.Errorf("outlook: event %s: one of its dates is listed and cannot be found yet: it is tried again", series)
		}
	}
	return nil
}

// setException makes l the link of one exception, or takes it out. before is the location that the series had.
func (c *Calendar) setException(ctx context.Context, id, before string, l calendar.Link) error {
	path, err := c.locate(ctx)
	if err != nil {
		return err
	}
	e, err := c.getEvent(ctx, append(slices.Clone(path), "events", id), query{"$select": eventFields}, id)
	if err != nil {
		return err
	}
	if kind := e.GetTypeEscaped(); kind != nil && *kind != models.EXCEPTION_EVENTTYPE || denies(e) != "" {
		return nil // it is as the series again, or somebody edits it: the next reading shows it
	}
	said := texts(e)
	in := l.In(id, said.Link.Block)
	in.Title = nil
	said.Link.Mark, said.Link.Tag = in.Mark, in.Tag // both are kept for the series
	if in.Mark == "" {
		said.Link.Tag = ""
	}
	if in.Location != nil && !in.TakesLocation(said.Location, before) {
		in.Location = nil // a place of its own
	}
	p, err := patchFor(&said, e, in)
	if err != nil {
		return fmt.Errorf("outlook: event %s: %w", id, err)
	}
	if p == nil {
		return nil
	}
	return c.patch(ctx, id, said.Version, p)
}

// unlinked takes the link out of the exceptions of a series, and reads the series again: it has another version then.
// What else differs was changed by somebody meanwhile.
func (c *Calendar) unlinked(ctx context.Context, e models.Eventable, ev *calendar.Event,
	l calendar.Link) (models.Eventable, calendar.Event, error) {
	if err := c.setExceptions(ctx, ev, ev.Location, l); err != nil {
		return nil, calendar.Event{}, err
	}
	now, err := c.get(ctx, ev.ID, exceptionsQuery)
	if err != nil {
		return nil, calendar.Event{}, err
	}
	was, is := texts(e), texts(now)
	if was.Title != is.Title || was.Description != is.Description || was.Location != is.Location ||
		!slices.Equal(was.Categories, is.Categories) {
		return nil, calendar.Event{}, fmt.Errorf("outlook: event %s: %w", ev.ID, calendar.ErrConflict)
	}
	after, err := c.event(now)
	if err == nil {
		c.wrote(ev.ID, after.Version)
	}
	return now, after, err
}
