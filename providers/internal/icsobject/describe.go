package icsobject

import (
	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// Describe tells all of the event with a UID of an object, as an invitation needs it. id stands in where the object
// says no UID.
func (r *Reader) Describe(raw []byte, id, uid string) (calendar.Details, error) {
	doc, err := ical.Parse(raw, r.Limits)
	if err != nil {
		return calendar.Details{}, err
	}
	return r.Details(doc, id, uid)
}

// Details is Describe for an object that was parsed.
func (r *Reader) Details(doc *ical.Doc, id, uid string) (calendar.Details, error) {
	x, ok, err := doc.Describe(uid, r.Zone)
	if err != nil {
		return calendar.Details{}, err
	}
	if !ok {
		return calendar.Details{}, ical.ErrNoEvent
	}
	d := calendar.Details{UID: x.UID, Title: x.Title, Description: x.Description, Location: x.Location, URL: x.URL,
		Categories: x.Categories,
		Organizer:  person(x.Organizer), Sequence: x.Sequence, Created: x.Created, Changed: x.Changed,
		Cancelled: x.Cancelled,
		Start:     x.Start, End: x.End, AllDay: x.AllDay, Zone: x.Zone, Recurrence: x.Recurrence}
	if d.UID == "" {
		d.UID = id
	}
	for _, p := range x.Attendees {
		d.Attendees = append(d.Attendees, person(p))
	}
	for _, o := range x.Occurrences {
		d.Occurrences = append(d.Occurrences, calendar.Occurrence{RecurrenceID: o.RecurrenceID, Cancelled: o.Cancelled,
			Later: o.Later, Start: o.Start, End: o.End,
			Title: o.Title, Description: o.Description, Location: o.Location})
	}
	return d, nil
}

func person(p ical.Person) calendar.Person {
	return calendar.Person{Name: p.Name, Address: p.Address, Role: calendar.Role(p.Role),
		Status: calendar.Status(p.Status), Kind: calendar.Kind(p.Kind)}
}
