// Package icsobject holds what the calendars made of iCalendar objects share, be those files of a folder or resources
// of a CalDAV server: how such an object is read as an event, how a link is written into it, and a cheap look for
// objects without a tag.
package icsobject

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// AnyOwner takes every organizer for the owner.
const AnyOwner = "*"

// Owners are the mail addresses of a calendar's owner, made comparable.
type Owners map[string]bool

// NewOwners makes Owners of addresses, with or without mailto:.
func NewOwners(addresses []string) Owners {
	o := Owners{}
	for _, address := range addresses {
		o[mailKey(address)] = true
	}
	return o
}

// mailKey makes mail addresses comparable.
func mailKey(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	return strings.TrimPrefix(address, "mailto:")
}

// Has reports whether an address is the owner's.
func (o Owners) Has(address string) bool { return o[AnyOwner] || o[mailKey(address)] }

// Guests are the attendees who are not the owner.
func (o Owners) Guests(attendees []string) []string {
	var guests []string
	for _, address := range attendees {
		if !o[mailKey(address)] {
			guests = append(guests, address)
		}
	}
	return guests
}

// Reader reads and edits the objects of one calendar.
type Reader struct {
	Owners Owners
	// Zone is for times that name no zone, or one that cannot be found out.
	Zone *time.Location
	// Now is the clock.
	Now func() time.Time
	// Messages takes invitations for mailing (METHOD:REQUEST) for the events that they are about.
	Messages bool
	// Limits bound an object.
	Limits ical.Limits
}

// Event reads the event with a UID of an object that was parsed, all but its version. The second result is what it was
// read from, and the third says whether there is such an event.
func (r *Reader) Event(doc *ical.Doc, id, uid string) (calendar.Event, ical.Event, bool, error) {
	e, ok, err := doc.Event(uid, r.Zone, r.Now())
	if err != nil || !ok {
		return calendar.Event{}, e, ok, err
	}
	denied, cure := r.denied(&e)
	ev := calendar.Event{
		ID: id, UID: e.UID,
		Title: e.Title, Description: e.Description, HTML: calendar.IsHTML(e.Description), Location: e.Location,
		URL:        e.URL,
		Categories: e.Categories, Elsewhere: e.Elsewhere, Conferences: e.Conferences,
		Start: e.Start, End: e.End, Zone: e.Zone, Guessed: e.Guessed, AllDay: e.AllDay, Series: e.Series,
		Until: e.Until, Empty: e.Empty, Detached: e.Detached,
		Cancelled: e.Cancelled, Denied: denied, Cure: cure, Notes: e.Notes,
		Link: calendar.Link{Mark: e.Mark, Tag: e.Tag, JoinURL: e.JoinURL},
	}
	if ev.UID == "" {
		ev.UID = id
	}
	if ev.Link.Block = blockIn(e.Description); ev.Link.Block != "" {
		if url := calendar.BlockURL(ev.Link.Block); url != "" {
			ev.Link.JoinURL = url
		}
	}
	for _, o := range e.Overrides {
		ev.Exceptions = append(ev.Exceptions, exception(&o, e.AllDay))
	}
	ev.LeaveOutFar()
	return ev, e, true, nil
}

// exception is an override as the contract has it.
func exception(o *ical.Override, allDay bool) calendar.Exception {
	x := calendar.Exception{ID: o.ID, Start: o.Start, End: o.End, Title: o.Title, Description: o.Description,
		HTML:     calendar.IsHTML(o.Description),
		Location: o.Location, Categories: o.Categories, Conferences: o.Conferences,
		Link: calendar.Link{Mark: o.Mark, Tag: o.Tag}}
	if o.Single {
		x.Date = calendar.DateName(o.Original, allDay)
	}
	if x.Link.Block = blockIn(o.Description); x.Link.Block != "" {
		x.Link.JoinURL = calendar.BlockURL(x.Link.Block)
	}
	return x
}

// denied says why an event must not be written, or nothing.
func (r *Reader) denied(e *ical.Event) (why, cure string) {
	// exports are published; the other methods are for mail (RFC 5546)
	if e.Method != "" && e.Method != "PUBLISH" && !(r.Messages && e.Method == "REQUEST") {
		return "it is a message about an event (METHOD:" + e.Method + "), not an event of this calendar", ""
	}
	if !e.HasOrganizer || r.Owners.Has(e.Organizer) {
		return "", ""
	}
	who := e.Organizer
	if who == "" {
		who = "somebody without an address"
	}
	return "organized by " + who, "if that is you, name the address as owner of this calendar in the configuration"
}

