package googletest

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"time"

	"zoomtag/providers/internal/emulator"
)

// The owner's side: what a calendar app does, which knows nothing of zoomtag. An empty calendar is the primary one.
// Methods that name an event or a calendar which was never there do nothing. The functions that they are given run
// under the emulator's lock: they must not call it.

// Put adds an event, or replaces the one with that id, and fills in what Google would. One that does not say when it
// was created is a day old.
func (s *Server) Put(calendar string, ev JSON) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := s.calendar(calendar)
	if cal == nil {
		return ""
	}
	body := emulator.Clone(ev)
	id, _ = body["id"].(string)
	if id == "" {
		id = s.newID()
	}
	s.fill(cal, id, body)
	e := cal.byID[id]
	if e == nil {
		e = &event{id: id}
		cal.add(e)
	}
	e.shelled, e.purged = false, false
	s.touch(cal, e, body)
	return id
}

// fill sets what is absent.
func (s *Server) fill(cal *shelf, id string, body JSON) {
	now := s.now()
	start := now.In(cal.loc).AddDate(0, 0, 1).Truncate(time.Hour)
	filled := JSON{
		"kind": "calendar#event", "iCalUID": id + "@google.com", "status": "confirmed",
		"created":   stamp(now.AddDate(0, 0, -1)),
		"organizer": JSON{"email": cal.id, "self": true}, "creator": creator(cal), "sequence": 0.0,
		"eventType": "default",
		"reminders": JSON{"useDefault": true}, "start": JSON{"dateTime": start.Format(time.RFC3339),
			"timeZone": cal.zone},
		"end": JSON{"dateTime": start.Add(time.Hour).Format(time.RFC3339), "timeZone": cal.zone},
		"htmlLink": "https://www.google.com/calendar/event?eid=" +
			base64.RawURLEncoding.EncodeToString([]byte(id+" "+cal.id)),
	}
	body["id"] = id
	if series, is := body["recurringEventId"].(string); is && cal.byID[series] != nil {
		filled["iCalUID"] = cal.byID[series].body["iCalUID"]
	}
	for name, v := range filled {
		if _, is := body[name]; !is {
			body[name] = v
		}
	}
	for _, name := range []string{"start", "end", "originalStartTime"} {
		if m, is := body[name].(JSON); is && m["dateTime"] != nil && m["timeZone"] == nil {
			m["timeZone"] = cal.zone
		}
	}
}

func creator(cal *shelf) JSON {
	c := JSON{"email": cal.owner}
	if cal.id == cal.owner {
		c["self"] = true // on any other calendar the person is not the calendar
	}
	return c
}

// newID makes up an id of the form that Google uses.
func (s *Server) newID() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "event %d", s.Next()))
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:])[:26])
}

func (c *shelf) add(e *event) {
	c.byID[e.id] = e
	c.events = append(c.events, e)
}

// touch gives an event a new body, a new etag and its place in the changes.
func (s *Server) touch(cal *shelf, e *event, body JSON) {
	s.seq++
	body["etag"] = fmt.Sprintf(`"3%015d"`, s.seq)
	if !onlyReminders(e.body, body) {
		body["updated"] = stamp(s.now())
	}
	e.body, e.seq, cal.changed = body, s.seq, s.seq
}

// onlyReminders says whether nothing else differs: that leaves the time of the last update as it is.
func onlyReminders(before, after JSON) bool {
	if before == nil {
		return false
	}
	rest := func(body JSON) JSON {
		e := event{body: body}
		return e.with(JSON{"reminders": nil, "etag": nil})
	}
	return !reflect.DeepEqual(before["reminders"], after["reminders"]) && reflect.DeepEqual(rest(before), rest(after))
}

// store puts another body there if it differs, and says whether it did. Another time is another sequence number.
func (s *Server) store(cal *shelf, e *event, body JSON) bool {
	if reflect.DeepEqual(e.body, body) {
		return false
	}
	for _, name := range []string{"start", "end", "recurrence"} {
		if !reflect.DeepEqual(e.body[name], body[name]) {
			n, _ := body["sequence"].(float64)
			body["sequence"] = n + 1
			break
		}
	}
	s.touch(cal, e, body)
	return true
}

