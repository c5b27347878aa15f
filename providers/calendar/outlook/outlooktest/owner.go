package outlooktest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/internal/emulator"
)

// The owner's side: what Outlook does, which knows nothing of zoomtag. An empty calendar is the default one of the
// first mailbox. Methods that name an event or a calendar which was never there do nothing. The functions that they are
// given run under the emulator's lock: they must not call it. Nobody is mailed.

// Put adds an event, or replaces the one with that id, and fills in what Exchange would. The fields are those of
// Graph's event; a time is {dateTime, timeZone}, its zone a Windows or an IANA name, UTC if there is none. One that
// does not say when it was created is a day old. Its singleValueExtendedProperties are kept too. The id returned is the
// immutable one; a test may choose it. Exceptions are not put but made with Except.
func (s *Server) Put(calendar string, ev JSON) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := s.calendar(calendar)
	if cal == nil {
		return ""
	}
	body := emulator.Clone(ev)
	id, _ = body["id"].(string)
	delete(body, "id")
	e := s.names[id].e
	switch {
	case e == nil:
		e = s.newEvent(cal, id)
	case e.cal != cal || e.immutable != id:
		return "" // of another calendar, or an occurrence
	}
	e.deleted, e.exceptions, e.cancelled = false, nil, nil
	if v, is := body["createdDateTime"].(string); is {
		e.created = v
	}
	s.touch(e, s.saved(nil, s.filled(cal, e, body)))
	return e.immutable
}

// newEvent makes an empty event with an id, or one made up if there is none.
func (s *Server) newEvent(cal *shelf, id string) *event {
	n := s.Next()
	if id == "" {
		id = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A" + opaque(fmt.Sprintf("event %d immutable", n), 40) + "AAA="
	}
	e := &event{n: n, cal: cal, immutable: id, created: stamp(s.now().AddDate(0, 0, -1))}
	cal.events = append(cal.events, e)
	s.names[id] = name{e: e}
	return e
}

// filled sets what is absent.
func (s *Server) filled(cal *shelf, e *event, body JSON) JSON {
	start := s.now().UTC().AddDate(0, 0, 1).Truncate(time.Hour)
	out := JSON{
		"subject": "", "body": JSON{"contentType": "html", "content": ""}, "location": JSON{"displayName": ""},
		"attendees":  []any{},
		"categories": []any{}, "importance": "normal", "sensitivity": "normal", "showAs": "busy", "isAllDay": false,
		"isCancelled": false,
		"isDraft":     false, "isOnlineMeeting": false, "onlineMeetingProvider": "unknown", "onlineMeetingUrl": nil,
		"onlineMeeting": nil,
		"isReminderOn":  true, "reminderMinutesBeforeStart": 15.0, "responseRequested": true,
		"allowNewTimeProposals": true,
		"hideAttendees":         false, "hasAttachments": false, "transactionId": nil, "recurrence": nil,
		"organizer": person(cal.owner.address), "start": JSON{"dateTime": start.Format(local), "timeZone": Zone},
		"end":     JSON{"dateTime": start.Add(time.Hour).Format(local), "timeZone": Zone},
		"iCalUId": "040000008200E00074C5B7101A82E00800000000" + fmt.Sprintf("%056X", e.n),
		"webLink": "https://outlook.office365.com/owa/?itemid=" + e.immutable + "&exvsurl=1&path=/calendar/item",
	}
	if body["locations"] != nil {
		delete(out, "location")
	}
	maps.Copy(out, body)
	response := "organizer"
	if !organizes(cal, out) {
		response = "notResponded"
	}
	if out["responseStatus"] == nil {
		out["responseStatus"] = JSON{"response": response, "time": "0001-01-01T00:00:00Z"}
	}
	if out["isOnlineMeeting"] == true && out["onlineMeeting"] == nil {
		s.fillMeeting(e, out)
	}
	delete(out, "createdDateTime")
	return out
}

func person(address string) JSON {
	local, _, _ := strings.Cut(address, "@")
	return JSON{"emailAddress": JSON{"name": strings.ToUpper(local[:1]) + local[1:], "address": address}}
}

// organizes says whether an event's organizer is the owner of the calendar.
func organizes(cal *shelf, body JSON) bool {
	organizer, _ := body["organizer"].(JSON)
	email, _ := organizer["emailAddress"].(JSON)
	address, _ := email["address"].(string)
	return strings.EqualFold(address, cal.owner.address)
}

