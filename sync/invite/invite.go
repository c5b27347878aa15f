package invite

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/words"
	"zoomtag/sync/plan"
)

// Method says what an invitation is for (RFC 5546 1.4).
type Method string

const (
	Publish Method = "PUBLISH" // for anybody who wants the event in their calendar; nobody is asked to answer
	Request Method = "REQUEST" // mailed by the organizer to the attendees
	Cancel  Method = "CANCEL"  // mailed when the event does not take place
)

// Invitation is an event and the link that it holds.
type Invitation struct {
	Event calendar.Details
	Link  Link
	// Revision is what calendars are to take the invitation for, which compare it with the one that they have (RFC 5546
	// 2.1.5); nil: what the event's calendar says of it, which may count nothing.
	Revision *Revision
}

// Revision tells versions of an event apart.
type Revision struct {
	Sequence int
	Stamp    time.Time // when it came to be
}

// Link is the way into the meeting. It holds no passcode but the one that the block and the URL show.
type Link struct {
	JoinURL string
	Block   string  // as the event shows it
	Phones  []Phone // empty where the host's account has no dial-in
	// MeetingID is what callers are asked for; 0 leaves it out of the phone numbers.
	MeetingID int64
	// Changed is when the link last changed, zero where nobody knows.
	Changed time.Time
}

// Phone is a number to dial in with.
type Phone struct {
	Number string // with the country code: "+49 69 7104 9922"
	Place  string // "Germany"
}

// Options are what invitations have in common.
type Options struct {
	Method Method // "" is Publish
	// Rules say what is a tag: guests see no tag in the title.
	Rules plan.Rules
	// Attendees puts the guest list into a published event. Requests and cancellations always have it. RFC 5546 3.2.1
	// knows no guests of a published event, so it is for those who ask for it.
	Attendees bool
	// Alarm is how long before the start a reminder is to go off; 0 for none.
	Alarm time.Duration
	// Name is what calendar apps call a file with several events; "" for none.
	Name string
	// Now stands in for the time of the last change where an event has none.
	Now time.Time
}

// What an event may lack. The text around says which event it is.
var (
	ErrNoOrganizer = words.Mend(errors.New("it has no organizer with a mail address, which this kind of invitation "+
		"needs (RFC 5546)"), "leave --request out")
	ErrNoAttendees = words.Mend(errors.New("it has no attendees with mail addresses whom to ask (RFC 5546 3.2.2)"),
		"leave --request out")
	ErrCancelled = words.Mend(errors.New("it does not take place, and nobody can be asked to it (RFC 5546 3.2.2)"),
		"tell the guests with --cancel")
	ErrNoLink = words.Mend(errors.New("it has no link yet"), "run zoomtag sync")
)

// Encoder writes invitations. It keeps the rules of the time zones that it has met, so one for many events is fast. Its
// methods must not be called from several goroutines at once. The zero value is ready for use.
type Encoder struct {
	zones map[zoneKey][]byte
	parts []part
}

// part is one event on its way.
type part struct {
	*Invitation
	opt   *Options
	form  ical.Form
	times ical.Recurrence
	first time.Time // the earliest time that is written
	stamp time.Time
	shown shown
}

const prodID = "-//zoomtag//EN"

// beginning is how each file of invitations begins.
const beginning = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:" + prodID + "\r\n"

// Beginning is how many bytes of a file Wrote looks at.
const Beginning = len(beginning)

// Wrote reports whether a file that begins so is one of ours.
func Wrote(raw []byte) bool { return strings.HasPrefix(string(raw), beginning) }

