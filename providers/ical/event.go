package ical

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// Names of the properties that only this program writes.
const (
	propMark = "X-ZOOMTAG-MARK"
	propTag  = "X-ZOOMTAG-TAG"
)

// Label is what our CONFERENCE property calls the link. It is also how the property is known to be ours.
const Label = "Join with Zoom"

// Event is an event of a file: all VEVENTs of one UID.
type Event struct {
	UID                               string
	Title, Description, Location, URL string
	Categories                        []string
	// Elsewhere are the HTML twins of the description (X-ALT-DESC, and ALTREP as Thunderbird writes it), and what in
	// other properties of one app holds a link.
	Elsewhere []string
	// Conferences are the meetings that the event points to outside its texts, ours left out.
	Conferences []string
	// Organizer is the address of the organizer, without mailto:; HasOrganizer says that there is one at all.
	Organizer    string
	HasOrganizer bool
	Attendees    []string
	// Scheduled says that the event or one of its overrides has an organizer, Guests are the attendees of all of them.
	Scheduled bool
	Guests    []string
	Cancelled bool // STATUS:CANCELLED of the event as a whole
	// Method is the METHOD of the file: it is then a message about an event rather than the event itself.
	Method string

	// Start and End are those of the running or next occurrence, else of the last one; zero where there is no such
	// time.
	Start, End time.Time
	Zone       string // IANA name, "" where it has none
	AllDay     bool
	Series     bool
	Until      time.Time // end of the last occurrence; zero for never
	// Guessed is the TZID of a time whose zone nobody knows: it was read in the configured zone. "" where there is
	// none.
	Guessed string
	// Detached says that all that is here are single dates of a series (RECURRENCE-ID), without the series.
	Detached bool
	// Empty says that all dates of the series were taken out or cancelled. Until is when the first one would have
	// ended.
	Empty bool

	// Mark and Tag are ours, JoinURL is what our CONFERENCE property holds.
	Mark, Tag, JoinURL string
	// Overrides are the occurrences with texts of their own that take place.
	Overrides []Override
	Notes     []string // each as words.Pair makes it
}

// Override is an occurrence that was edited by itself.
type Override struct {
	ID string // RECURRENCE-ID as written
	// Original is when the series would have it begin, of an all-day series the midnight of its day. Single says that
	// it is one date of a series that is here, which nothing else of the file is about as well.
	Original                     time.Time
	Single                       bool
	Start, End                   time.Time
	Title, Description, Location string
	Categories, Conferences      []string
	Mark, Tag                    string
}

// reader reads one event.
type reader struct {
	doc   *Doc
	zones zones
	notes []string
	// guessed is a TZID of which nobody knows what it means, or "".
	guessed string
}

func (d *Doc) reader(master int32, zone *time.Location) *reader {
	home := d.index().zones[d.comps[master].parent]
	r := &reader{doc: d, zones: zones{doc: d, fallback: zone, home: home}}
	r.zones.enter(master)
	return r
}

