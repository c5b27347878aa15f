package google

import (
	"regexp"
	"slices"
	"strings"
	"time"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
)

// The private extended properties that hold what zoomtag keeps out of sight. Keys may have 44 characters.
const (
	markProperty = "zoomtagMark"
	tagProperty  = "zoomtagTag"
	// boundProperty names the event that the mark was written for: apps copy private properties along, and some copies
	// keep the iCalUID. In a copy that has become an event of its own it says so.
	boundProperty = "zoomtagEvent"
	copyPrefix    = "copy:"
)

// youngFor is how long after an event was made Google, or Zoom's add-on, may still put a conference into it by
// themselves.
const youngFor = 20 * time.Second

// tags recognises a description as HTML: Google keeps both kinds, and says nowhere which it is.
var tags = regexp.MustCompile(`(?i)</?(?:a|b|i|u|s|p|br|hr|ul|ol|li|em|div|pre|sub|sup|code|font|span|strong|h[1-6]|table|tbody|tr|td|th|img|html|body|html-blob|blockquote)(?:\s[^<>]*)?/?>`)

// texts is what an event says, without its times.
func texts(e *api.Event) calendar.Event {
	ev := calendar.Event{ID: e.Id, UID: icalUID(e), Version: e.Etag, Title: e.Summary, Description: e.Description,
		HTML: tags.MatchString(e.Description), Location: e.Location, Color: e.ColorId}
	if bound := private(e, boundProperty); bound != "" && bound != e.Id && e.RecurringEventId == "" {
		ev.UID += "/" + e.Id
	}
	ev.Link = linkIn(e)
	ev.Conferences, ev.Meet = conferences(e)
	return ev
}

// linkIn is our link as an item of Google's holds it.
func linkIn(e *api.Event) calendar.Link {
	l := calendar.Link{Mark: private(e, markProperty), Tag: private(e, tagProperty)}
	if tags.MatchString(e.Description) {
		l.Block = calendar.BlockInHTML(e.Description)
	} else {
		l.Block = calendar.BlockIn(e.Description)
	}
	l.JoinURL = calendar.BlockURL(l.Block)
	return l
}

// icalUID is the iCalendar UID, or the id of an event that says none.
func icalUID(e *api.Event) string {
	if e.ICalUID == "" {
		return e.Id
	}
	return e.ICalUID
}

func private(e *api.Event, key string) string {
	if e.ExtendedProperties == nil {
		return ""
	}
	return e.ExtendedProperties.Private[key]
}

// conferences lists the conference data of an event: addresses, or the name of the service where there is none. meet
// says that it is Google's own.
func conferences(e *api.Event) (list []string, meet bool) {
	add := func(uri string) {
		if uri != "" && !slices.Contains(list, uri) {
			list = append(list, uri)
		}
	}
	if data := e.ConferenceData; data != nil {
		for _, p := range data.EntryPoints {
			if p != nil && p.EntryPointType == "video" {
				add(p.Uri)
			}
		}
		name := ""
		if s := data.ConferenceSolution; s != nil {
			name = s.Name
			meet = s.Key != nil && s.Key.Type == "hangoutsMeet"
		}
		if len(list) == 0 {
			if name == "" {
				name = "a conference of the calendar's"
			}
			add(name)
		}
	}
	if e.HangoutLink != "" {
		add(e.HangoutLink)
		meet = meet || e.ConferenceData == nil
	}
	return list, meet
}

// event is an item of Google's with the exceptions known of it. answered is when the server said so, by its own clock.
func (c *Calendar) event(e *api.Event, exceptions []*api.Event, answered time.Time) calendar.Event {
	c.mu.Lock()
	about := c.envelope
	c.mu.Unlock()
	if about.zone == nil {
		about.zone = c.cfg.Zone
	}
	ev := texts(e)
	if original := moment(e.OriginalStartTime, about.zone); e.RecurringEventId != "" && original.set {
		ev.UID, ev.Detached = calendar.JoinDate(ev.UID, calendar.DateName(original.at, original.day)), true
	}
	ev.Cancelled = e.Status == "cancelled"
	if ev.Denied = c.denies(e); ev.Denied == "" {
		ev.Denied, ev.Cure = about.readOnly()
		ev.Unwritable = ev.Denied != ""
	}
	ev.Mails = c.mails(e)
	ev.Settled = c.settled(e, answered)
	c.times(&ev, e, exceptions, about.zone)
	c.compare(&ev, exceptions)
	return ev
}

// compare notes the exceptions of a series.
func (c *Calendar) compare(ev *calendar.Event, exceptions []*api.Event) {
	ev.Exceptions = nil
	for _, e := range exceptions {
		if e.Status == "cancelled" {
			continue
		}
		ev.Exceptions = append(ev.Exceptions, c.exception(ev, e))
	}
	ev.LeaveOutFar()
}