// change applies fn to an event's body, a copy, and keeps the result if it differs.
func (s *Server) change(calendar, id string, fn func(e *event, body JSON)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := s.calendar(calendar)
	if n := s.names[id]; cal != nil && n.e != nil && n.e.cal == cal {
		e := n.e
		if !n.original.IsZero() {
			e = s.except(n.e, n.original)
		}
		s.rewrite(e, func(body JSON) { fn(e, body) })
	}
}

// rewrite lets fn change a copy of the body and saves what it has changed.
func (s *Server) rewrite(e *event, fn func(body JSON)) {
	body := emulator.Clone(e.body)
	fn(body)
	body = emulator.Clone(body) // whatever types the caller has put there
	old := emulator.Clone(e.body)
	change := JSON{}
	for name, v := range body {
		if !reflect.DeepEqual(v, old[name]) {
			change[name] = v
		}
	}
	for name := range old {
		if _, there := body[name]; !there {
			change[name] = nil
		}
	}
	if len(change) > 0 {
		s.touch(e, s.saved(e.body, change))
	}
}

// Edit changes an event in place. What is given to change is as Put takes it, the times in UTC.
func (s *Server) Edit(calendar, id string, change func(ev JSON)) {
	s.change(calendar, id, func(_ *event, body JSON) { change(body) })
}

// Delete moves an event to the deleted items, where no call finds it; an occurrence it cancels.
func (s *Server) Delete(calendar, id string) { s.delete(calendar, id, true) }

// Restore brings a deleted event back, as it was.
func (s *Server) Restore(calendar, id string) { s.delete(calendar, id, false) }

func (s *Server) delete(calendar, id string, deleted bool) {
	s.change(calendar, id, func(e *event, _ JSON) {
		if e.master != nil && deleted {
			s.cancel(e.master, e.original)
		} else if e.deleted != deleted {
			e.deleted = deleted
			s.touch(e, e.body)
		}
	})
}

// Duplicate copies an event as apps do: everything but its ids, also what is out of sight.
func (s *Server) Duplicate(calendar, id string) (newID string) {
	s.change(calendar, id, func(e *event, _ JSON) {
		twin := s.newEvent(e.cal, "")
		twin.created = stamp(s.now())
		copied := emulator.Clone(e.body)
		for _, name := range []string{"iCalUId", "webLink", "transactionId"} {
			delete(copied, name)
		}
		s.touch(twin, s.saved(nil, s.filled(e.cal, twin, copied)))
		newID = twin.immutable
	})
	return newID
}

// Move moves an event to another calendar. Its immutable id stays, the other kind does not.
func (s *Server) Move(calendar, id, to string) {
	s.change(calendar, id, func(e *event, _ JSON) {
		target := s.calendar(to)
		if target == nil || target == e.cal || e.master != nil {
			return
		}
		from := e.cal
		from.events = slices.DeleteFunc(from.events, func(x *event) bool { return x == e })
		target.events = append(target.events, e)
		for _, x := range append(e.exceptions, e) {
			x.cal = target
		}
		s.touch(e, e.body)
		from.left = append(from.left, departure{e, s.seq})
	})
}

// Bump changes the etag and the change key of an event, as background work of Exchange does, and nothing else.
func (s *Server) Bump(calendar, id string) {
	s.change(calendar, id, func(e *event, _ JSON) { s.bump(e) })
}

// Redate says of an event that it was changed last at another time, as a server does whose clock is wrong. Its version
// stays.
func (s *Server) Redate(calendar, id string, changed time.Time) {
	s.change(calendar, id, func(e *event, _ JSON) { e.changed = stamp(changed) })
}

// Hide leaves an event out of every list, or no longer, though it is found by its id.
func (s *Server) Hide(calendar, id string, hidden bool) {
	s.change(calendar, id, func(e *event, _ JSON) { e.hidden = hidden })
}

// SetEmpty makes lists answer as if the calendar held nothing, or ends that.
func (s *Server) SetEmpty(calendar string, empty bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cal := s.calendar(calendar); cal != nil {
		cal.empty = empty
	}
}

// Event returns an event as it is stored, its singleValueExtendedProperties included, the times in UTC, and whether it
// stands. Of an occurrence that is no exception it says what the series says.
func (s *Server) Event(calendar, id string) (JSON, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := s.calendar(calendar)
	it, found := s.item(id)
	if cal == nil || !found || it.cal != cal {
		return nil, false
	}
	return emulator.Clone(it.body), true
}

// IDs returns the immutable ids of the events that stand, without exceptions, oldest first.
func (s *Server) IDs(calendar string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := []string{}
	if cal := s.calendar(calendar); cal != nil {
		for _, e := range cal.events {
			if !e.deleted {
				ids = append(ids, e.immutable)
			}
		}
	}
	return ids
}