// change applies fn to an event's body, a copy, and keeps the result.
func (s *Server) change(calendar, id string, fn func(cal *shelf, e *event, body JSON)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := s.calendar(calendar)
	if cal == nil {
		return
	}
	if e := cal.byID[id]; e != nil {
		body := emulator.Clone(e.body)
		fn(cal, e, body)
		body = emulator.Clone(body) // whatever types the caller has put there
		body["id"] = id
		s.store(cal, e, body)
	}
}

// Edit changes an event in place.
func (s *Server) Edit(calendar, id string, change func(ev JSON)) {
	s.change(calendar, id, func(_ *shelf, _ *event, body JSON) { change(body) })
}

// Delete deletes an event: a cancelled shell stays. Deleting a series cancels its exceptions.
func (s *Server) Delete(calendar, id string) {
	s.change(calendar, id, func(cal *shelf, _ *event, body JSON) {
		body["status"] = "cancelled"
		for _, e := range cal.exceptions(id) {
			s.store(cal, e, e.with(JSON{"status": "cancelled"}))
		}
	})
}

// Restore brings a deleted event back, as it was. The exceptions of a series stay cancelled.
func (s *Server) Restore(calendar, id string) {
	s.change(calendar, id, func(_ *shelf, _ *event, body JSON) { body["status"] = "confirmed" })
}

// Purge makes Google forget deleted events altogether: they are no longer found by their id.
func (s *Server) Purge() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cal := range s.calendars {
		for _, e := range cal.events {
			e.purged = e.purged || e.cancelled()
		}
	}
}

// Duplicate copies an event as apps do: everything but its id and iCalUID, also what is out of sight.
func (s *Server) Duplicate(calendar, id string) (newID string) {
	s.change(calendar, id, func(cal *shelf, _ *event, body JSON) {
		newID = s.newID()
		twin := emulator.Clone(body)
		for _, name := range []string{"recurringEventId", "originalStartTime", "created", "htmlLink", "sequence",
			"iCalUID"} {
			delete(twin, name)
		}
		twin["created"] = stamp(s.now())
		s.fill(cal, newID, twin)
		e := &event{id: newID}
		cal.add(e)
		s.touch(cal, e, twin)
	})
	return newID
}

// Move moves an event to another calendar, a series with its exceptions. What is left behind has only its id.
func (s *Server) Move(calendar, id, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal, target := s.calendar(calendar), s.calendar(to)
	if cal == nil || target == nil || cal == target || cal.byID[id] == nil {
		return
	}
	for _, e := range append(cal.exceptions(id), cal.byID[id]) {
		there := target.byID[e.id]
		if there == nil {
			there = &event{id: e.id}
			target.add(there)
		}
		there.shelled, there.purged = false, false
		organizer := JSON{"email": target.id, "self": true}
		s.touch(target, there, e.with(JSON{"organizer": organizer, "creator": creator(target)}))
		e.shelled = true
		s.touch(cal, e, e.with(JSON{"status": "cancelled"}))
	}
}

// Hide leaves an event out of every list, or no longer, though get finds it.
func (s *Server) Hide(calendar, id string, hidden bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cal := s.calendar(calendar); cal != nil && cal.byID[id] != nil {
		cal.byID[id].hidden = hidden
	}
}

// Event returns an event as it is stored, and whether it stands.
func (s *Server) Event(calendar, id string) (JSON, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := s.calendar(calendar)
	if cal == nil || cal.byID[id] == nil || cal.byID[id].cancelled() {
		return nil, false
	}
	return emulator.Clone(cal.byID[id].body), true
}

// IDs returns the ids of the events that stand, exceptions included, oldest first.
func (s *Server) IDs(calendar string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := []string{}
	cal := s.calendar(calendar)
	if cal == nil {
		return ids
	}
	for _, e := range cal.events {
		if !e.cancelled() {
			ids = append(ids, e.id)
		}
	}
	return ids
}
