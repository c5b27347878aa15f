// Package record holds the values that the store keeps: plain structs without any I/O, so that those who decide from
// them need not know where they are kept.
package record

import (
	"encoding/json"
	"slices"
	"time"

	"zoomtag/providers/meeting"
)

// Record is what the store remembers of one event: facts, not the names of states. What comes next is worked out from
// them afresh each time.
type Record struct {
	Calendar string `json:"-"` // part of the key
	EventID  string `json:"-"` // part of the key

	UID   string
	Title string    `json:",omitempty"` // without the tag; for people
	Start time.Time `json:",omitzero"`
	Until time.Time `json:",omitzero"` // when the event is over; zero: never
	// Tag is the wish as last seen in the event ("#zoom(45m)"), and TagIn where ("title").
	Tag   string `json:",omitempty"`
	TagIn string `json:",omitempty"`

	// Not are the words against Zoom as the configuration had them when the event last asked for it: of one that came
	// since nobody knows whether the owner means it.
	Not []string `json:",omitempty"`
	// Taken is what we have taken out of sight of the wish (calendar.Link.Tag). It may hold a passcode, and is kept
	// from view as one.
	Taken meeting.Passcode `json:",omitempty"`

	// Mark names the event's meeting, in the event and at Zoom.
	Mark string
	Host string `json:",omitempty"`
	// Account is what the configuration last called the Zoom account of Mark, for people: should it be taken out, that
	// is its name.
	Account string `json:",omitempty"`
	// MeetingID is 0 while no meeting is known.
	MeetingID int64           `json:",omitempty"`
	Meeting   meeting.Meeting `json:",omitzero"`
	// Told is what the meeting was last told; nil when that is not known.
	Told *meeting.Spec `json:",omitempty"`
	// Room says that the meeting is one fixed room for all events.
	Room bool `json:",omitempty"`
	// Template is the name of the template that the meeting was made from; "" where there was none.
	Template string `json:",omitempty"`
	// Doubt names the call of which we do not know whether it took effect: "create" or "cancel". It is saved before the
	// call. DoubtAt is when the last such call began.
	Doubt   string    `json:",omitempty"`
	DoubtAt time.Time `json:",omitzero"`
	// CheckedAt is when Meeting was last read at Zoom.
	CheckedAt time.Time `json:",omitzero"`
	// Undone is how many looks in a row have found that somebody had changed topic or time of the meeting at Zoom.
	Undone int `json:",omitempty"`
	// UsedAt is when the meeting was last known to be made, adopted or held. Unused ones of a series expire at Zoom.
	UsedAt time.Time `json:",omitzero"`
	// Rival is the mark of another meeting of ours for the event, which another item with its UID shows: another
	// zoomtag has made it. Of two such the one with the lesser mark stays.
	Rival string `json:",omitempty"`
	// Former are meetings that were made for the event and that it does not show, because it shows another one of ours:
	// they are cancelled.
	Former []Former `json:",omitempty"`
	// Origin is the title of the series of which the event was a copy, with the link of that one in it, when its record
	// began at OriginAt.
	Origin   string    `json:",omitempty"`
	OriginAt time.Time `json:",omitzero"`
	// Retired is the mark of the meeting in whose place this one came while that one still existed: the event may show
	// it for a while.
	Retired string `json:",omitempty"`
	// CancelledID is the meeting that was cancelled, at CancelledAt, before the record was closed. For some days it can
	// be brought back.
	CancelledID int64     `json:",omitempty"`
	CancelledAt time.Time `json:",omitzero"`
	// Invited is what the last invitation to the event told; nil: there was none.
	Invited *Invited `json:",omitempty"`

	// Verdicts are what was found when the meeting was last looked at and was what it should be: why the link may not
	// work.
	Verdicts []Verdict `json:",omitempty"`
	// LostAt is when Zoom first said that the meeting is gone while its event stands.
	LostAt time.Time `json:",omitzero"`

	// Block and JoinURL are the link as last written into the event and seen there; empty when the event holds none.
	Block   string `json:",omitempty"`
	JoinURL string `json:",omitempty"`
	// Kept is a link that was written, and what is shown in its place again and again.
	Kept *Kept `json:",omitempty"`

	// EndingAt is when there was first proof that the event wants no meeting any more, and Ending says which.
	EndingAt time.Time `json:",omitzero"`
	Ending   string    `json:",omitempty"`
	// Gone says that the proof was the calendar's word that there is no such event.
	Gone bool `json:",omitempty"`
	// Released says that the owner has looked at what a brake held back and let it go.
	Released bool `json:",omitempty"`
	// Abandoned says that the owner did so, or took the tag out, while the account of its meeting was not configured:
	// it is left alone. Either before that was the answer to another question.
	Abandoned bool `json:",omitempty"`
	// Left says that the meeting was left alone because its account was not configured when the event ended.
	Left bool `json:",omitempty"`
	// ClosedAt is when nothing was left to do; the record is kept for the journal for a while.
	ClosedAt time.Time `json:",omitzero"`

	// State and Reason are what the last pass concluded, for people only: nothing is decided by them.
	State  string `json:",omitempty"`
	Reason string `json:",omitempty"`
	// Code is the code of Error, or else of Reason, where the event is held, waits or has failed (package reason). In
	// states from before there were codes it is empty until the event is looked at again.
	Code string `json:",omitempty"`
	// Cure is what mends that very case, as a clause, where that is known.
	Cure string `json:",omitempty"`
	// Notes are what could not be followed to the letter, by us or by Zoom, as the last pass had it. They are part of
	// Reason as well.
	Notes []string `json:",omitempty"`
	// Error is why the last try failed, Tries how often in a row.
	Error string `json:",omitempty"`
	Tries int    `json:",omitempty"`
	// Bound names the service that has set Due and is asked no earlier, "zoom" or "calendar": a Retry-After, the calls
	// of a day that are used up.
	Bound string `json:",omitempty"`
	// Due is when the event has to be looked at again; zero: not by itself.
	Due time.Time `json:"-"` // kept beside the JSON, as is Changed
	// Changed is when the record last became another one.
	Changed time.Time `json:"-"`
	// Version tells what was read from what is saved by then: a record is saved only as the next version of what was
	// read. 0 is one that was never saved. The store keeps it.
	Version uint64 `json:"-"`
}

