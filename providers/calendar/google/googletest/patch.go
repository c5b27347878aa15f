package googletest

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of private and shared properties.
const (
	longestKey   = 44   // characters; a longer key is dropped without a word
	longestValue = 1024 // characters; a longer value is cut without a word
)

var (
	// texts are the fields that a lock or an unusual kind of event protects.
	texts = []string{"summary", "description", "location", "start", "end", "recurrence"}
	// dangerous are fields that a client which only sets texts must not touch: they invite, move or repeat.
	dangerous = []string{"attendees", "start", "end", "recurrence", "status", "reminders"}
	// readOnly are fields that Google sets itself.
	readOnly = []string{
		"id", "kind", "etag", "created", "updated", "creator", "organizer", "htmlLink", "iCalUID", "recurringEventId",
		"hangoutLink",
		"locked", "privateCopy", "attendeesOmitted", "originalStartTime", "eventType",
	}
)

// patch is events.patch.
func (c *call) patch() answer {
	cal, role, a, found := c.named()
	if !found {
		return a
	}
	c.judge()
	e := cal.byID[c.r.PathValue("event")]
	if e == nil || e.purged {
		return fail(http.StatusNotFound, "notFound", "Not Found")
	}
	if a, refused := c.mayNot(role, e); refused {
		return a
	}
	etag, _ := e.body["etag"].(string)
	if match := c.r.Header.Get("If-Match"); match != "" && match != "*" && match != etag {
		return fail(http.StatusPreconditionFailed, "conditionNotMet", "Precondition Failed")
	}
	if c.Silent() || guest(e.body) {
		return c.one(cal, role, e)
	}
	change, a, good := c.accepted()
	if !good {
		return a
	}
	before := e.body
	after := merged(e.body, change)
	if conference, touched := change["conferenceData"]; touched && conference == nil {
		delete(after, "hangoutLink")
	}
	if c.store(cal, e, after) {
		c.mail(before, e.body)
	}
	return c.one(cal, role, e)
}

// judge complains about a patch that a careful client does not send.
func (c *call) judge() {
	if !c.r.URL.Query().Has("sendUpdates") {
		c.complainf("a patch without sendUpdates leaves to Google whom it mails")
	}
	for _, name := range dangerous {
		if _, touched := c.body[name]; touched {
			c.complainf("a patch touches %s", name)
		}
	}
	for _, name := range readOnly {
		if _, touched := c.body[name]; touched {
			c.complainf("a patch touches %s, which is read-only", name)
		}
	}
}

// mayNot says why this event must not be written by the caller.
func (c *call) mayNot(role string, e *event) (answer, bool) {
	forbidden := func(reason,
		message string) (answer, bool) {
		return fail(http.StatusForbidden, reason, message), true
	}
	touches := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { _, is := c.body[name]; return is })
	}
	restricted := func() (answer, bool) {
		return fail(http.StatusBadRequest, "eventTypeRestriction",
			"This change is not possible for an event of this type."), true
	}
	if role != "owner" && role != "writer" && role != "writerWithoutPrivateAccess" {
		return forbidden("requiredAccessLevel", "You need to have writer access to this calendar.")
	}
	if !seesPrivate(role) && isPrivate(e.body) {
		return forbidden("forbidden", "Forbidden")
	}
	if e.cancelled() {
		return fail(http.StatusGone, "deleted", "Resource has been deleted"), true
	}
	if guest(e.body) && !c.Silent() && !c.opts.SilentGuests {
		return forbidden("forbiddenForNonOrganizer", "Shared properties can only be changed by the organizer of the "+
			"event.")
	}
	if e.body["locked"] == true && touches(texts...) {
		return forbidden("forbidden", "Forbidden")
	}
	if v := c.body["eventType"]; v != nil && v != e.body["eventType"] {
		return restricted()
	}
	switch e.body["eventType"] {
	case "fromGmail", "birthday":
		if touches("summary", "description", "location") {
			return restricted()
		}
	case "workingLocation":
		if touches("location") {
			return restricted()
		}
	}
	return answer{}, false
}