func (r *reader) note(text string) {
	if len(r.notes) < maxNotes && !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

// Event reads the event with a UID as it is at now. zone is for times that name no zone, or one that cannot be found
// out. The second result says whether the file holds such an event. A file whose events lack UIDs and cannot be told
// apart is ErrMalformed.
func (d *Doc) Event(uid string, zone *time.Location, now time.Time) (Event, bool, error) {
	all := d.events(uid)
	if len(all) == 0 {
		return Event{}, false, nil
	}
	master, overrides := d.split(all)
	r := d.reader(master, zone)
	r.notes = slices.Clone(d.notes)
	if uid == "" && len(all) > 1 {
		return Event{}, false, malformed(int(d.props[d.comps[all[1]].first].no),
			"two events have no UID and cannot be told apart")
	}
	if masters := len(all) - len(overrides); masters > 1 {
		r.note("the file holds this event twice; the one with the higher SEQUENCE counts, or else the first")
	}
	e := Event{UID: uid}
	r.texts(&e, master)
	e.Scheduled, e.Guests = e.HasOrganizer, slices.Clone(e.Attendees)
	r.times(&e, master, overrides, now)
	r.calledOff(&e, master)
	e.Notes, e.Guessed = r.notes, r.guessed
	e.Detached = len(overrides) == len(all)-1 && d.first(master, "RECURRENCE-ID") != nil
	e.single()
	return e, true, nil
}

// single takes from overrides that they are single dates where there is no series, or two about one date.
func (e *Event) single() {
	seen := map[string]int{}
	for i := range e.Overrides {
		seen[e.Overrides[i].ID]++
		seen[e.Overrides[i].Original.UTC().String()]++
	}
	for i := range e.Overrides {
		o := &e.Overrides[i]
		twice := seen[o.ID] > 1 || seen[o.Original.UTC().String()] > 1
		o.Single = o.Single && !e.Detached && !twice
	}
}

// split tells the VEVENT that describes the event as a whole from those about single occurrences. An invitation to
// single occurrences has only the latter.
func (d *Doc) split(all []int32) (master int32, overrides []int32) {
	master = -1
	for _, c := range all {
		if d.first(c, "RECURRENCE-ID") != nil {
			overrides = append(overrides, c)
		} else if master < 0 || d.sequence(c) > d.sequence(master) {
			master = c
		}
	}
	if master < 0 {
		return overrides[0], overrides[1:]
	}
	return master, overrides
}

// sequence is the SEQUENCE of a VEVENT: of two with the same UID the higher one is the event (RFC 5546 2.1.5).
func (d *Doc) sequence(c int32) int {
	p := d.first(c, "SEQUENCE")
	if p == nil {
		return 0
	}
	n, err := strconv.Atoi(d.plain(p))
	if err != nil {
		return 0
	}
	return n
}

// texts reads everything but the times.
func (r *reader) texts(e *Event, c int32) {
	d := r.doc
	e.Method = d.index().methods[d.comps[c].parent]
	var ours []string
	d.each(c, func(p *prop, name []byte) {
		if p.colon >= 0 {
			r.text(e, p, strings.ToUpper(string(name)), &ours)
		}
	})
	if e.Mark == "" {
		e.Conferences = append(e.Conferences, ours...)
	} else if len(ours) > 0 {
		e.JoinURL = ours[0]
	}
}

// text reads one property. Of texts that may occur once, the first one counts.
func (r *reader) text(e *Event, p *prop, name string, ours *[]string) {
	d := r.doc
	take := func(to *string) {
		if *to == "" {
			*to = d.text(p)
		}
	}
	switch name {
	case "SUMMARY":
		take(&e.Title)
	case "DESCRIPTION":
		take(&e.Description)
		if twin := dataURL(d.param(p, "ALTREP")); twin != "" {
			e.Elsewhere = append(e.Elsewhere, twin)
		}
	case "LOCATION":
		take(&e.Location)
	case propMark:
		take(&e.Mark)
	case propTag:
		take(&e.Tag)
	case "URL":
		if e.URL == "" {
			e.URL = d.plain(p)
		}
	case "CATEGORIES":
		e.Categories = append(e.Categories, list(d.value(p), d.eol)...)
	case "STATUS":
		e.Cancelled = e.Cancelled || isCancelled(d.plain(p))
	case "ORGANIZER":
		e.HasOrganizer = true
		e.Organizer = address(d, p)
	case "ATTENDEE":
		if a := address(d, p); a != "" {
			e.Attendees = append(e.Attendees, a)
		}
	case "CONFERENCE":
		if d.ourConference(p) {
			*ours = append(*ours, d.plain(p))
		} else if uri := d.plain(p); uri != "" {
			e.Conferences = append(e.Conferences, uri)
		}
	case "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
		"X-MICROSOFT-ONLINEMEETINGCONFLINK":
		if uri := d.plain(p); uri != "" {
			e.Conferences = append(e.Conferences, uri)
		}
	default:
		if d.elsewhere(p, name) {
			if text := d.text(p); strings.ContainsAny(text, "/%") {
				e.Elsewhere = append(e.Elsewhere, text)
			}
		}
	}
}

// elsewhere reports whether people may find a link in a property that holds none of an event's own texts: its HTML twin
// (RFC 9073), a remark, an attachment that is an address, and those of apps.
func (d *Doc) elsewhere(p *prop, name string) bool {
	switch name {
	case "STYLED-DESCRIPTION", "COMMENT", "CONTACT":
		return true
	case "ATTACH":
		return !strings.EqualFold(d.param(p, "VALUE"), "BINARY")
	}
	return strings.HasPrefix(name, "X-") && !strings.HasPrefix(name, "X-ZOOMTAG-")
}

// dataURL is the text that a data URL (RFC 2397) holds, or "".
func dataURL(uri string) string {
	if len(uri) < 5 || !strings.EqualFold(uri[:5], "data:") {
		return ""
	}
	head, data, _ := strings.Cut(uri[5:], ",")
	if strings.HasSuffix(strings.ToLower(head), ";base64") {
		decoded, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return ""
		}
		return string(decoded)
	}
	if text, err := url.PathUnescape(data); err == nil {
		return text
	}
	return data
}