// Encode appends one iCalendar object to dst. Several events go into it only when they are published: a request is
// about one event (RFC 5546 3.2.2).
func (e *Encoder) Encode(dst []byte, opt Options, list ...Invitation) ([]byte, error) {
	opt.Method = cmp.Or(opt.Method, Publish)
	if len(list) != 1 && opt.Method != Publish || len(list) == 0 {
		return dst, fmt.Errorf("invite: a calendar with METHOD:%s cannot hold %d events: encode them one by one",
			opt.Method, len(list))
	}
	e.parts = e.parts[:0]
	for i := range list {
		p, err := prepare(&list[i], &opt)
		if err != nil {
			return dst, fmt.Errorf("invite: event %q (%s): %w", list[i].Event.Title, list[i].Event.UID, err)
		}
		e.parts = append(e.parts, p)
	}
	w := ical.NewWriter(dst)
	begin(w, e.method(opt.Method), opt.Name)
	e.writeZones(w)
	for i := range e.parts {
		e.parts[i].write(w)
	}
	w.End("VCALENDAR")
	return w.Bytes(), nil
}

// method is what may be written of a method: to publish takes an organizer, and knows no guests (RFC 5546 3.2.1). A
// calendar without a method is imported by all programs as a published one.
func (e *Encoder) method(m Method) Method {
	if m != Publish {
		return m
	}
	for i := range e.parts {
		p := &e.parts[i]
		if mailto(p.Event.Organizer) == "" || p.opt.Attendees && len(p.Event.Attendees) > 0 {
			return ""
		}
	}
	return Publish
}

// begin writes what stands before the events.
func begin(w *ical.Writer, method Method, name string) {
	w.Begin("VCALENDAR")
	w.Name("VERSION")
	w.Word("2.0")
	w.Name("PRODID")
	w.Text(prodID)
	if method != "" {
		w.Name("METHOD")
		w.Word(string(method))
	}
	if name == "" {
		return
	}
	for _, property := range []string{"NAME", "X-WR-CALNAME"} { // RFC 7986 5.1, and what was there before it
		w.Name(property)
		w.Text(name)
	}
}

// prepare works out what is written of an event, and refuses what would be no valid invitation.
func prepare(in *Invitation, opt *Options) (p part, err error) {
	ev := &in.Event
	switch {
	case opt.Method != Publish && opt.Method != Request && opt.Method != Cancel:
		return p, fmt.Errorf("the method %q is none of PUBLISH, REQUEST and CANCEL", opt.Method)
	case ev.UID == "":
		return p, errors.New("it has no UID, by which calendars would know it again")
	case ev.Start.IsZero():
		return p, errors.New("it does not say when it begins")
	case opt.Method != Publish && mailto(ev.Organizer) == "":
		if opt.Method == Cancel { // without the flag it would be an invitation
			return p, words.Mend(words.Say(ErrNoOrganizer, words.Cause(ErrNoOrganizer)), "tell the guests yourself")
		}
		return p, ErrNoOrganizer
	case opt.Method == Request &&
		!slices.ContainsFunc(ev.Attendees, func(a calendar.Person) bool { return mailto(a) != "" }):
		return p, ErrNoAttendees
	case opt.Method == Request && ev.Cancelled:
		return p, ErrCancelled
	case opt.Method != Cancel && in.Link.JoinURL == "":
		return p, ErrNoLink
	}
	p = part{Invitation: in, opt: opt, first: ev.Start, stamp: stampOf(in, opt)}
	if in.Revision != nil && !in.Revision.Stamp.IsZero() {
		p.stamp = in.Revision.Stamp
	}
	if p.form, err = formOf(ev); err != nil {
		return p, err
	}
	if len(ev.Recurrence) > 0 {
		if p.times, err = ical.ParseRecurrence(ev.Recurrence, ev.Start, ev.AllDay); err != nil {
			return p, err
		}
		p.takeOccurrences()
	}
	p.shown = p.show(ev.Title, ev.Description, ev.Location)
	return p, nil
}

// stampOf is the event's DTSTAMP. RFC 5545 3.8.7.2 wants the time at which this instance of the information was made;
// with METHOD, that of the message. What we write is a function of event and link, so that instance came into being
// when either last changed: calendars that compare SEQUENCE and then DTSTAMP (RFC 5546 2.1.5) take a changed invitation
// for newer and an unchanged one for the same, and it makes the same bytes.
func stampOf(in *Invitation, opt *Options) time.Time {
	at := in.Event.Changed
	if in.Link.Changed.After(at) {
		at = in.Link.Changed
	}
	for _, other := range []time.Time{opt.Now, in.Event.Start} {
		if at.IsZero() {
			at = other
		}
	}
	return at
}

