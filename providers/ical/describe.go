package ical

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Description is an event of a file as an invitation tells it: the event as a whole, for a series from its first
// occurrence on, and no property of ours but what is in the texts.
type Description struct {
	UID                               string
	Title, Description, Location, URL string
	Categories                        []string
	Organizer                         Person
	Attendees                         []Person
	Sequence                          int
	// Created and Changed are zero where the file does not say. Changed is LAST-MODIFIED, or else DTSTAMP.
	Created, Changed time.Time
	Cancelled        bool

	// Start and End are in the event's own zone, for a series those of its first occurrence. Of an all-day event they
	// are midnights of the configured zone.
	Start, End time.Time
	AllDay     bool
	Zone       string // IANA name; "" where it has none: the rules are then those of Start.Location()
	// Recurrence holds RRULE, RDATE and EXDATE content lines, not folded, with times in the event's zone.
	Recurrence  []string
	Occurrences []Occurrence
	// Notes are warnings for the owner.
	Notes []string
}

// Person is an ORGANIZER or ATTENDEE, with Role, Status and Kind as written, in upper case; empty where the file says
// nothing.
type Person struct {
	Name, Address, Role, Status, Kind string
}

// Occurrence is what a RECURRENCE-ID override says: its RecurrenceID is in the event's zone.
type Occurrence struct {
	RecurrenceID                 time.Time
	Start, End                   time.Time
	Title, Description, Location string
	Cancelled                    bool
	// Later says that all dates behind this one are changed in the same way: the series has too many for each to be
	// told.
	Later bool
}

// Describe tells all of the event with a UID. zone is for times that name no zone, or one that cannot be found out. The
// second result says whether the file holds such an event. ErrMalformed where it has no start, ErrRecurrence where
// nobody can say when it recurs.
func (d *Doc) Describe(uid string, zone *time.Location) (Description, bool, error) {
	all := d.events(uid)
	if len(all) == 0 {
		return Description{}, false, nil
	}
	master, overrides := d.split(all)
	r := d.reader(master, zone)
	var texts Event
	r.texts(&texts, master)
	x := Description{UID: uid, Title: texts.Title, Description: texts.Description, Location: texts.Location,
		URL:        texts.URL,
		Categories: texts.Categories, Cancelled: texts.Cancelled}
	r.people(&x, master)
	begin, start, end, _, ok := r.period(master)
	if !ok {
		return Description{}, true, malformed(int(d.props[d.comps[master].first].no),
			"the event does not say when it begins")
	}
	x.Start = start
	x.End = end.In(start.Location())
	x.AllDay = begin.dateOnly
	x.Zone = r.zoneName(master, begin)
	if err := r.recurs(&x, master, overrides); err != nil {
		return Description{}, true, err
	}
	x.Notes = r.notes
	return x, true, nil
}

// people reads who takes part, and the event's history.
func (r *reader) people(x *Description, c int32) {
	d := r.doc
	stamped := time.Time{}
	d.each(c, func(p *prop, name []byte) {
		if p.colon < 0 {
			return
		}
		switch strings.ToUpper(string(name)) {
		case "ORGANIZER":
			if x.Organizer == (Person{}) {
				x.Organizer = person(d, p)
			}
		case "ATTENDEE":
			if who := person(d, p); who.Address != "" {
				x.Attendees = append(x.Attendees, who)
			}
		case "SEQUENCE":
			if n, err := strconv.Atoi(d.plain(p)); err == nil && n > 0 {
				x.Sequence = n
			}
		case "CREATED":
			x.Created = r.utc(p)
		case "LAST-MODIFIED":
			x.Changed = r.utc(p)
		case "DTSTAMP":
			stamped = r.utc(p)
		}
	})
	if x.Changed.IsZero() {
		x.Changed = stamped
	}
}

func person(d *Doc, p *prop) Person {
	return Person{
		Name: d.param(p, "CN"), Address: address(d, p), Role: strings.ToUpper(d.param(p, "ROLE")),
		Status: strings.ToUpper(d.param(p, "PARTSTAT")), Kind: strings.ToUpper(d.param(p, "CUTYPE")),
	}
}

// utc reads a time that should be in UTC; zero where it is none.
func (r *reader) utc(p *prop) time.Time {
	s, err := parseStamp(r.doc.plain(p))
	if err != nil {
		return time.Time{}
	}
	at, _ := r.zones.instant(s, r.doc.param(p, "TZID"))
	return at.UTC()
}

