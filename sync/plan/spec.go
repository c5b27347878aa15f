package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// Settings are what the configuration says about the events of one calendar.
type Settings struct {
	Rules Rules
	// Host hosts the meetings, unless a tag says otherwise.
	Host string
	// ByOrganizer says that whoever keeps the calendar hosts instead, where they have a licence of their own. Organizer
	// is who hosts for them: they or Host, as was found out for the event; "" where that was not asked for.
	ByOrganizer bool   `json:",omitempty"`
	Organizer   string `json:"-"`
	// Guests are those guests of the event who can be alternative hosts, where they are asked for, as was found out for
	// the event, and GuestsNote what could not be.
	Guests     []string `json:"-"`
	GuestsNote string   `json:"-"`
	// Account is the AccountHash of the Zoom account in which new meetings are made, unless a tag says otherwise.
	Account string
	// Accounts are all that a tag can choose, Account among them. Meetings live on in each of them.
	Accounts []Account
	// AnyAccount says that all accounts are fixed rooms. A record whose room was another one is followed then: a room
	// belongs to no account.
	AnyAccount bool
	// NoAPI says that the account is one fixed room, which is told nothing and has no other kinds of meetings, and Room
	// is its link.
	NoAPI   bool
	Room    string
	Kind    meeting.Kind // Scheduled or Personal
	Series  string       // "lasting" or "fixed"
	Options meeting.Options
	// Location is "if-empty", "append" or "never".
	Location string
	// GuessZones says that a time whose zone nobody knows is taken as if it was in the configured one, rather than to
	// hold the event.
	GuessZones bool
	// ReplaceMeet says that a Google Meet conference of a tagged event makes way for Zoom.
	ReplaceMeet bool
	// Text is what the block holds: Short, Invitation, or anything else for the Template.
	Text     string
	Template Template
	// Note is a line of the owner's in each block.
	Note string
	// Grace is how long an event that ended keeps its meeting.
	Grace time.Duration
	// Removal says that zoomtag leaves the calendar, and what becomes of its meetings.
	Removal Removal
	// Checks says that the meetings of coming events are looked at now and then: somebody may change or delete them at
	// Zoom.
	Checks bool
	// Settle is how long after a lost answer "there is no such meeting" is not yet believed.
	Settle time.Duration
}

// The length of a meeting whose event gives none, and the longest that is asked for.
const (
	defaultLength = time.Hour
	maxLength     = 24 * time.Hour
)

// Schedule is a series as Zoom is to schedule it: Spec holds Start, Zone, Duration and Schedule. Where Zoom has no such
// schedule, Why says so, as the end of a sentence.
type Schedule struct {
	Spec meeting.Spec
	Why  string
}

// wantsSchedule reports whether an event asks for a meeting with the schedule of its series.
func wantsSchedule(ev *calendar.Event, w Wish, s *Settings) bool {
	kind, series := s.Kind, s.Series
	if w.Choice.Kind != "" {
		kind = w.Choice.Kind
	}
	if w.Choice.Series != "" {
		series = w.Choice.Series
	}
	return ev.Series && kind != meeting.Personal && series == "fixed"
}

// noStart is why an event waits for its owner: other programs may show it at a time all the same.
var noStart = reason.NoStart.Because("the event has no start that could be understood").
	Mend("set its time again in the calendar")

// specFor is the meeting that ev asks for. schedule is that of a series which asks for one; nil where it is not known
// yet. why is not empty where it asks for none; notes are choices that could not be followed to the letter.
func specFor(ev *calendar.Event, w Wish, s *Settings,
	schedule *Schedule) (spec meeting.Spec, why reason.Reason, notes []string) {
	c := w.Choice
	options, notes := merge(s.Options, c.Options)
	spec = meeting.Spec{Host: s.host(c), Kind: s.Kind, Topic: topic(ev, w), Options: options}
	spec.Options.AlternativeHosts = s.withGuests(options.AlternativeHosts, spec.Host)
	if s.GuestsNote != "" {
		notes = append(notes, s.GuestsNote)
	}
	if spec.Kind == "" {
		spec.Kind = meeting.Scheduled
	}
	if c.Kind != "" {
		spec.Kind = c.Kind
	}
	if spec.Host == "" && c.Host == Organizer {
		return spec, reason.NoHost.Because("whoever keeps the calendar has no Zoom licence, and nobody else hosts").
			Mend("write host= and a mail address into the tag, or host into the configuration"), nil
	}
	if ev.AllDay && c.At == "" {
		return spec, reason.AllDay.Because("an all-day event gets no meeting unless the tag gives a time").
			Mend("write the time into the tag, as in #zoom(09:30, 45m)"), nil
	}
	if ev.Start.IsZero() {
		return spec, noStart, nil
	}
	switch {
	case spec.Kind != meeting.Scheduled:
	case schedule != nil && schedule.Why == "" && wantsSchedule(ev, w, s):
		spec.Kind, spec.Start, spec.Zone = meeting.Fixed, schedule.Spec.Start, schedule.Spec.Zone
		spec.Duration, spec.Schedule = schedule.Spec.Duration, schedule.Spec.Schedule
	case ev.Series:
		if schedule != nil && wantsSchedule(ev, w, s) {
			notes = append(notes, "Zoom gets no schedule of this series (fixed), but one lasting link: "+schedule.Why)
		}
		spec.Kind = meeting.Lasting
	default:
		spec.Start, spec.Duration = times(ev, c)
		spec.Zone = ev.Zone
	}
	return spec, why, append(notes, leftOut(ev, c, spec.Kind, s.NoAPI)...)
}

