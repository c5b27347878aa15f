package invite

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// write writes the VEVENT of an event, and one for each occurrence that is not as the series has it.
func (p *part) write(w *ical.Writer) {
	ev := &p.Event
	p.begin(w)
	p.when(w, ev.Start, ev.End)
	for _, rule := range p.times.Rules {
		w.Name("RRULE")
		w.Word(rule)
	}
	if len(p.times.Added) > 0 {
		w.Times("RDATE", p.form, p.times.Added...)
	}
	if len(p.times.Removed) > 0 {
		w.Times("EXDATE", p.form, p.times.Removed...)
	}
	p.say(w, p.shown)
	w.End("VEVENT")
	if p.opt.Method == Cancel || len(ev.Recurrence) == 0 {
		return // cancelling the whole takes one VEVENT (RFC 5546 3.2.5)
	}
	for _, o := range p.overrides() {
		p.begin(w)
		name := "RECURRENCE-ID"
		if o.Later {
			name += ";RANGE=THISANDFUTURE"
		}
		w.Times(name, p.form, p.local(o.RecurrenceID))
		p.when(w, o.Start, o.End)
		p.say(w, p.show(o.Title, o.Description, o.Location))
		w.End("VEVENT")
	}
}

// overrides are the occurrences that were changed and take place, in order, each once.
func (p *part) overrides() []calendar.Occurrence {
	list := slices.DeleteFunc(slices.Clone(p.Event.Occurrences), func(o calendar.Occurrence) bool {
		_, off := slices.BinarySearchFunc(p.times.Removed, p.local(o.RecurrenceID), time.Time.Compare)
		return off || o.Start.IsZero()
	})
	slices.SortStableFunc(list, func(a, b calendar.Occurrence) int { return a.RecurrenceID.Compare(b.RecurrenceID) })
	return slices.CompactFunc(list, func(a, b calendar.Occurrence) bool { return a.RecurrenceID.Equal(b.RecurrenceID) })
}

// begin writes what tells calendars which event it is and whether they know it already.
func (p *part) begin(w *ical.Writer) {
	w.Begin("VEVENT")
	w.Name("UID")
	w.Text(p.Event.UID)
	utc := ical.Form{}
	w.Times("DTSTAMP", utc, p.stamp)
	if !p.Event.Created.IsZero() {
		w.Times("CREATED", utc, p.Event.Created)
	}
	if !p.Event.Changed.IsZero() {
		w.Times("LAST-MODIFIED", utc, p.stamp)
	}
	w.Name("SEQUENCE")
	w.Word(strconv.Itoa(p.sequence()))
}

// when writes start and end. An end that is not after the start is no end that may be written (RFC 5545 3.8.2.2):
// without it the event takes no time, or that day.
func (p *part) when(w *ical.Writer, start, end time.Time) {
	start, end = p.local(start), p.local(end)
	w.Times("DTSTART", p.form, start)
	if end.After(start) {
		w.Times("DTEND", p.form, end)
	}
}

