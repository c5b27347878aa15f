package google

import (
	"context"
	"strings"
	"time"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
)

// describeFields is what an invitation needs beside eventFields.
const describeFields = eventFields + ",created,updated,sequence,organizer(displayName),attendees(displayName,optional)"

// readDetails is Describe without its bounds.
func (c *Calendar) readDetails(ctx context.Context, id string) (calendar.Details, error) {
	if series, date, isDate := calendar.CutDate(id); isDate {
		whole, err := c.readDetails(ctx, series)
		return calendar.DateIn(whole, err, date, goneDate(id))
	}
	e, exceptions, err := c.readAll(ctx, id, describeFields)
	if err != nil {
		return calendar.Details{}, err
	}
	about, err := c.about(ctx)
	if err != nil {
		return calendar.Details{}, err
	}
	home := about.zone
	start, end := moment(e.Start, home), moment(e.End, home)
	if !end.set || end.at.Before(start.at) {
		end = start
	}
	ev := texts(e)
	d := calendar.Details{UID: ev.UID, Title: ev.Title, Description: ev.Description, HTML: ev.HTML,
		Location: ev.Location, Organizer: organizer(e),
		Attendees: attendees(e), Sequence: int(e.Sequence), Start: start.at, End: end.at, AllDay: start.day,
		Zone: start.zone}
	d.Created, _ = time.Parse(time.RFC3339, e.Created) // one that cannot be read is one that nobody knows
	d.Changed, _ = time.Parse(time.RFC3339, e.Updated)
	for _, line := range e.Recurrence {
		if isRecurrence(line) {
			d.Recurrence = append(d.Recurrence, line)
		}
	}
	for _, x := range exceptions {
		original, from, to := moment(x.OriginalStartTime, home), moment(x.Start, home), moment(x.End, home)
		o := calendar.Occurrence{RecurrenceID: at(original, start).at, Cancelled: x.Status == "cancelled",
			Start: from.at, End: to.at,
			Title: x.Summary, Description: x.Description, Location: x.Location}
		if original.set && (o.Cancelled || from.set && to.set) {
			d.Occurrences = append(d.Occurrences, o)
		}
	}
	return d, nil
}

// isRecurrence reports whether a line that Google keeps for a series is one of those of RFC 5545 that are still in use.
func isRecurrence(line string) bool {
	name, _, _ := strings.Cut(strings.ToUpper(line), ":")
	name, _, _ = strings.Cut(name, ";")
	return name == "RRULE" || name == "RDATE" || name == "EXDATE"
}

func organizer(e *api.Event) calendar.Person {
	if e.Organizer == nil {
		return calendar.Person{}
	}
	return calendar.Person{Name: e.Organizer.DisplayName, Address: e.Organizer.Email}
}

// attendees are those of an event with an address. (Google names the organizer among them.)
func attendees(e *api.Event) []calendar.Person {
	answers := map[string]calendar.Status{"accepted": calendar.Accepted, "declined": calendar.Declined,
		"tentative": calendar.Tentative}
	var list []calendar.Person
	for _, a := range e.Attendees {
		if a == nil || a.Email == "" {
			continue
		}
		p := calendar.Person{Name: a.DisplayName, Address: a.Email, Role: calendar.Required,
			Status: answers[a.ResponseStatus]}
		if a.Optional {
			p.Role = calendar.Optional
		}
		if a.Resource {
			p.Kind = calendar.Resource
		}
		list = append(list, p)
	}
	return list
}
