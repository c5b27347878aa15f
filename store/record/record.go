// Package record holds the values that the store keeps: plain structs without any I/O, so that those who decide from them
// need not know where they are kept.
package record

import (
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

	// Mark names the event's meeting, in the event and at Zoom.
	Mark string
	Host string `json:",omitempty"`
	// Account is what the configuration last called the Zoom account of Mark, for people: should it be taken out, that is its name.
	Account string `json:",omitempty"`
	// MeetingID is 0 while no meeting is known.
	MeetingID int64           `json:",omitempty"`
	Meeting   meeting.Meeting `json:",omitzero"`
	// Told is what the meeting was last told; nil when that is not known.
	Told *meeting.Spec `json:",omitempty"`
	// Template is the name of the template that the meeting was made from; "" where there was none.
	Template string `json:",omitempty"`
	// Doubt names the call of which we do not know whether it took effect: "create" or "cancel". It is saved before the
	// call. DoubtAt is when the last such call began.
	Doubt   string    `json:",omitempty"`
	DoubtAt time.Time `json:",omitzero"`
	// CheckedAt is when Meeting was last read at Zoom.
	CheckedAt time.Time `json:",omitzero"`
	// UsedAt is when the meeting was last known to be made, adopted or held. Unused ones of a series expire at Zoom.
	UsedAt time.Time `json:",omitzero"`
	// Retired is the mark of the meeting in whose place this one came while that one still existed: the event may show it for a while.
	Retired string `json:",omitempty"`
	// CancelledID is the meeting that was cancelled, at CancelledAt, before the record was closed. For some days it can be brought back.
	CancelledID int64     `json:",omitempty"`
	CancelledAt time.Time `json:",omitzero"`
	// Verdicts are what was found when the meeting was last looked at and was what it should be: why the link may not work.
	Verdicts []Verdict `json:",omitempty"`
	// LostAt is when Zoom first said that the meeting is gone while its event stands.
	LostAt time.Time `json:",omitzero"`

	// Block and JoinURL are the link as last written into the event and seen there; empty when the event holds none.
	Block   string `json:",omitempty"`
	JoinURL string `json:",omitempty"`

	// EndingAt is when there was first proof that the event wants no meeting any more, and Ending says which.
	EndingAt time.Time `json:",omitzero"`
	Ending   string    `json:",omitempty"`
	// Gone says that the proof was the calendar's word that there is no such event.
	Gone bool `json:",omitempty"`
	// Released says that the owner has looked at what a brake held back and let it go.
	Released bool `json:",omitempty"`
	// ClosedAt is when nothing was left to do; the record is kept for the journal for a while.
	ClosedAt time.Time `json:",omitzero"`

	// Twins are other items of the calendar with the same UID, which are left alone as long as this event stands.
	Twins []string `json:",omitempty"`

	// State and Reason are what the last pass concluded, for people only: nothing is decided by them.
	State  string `json:",omitempty"`
	Reason string `json:",omitempty"`
	// Notes are what could not be followed to the letter, by us or by Zoom, as the last pass had it. They are part of Reason as well.
	Notes []string `json:",omitempty"`
	// Error is why the last try failed, Tries how often in a row.
	Error string `json:",omitempty"`
	Tries int    `json:",omitempty"`
	// Due is when the event has to be looked at again; zero: not by itself.
	Due time.Time `json:"-"` // kept beside the JSON, as is Changed
	// Changed is when the record last became another one.
	Changed time.Time `json:"-"`
}

// Closed reports whether nothing is left to do for the event.
func (r *Record) Closed() bool { return !r.ClosedAt.IsZero() }

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
	// Source names what was listed last, where the calendar says so (calendar.Changes).
	Source string `json:",omitempty"`
	// LastSuccess is when a pass last read the whole of the calendar's changes, LastError why one did not, at LastErrorAt.
	LastSuccess time.Time `json:",omitzero"`
	LastError   string    `json:",omitempty"`
	LastErrorAt time.Time `json:",omitzero"`
	// HeldAt is when a brake stopped cancellations, HeldReason why. Zero: not held.
	HeldAt     time.Time `json:",omitzero"`
	HeldReason string    `json:",omitempty"`
	// Absent says that it is held because the calendar itself cannot be seen: there is nothing to look at and release.
	Absent bool `json:",omitempty"`
	// Another says that it is held because it is another calendar than the one that was watched: what is not in it is not gone.
	Another bool `json:",omitempty"`
	// Released says that the owner let the next pass go through the brake.
	Released bool `json:",omitempty"`
}

// Problem is an item of a calendar that cannot be understood, or cannot be followed, and has no record.
type Problem struct {
	ID     string
	Reason string
	Since  time.Time
	// Held says that the item is understood and held: Reason is why, and Title its title without the tag.
	Held  bool   `json:",omitempty"`
	Title string `json:",omitempty"`
	// Unread says that the item could not be read at all, as opposed to read and not understood.
	Unread bool `json:",omitempty"`
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
}
