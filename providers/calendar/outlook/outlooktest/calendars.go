package outlooktest

import (
	"net/http"
	"strings"
)

// findMailbox finds the mailbox of a request and checks that the caller may be there at all.
func (c *call) findMailbox() (answer, bool) {
	if c.to.user == "" {
		return answer{}, false
	}
	if c.to.user == "me" {
		if c.token.app {
			c.complainf("/me with a token that stands for no person")
			return fail(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated "+
				"authentication flow."), true
		}
		c.in = c.mailbox(c.token.principal)
	} else {
		c.in = c.mailbox(c.to.user)
	}
	if c.in == nil {
		return fail(http.StatusNotFound, "ErrorInvalidUser", "The requested user '"+c.to.user+"' is invalid."), true
	}
	if c.token.app && !c.auth.mayEnter(c.in.address) {
		return accessDenied(), true
	}
	return c.scoped()
}

// scoped checks that the token is for such a request.
func (c *call) scoped() (answer, bool) {
	need := []string{"Calendars.ReadWrite", "Calendars.Read", "Calendars.ReadBasic"}
	switch {
	case c.to.kind == "user":
		need = []string{"User.Read", "User.Read.All"}
	case c.to.kind == "mailboxSettings":
		need = []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}
	case c.r.Method != http.MethodGet:
		need = need[:1]
	}
	own := c.token.app || strings.EqualFold(c.in.address, c.token.principal)
	for _, scope := range need {
		if own && c.token.has(scope) || c.token.has(scope+".Shared") && !c.token.app {
			return answer{}, false
		}
	}
	return accessDenied(), true
}

// named finds the calendar of a request and says whether the caller may write there. A nil calendar with a good answer
// is any of the mailbox's own.
func (c *call) named() (cal *shelf, a answer, found bool) {
	switch {
	case c.to.calendar == "" && c.to.event != "" && !strings.HasPrefix(c.to.shape, "calendar/"):
		return nil, answer{}, true
	case c.to.calendar == "":
		cal = c.in.calendars[0]
	default:
		for _, m := range c.mailboxes {
			for _, x := range m.calendars {
				if x.id == c.to.calendar || x.plain == c.to.calendar {
					cal = x
				}
			}
		}
	}
	if cal == nil || cal.owner != c.in && cal.role(c.in.address) == "" {
		return nil, notFound(), false
	}
	if !c.mayRead(cal) {
		return nil, accessDenied(), false
	}
	return cal, answer{}, true
}

// role is what the caller may do in a calendar.
func (c *call) role(cal *shelf) string {
	if c.token.app {
		return "own"
	}
	role := cal.role(c.token.principal)
	if role != "own" && !c.token.has("Calendars.ReadWrite.Shared") && !c.token.has("Calendars.Read.Shared") {
		return ""
	}
	return role
}

func (c *call) mayRead(cal *shelf) bool { return c.role(cal) != "" }

func (c *call) mayWrite(cal *shelf) bool {
	role := c.role(cal)
	return !cal.readOnly && (role == "own" || role == "write" && c.token.has("Calendars.ReadWrite.Shared"))
}

// getCalendar is GET of a calendar.
func (c *call) getCalendar() answer {
	cal, a, found := c.named()
	if !found {
		return a
	}
	body, a, good := c.selected(c.calendarView(cal), "calendar")
	if !good {
		return a
	}
	body["@odata.context"] = c.context("calendars/$entity")
	return ok(body)
}

func (c *call) calendarView(cal *shelf) JSON {
	id := cal.plain
	if c.prefer.immutable {
		id = cal.id
	}
	return JSON{
		"id": id, "name": cal.name, "color": "auto", "hexColor": "", "isDefaultCalendar": cal == c.in.calendars[0],
		"changeKey": opaque("key "+cal.id, 24) + "==", "canShare": cal.owner == c.in,
		"canViewPrivateItems": cal.owner == c.in,
		"canEdit":             c.mayWrite(cal), "isRemovable": cal != c.in.calendars[0],
		"isTallyingResponses":           cal == c.in.calendars[0],
		"allowedOnlineMeetingProviders": []any{"teamsForBusiness"}, "defaultOnlineMeetingProvider": "teamsForBusiness",
		"owner": person(cal.owner.address)["emailAddress"],
	}
}

// listCalendars is GET of all calendars: those of the mailbox and those that others share with it.
func (c *call) listCalendars() answer {
	var rows []any
	for _, m := range c.mailboxes {
		for _, cal := range m.calendars {
			if cal.role(c.in.address) == "" || !c.mayRead(cal) {
				continue
			}
			body, a, good := c.selected(c.calendarView(cal), "calendar")
			if !good {
				return a
			}
			rows = append(rows, body)
		}
	}
	return c.paged(len(rows), func(i int) JSON { return rows[i].(JSON) }, "calendars")
}

// getUser is GET of the person.
func (c *call) getUser() answer {
	body, a, good := c.selected(JSON{
		"id": c.in.id, "userPrincipalName": c.in.address, "mail": c.in.address,
		"displayName": person(c.in.address)["emailAddress"].(JSON)["name"],
	}, "user")
	if !good {
		return a
	}
	body["@odata.context"] = c.context("users/$entity")
	return ok(body)
}

// getSettings is GET of the mailbox settings, as far as they concern time.
func (c *call) getSettings() answer {
	return ok(JSON{"@odata.context": c.context("users/mailboxSettings"), "timeZone": Zone, "dateFormat": "dd.MM.yyyy",
		"timeFormat": "HH:mm"})
}

// context is the @odata.context of an answer.
func (c *call) context(what string) string { return c.GraphURL() + "/$metadata#" + what }
