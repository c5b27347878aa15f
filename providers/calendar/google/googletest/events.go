package googletest

import (
	"net/http"
	"strconv"
	"time"
)

// named finds the calendar in the path of a request, and what the caller may do there.
func (c *call) named() (cal *shelf, role string, a answer, found bool) {
	id := c.r.PathValue("calendar")
	if id == "primary" {
		id = c.token.principal
	}
	cal = c.calendars[id]
	if cal != nil {
		role = cal.roles[c.token.principal]
	}
	if role == "" || role == "none" {
		return nil, "", fail(http.StatusNotFound, "notFound", "Not Found"), false
	}
	if role != "owner" && id != c.token.principal && c.token.ownedOnly(c.id) {
		return nil, "", lacksScope(), false
	}
	return cal, role, answer{}, true
}

// get is events.get. It finds deleted events as well.
func (c *call) get() answer {
	cal, role, a, found := c.named()
	if !found {
		return a
	}
	e := cal.byID[c.r.PathValue("event")]
	if e == nil || e.purged {
		return fail(http.StatusNotFound, "notFound", "Not Found")
	}
	return c.one(cal, role, e)
}

// one is the answer that shows a single event.
func (c *call) one(cal *shelf, role string, e *event) answer {
	body := c.view(cal, role, e)
	etag, _ := body["etag"].(string)
	header := http.Header{"Etag": {etag}}
	if c.r.Method == http.MethodGet && c.r.Header.Get("If-None-Match") == etag {
		return answer{Status: http.StatusNotModified, Header: header}
	}
	return answer{Status: http.StatusOK, Header: header, Body: body}
}

// shell is all that is guaranteed of a cancelled event.
func (e *event) shell() JSON {
	body := JSON{"kind": "calendar#event", "etag": e.body["etag"], "id": e.id, "status": "cancelled"}
	for _, name := range []string{"recurringEventId", "originalStartTime"} {
		if v := e.body[name]; v != nil {
			body[name] = v
		}
	}
	return body
}

// listed is an event as lists show it: of a cancelled one no more than is guaranteed.
func (c *call) listed(cal *shelf, role string, e *event) JSON {
	if e.cancelled() {
		return c.inZone(cal, e.shell())
	}
	return c.view(cal, role, e)
}

// view is an event as the caller may see it.
func (c *call) view(cal *shelf, role string, e *event) JSON {
	switch {
	case e.cancelled() && (e.shelled || e.body["recurringEventId"] != nil):
		return c.inZone(cal, e.shell())
	case role == "freeBusyReader" || !seesPrivate(role) && isPrivate(e.body):
		body := JSON{"visibility": "private"}
		for _, name := range []string{
			"kind", "etag", "id", "status", "start", "end", "recurrence", "recurringEventId", "originalStartTime",
			"iCalUID", "updated", "eventType",
		} {
			if v := e.body[name]; v != nil {
				body[name] = v
			}
		}
		return c.inZone(cal, body)
	}
	return c.inZone(cal, c.fewAttendees(e.with(nil)))
}

func seesPrivate(role string) bool { return role == "owner" || role == "writer" }

func isPrivate(body JSON) bool {
	return body["visibility"] == "private" || body["visibility"] == "confidential"
}

// inZone renders the times of a body that is ours to change.
func (c *call) inZone(cal *shelf, body JSON) JSON {
	loc := cal.loc
	if name := c.r.URL.Query().Get("timeZone"); name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			loc = zone
		}
	}
	for _, name := range []string{"start", "end", "originalStartTime"} {
		if v := body[name]; v != nil {
			body[name] = rendered(v, loc)
		}
	}
	return body
}

// fewAttendees leaves only the person's own entry where there are more attendees than the caller wants.
func (c *call) fewAttendees(body JSON) JSON {
	most, err := strconv.Atoi(c.r.URL.Query().Get("maxAttendees"))
	attendees, _ := body["attendees"].([]any)
	if err != nil || len(attendees) <= most {
		return body
	}
	own := []any{}
	for _, v := range attendees {
		if m, _ := v.(JSON); m["self"] == true {
			own = append(own, v)
		}
	}
	body["attendees"], body["attendeesOmitted"] = own, true
	return body
}

// getCalendar is calendars.get.
func (c *call) getCalendar() answer {
	cal, _, a, found := c.named()
	if !found {
		return a
	}
	return ok(JSON{"kind": "calendar#calendar", "etag": `"c1"`, "id": cal.id, "summary": cal.id, "timeZone": cal.zone})
}

// listCalendars is calendarList.list: one page of all that the caller sees.
func (c *call) listCalendars() answer {
	items := []any{}
	for id, cal := range c.calendars {
		role := cal.roles[c.token.principal]
		if role == "" || role == "none" {
			continue
		}
		entry := JSON{
			"kind": "calendar#calendarListEntry", "etag": `"c1"`, "id": id, "summary": id, "timeZone": cal.zone,
			"accessRole": role,
			"selected":   true, "defaultReminders": []any{},
		}
		if id == c.token.principal {
			entry["primary"] = true
		}
		items = append(items, entry)
	}
	return ok(JSON{"kind": "calendar#calendarList", "etag": `"p1"`, "items": items, "nextSyncToken": "CList"})
}