// SetLink returns an object with l as the link of the event with a UID, or without a link. Nothing but the lines of the
// link differs; an object that holds it already comes back as it is.
func (r *Reader) SetLink(raw []byte, uid string, l calendar.Link) ([]byte, error) {
	doc, err := ical.Parse(raw, r.Limits)
	if err != nil {
		return nil, err
	}
	out, err := r.Link(doc, uid, l)
	if err != nil {
		return nil, err
	}
	return out.Raw(), nil
}

// Link is SetLink for an object that was parsed.
func (r *Reader) Link(doc *ical.Doc, uid string, l calendar.Link) (*ical.Doc, error) {
	e, err := r.Edit(doc, uid, l)
	if err != nil {
		return nil, err
	}
	return doc.SetLink(uid, e)
}

// Edit is what Link makes of the event with a UID.
func (r *Reader) Edit(doc *ical.Doc, uid string, l calendar.Link) (ical.Edit, error) {
	now, was, ok, err := r.Event(doc, "", uid)
	if err != nil {
		return ical.Edit{}, err
	}
	if !ok {
		return ical.Edit{}, ical.ErrNoEvent
	}
	e := r.edit(l, &now.Link)
	e.Organizes = was.HasOrganizer && r.Owners.Has(was.Organizer)
	for i := range now.Exceptions {
		x := &now.Exceptions[i]
		if l.Shuns(x.ID) {
			if e.Apart == nil {
				e.Apart = map[string]bool{}
			}
			e.Apart[x.ID] = true
			continue
		}
		if in := l.In(x.ID, x.Link.Block); in.Mark != l.Mark {
			out := r.edit(in, &x.Link)
			out.Organizes = e.Organizes
			if e.Others == nil {
				e.Others = map[string]*ical.Edit{}
			}
			e.Others[x.ID] = &out
		}
	}
	return e, nil
}

// LinkDate returns an object with l as the link of a single date of the event with a UID, or without one.
func (r *Reader) LinkDate(doc *ical.Doc, uid, date string, l calendar.Link) (*ical.Doc, error) {
	now, was, ok, err := r.Event(doc, "", uid)
	if err != nil {
		return nil, err
	}
	for i := range now.Exceptions {
		x := &now.Exceptions[i]
		if !ok || x.Date != date {
			continue
		}
		e := r.edit(l, &x.Link)
		e.Only, e.Organizes = x.ID, was.HasOrganizer && r.Owners.Has(was.Organizer)
		return doc.SetLink(uid, e)
	}
	return nil, ical.ErrNoEvent
}

// edit is how a link is written over another one.
func (r *Reader) edit(l calendar.Link, now *calendar.Link) ical.Edit {
	e := ical.Edit{Mark: l.Mark, Tag: l.Tag, JoinURL: l.JoinURL, Title: l.Title, Location: l.Location, Now: r.Now(),
		Limits:     r.Limits,
		Splice:     func(text string) []ical.Replacement { return replacements(edits(text, l)) },
		SpliceHTML: func(text string) []ical.Replacement { return replacements(calendar.EditsHTML(text, l)) }}
	for _, url := range []string{l.Was.JoinURL, now.JoinURL} {
		if url != "" && url != l.JoinURL {
			e.Old = append(e.Old, url)
		}
	}
	if l.Mark == "" {
		e.Old = append(e.Old, l.JoinURL)
	}
	return e
}

// blockIn is the block in a description, which may be HTML though iCalendar knows only plain text (RFC 5545 3.8.1.5).
func blockIn(description string) string {
	if calendar.IsHTML(description) {
		return calendar.BlockInHTML(description)
	}
	return calendar.BlockIn(description)
}

// edits make l the link of a description: as HTML where that is what it is.
func edits(description string, l calendar.Link) []calendar.Edit {
	if calendar.IsHTML(description) {
		return calendar.EditsHTML(description, l)
	}
	return calendar.Edits(description, l)
}

// replacements are edits in the words of the codec.
func replacements(edits []calendar.Edit) []ical.Replacement {
	list := make([]ical.Replacement, len(edits))
	for i, e := range edits {
		list[i] = ical.Replacement(e)
	}
	return list
}

// Understood turns the codec's errors into those of the contract.
func Understood(name string, err error) error {
	kind := calendar.ErrMalformed
	if errors.Is(err, ical.ErrIncomplete) {
		kind = calendar.ErrIncomplete
	}
	return fmt.Errorf("%w: %s: %w", kind, name, err)
}
