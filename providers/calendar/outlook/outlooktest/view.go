package outlooktest

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// found finds the event of a request.
func (c *call) found() (it item, a answer, good bool) {
	cal, a, good := c.named()
	if !good {
		return it, a, false
	}
	it, there := c.item(c.to.event)
	elsewhere := cal != nil && there && it.cal != cal
	hidden := cal == nil && there && it.cal.owner != c.in && it.cal.role(c.in.address) == ""
	switch {
	case !there && strings.ContainsAny(c.to.event, " {}<>\"/\\"):
		return it, fail(http.StatusBadRequest, "ErrorInvalidIdMalformed", "Id is malformed."), false
	case !there, elsewhere, hidden:
		return it, notFound(), false
	case !c.mayRead(it.cal):
		return it, accessDenied(), false
	}
	return it, answer{}, true
}

// getEvent is GET of one event.
func (c *call) getEvent() answer {
	it, a, good := c.found()
	if !good {
		return a
	}
	return c.one(it)
}

// one is the answer that shows a single event.
func (c *call) one(it item) answer {
	body, a, good := c.shown(it)
	if !good {
		return a
	}
	body["@odata.context"] = c.context("users/calendar/events/$entity")
	a = ok(body)
	a.Header = http.Header{"Etag": {it.etag()}}
	return a
}

// shown is an event as the query and the preferences want it.
func (c *call) shown(it item) (JSON, answer, bool) {
	all := c.view(it)
	names, narrowed := c.selection()
	body, a, good := c.selected(all, "event")
	if !good {
		return nil, a, false
	}
	if c.to.kind == "event" && it.kind() == "seriesMaster" && slices.Contains(names, "cancelledOccurrences") {
		body["cancelledOccurrences"] = c.cancelledOccurrences(it.event)
	}
	a, good = c.expand(it, body, names, narrowed)
	return body, a, good
}

// view is all of an event that is shown without being asked for by name. Of what is private others see when it is.
func (c *call) view(it item) JSON {
	body := it.with(JSON{"singleValueExtendedProperties": nil})
	for _, name := range []string{"seriesMasterId", "originalStart", "recurrence", "onlineMeeting", "onlineMeetingUrl",
		"transactionId"} {
		if body[name] == nil {
			body[name] = nil // they are there, as null
		}
	}
	body["@odata.etag"], body["changeKey"], body["id"] = it.etag(), it.changeKey(), c.itemID(it, c.prefer.immutable)
	body["createdDateTime"], body["lastModifiedDateTime"] = it.created, it.changed
	body["type"], body["iCalUId"], body["uid"] = it.kind(), it.iCalUID(), item{event: it.root()}.iCalUID()
	body["isOrganizer"], body["bodyPreview"] = organizes(it.cal, it.body), it.preview
	body["body"] = c.bodyView(it.body)
	start, end := it.times()
	body["start"], body["end"] = c.timeView(it, start), c.timeView(it, end)
	if series := it.root(); series != it.event || !it.occurrence.IsZero() {
		original := it.occurrence
		if it.master != nil {
			original = it.original
		}
		body["seriesMasterId"], body["recurrence"] = c.itemID(item{event: series}, c.prefer.immutable), nil
		body["originalStart"] = original.UTC().Format(time.RFC3339)
	}
	if c.role(it.cal) != "own" && (it.body["sensitivity"] == "private" || it.body["sensitivity"] == "confidential") {
		maps.Copy(body, JSON{
			"subject": "Private appointment", "body": JSON{"contentType": "html", "content": ""}, "bodyPreview": "",
			"attendees": []any{},
			"locations": []any{}, "location": JSON{"displayName": ""}, "categories": []any{}, "onlineMeeting": nil,
		})
	}
	return body
}

// root is the series of an exception, or the event itself.
func (it item) root() *event {
	if it.master != nil {
		return it.master
	}
	return it.event
}

// times are when an item begins and ends.
func (it item) times() (start, end time.Time) {
	if it.occurrence.IsZero() {
		return it.start, it.end
	}
	return it.occurrence, it.occurrence.Add(it.end.Sub(it.start))
}

// timeView is a time in the zone that is preferred; a whole day is the same everywhere.
func (c *call) timeView(it item, t time.Time) JSON {
	if it.allDay {
		return inZone(t, time.UTC, "UTC")
	}
	return inZone(t, c.prefer.loc, c.prefer.zoneName)
}

// bodyView is a body as the kind of text that is preferred.
func (c *call) bodyView(body JSON) JSON {
	b, _ := body["body"].(JSON)
	content, _ := b["content"].(string)
	switch {
	case c.prefer.body == "text" && b["contentType"] != "text":
		return JSON{"contentType": "text", "content": textOfHTML(content)}
	case c.prefer.body == "html" && b["contentType"] == "text":
		return JSON{"contentType": "html", "content": htmlOfText(content)}
	}
	return b
}

