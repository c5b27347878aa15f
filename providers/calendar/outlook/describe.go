package outlook

import (
	"context"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"zoomtag/providers/calendar"
)

// describeQuery asks for the exceptions of a series with all that an invitation says of them.
var describeQuery = query{"$select": "id,cancelledOccurrences,exceptionOccurrences",
	"$expand": "exceptionOccurrences($select=id,subject,body,location,locations,start,end,originalStart)"}

// readDetails is Describe without its bounds.
func (c *Calendar) readDetails(ctx context.Context, id string) (calendar.Details, error) {
	if series, date, isDate := calendar.CutDate(id); isDate {
		whole, err := c.readDetails(ctx, series)
		return calendar.DateIn(whole, err, date, goneDate(id))
	}
	e, err := c.get(ctx, id, describeQuery)
	if err != nil {
		return calendar.Details{}, err
	}
	ev, err := c.event(e)
	if err != nil {
		return calendar.Details{}, err
	}
	d := calendar.Details{UID: ev.UID, Title: ev.Title, Description: ev.Description, HTML: ev.HTML,
		Location: ev.Location, Categories: ev.Categories,
		AllDay: ev.AllDay, Zone: ev.Zone, Cancelled: ev.Cancelled}
	err = safely(ctx, func(context.Context) error {
		c.describe(&d, e)
		return nil
	})
	return d, err
}

func (c *Calendar) describe(d *calendar.Details, e models.Eventable) {
	if o := e.GetOrganizer(); o != nil {
		d.Organizer = person(o.GetEmailAddress())
	}
	d.Attendees = attendees(e)
	if t := e.GetCreatedDateTime(); t != nil {
		d.Created = *t
	}
	if t := e.GetLastModifiedDateTime(); t != nil {
		d.Changed = *t
	}
	zone, _ := c.zone(text(e.GetOriginalStartTimeZone()))
	start, end := c.span(e.GetStart(), e.GetEnd(), d.AllDay, zone)
	d.Start, d.End = start, end
	if e.GetRecurrence() == nil {
		return
	}
	rule, err := ruleOf(e.GetRecurrence(), zone)
	if err != nil {
		return // then it is told as the single event that it begins with
	}
	d.Recurrence = []string{"RRULE:" + rule}
	for _, occurrence := range e.GetCancelledOccurrences() { // OID.<series>.<day>
		if day, err := time.ParseInLocation(time.DateOnly, occurrence[strings.LastIndexByte(occurrence, '.')+1:],
			zone); err == nil {
			at := time.Date(day.Year(), day.Month(), day.Day(), start.Hour(), start.Minute(), start.Second(), 0, zone)
			d.Occurrences = append(d.Occurrences, calendar.Occurrence{RecurrenceID: at, Cancelled: true})
		}
	}
	for _, x := range e.GetExceptionOccurrences() {
		if x == nil || x.GetOriginalStart() == nil {
			continue
		}
		at := x.GetOriginalStart().In(zone)
		if d.AllDay {
			at = wall(x.GetOriginalStart().UTC(), zone)
		}
		from, to := c.span(x.GetStart(), x.GetEnd(), d.AllDay, zone)
		if from.IsZero() {
			continue
		}
		said := texts(x)
		d.Occurrences = append(d.Occurrences, calendar.Occurrence{RecurrenceID: at, Start: from, End: to,
			Title: said.Title, Description: said.Description, Location: said.Location})
	}
}

// span is from when to when, in the zone of an event; zero where that cannot be read.
func (c *Calendar) span(from, to models.DateTimeTimeZoneable, allDay bool, zone *time.Location) (start, end time.Time) {
	start, ok := instant(from)
	if !ok {
		return time.Time{}, time.Time{}
	}
	if end, ok = instant(to); !ok || end.Before(start) {
		end = start
	}
	if allDay { // midnights that are called UTC, and mean the owner's
		return wall(start, zone), wall(end, zone)
	}
	return start.In(zone), end.In(zone)
}

func person(a models.EmailAddressable) calendar.Person {
	if a == nil {
		return calendar.Person{}
	}
	return calendar.Person{Name: text(a.GetName()), Address: text(a.GetAddress())}
}

// attendees are those of an event with an address.
func attendees(e models.Eventable) []calendar.Person {
	var list []calendar.Person
	for _, a := range e.GetAttendees() {
		if a == nil {
			continue
		}
		p := person(a.GetEmailAddress())
		if p.Address == "" {
			continue
		}
		p.Role = calendar.Required
		if kind := a.GetTypeEscaped(); kind != nil && *kind == models.OPTIONAL_ATTENDEETYPE {
			p.Role = calendar.Optional
		} else if kind != nil && *kind == models.RESOURCE_ATTENDEETYPE {
			p.Kind = calendar.Resource
		}
		if s := a.GetStatus(); s != nil && s.GetResponse() != nil {
			p.Status = map[models.ResponseType]calendar.Status{models.ACCEPTED_RESPONSETYPE: calendar.Accepted,
				models.DECLINED_RESPONSETYPE:            calendar.Declined,
				models.TENTATIVELYACCEPTED_RESPONSETYPE: calendar.Tentative}[*s.GetResponse()]
		}
		list = append(list, p)
	}
	return list
}