// sequence is the revision that the invitation tells. A cancellation is a later one than any request before it (RFC
// 5546 3.2.5); an update has the number that the organizer's calendar has given it.
func (p *part) sequence() int {
	n := p.Event.Sequence
	if p.Revision != nil {
		n = p.Revision.Sequence
	}
	if p.opt.Method == Cancel {
		n++
	}
	return n
}

// Sum is a fingerprint of what an invitation tells, whatever revision of it that is.
func (e *Encoder) Sum(opt Options, in Invitation) (string, error) {
	in.Revision = &Revision{Stamp: in.Event.Start}
	in.Event.Changed, in.Event.Created, in.Link.Changed = time.Time{}, time.Time{}, time.Time{}
	in.Event.Attendees = slices.Clone(in.Event.Attendees)
	for i := range in.Event.Attendees {
		in.Event.Attendees[i].Status = "" // an answer is no change of the event
	}
	opt.Method = Publish
	opt.Attendees = true
	opt.Alarm = 0
	opt.Name = ""
	raw, err := e.Encode(nil, opt, in)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}

// Next is the revision of an invitation that tells what sum stands for, where the one before was told; its zero value
// says that there was none. The number of the event's own calendar counts where it is higher.
func Next(sum string, in *Invitation, before Told, now time.Time) Told {
	own := Revision{Sequence: in.Event.Sequence, Stamp: stampOf(in, &Options{Now: now})}
	next := Told{Sum: sum, Revision: own}
	switch {
	case before.Sum == "":
	case before.Sum == sum && own.Sequence <= before.Sequence:
		next.Revision = before.Revision
	default:
		if before.Sum != sum {
			next.Sequence = max(own.Sequence, before.Sequence+1)
		}
		if !next.Stamp.After(before.Stamp) {
			next.Stamp = now
		}
		if least := before.Stamp.Add(time.Second); next.Stamp.Before(least) { // a second is the least that is written
			next.Stamp = least
		}
	}
	return next
}

// Told is what an invitation told last.
type Told struct {
	Sum string
	Revision
}

// takeOccurrences makes EXDATEs of the cancelled occurrences, and finds the earliest time.
func (p *part) takeOccurrences() {
	for _, list := range [][]time.Time{p.times.Added, p.times.Removed} {
		for i := range list {
			list[i] = p.local(list[i])
		}
	}
	p.nameStart()
	for i := range p.Event.Occurrences {
		if o := &p.Event.Occurrences[i]; o.Cancelled {
			p.times.Removed = append(p.times.Removed, p.local(o.RecurrenceID))
		} else if !o.Start.IsZero() && o.Start.Before(p.first) {
			p.first = o.Start
		}
	}
	slices.SortFunc(p.times.Removed, time.Time.Compare)
	p.times.Removed = slices.CompactFunc(p.times.Removed, time.Time.Equal)
	if len(p.times.Added) > 0 && p.times.Added[0].Before(p.first) {
		p.first = p.times.Added[0]
	}
}

// nameStart has the start in RDATE where there is no rule, and not where there is one. RFC 5545 3.8.5.2 counts it as an
// occurrence once in either case; ical.js, and with it Thunderbird and Nextcloud, not at all in the first and twice in
// the second.
func (p *part) nameStart() {
	added, start := &p.times.Added, p.local(p.Event.Start)
	i, has := slices.BinarySearchFunc(*added, start, time.Time.Compare)
	switch alone := len(p.times.Rules) == 0; {
	case alone && !has:
		*added = slices.Insert(*added, i, start)
	case !alone && has:
		*added = slices.Delete(*added, i, i+1)
	}
}
