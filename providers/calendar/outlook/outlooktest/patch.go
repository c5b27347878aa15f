package outlooktest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// writable are the fields that a PATCH may set.
func writable() []string {
	return strings.Fields("subject body location locations categories singleValueExtendedProperties " +
		"multiValueExtendedProperties start end " +
		"attendees recurrence showAs sensitivity importance isAllDay isReminderOn reminderMinutesBeforeStart " +
		"responseRequested " +
		"hideAttendees allowNewTimeProposals isOnlineMeeting onlineMeetingProvider")
}

// readOnly are the fields of an event that Exchange sets itself, and takes no notice of in a PATCH.
func readOnly() []string {
	return strings.Fields("id bodyPreview cancelledOccurrences changeKey createdDateTime hasAttachments iCalUId " +
		"isCancelled isDraft " +
		"isOrganizer lastModifiedDateTime onlineMeeting onlineMeetingUrl organizer originalEndTimeZone originalStart " +
		"originalStartTimeZone responseStatus seriesMasterId transactionId type webLink uid")
}

// dangerous are fields that a client which only sets texts must not touch: they invite, move, repeat or call in Teams.
func dangerous() []string {
	return strings.Fields("attendees start end recurrence isOnlineMeeting onlineMeetingProvider isAllDay organizer " +
		"hideAttendees")
}

// patch is PATCH of an event.
func (c *call) patch() answer {
	it, a, good := c.found()
	if !good {
		return a
	}
	if !c.mayWrite(it.cal) {
		return accessDenied()
	}
	c.judge(it)
	if a, refused := c.badFields(); refused {
		return a
	}
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != it.etag() {
		return fail(http.StatusPreconditionFailed, "ErrorIrresolvableConflict",
			"The send or update operation could not be performed because the change key passed in the request "+
				"does not match the current change key for the item.")
	}
	change := JSON{}
	for _, name := range writable() {
		if v, touched := c.body[name]; touched {
			change[name] = v
		}
	}
	if c.Silent() {
		if c.opts.EchoSilent {
			echo := *it.event
			echo.body = c.saved(it.body, change)
			return c.one(item{&echo, it.occurrence})
		}
		return c.one(it)
	}
	e := it.event
	if !it.occurrence.IsZero() {
		e = c.except(it.event, it.occurrence)
	}
	before := e.body
	c.touch(e, c.saved(e.body, change))
	c.mail(e, before, change)
	if c.opts.Bump {
		c.bumps = append(c.bumps, e)
	}
	return c.one(item{event: e})
}

// judge complains about a patch that a careful client does not send.
func (c *call) judge(it item) {
	if c.r.Header.Get("If-Match") == "" {
		c.complainf("a patch without If-Match")
	}
	for _, name := range dangerous() {
		if _, touched := c.body[name]; touched {
			c.complainf("a patch touches %s", name)
		}
	}
	for _, name := range readOnly() {
		if _, touched := c.body[name]; touched {
			c.complainf("a patch touches %s, which is read-only", name)
		}
	}
	if c.body["location"] != nil && c.body["locations"] != nil {
		c.complainf("a patch has location as well as locations")
	}
	switch {
	case !organizes(it.cal, it.body):
		c.complainf("a patch of an event that somebody else organises")
	case it.body["isDraft"] == true || it.body["isCancelled"] == true:
		c.complainf("a patch of a draft, or of what is cancelled")
	case it.kind() == "occurrence":
		c.complainf("a patch of an occurrence makes an exception of it")
	}
	if body, touched := c.body["body"].(JSON); touched && it.body["isOnlineMeeting"] == true {
		probe := maps.Clone(it.body)
		probe["body"] = body
		if switchedOff(probe); probe["isOnlineMeeting"] != true {
			c.complainf("a patch takes the text of an online meeting out of the body")
		}
	}
}

// complainUnchecked complains of what a schema, if there is one, has complained of already.
func (c *call) complainUnchecked(format string, args ...any) {
	if c.schema == nil {
		c.complainf(format, args...)
	}
}

// badFields refuses what is no field of an event, or has a value that Exchange does not take.
func (c *call) badFields() (answer, bool) {
	refuse := func(code, message string) (answer, bool) { return fail(http.StatusBadRequest, code, message), true }
	if kind, is := c.body["@odata.type"]; is && kind != "#microsoft.graph.event" {
		c.complainUnchecked("@odata.type is %v", kind)
		return refuse("BadRequest", "A type named 'microsoft.graph.event' was expected.")
	}
	known := append(writable(), readOnly()...)
	for _, name := range slices.Sorted(maps.Keys(c.body)) {
		if !slices.Contains(known, name) && !strings.HasPrefix(name, "@odata.") {
			c.complainUnchecked("an unknown field %s", name)
			return refuse("RequestBodyRead", "The property '"+name+"' does not exist on type 'microsoft.graph.event'.")
		}
	}
	list, _ := c.body["singleValueExtendedProperties"].([]any)
	for _, v := range list {
		p, _ := v.(JSON)
		id, isID := p["id"].(string)
		if _, isText := p["value"].(string); !isText || !isID || !strings.Contains(id, "{") {
			c.complainf("an extended property needs an id and a value: %v", p)
			return refuse("ErrorInvalidProperty", "The extended property is not valid.")
		}
	}
	if body, touched := c.body["body"].(JSON); touched {
		if kind, _ := body["contentType"].(string); !strings.EqualFold(kind, "html") &&
			!strings.EqualFold(kind, "text") {
			c.complainf("the contentType of a body is %v", body["contentType"])
			return refuse("RequestBodyRead", "The contentType of the body is missing.")
		}
	}
	return answer{}, false
}