// cancelledOccurrences are named by their series and day.
func (c *call) cancelledOccurrences(e *event) []any {
	list := []any{}
	for _, t := range e.cancelled {
		list = append(list, "OID."+c.itemID(item{event: e}, c.prefer.immutable)+"."+t.In(e.loc()).Format(time.DateOnly))
	}
	return list
}

// selection is what $select names.
func (c *call) selection() (names []string, narrowed bool) {
	text := c.q.Get("$select")
	if text == "" {
		return nil, false
	}
	for name := range strings.SplitSeq(text, ",") {
		names = append(names, strings.TrimSpace(name))
	}
	return names, true
}

// selected narrows a body to what is asked for. The id and the etag come anyhow.
func (c *call) selected(body JSON, kind string) (JSON, answer, bool) {
	names, narrowed := c.selection()
	if !narrowed {
		return body, answer{}, true
	}
	out := JSON{"id": body["id"]}
	if etag := body["@odata.etag"]; etag != nil {
		out["@odata.etag"] = etag
	}
	for _, name := range names {
		if v, there := body[name]; there && name != "uid" {
			out[name] = v
			continue
		}
		switch name {
		case "cancelledOccurrences", "exceptionOccurrences", "singleValueExtendedProperties":
			if kind == "event" {
				continue
			}
		}
		c.complainf("$select names %s, which is no field of %s", name, kind)
		return nil, fail(http.StatusBadRequest, "RequestBroker--ParseUri",
			"Could not find a property named '"+name+"' on type 'microsoft.graph."+kind+"'."), false
	}
	if c.to.kind == "calendarView" {
		delete(out, "createdDateTime")
		delete(out, "lastModifiedDateTime") // they cannot be selected there
	}
	return out, answer{}, true
}

// expansion is one part of $expand: a name, and what is in its brackets.
var expansion = regexp.MustCompile(`^\s*(\w+)\s*(?:\((.*)\))?\s*$`)

// expand adds what $expand asks for.
func (c *call) expand(it item, body JSON, names []string, narrowed bool) (answer, bool) {
	for _, part := range splitOutside(c.q.Get("$expand"), ',') {
		m := expansion.FindStringSubmatch(part)
		switch {
		case m != nil && m[1] == "singleValueExtendedProperties":
			list, a, good := c.expandProperties(it, m[2])
			if !good {
				return a, false
			}
			if len(list) > 0 {
				body["singleValueExtendedProperties"] = list
			}
		case m != nil && m[1] == "exceptionOccurrences" && c.to.kind == "event":
			if narrowed && !slices.Contains(names, "exceptionOccurrences") {
				c.complainf("$expand=exceptionOccurrences, which $select does not name")
				continue
			}
			list := []any{}
			for _, x := range it.exceptions {
				list = append(list, c.view(item{event: x}))
			}
			body["exceptionOccurrences"] = list
		default:
			c.complainf("$expand=%s cannot be understood", part)
			return fail(http.StatusBadRequest, "RequestBroker--ParseUri", "Parsing $expand failed: "+part), false
		}
	}
	return answer{}, true
}

// propertyFilter is the only form in which extended properties can be asked for.
var propertyFilter = regexp.MustCompile(`^\$filter=\s*(id eq '(?:[^']|'')*'(?:\s+or\s+id eq '(?:[^']|'')*')*)\s*$`)

// expandProperties lists the extended properties that the filter names. In a calendar view nothing comes of it. An
// occurrence has those of its series.
func (c *call) expandProperties(it item, text string) ([]any, answer, bool) {
	m := propertyFilter.FindStringSubmatch(text)
	if m == nil {
		c.complainf("$expand of extended properties without a filter by id: %q", text)
		return nil, fail(http.StatusBadRequest, "ErrorInvalidUrlQueryFilter",
			"The OData request is not supported."), false
	}
	if c.to.kind == "calendarView" {
		return nil, answer{}, true
	}
	list := []any{}
	held, _ := it.body["singleValueExtendedProperties"].([]any)
	for _, id := range regexp.MustCompile(`'((?:[^']|'')*)'`).FindAllStringSubmatch(m[1], -1) {
		if p := propertyIn(held, propertyID(strings.ReplaceAll(id[1], "''", "'"))); p != nil {
			list = append(list, p)
		}
	}
	return list, answer{}, true
}

// splitOutside splits text where it is neither in brackets nor in quotes.
func splitOutside(text string, at rune) []string {
	var parts []string
	from, depth, quoted := 0, 0, false
	for i, r := range text {
		switch {
		case r == '\'':
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == at && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	if text[from:] != "" {
		parts = append(parts, text[from:])
	}
	return parts
}