// recurs reads when a series takes place. An invitation to single occurrences of a series, without the series, stays
// the one event that its first occurrence is.
func (r *reader) recurs(x *Description, master int32, overrides []int32) error {
	d := r.doc
	if d.first(master, "RECURRENCE-ID") != nil {
		if len(overrides) > 0 {
			r.note("the file holds occurrences of a series without the series; the first one counts")
		}
		return nil
	}
	times := newTimesReader(d, x.Start, x.AllDay)
	times.home, times.zones.calendar = r.zones.calendar, r.zones.calendar
	var failed error
	d.each(master, func(p *prop, _ []byte) {
		if p.colon >= 0 && failed == nil {
			failed = times.line(d, p)
		}
	})
	if failed != nil {
		return failed
	}
	found := times.done()
	if len(found.Rules)+len(found.Added) == 0 {
		return nil
	}
	x.Recurrence = found.Lines(x.form())
	for _, c := range overrides {
		if o, ok := r.occurrence(x, times, c); ok {
			x.Occurrences = append(x.Occurrences, o)
		}
	}
	return x.tellLater(&found)
}

// mostTold is how many dates are told one by one that an override changes together with its own.
const mostTold = 200

// tellLater tells what overrides say of all dates behind theirs, of each date by itself: few programs understand it
// otherwise. A series that has too many dates keeps it as it is.
func (x *Description) tellLater(found *Recurrence) error {
	if !slices.ContainsFunc(x.Occurrences, func(o Occurrence) bool { return o.Later }) {
		return nil
	}
	dates := slices.Clone(found.Added)
	for _, rule := range found.Rules {
		starts, more, err := ExpandRule(rule, x.Start, mostTold)
		if err != nil {
			return err
		}
		if more {
			return nil
		}
		dates = append(dates, starts...)
	}
	told := map[int64]bool{}
	for _, at := range found.Removed {
		told[at.Unix()] = true
	}
	for i := range x.Occurrences {
		told[x.Occurrences[i].RecurrenceID.Unix()] = true
	}
	overrides := slices.Clone(x.Occurrences)
	slices.SortFunc(dates, time.Time.Compare)
	for _, at := range dates {
		if told[at.Unix()] {
			continue
		}
		told[at.Unix()] = true
		if o := lastBefore(overrides, at); o != nil {
			x.Occurrences = append(x.Occurrences, o.at(at))
		}
	}
	for i := range x.Occurrences {
		x.Occurrences[i].Later = false
	}
	return nil
}

// lastBefore is the last override for all later dates before one, or nil.
func lastBefore(list []Occurrence, at time.Time) *Occurrence {
	var found *Occurrence
	for i := range list {
		if o := &list[i]; o.Later && o.RecurrenceID.Before(at) &&
			(found == nil || o.RecurrenceID.After(found.RecurrenceID)) {
			found = o
		}
	}
	return found
}

// at is what an override says of another date: the same on the wall clock.
func (o *Occurrence) at(date time.Time) Occurrence {
	loc := o.Start.Location()
	later := *o
	later.RecurrenceID = date
	later.Start = inZone(wallOf(date.In(loc)).Add(moved(o.RecurrenceID, o.Start, loc, true)), loc)
	later.End = later.Start.Add(o.End.Sub(o.Start))
	return later
}

// form is how the event's times are written.
func (x *Description) form() Form {
	f := Form{Dates: x.AllDay, TZID: x.Start.Location().String()}
	if f.TZID == "UTC" {
		f.TZID = ""
	}
	return f
}

func (r *reader) occurrence(x *Description, times *timesReader, c int32) (Occurrence, bool) {
	d := r.doc
	p := d.first(c, "RECURRENCE-ID")
	at, err := parseStamp(d.plain(p))
	if err != nil {
		r.note("RECURRENCE-ID " + strconv.Quote(d.plain(p)) + " is not a date or time; what it is about is left out")
		return Occurrence{}, false
	}
	r.zones.enter(c)
	times.zones.calendar = r.zones.calendar
	var texts Event
	r.texts(&texts, c)
	o := Occurrence{RecurrenceID: times.moment(at, times.tzid(d, p)), Title: texts.Title,
		Description: texts.Description,
		Location:    texts.Location, Cancelled: texts.Cancelled, Later: r.isForLater(c)}
	if o.Title == "" {
		o.Title = x.Title
	}
	_, start, end, _, ok := r.period(c)
	if !ok {
		start, end = o.RecurrenceID, o.RecurrenceID.Add(x.End.Sub(x.Start))
	}
	o.Start, o.End = start.In(x.Start.Location()), end.In(x.Start.Location())
	return o, true
}
