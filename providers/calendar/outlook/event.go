package outlook

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// The single-value extended property that holds what zoomtag keeps out of sight, the mark and behind a blank the tag: a
// named property of the mailbox, in a namespace of zoomtag's own. It is one, so that both are read and written together
// or not at all.
const (
	markProperty = "String {5b7c0e5a-3d0e-4d1c-9a52-6f1d3c0b7a11} Name zoomtagMark"
	// noValue is what the property holds when the mark was taken out: Graph sets properties, and does not remove them.
	noValue = "-"
)

// eventFields is what is read of an event, and eventProperties the extended properties with it.
const (
	eventFields = "id,subject,body,categories,start,end,isAllDay,isCancelled,isDraft,isOrganizer,organizer,attendees,location,locations," +
		"isOnlineMeeting,onlineMeeting,onlineMeetingUrl,onlineMeetingProvider,recurrence,originalStartTimeZone,type,seriesMasterId,iCalUId,changeKey," +
		"createdDateTime,lastModifiedDateTime,responseStatus"
	eventProperties = "singleValueExtendedProperties($filter=id eq '" + markProperty + "')"
)

// text is a string of the SDK's, which may be nil.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func yes(b *bool) bool { return b != nil && *b }

// additional is a field that the SDK does not know by name.
func additional(e models.Eventable, name string) string {
	switch v := e.GetAdditionalData()[name].(type) {
	case *string:
		return text(v)
	case string:
		return v
	}
	return ""
}

// etag is the version of an event, as it is given back in If-Match.
func etag(e models.Eventable) string {
	if tag := additional(e, "@odata.etag"); tag != "" {
		return tag
	}
	return text(e.GetChangeKey())
}

// isETag reports whether a version is one that If-Match takes, and not a change key that stands in for it.
func isETag(version string) bool {
	return strings.HasPrefix(version, `W/"`) || strings.HasPrefix(version, `"`)
}

// texts is what an event says, without its times.
func texts(e models.Eventable) calendar.Event {
	ev := calendar.Event{ID: text(e.GetId()), UID: text(e.GetICalUId()), Version: etag(e), Title: text(e.GetSubject()),
		Categories: slices.Clone(e.GetCategories()), Cancelled: yes(e.GetIsCancelled())}
	if ev.UID == "" {
		ev.UID = ev.ID
	}
	if b := e.GetBody(); b != nil {
		ev.Description = text(b.GetContent())
		kind := b.GetContentType()
		ev.HTML = kind == nil || *kind == models.HTML_BODYTYPE
	}
	ev.Location, ev.Places = places(e)
	ev.Link = linkIn(e, ev.Description, ev.HTML)
	ev.Conferences = conferences(e)
	return ev
}

// places are the names of the places of an event, as Outlook shows them, and one by one where there are several.
func places(e models.Eventable) (shown string, names []string) {
	for _, place := range e.GetLocations() {
		if place == nil {
			continue
		}
		if name := text(place.GetDisplayName()); name != "" {
			names = append(names, name)
		}
	}
	if len(names) > 1 {
		return strings.Join(names, "; "), names
	}
	if l := e.GetLocation(); len(names) == 0 && l != nil {
		return text(l.GetDisplayName()), nil
	}
	return strings.Join(names, ""), nil
}

// linkIn is our link as an event holds it.
func linkIn(e models.Eventable, description string, isHTML bool) calendar.Link {
	var l calendar.Link
	for _, p := range e.GetSingleValueExtendedProperties() {
		if p == nil || !strings.EqualFold(text(p.GetId()), markProperty) || text(p.GetValue()) == noValue {
			continue
		}
		l.Mark, l.Tag, _ = strings.Cut(text(p.GetValue()), " ")
	}
	if isHTML {
		l.Block = calendar.BlockInHTML(description)
	} else {
		l.Block = calendar.BlockIn(description)
	}
	l.JoinURL = calendar.BlockURL(l.Block)
	return l
}

// conferences lists the online meeting of an event: its address, or its name.
func conferences(e models.Eventable) []string {
	if m := e.GetOnlineMeeting(); m != nil && text(m.GetJoinUrl()) != "" {
		return []string{text(m.GetJoinUrl())}
	}
	if link := text(e.GetOnlineMeetingUrl()); link != "" {
		return []string{link}
	}
	if yes(e.GetIsOnlineMeeting()) {
		return []string{"Microsoft Teams"}
	}
	return nil
}

// event is an event of Graph's. One that makes no sense, whatever it is, is ErrMalformed: the types of the SDK have
// many ways of being nil.
func (c *Calendar) event(e models.Eventable) (ev calendar.Event, err error) {
	defer func() {
		if strange := recover(); strange != nil {
			err = fmt.Errorf("outlook: %w: event %s: what Microsoft says of it makes no sense", calendar.ErrMalformed,
				text(e.GetId()))
		}
	}()
	ev = texts(e)
	if ev.Denied = denies(e); ev.Denied == "" {
		ev.Denied, ev.Cure = c.denied()
		ev.Unwritable = ev.Denied != ""
	}
	ev.Mails = mails(e)
	c.times(&ev, e)
	c.exceptions(&ev, e)
	ev.LeaveOutFar()
	return ev, nil
}

// denied says why nothing in the calendar can be written, or nothing.
func (c *Calendar) denied() (why, cure string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.readOnly {
		return "", ""
	}
	return "the calendar is shared for reading only", "its owner has to share it with the right to edit"
}

// denies says why an event must not be written, or nothing.
func denies(e models.Eventable) string {
	switch {
	case e.GetIsOrganizer() != nil && !*e.GetIsOrganizer():
		who := "somebody else"
		if o := e.GetOrganizer(); o != nil && o.GetEmailAddress() != nil {
			who = text(o.GetEmailAddress().GetAddress())
		}
		return "organized by " + who
	case yes(e.GetIsDraft()):
		return "it is being edited in Outlook and was not sent yet"
	}
	return ""
}

// mails lists whom Exchange mails when the event is written, which nothing can prevent.
func mails(e models.Eventable) []string {
	var list []string
	for _, a := range e.GetAttendees() {
		if a == nil {
			continue
		}
		if kind := a.GetTypeEscaped(); kind != nil && *kind == models.RESOURCE_ATTENDEETYPE ||
			a.GetEmailAddress() == nil {
			continue
		}
		if address := text(a.GetEmailAddress().GetAddress()); address != "" {
			list = append(list, address)
		}
	}
	return list
}

// graphTime is how Graph writes times: without an offset, in the zone that is named beside it.
const graphTime = "2006-01-02T15:04:05.9999999"

// instant reads a time. It is in UTC, since that is what was asked for, or in the zone that is named; the owner's own
// zone is in originalStartTimeZone.
func instant(t models.DateTimeTimeZoneable) (time.Time, bool) {
	if t == nil {
		return time.Time{}, false
	}
	zone := time.UTC
	if iana, ok := ical.ZoneName(text(t.GetTimeZone())); ok {
		if named, err := time.LoadLocation(iana); err == nil {
			zone = named
		}
	}
	said, isUTC := strings.CutSuffix(text(t.GetDateTime()), "Z")
	if isUTC {
		zone = time.UTC
	}
	at, err := time.ParseInLocation(graphTime, said, zone)
	return at, err == nil
}
