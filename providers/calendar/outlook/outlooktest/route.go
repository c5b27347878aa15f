package outlooktest

import (
	"net/http"
	"net/url"
	"strings"
)

const base = "/v1.0/"

// target is what a path of the API names.
type target struct {
	shape    string // the path behind the mailbox, {id} for ids: "calendars/{id}/events"
	kind     string // the last part of it that says what is asked for
	user     string // of a mailbox; "me" for the caller's own
	calendar string // empty for the default one
	event    string
	group    string
}

// inMailbox says whether it is something whose ids, or whose items' ids, there are two kinds of.
func (t target) inMailbox() bool {
	return t.kind != "" && t.kind != "user" && t.kind != "$batch" && !t.inDirectory() && t.kind != "mailboxSettings"
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, base) }

// targetOf reads a path, or says which part of it makes no sense.
func targetOf(u *url.URL) (t target, strange string) {
	var parts []string
	for part := range strings.SplitSeq(strings.TrimPrefix(u.EscapedPath(), base), "/") {
		plain, err := url.PathUnescape(part)
		if err != nil || plain == "" {
			return t, part
		}
		parts = append(parts, plain)
	}
	if t, ok := directoryTarget(parts); ok {
		return t, ""
	}
	switch {
	case parts[0] == "$batch" && len(parts) == 1:
		return target{shape: "$batch", kind: "$batch"}, ""
	case parts[0] == "me":
		t.user, parts = "me", parts[1:]
	case parts[0] == "users" && len(parts) > 1:
		t.user, parts = parts[1], parts[2:]
	default:
		return t, parts[0]
	}
	return t, t.inside(parts)
}

// inside reads what follows the mailbox.
func (t *target) inside(parts []string) (strange string) {
	t.kind = "user"
	var shape []string
	for _, part := range parts {
		before := t.kind
		switch {
		case before == "user" && (part == "calendar" || part == "mailboxSettings" || part == "calendars"),
			(before == "user" || before == "calendar") && (part == "events" || part == "calendarView"),
			before == "event" && part == "instances":
			t.kind = part
		case before == "calendars":
			t.calendar, t.kind, part = part, "calendar", "{id}"
		case (before == "events" || before == "calendarView") && isDelta(part):
			t.kind, part = before+"/delta", "delta" // by whichever name
		case before == "events":
			t.event, t.kind, part = part, "event", "{id}"
		default:
			return part
		}
		shape = append(shape, part)
	}
	t.shape = strings.Join(shape, "/")
	return ""
}

// isDelta knows the function by all the names that clients call it by.
func isDelta(part string) bool {
	return strings.TrimSuffix(strings.TrimPrefix(part, "microsoft.graph."), "()") == "delta"
}

// effects are the calls of the API.
func effects() map[string]func(*call) answer {
	return map[string]func(*call) answer{
		"GET user": (*call).getUser, "GET mailboxSettings": (*call).getSettings, "GET calendars": (*call).listCalendars,
		"GET calendar": (*call).getCalendar, "GET events": (*call).listEvents, "GET calendarView": (*call).listView,
		"GET instances": (*call).listInstances, "GET event": (*call).getEvent, "PATCH event": (*call).patch,
		"GET calendarView/delta": (*call).delta,
		"GET " + allPeople:       (*call).listPeople, "GET " + allGroups: (*call).listGroups,
		"GET " + inGroup: (*call).listMembers,
	}
}

// effect does what a request asks for.
func (c *call) effect() answer {
	c.settle()
	if do := effects()[c.r.Method+" "+c.to.kind]; do != nil {
		return do(c)
	}
	return c.unknown()
}

// unknown is every call that the emulator does not have, among them those that zoomtag has no business to make.
func (c *call) unknown() answer {
	c.complainf("the emulator does not have this call")
	return fail(http.StatusNotImplemented, "NotImplemented", "The emulator does not have this call.")
}
