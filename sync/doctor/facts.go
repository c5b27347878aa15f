package doctor

import (
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/links"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
	"zoomtag/sync/plan"
)

// Facts are what is known of one link. What is nil or empty is not known.
type Facts struct {
	Now      time.Time
	Calendar string
	// Event shows the link; nil where somebody gave the link by itself.
	Event *calendar.Event
	// Details tell who is invited; nil where the calendar cannot.
	Details *calendar.Details
	// Record is what zoomtag remembers of the event; nil where the link is not its own.
	Record *record.Record
	// Keeper names the event for which zoomtag keeps the meeting that this other event shows; "" where there is none.
	Keeper string
	// Link is the link as it is shown, and Text what it stands in. An own link that the event does not show is "".
	Link, Text string
	// Others are further Zoom links that the event shows.
	Others []string
	// Meeting is what Zoom says of the meeting. Gone is its word that there is none, Unasked why it was not asked or
	// did not answer.
	Meeting *meeting.Inspection
	Gone    bool
	Unasked string
	// Host is what Zoom says of the host.
	Host *meeting.HostFacts
}

// title names what the link stands in, for people.
func (f *Facts) title() string {
	switch {
	case f.Event != nil:
		return plan.ShownTitle(f.Event.Title)
	case f.Record != nil:
		return f.Record.Title
	}
	return ""
}

// eventID is the id of the event that the link stands in.
func (f *Facts) eventID() string {
	switch {
	case f.Event != nil:
		return f.Event.ID
	case f.Record != nil:
		return f.Record.EventID
	}
	return ""
}

// where fills in which event and link a finding is about.
func (f *Facts) where(found Finding) Finding {
	found.Calendar, found.EventID, found.Title = f.Calendar, f.eventID(), f.title()
	if start, _ := f.span(); !start.IsZero() {
		start = start.UTC()
		found.Start = &start
	}
	if f.Link != "" && found.Link == "" {
		found.Link = Mask(f.Link)
	}
	return found
}

// host is the address or id of who hosts, or "".
func (f *Facts) host() string {
	if f.Record == nil {
		return ""
	}
	if f.Record.Host != "" {
		return f.Record.Host
	}
	return f.Record.Meeting.Host
}

// span is when the event takes place next; zero times where it has none.
func (f *Facts) span() (start, end time.Time) {
	if f.Event != nil && !f.Event.AllDay {
		return f.Event.Start, f.Event.End
	}
	if f.Meeting != nil && !f.Meeting.Recurring {
		return f.Meeting.Start, f.Meeting.Start.Add(f.Meeting.Duration)
	}
	return time.Time{}, time.Time{}
}

// guests are those invited who may come, the host left out.
func (f *Facts) guests() []calendar.Person {
	if f.Details == nil {
		return nil
	}
	host := f.host()
	var guests []calendar.Person
	for _, p := range f.Details.Attendees {
		room := p.Kind == calendar.Room || p.Kind == calendar.Resource
		if !room && p.Status != calendar.Declined && !strings.EqualFold(p.Address, host) {
			guests = append(guests, p)
		}
	}
	return guests
}

// hostInvited reports whether the host is invited; known is false where that cannot be told.
func (f *Facts) hostInvited() (invited, known bool) {
	host := f.host()
	if f.Details == nil || !strings.Contains(host, "@") {
		return false, false
	}
	if f.Details.Organizer.Address == "" && len(f.Details.Attendees) == 0 {
		return false, false
	}
	present := []string{host}
	if f.Record.Told != nil {
		present = append(present, f.Record.Told.Options.AlternativeHosts...)
	}
	for _, p := range append([]calendar.Person{f.Details.Organizer}, f.Details.Attendees...) {
		for _, address := range present {
			if p.Status != calendar.Declined && strings.EqualFold(p.Address, address) {
				return true, true
			}
		}
	}
	return false, true
}

// Shown lists the links of an event that lead into Zoom's meetings, or to another site as if they did, each once, our
// own block left out. A name with "zoom" in it is not enough to accuse a site of that.
func Shown(ev *calendar.Event) []string {
	texts := append(ev.LinkTexts(), ev.Conferences...)
	var list []string
	var seen []link
	for _, raw := range links.Find(strings.Join(texts, "\n")) {
		l := parse(raw)
		if !l.invites() {
			continue
		}
		same := func(o link) bool { return sameMeeting(o, l) && o.secret == l.secret }
		if !slices.ContainsFunc(seen, same) {
			list, seen = append(list, raw), append(seen, l)
		}
	}
	return list
}

// invites reports whether a link leads into Zoom's meetings, or to another site as if it did.
func (l link) invites() bool {
	switch {
	case !l.zoom:
		return l.id != "" && l.looksLikeZoom()
	case l.way == elsewhere:
		return false
	}
	return l.leadsIn() || l.way != registers
}

// Apart reports whether a link has to be judged by itself, whichever meeting it is of: it shows a key, or is not
// Zoom's.
func Apart(raw string) bool {
	l := parse(raw)
	return l.secret != "" || !l.zoom
}

// sameMeeting reports whether two links lead to one meeting, whatever passcode they carry.
func sameMeeting(a, b link) bool {
	if a.id != "" || b.id != "" {
		return a.id == b.id && a.zoom == b.zoom
	}
	return bare(a.url) == bare(b.url)
}

// SameMeeting reports whether two links lead to one meeting, whatever passcode they carry.
func SameMeeting(a, b string) bool { return sameMeeting(parse(a), parse(b)) }