// NotAhead sets the times that lie ahead of now to now: the clock was wrong when they were taken, or is by now, and
// nobody shall wait for them. What is to come, Start, Until and Due, stays.
func (r *Record) NotAhead(now time.Time) {
	times := []*time.Time{&r.DoubtAt, &r.CheckedAt, &r.UsedAt, &r.CancelledAt, &r.LostAt, &r.EndingAt, &r.ClosedAt}
	r.Former = slices.Clone(r.Former)
	for i := range r.Former {
		times = append(times, &r.Former[i].At)
	}
	for _, t := range times {
		if t.After(now) {
			*t = now
		}
	}
}

// Had reports whether a mark is that of a meeting which the event had before the one that it has.
func (r *Record) Had(mark string) bool {
	return mark == r.Retired || slices.ContainsFunc(r.Former, func(f Former) bool { return f.Mark == mark })
}

// Closed reports whether nothing is left to do for the event.
func (r *Record) Closed() bool { return !r.ClosedAt.IsZero() }

// Invited is what an invitation told: a fingerprint of all of it but the revision, and that (SEQUENCE and DTSTAMP of
// RFC 5545), so that a change of the event makes a later one, and no change makes the same bytes.
type Invited struct {
	Sum      string
	Sequence int `json:",omitempty"`
	Stamp    time.Time
}

// Kept is what came of writing a link: fingerprints of the link that was to be shown, of what it was written over,
// where that would have led people to the meeting as well, and of what the event then showed. Writing the same over the
// same once more would change nothing.
type Kept struct {
	Want      uint64
	Over, Got uint64 `json:",omitempty"`
}

// Rest is until when somebody is left alone: a calendar, a service, a host.
type Rest struct {
	Until time.Time
	// Begun is when it was asked for. One that begins in the future was begun by a clock that has been set back since.
	Begun time.Time `json:",omitzero"`
	// Why is what was said, for people, and Cure what mends it, as a clause, where that is known.
	Why  string
	Cure string `json:",omitempty"`
	// Refused says that a sign-in was refused, Tries times in a row, with credentials of the fingerprint Depends.
	// Nobody has asked for a pause then: it is ours, so that an account is not locked for too many wrong passwords, and
	// ends when somebody has mended something.
	Refused bool   `json:",omitempty"`
	Tries   int    `json:",omitempty"`
	Depends string `json:",omitempty"`
}

// Former is a meeting that was an event's.
type Former struct {
	MeetingID int64
	Mark      string
	Host      string `json:",omitempty"`
	// At is when the event was found to show another one.
	At time.Time
}

// Verdict is a finding of package doctor about a link.
type Verdict struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	What     string `json:"what"`
	Mend     string `json:"mend"`
}