// local is a time as it is written: in the event's zone, or the day that a midnight begins. Where the clock skips
// midnight, which it does in Santiago and Cairo, package time may take the hour before for it: noon is on the right
// day.
func (p *part) local(at time.Time) time.Time {
	if !p.form.Dates {
		return at.In(p.Event.Start.Location())
	}
	y, m, d := at.Add(12 * time.Hour).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// say writes the texts, the ways into the meeting and the people.
func (p *part) say(w *ical.Writer, s shown) {
	text := func(name, value string) {
		if value != "" {
			w.Name(name)
			w.Text(value)
		}
	}
	text("SUMMARY", s.title)
	text("DESCRIPTION", s.description)
	text("LOCATION", s.location)
	if p.opt.Method != Cancel {
		p.ways(w)
	}
	for _, c := range p.categories() {
		text("CATEGORIES", c)
	}
	p.people(w)
	switch {
	case p.opt.Method == Cancel || p.Event.Cancelled:
		w.Name("STATUS")
		w.Word("CANCELLED")
	case p.opt.Method == Request:
		w.Name("STATUS")
		w.Word("CONFIRMED")
	}
	if p.opt.Alarm > 0 && p.opt.Method != Cancel {
		alarm(w, s.title, p.opt.Alarm)
	}
}

// ways writes the link in each of the places where calendar apps look for one: Apple's look into URL and LOCATION,
// those that follow RFC 7986 (5.11) at CONFERENCE, all others show the block.
func (p *part) ways(w *ical.Writer) {
	w.Name("URL")
	if url := strings.TrimSpace(p.Event.URL); url != "" {
		w.URI(url)
	} else {
		w.URI(p.Link.JoinURL)
	}
	w.Name("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO")
	w.Param("LABEL", ical.Label)
	w.URI(p.Link.JoinURL)
	for _, phone := range p.Link.Phones {
		if number := phone.uri(p.Link.MeetingID); number != "" {
			w.Name("CONFERENCE;VALUE=URI;FEATURE=PHONE")
			w.Param("LABEL", phone.label())
			w.URI(number)
		}
	}
}

func (t Phone) label() string {
	if t.Place == "" {
		return "Dial in"
	}
	return "Dial in from " + t.Place
}

// uri is the number as a tel: URI. Two pauses and the meeting ID behind it, as in the example of RFC 7986 5.11, spare
// the caller the typing; the number sign that ends it would begin a fragment if it were not encoded (RFC 3986 2.2).
func (t Phone) uri(meetingID int64) string {
	number := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, t.Number)
	if number == "" {
		return ""
	}
	if strings.HasPrefix(strings.TrimSpace(t.Number), "+") {
		number = "+" + number
	}
	if meetingID > 0 {
		number += ",," + strconv.FormatInt(meetingID, 10) + "%23"
	}
	return "tel:" + number
}

// people writes the organizer, and the guests where they are asked for.
func (p *part) people(w *ical.Writer) {
	if address := mailto(p.Event.Organizer); address != "" {
		w.Name("ORGANIZER")
		cn(w, p.Event.Organizer)
		w.URI(address)
	}
	if p.opt.Method == Publish && !p.opt.Attendees {
		return
	}
	for _, a := range p.Event.Attendees {
		address := mailto(a)
		if address == "" {
			continue
		}
		w.Name("ATTENDEE")
		if kind := known(a.Kind, calendar.Individual, calendar.Group, calendar.Room,
			calendar.Resource); kind != calendar.Individual {
			w.Param("CUTYPE", string(kind))
		}
		w.Param("ROLE", string(known(a.Role, calendar.Required, calendar.Chair, calendar.Optional, calendar.Informed)))
		status := known(a.Status, calendar.NeedsAction, calendar.Accepted, calendar.Declined, calendar.Tentative,
			calendar.Delegated)
		w.Param("PARTSTAT", string(status))
		if p.opt.Method == Request && status == calendar.NeedsAction {
			w.Param("RSVP", "TRUE")
		}
		cn(w, a)
		w.URI(address)
	}
}

// known is word where it is one of the words that RFC 5545 has, and else the first of them, which is its default.
func known[T ~string](word T, words ...T) T {
	if slices.Contains(words, word) {
		return word
	}
	return words[0]
}

func cn(w *ical.Writer, who calendar.Person) {
	if name := strings.TrimSpace(who.Name); name != "" {
		w.Param("CN", name)
	}
}

// mailto is the address of a person as a URI (RFC 6068); "" where there is none.
func mailto(who calendar.Person) string {
	address := strings.TrimSpace(who.Address)
	if scheme := "mailto:"; len(address) > len(scheme) && strings.EqualFold(address[:len(scheme)], scheme) {
		address = address[len(scheme):]
	}
	if !strings.Contains(address, "@") {
		return ""
	}
	return "mailto:" + strings.ReplaceAll(address, "?", "%3F")
}

// alarm writes a reminder (RFC 5545 3.6.6).
func alarm(w *ical.Writer, title string, before time.Duration) {
	w.Begin("VALARM")
	w.Name("ACTION")
	w.Word("DISPLAY")
	w.Name("DESCRIPTION")
	w.Text(title)
	w.Name("TRIGGER")
	trigger := "-PT"
	seconds := int(before.Round(time.Second) / time.Second)
	if hours := seconds / 3600; hours > 0 {
		trigger += strconv.Itoa(hours) + "H"
	}
	if minutes := seconds / 60 % 60; minutes > 0 {
		trigger += strconv.Itoa(minutes) + "M"
	}
	if rest := seconds % 60; rest > 0 || seconds == 0 {
		trigger += strconv.Itoa(rest) + "S"
	}
	w.Word(trigger)
	w.End("VALARM")
}