// freeBusyReader is the role of an account that sees when the owner is busy, and nothing else.
const freeBusyReader = "freeBusyReader"

// hidden reports whether Google shows only the times of an event, because it is private and the account's role does not
// reach as far. That no tag and no mark is to be seen then says nothing.
func (c *Calendar) hidden(e *api.Event) bool {
	c.mu.Lock()
	role := c.envelope.role
	c.mu.Unlock()
	private := e.Visibility == "private" || e.Visibility == "confidential"
	return private && role != "" && role != "owner" && role != "writer"
}

// denies says why an event must not be written, or nothing.
func (c *Calendar) denies(e *api.Event) string {
	if e.EventType != "" && e.EventType != eventType {
		return "events of the type " + e.EventType + " hold no meeting"
	}
	if o := e.Organizer; o != nil && !c.isOwner(o) && !(c.cfg.AsGuest && e.GuestsCanModify) {
		who := o.Email
		if who == "" {
			who = "somebody else"
		}
		return "organized by " + who
	}
	if e.Locked {
		return "Google does not let anybody change this event (locked)"
	}
	for _, a := range e.Attendees {
		if a != nil && a.Self && a.ResponseStatus == "declined" {
			return "the calendar's owner has declined it"
		}
	}
	return ""
}

// readOnly says why nothing in the calendar can be written, or nothing.
func (e *envelope) readOnly() (why, cure string) {
	switch e.role {
	case "", "owner", "writer", "writerWithoutPrivateAccess": // private events are hidden from the last
		return "", ""
	}
	return "the calendar is shared for reading only (" + e.role + ")",
		"its owner has to share it with the right to change events"
}

// isOwner reports whether an organizer is the calendar itself: Google says so, or it has the calendar's own address.
func (c *Calendar) isOwner(o *api.EventOrganizer) bool {
	return o.Self || o.Email != "" && (strings.EqualFold(o.Email, c.own.Calendar) ||
		strings.EqualFold(o.Email, c.own.Subject))
}

// leaves says why an exception of a series is not written though the series is, or nothing: it has ended, it is hidden,
// its owner has declined it, or it has another conference of its own.
func (c *Calendar) leaves(x *api.Event, ours ...string) string {
	switch {
	case c.over(x):
		return "it is over"
	case c.hidden(x):
		return "it is private"
	}
	if why := c.denies(x); why != "" {
		return why
	}
	if c.cfg.Foreign == nil {
		return ""
	}
	ev := texts(x)
	if name, found := c.cfg.Foreign(&ev, append(ours, ev.Link.JoinURL)...); found {
		return "it has another conference (" + name + ")"
	}
	return ""
}

// mails lists the guests that Google mails if the event is written: nobody, unless the configuration wants it.
func (c *Calendar) mails(e *api.Event) []string {
	if !c.cfg.Announce {
		return nil
	}
	var list []string
	for _, a := range e.Attendees {
		if a != nil && !a.Self && !a.Resource && a.Email != "" {
			list = append(list, a.Email)
		}
	}
	return list
}

// settled is until when a new event is left to other apps. The age is reckoned by the server's clock alone, where it
// tells.
func (c *Calendar) settled(e *api.Event, answered time.Time) time.Time {
	created, err := time.Parse(time.RFC3339, e.Created)
	if err != nil {
		return time.Time{}
	}
	if answered.IsZero() {
		answered = c.cfg.Now()
	}
	if age := answered.Sub(created); age < youngFor && age > -youngFor {
		return c.cfg.Now().Add(youngFor - max(age, 0))
	}
	return time.Time{}
}

// point is a time of an event.
type point struct {
	at   time.Time
	zone string // IANA name, or ""
	day  bool   // a whole day
	set  bool
}

// moment reads a time as Google writes it: with an offset, and mostly with a zone beside it.
func moment(t *api.EventDateTime, home *time.Location) point {
	switch {
	case t == nil:
	case t.Date != "":
		if at, err := time.ParseInLocation(time.DateOnly, t.Date, home); err == nil {
			return point{at: at, zone: zoneName(home), day: true, set: true}
		}
	case t.DateTime != "":
		at, err := time.Parse(time.RFC3339, t.DateTime)
		if err != nil {
			break
		}
		zone := home
		if t.TimeZone != "" {
			named, err := time.LoadLocation(t.TimeZone)
			if err != nil || strings.EqualFold(t.TimeZone, "local") {
				return point{at: at, set: true} // the offset is all that is known
			}
			zone = named
		}
		return point{at: at.In(zone), zone: zoneName(zone), set: true}
	}
	return point{}
}

// zoneName is the IANA name of a zone, or "".
func zoneName(zone *time.Location) string {
	if zone == time.Local {
		return ""
	}
	return zone.String()
}