// guest says whether the event is somebody else's and guests may not change it.
func guest(body JSON) bool {
	organizer, is := body["organizer"].(JSON)
	return is && organizer["self"] != true && body["guestsCanModify"] != true
}

// accepted is the body as far as Google takes notice of it.
func (c *call) accepted() (JSON, answer, bool) {
	change := JSON{}
	for name, v := range c.body {
		if !slices.Contains(readOnly, name) {
			change[name] = v
		}
	}
	conference, a, good := c.conference()
	if !good {
		return nil, a, false
	}
	if !conference {
		delete(change, "conferenceData")
	}
	if properties, is := change["extendedProperties"].(JSON); is {
		kept := JSON{}
		for _, kind := range []string{"private", "shared"} {
			if v, touched := properties[kind]; touched {
				kept[kind] = shortened(v)
			}
		}
		change["extendedProperties"] = kept
	}
	return change, answer{}, true
}

// conference says whether the conferenceData of the body counts. Without its version it is ignored; a conference of a
// third party is refused, and one without a kind is dropped without a word.
func (c *call) conference() (counts bool, a answer, good bool) {
	v, touched := c.body["conferenceData"]
	if !touched || c.r.URL.Query().Get("conferenceDataVersion") != "1" {
		return false, answer{}, true
	}
	data, is := v.(JSON)
	if !is {
		return true, answer{}, true
	}
	solution, _ := data["conferenceSolution"].(JSON)
	key, _ := solution["key"].(JSON)
	switch key["type"] {
	case "addOn":
		return false, fail(http.StatusBadRequest, "invalid", "Invalid conference data."), false
	case nil, "":
		return false, answer{}, true
	}
	return true, answer{}, true
}

// shortened keeps the limits of properties as Google does, silently.
func shortened(v any) any {
	properties, is := v.(JSON)
	if !is {
		return v
	}
	kept := JSON{}
	for key, value := range properties {
		if utf8.RuneCountInString(key) > longestKey {
			continue
		}
		if text, is := value.(string); is && utf8.RuneCountInString(text) > longestValue {
			value = string([]rune(text)[:longestValue])
		}
		kept[key] = value
	}
	return kept
}

// merged is what a patch makes of an object: objects merge, everything else is replaced, null takes away.
func merged(old, change JSON) JSON {
	out := JSON{}
	for name, v := range old {
		out[name] = v
	}
	for name, v := range change {
		object, isObject := v.(JSON)
		was, wasObject := out[name].(JSON)
		switch {
		case v == nil:
			delete(out, name)
		case isObject && wasObject:
			out[name] = merged(was, object)
		case isObject:
			out[name] = merged(nil, object) // without its nulls
		default:
			out[name] = v
		}
	}
	return out
}

// mail keeps whom Google mails about a change.
func (c *call) mail(before, after JSON) {
	mode := c.r.URL.Query().Get("sendUpdates")
	if mode == "" && c.r.URL.Query().Get("sendNotifications") == "true" {
		mode = "all"
	}
	if mode != "all" && mode != "externalOnly" || !sharedChange(before, after) {
		return
	}
	attendees, _ := after["attendees"].([]any)
	for _, v := range attendees {
		guest, _ := v.(JSON)
		address, _ := guest["email"].(string)
		if guest["self"] == true || guest["resource"] == true || address == "" || mode == "externalOnly" &&
			usesGoogle(address) {
			continue
		}
		c.mails = append(c.mails, address)
	}
}

// usesGoogle says whether a guest keeps a Google calendar: the person's own organisation and Gmail.
func usesGoogle(address string) bool {
	return strings.HasSuffix(address, "@gmail.com") ||
		strings.HasSuffix(address, Account[strings.IndexByte(Account, '@'):])
}

// sharedChange says whether something that guests see differs.
func sharedChange(before, after JSON) bool {
	seen := func(body JSON) JSON {
		e := event{body: body}
		properties, _ := body["extendedProperties"].(JSON)
		return e.with(JSON{"etag": nil, "updated": nil, "reminders": nil, "colorId": nil,
			"extendedProperties": properties["shared"]})
	}
	return !reflect.DeepEqual(seen(before), seen(after))
}