// isCancelled reads a STATUS, in the American spelling too.
func isCancelled(status string) bool {
	return strings.EqualFold(status, "CANCELLED") || strings.EqualFold(status, "CANCELED")
}

// offWords are what Outlook puts before the title of an event that was called off, in its languages.
var offWords = []string{"Canceled:", "Cancelled:", "Abgesagt:", "Annulé :", "Annulé:", "Cancelado:", "Cancelada:",
	"Annullato:", "Geannuleerd:", "Odwołane:", "Aflyst:",
	"Inställt:", "Avlyst:", "Peruttu:", "Zrušeno:", "Отменено:", "已取消:", "キャンセル済み:", "취소됨:"}

// calledOff remarks that only the title of an event says that it does not take place: what Outlook exports of a
// cancelled meeting.
func (r *reader) calledOff(e *Event, c int32) {
	p := r.doc.first(c, "X-MICROSOFT-CDO-BUSYSTATUS")
	if e.Cancelled || p == nil || !strings.EqualFold(r.doc.plain(p), "FREE") {
		return
	}
	for _, word := range offWords {
		if len(e.Title) >= len(word) && strings.EqualFold(e.Title[:len(word)], word) {
			r.note(words.Pair("the title says that the event was called off, and its status does not",
				"delete the event, or take the tag out, to have no meeting"))
		}
	}
}

// ourConference reports whether a CONFERENCE property looks like those that we write.
func (d *Doc) ourConference(p *prop) bool { return d.param(p, "LABEL") == Label }

// address returns the mail address of an ORGANIZER or ATTENDEE: its value, or EMAIL where the value is no address.
func address(d *Doc, p *prop) string {
	value := d.plain(p)
	if len(value) >= 7 && strings.EqualFold(value[:7], "mailto:") {
		value = value[7:]
	}
	if mail := d.param(p, "EMAIL"); mail != "" && !strings.Contains(value, "@") {
		value = mail
	}
	return strings.TrimSpace(value)
}

// times reads when the event takes place.
func (r *reader) times(e *Event, master int32, overrides []int32, now time.Time) {
	begin, start, end, length, ok := r.period(master)
	var s *series
	if ok {
		e.Start = start
		e.End = end
		e.Until = end
		e.AllDay = begin.dateOnly
		e.Zone = r.zoneName(master, begin)
		s = r.recurrence(master, begin, start, length)
	}
	if s == nil && len(overrides) > 0 {
		s = &series{loc: r.zones.fallback, skipped: map[int64]bool{}, days: map[time.Time]bool{}}
		if ok {
			s.loc = start.Location()
			s.start = wallOf(start)
			s.dates = begin.dateOnly
			s.length = length
		}
	}
	r.overrides(e, s, overrides)
	r.zones.enter(master)
	if s == nil || !ok && len(s.moved) == 0 {
		return
	}
	e.Series = true
	o, until := s.around(now)
	e.Start, e.End, e.Until = o.start, o.end, until
	if ok && o.start.IsZero() && s.complete() {
		e.Empty, e.Until = true, length.after(start)
	}
	for _, note := range s.notes {
		r.note(note)
	}
}

func (r *reader) zoneName(c int32, begin stamp) string {
	p := r.doc.first(c, "DTSTART")
	_, in := r.zones.instant(begin, r.doc.param(p, "TZID"))
	return in.name
}

// period reads DTSTART, and DTEND or DURATION, of one VEVENT.
func (r *reader) period(c int32) (begin stamp, start, end time.Time, length span, ok bool) {
	begin, start, ok = r.when(c, "DTSTART")
	if !ok {
		return begin, start, end, length, false
	}
	if stop, at, found := r.when(c, "DTEND"); found {
		if begin.dateOnly {
			length.days = int(stop.wall.Truncate(24*time.Hour).Sub(begin.wall).Hours() / 24)
		} else {
			length.exact = at.Sub(start)
		}
	} else if p := r.doc.first(c, "DURATION"); p != nil {
		var err error
		if length, err = parseDuration(r.doc.plain(p)); err != nil {
			r.note(fmt.Sprintf("DURATION %.40q is %v", r.doc.plain(p), err))
		}
	} else if begin.dateOnly {
		length.days = 1 // RFC 5545 3.6.1
	}
	if length.days < 0 || length.exact < 0 || length.exact > maxSpan || length.days > 10000 {
		r.note("the event ends before it begins or lasts for decades; its length is left out")
		length = span{}
	}
	return begin, start, length.after(start), length, true
}

