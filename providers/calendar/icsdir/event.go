package icsdir

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// event reads one event of a file that was parsed.
func (d *Dir) event(doc *ical.Doc, f *file, id, uid string, single bool) (calendar.Event, error) {
	e, ok, err := doc.Event(uid, d.cfg.Zone, d.cfg.Now())
	if err != nil {
		return calendar.Event{}, understood(f.name, err)
	}
	if !ok {
		return calendar.Event{}, fmt.Errorf("icsdir: %w: %s holds no event %q any more", calendar.ErrGone, f.name, uid)
	}
	ev := calendar.Event{
		ID: id, UID: e.UID, Version: version(doc, f, uid, single),
		Title: e.Title, Description: e.Description, Location: e.Location, URL: e.URL,
		Categories: e.Categories, Conferences: e.Conferences,
		Start: e.Start, End: e.End, Zone: e.Zone, AllDay: e.AllDay, Series: e.Series, Until: e.Until,
		Cancelled: e.Cancelled, Denied: d.denied(e), Notes: e.Notes,
		Link: calendar.Link{Mark: e.Mark, Tag: e.Tag, JoinURL: e.JoinURL},
	}
	if ev.UID == "" {
		ev.UID = id
	}
	if start, end, found := calendar.FindBlock(e.Description); found {
		ev.Link.Block = e.Description[start:end]
		if url := calendar.BlockURL(ev.Link.Block); url != "" {
			ev.Link.JoinURL = url
		}
	}
	for _, o := range e.Overrides {
		ev.Exceptions = append(ev.Exceptions, calendar.Exception{ID: o.ID, Start: o.Start, Title: o.Title, Description: o.Description, Location: o.Location})
		ev.Partial = ev.Partial || ev.Link.Mark != "" && !sameLink(ev.Link, o)
	}
	return ev, nil
}

// sameLink reports whether an override shows the link that the event shows.
func sameLink(l calendar.Link, o ical.Override) bool {
	if o.Mark != l.Mark {
		return false
	}
	start, end, ok := calendar.FindBlock(o.Description)
	if l.Block == "" {
		return !ok
	}
	return ok && calendar.SameBlock(o.Description[start:end], l.Block)
}

// denied says why an event must not be written, or nothing.
func (d *Dir) denied(e ical.Event) string {
	if e.Method != "" && e.Method != "PUBLISH" { // exports are published; the other methods are for mail (RFC 5546)
		return "the file is a message about an event (METHOD:" + e.Method + "), not an event of this calendar"
	}
	if !e.HasOrganizer || d.owners["*"] || d.owners[mailKey(e.Organizer)] {
		return ""
	}
	who := e.Organizer
	if who == "" {
		who = "somebody without an address"
	}
	return "organized by " + who + "; if that is you, name the address as owner of this calendar in the configuration"
}

// organizes reports whether the owner of the calendar is named as the event's organizer.
func (d *Dir) organizes(e ical.Event) bool {
	return e.HasOrganizer && (d.owners["*"] || d.owners[mailKey(e.Organizer)])
}

// version changes with every change of the event. Where a file holds several, those of the others do not count, so that one
// pass can write them one after the other; the write itself is guarded by the whole file.
func version(doc *ical.Doc, f *file, uid string, single bool) string {
	raw := f.raw
	if !single {
		raw = doc.Own(uid)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}