// times are start and length of the meeting of a single event.
func times(ev *calendar.Event, c Choice) (time.Time, time.Duration) {
	start, length := ev.Start, ev.End.Sub(ev.Start)
	if ev.AllDay {
		length = 0
	}
	if c.At != "" && ev.AllDay {
		h, m, _ := strings.Cut(c.At, ":")
		hour, _ := strconv.Atoi(h) // the grammar lets digits through only
		minute, _ := strconv.Atoi(m)
		start = time.Date(start.Year(), start.Month(), start.Day(), hour, minute, 0, 0, start.Location())
	}
	if c.Length != 0 {
		length = c.Length
	}
	return start.Truncate(time.Second), Length(length)
}

// Length is how long a meeting is made for an event that takes length.
func Length(length time.Duration) time.Duration {
	if length <= 0 {
		length = defaultLength
	}
	return min((length + time.Minute - 1).Truncate(time.Minute), maxLength)
}

// topic is the title as guests see it in Zoom: never with the tag.
func topic(ev *calendar.Event, w Wish) string {
	if w.Choice.Topic != "" {
		return w.Choice.Topic
	}
	if t := strings.TrimSpace(WithoutTags(ev.Title, "title", w.Tags)); t != "" {
		return t
	}
	return "Meeting"
}

// untold reports whether the meeting has to be told spec, having been told told (nil: nobody knows). A start that has
// passed is never sent, so times of a meeting that has begun do not count; nor does the host, which Zoom cannot change.
// Occurrences of a series that are over do not count either.
func untold(told *meeting.Spec, spec meeting.Spec, now time.Time) bool {
	if told == nil {
		return true
	}
	before := *told
	before.Host, before.Options.Template = spec.Host, spec.Options.Template // what it was made from stays
	if spec.Kind == meeting.Scheduled && before.Kind == meeting.Scheduled && !spec.Start.After(now) {
		before.Start, before.Duration, before.Zone = spec.Start, spec.Duration, spec.Zone
	}
	return !before.SameSince(spec, now)
}

// AtTime has an invitation to an event of whole days, a series too, tell the time of day at which people meet if the
// tag gives one.
func AtTime(d *calendar.Details, rec *record.Record, s *Settings) {
	if !d.AllDay {
		return
	}
	tag := rec.Taken.Reveal()
	if tag == "" {
		tag = rec.Tag
	}
	ev := calendar.Event{Title: d.Title, Description: d.Description, HTML: d.HTML, Location: d.Location,
		Categories: d.Categories,
		Start:      d.Start, End: d.End, AllDay: true, Link: calendar.Link{Mark: rec.Mark, Tag: tag}}
	w := FindWish(&ev, s.Rules)
	if !w.Asked || w.Choice.At == "" {
		return
	}
	start, length := times(&ev, w.Choice)
	d.Start, d.End, d.AllDay = start, start.Add(length), false
	d.Occurrences = slices.Clone(d.Occurrences)
	for i := range d.Occurrences {
		o := &d.Occurrences[i]
		o.RecurrenceID = onDay(o.RecurrenceID, start)
		if !o.Cancelled {
			o.Start = onDay(o.Start, start)
			o.End = o.Start.Add(length)
		}
	}
}

// onDay is the time of day of at, on another day.
func onDay(day, at time.Time) time.Time {
	y, m, d := day.Add(12 * time.Hour).Date() // where the clock skips midnight, noon is on the right day
	return time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, at.Location())
}