// when reads a property that is a DATE or DATE-TIME.
func (r *reader) when(c int32, name string) (stamp, time.Time, bool) {
	p := r.doc.first(c, name)
	if p == nil {
		return stamp{}, time.Time{}, false
	}
	s, err := parseStamp(r.doc.plain(p))
	if err != nil {
		r.note(fmt.Sprintf("%s %.40q is %v", name, r.doc.plain(p), err))
		return s, time.Time{}, false
	}
	if !s.dateOnly && (strings.EqualFold(r.doc.param(p, "VALUE"), "DATE") || r.wholeDays(c, name)) {
		s = stamp{wall: r.local(s).Truncate(24 * time.Hour), dateOnly: true}
	}
	at, in := r.zones.instant(s, r.doc.param(p, "TZID"))
	if in.note != "" {
		r.note(in.note)
	}
	if in.guessed && r.guessed == "" {
		r.guessed = cmp.Or(r.doc.param(p, "TZID"), r.zones.own)
	}
	return s, at, true
}

// maxLater bounds how many overrides of a series say something of all dates behind theirs.
const maxLater = 20

// isForLater reports whether an override is one of all later dates as well.
func (r *reader) isForLater(c int32) bool {
	p := r.doc.first(c, "RECURRENCE-ID")
	return p != nil && strings.EqualFold(r.doc.param(p, "RANGE"), "THISANDFUTURE")
}

// moved is how far the wall clock of an override is from that of the date which it is about; 0 where the override says
// no time.
func moved(original, start time.Time, loc *time.Location, isTimed bool) time.Duration {
	if !isTimed {
		return 0
	}
	return wallOf(start.In(loc)).Sub(wallOf(original.In(loc)))
}

// wholeDays reports whether a time of an event is a day in disguise: Microsoft's programs say with a flag that an event
// takes whole days, and write midnights, in UTC too.
func (r *reader) wholeDays(c int32, name string) bool {
	if name != "DTSTART" && name != "DTEND" {
		return false
	}
	flagged := false
	for _, flag := range []string{"X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT"} {
		p := r.doc.first(c, flag)
		flagged = flagged || p != nil && slices.Contains([]string{"TRUE", "1"}, strings.ToUpper(r.doc.plain(p)))
	}
	if !flagged {
		return false
	}
	for _, name := range []string{"DTSTART", "DTEND"} {
		p := r.doc.first(c, name)
		if p == nil {
			continue
		}
		if s, err := parseStamp(r.doc.plain(p)); err != nil || !isMidnight(r.local(s)) {
			return false
		}
	}
	return true
}

func isMidnight(wall time.Time) bool { return wall.Hour()+wall.Minute()+wall.Second() == 0 }

// local is what a clock shows at the midnight of a day in disguise. Programs that write all times in UTC write either
// the date's midnight there or that of the calendar's zone.
func (r *reader) local(s stamp) time.Time {
	if !s.utc || isMidnight(s.wall) {
		return s.wall
	}
	return wallOf(s.wall.In(r.zones.floating().loc))
}

// overrides reads the occurrences with a RECURRENCE-ID into the event and its series.
func (r *reader) overrides(e *Event, s *series, overrides []int32) {
	guests := map[string]bool{}
	for _, a := range e.Guests {
		guests[a] = true
	}
	for _, c := range overrides {
		var o Event
		r.texts(&o, c)
		e.Scheduled = e.Scheduled || o.HasOrganizer
		for _, a := range o.Attendees {
			if !guests[a] {
				guests[a] = true
				e.Guests = append(e.Guests, a)
			}
		}
		r.zones.enter(c)
		at, original, isKnown := r.when(c, "RECURRENCE-ID")
		if isKnown {
			s.exclude(at, original)
		}
		_, start, end, _, ok := r.period(c)
		if isKnown && r.isForLater(c) && len(s.later) < maxLater {
			s.later = append(s.later, later{from: original, by: moved(original, start, s.loc, ok),
				length: end.Sub(start), cancelled: o.Cancelled})
		}
		if o.Cancelled {
			continue
		}
		if ok {
			s.moved = append(s.moved, occurrence{start.In(s.loc), end.In(s.loc)})
		} else {
			s.unread = true
		}
		id := ""
		if p := r.doc.first(c, "RECURRENCE-ID"); p != nil {
			id = r.doc.plain(p)
		}
		single := isKnown && ok && at.dateOnly == e.AllDay && !r.isForLater(c)
		e.Overrides = append(e.Overrides, Override{ID: id, Original: original, Single: single, Start: start, End: end,
			Title: o.Title, Description: o.Description, Location: o.Location, Categories: o.Categories,
			Conferences: o.Conferences, Mark: o.Mark, Tag: o.Tag})
	}
}