// CalendarState is what is kept of a calendar between passes.
type CalendarState struct {
	// Cursor is where the calendar's Changes go on, and Detects the fingerprint of the configuration that it was read
	// with: another fingerprint asks for a full re-read.
	Cursor  string `json:"-"` // kept as a value of its own: it may be large
	Detects string `json:",omitempty"`
	// Source names what was listed last, where the calendar says so (calendar.Changes), and Provider the kind of
	// calendar that it is.
	Source   string `json:",omitempty"`
	Provider string `json:",omitempty"`
	// ReadOnly is why nothing in it could be written when it was last read; empty: it could.
	ReadOnly string `json:",omitempty"`
	// LastSuccess is when a pass last read the whole of the calendar's changes, LastError why one did not, at
	// LastErrorAt.
	LastSuccess time.Time `json:",omitzero"`
	LastError   string    `json:",omitempty"`
	LastErrorAt time.Time `json:",omitzero"`
	// ErrorCode is the code of LastError, and HeldCode that of HeldReason (package reason).
	ErrorCode string `json:",omitempty"`
	HeldCode  string `json:",omitempty"`
	// ErrorCure, HeldCure and ReadOnlyCure are what mends those very cases, as a clause, where that is known.
	ErrorCure    string `json:",omitempty"`
	HeldCure     string `json:",omitempty"`
	ReadOnlyCure string `json:",omitempty"`
	// Unfinished is why the last pass stopped before all that was due was done; empty: it did not.
	Unfinished string `json:",omitempty"`
	// HeldAt is when a brake stopped cancellations, HeldReason why. Zero: not held.
	HeldAt     time.Time `json:",omitzero"`
	HeldReason string    `json:",omitempty"`
	// Absent says that it is held because the calendar itself cannot be seen: there is nothing to look at and release.
	Absent bool `json:",omitempty"`
	// Another says that it is held because it is another calendar than the one that was watched: what is not in it is
	// not gone.
	Another bool `json:",omitempty"`
	// Released says that the owner let the next pass go through the brake.
	Released bool `json:",omitempty"`
	// Removal says that zoomtag leaves the calendar, and RemovedAt when it was done: then it is not read any more.
	Removal   Removal   `json:",omitempty"`
	RemovedAt time.Time `json:",omitzero"`
	// Beat is kept of calendars that are asked by what happens in them.
	Beat Beat `json:",omitzero"`
}

// Removal says that zoomtag leaves a calendar, and what becomes of the meetings then. The zero value says that it
// stays.
type Removal string

// What becomes of the meetings of a calendar that zoomtag leaves.
const (
	RemoveCancel Removal = "cancel"
	RemoveKeep   Removal = "keep"
)

// Problem is an item of a calendar that cannot be understood, or cannot be followed, and has no record.
type Problem struct {
	ID     string
	Reason string
	Since  time.Time
	// Held says that the item is understood and held: Reason is why. UID, Title (without the tag) and Start (in UTC)
	// are then its own.
	Held  bool      `json:",omitempty"`
	UID   string    `json:",omitempty"`
	Title string    `json:",omitempty"`
	Start time.Time `json:",omitzero"`
	Code  string    `json:",omitempty"` // of Reason (package reason)
	Cure  string    `json:",omitempty"` // what mends this very case, as a clause, where that is known
	// Unread says that the item could not be read at all, as opposed to read and not understood.
	Unread bool `json:",omitempty"`
}

// Sweep is what was found when the meetings of an account were last looked through for those that no record names.
type Sweep struct {
	// At is when all of its hosts' meetings were last looked through, zero: never. Tried is when that was last begun,
	// and Error why it did not come to an end; empty if it did.
	At, Tried time.Time
	Error     string     `json:",omitempty"`
	Found     []Leftover `json:",omitempty"`
	// Lost are the calls of whose end nobody has heard, made by workers whose calendar had gone to another one: the
	// meetings of these hosts are looked through once more.
	Lost []LostCall `json:",omitempty"`
}

// LostCall is a call that may have made a second meeting for an event.
type LostCall struct {
	Host string
	// At is from when on what it has made can be found.
	At time.Time
}

// Leftover is a meeting with our mark that no record names: nothing follows it, and nothing will cancel it.
type Leftover struct {
	MeetingID int64
	Mark      string
	Host      string    `json:",omitempty"`
	Topic     string    `json:",omitempty"`
	Start     time.Time `json:",omitzero"` // zero for one without a fixed time
	// Since is when it was first found.
	Since time.Time
}

// Course is what became of a condition: something that needs a person.
type Course struct {
	Since time.Time // when it was first seen
	// Gone is when it was first not seen any more; zero: it stands.
	Gone time.Time `json:",omitzero"`
	// Told is when people were told, by the way in which they were.
	Told map[string]time.Time `json:",omitempty"`
	// Dismissed says that a person wants to hear of it no more.
	Dismissed bool `json:",omitempty"`
	// Said is what was told of it, as JSON, for those who are told that it is over.
	Said json.RawMessage `json:",omitempty"`
}

// WayFailure says that people could not be told something in one way of telling them.
type WayFailure struct {
	Name  string // of the way, for people
	Since time.Time
	Error string // one sentence, without secrets
}

// Entry is one line of the journal: what was done to which event, when and why.
type Entry struct {
	At       time.Time
	Calendar string
	EventID  string
	UID      string `json:",omitempty"`
	Title    string `json:",omitempty"`
	Step     string // create adopt update link unlink cancel invite; "" for a remark
	Meeting  int64  `json:",omitempty"`
	Reason   string `json:",omitempty"`
	Error    string `json:",omitempty"`
	Code     string `json:",omitempty"` // of Error, or else of Reason (package reason)
	Cure     string `json:",omitempty"` // what mends that very case, as a clause, where that is known
}
