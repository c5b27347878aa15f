// Package plan decides. It is pure: from what an event says, what is remembered of it, the configuration and the time
// it works out the next missing thing, and why. Package engine does it and asks again until nothing is missing.
//
// What comes next (the first line that fits):
//
//	the calendar says      remembered                next
//	zoomtag leaves it      anything                  take the link out, cancel or leave the meeting, close
//	gone                   nothing, or closed        nothing
//	gone                   calendar held by a brake  nothing
//	gone, cancelled,       in doubt of a create      look for the meeting; then as below
//	  untagged, refused    link still in the event   note the ending, take the link out
//	                       a meeting                 wait for the grace period, cancel, close
//	                       no meeting                close
//	untagged, but only     a meeting                 hold
//	  by configuration
//	not ours to write      anything                  nothing; hold what there is
//	anything               a meeting in an account   hold, also where it would be cancelled
//	                         that is not configured
//	tagged for an account  a meeting elsewhere       as below, in the account where it is
//	over or cancelled, and closed, link still in     take the link out
//	  untagged or refused    the event
//	sealed                 nothing                   nothing
//	sealed                 a meeting                 as below, but hold where the event would be written
//	over                   a meeting                 close, leaving the meeting alone
//	tagged, and asks for   anything                  hold
//	  what cannot be had
//	tagged                 nothing                   begin: a mark, in doubt (an own one in the event is claimed)
//	tagged                 in doubt from before      look for the meeting by its mark
//	tagged                 cancelled a while ago     bring the meeting back
//	a series, fixed        its times not known       describe: work out whether Zoom can have them
//	tagged                 no meeting                create
//	a series, tagged       not used for a year       renew: have another meeting before this one expires
//	tagged                 told something else       update
//	tagged                 Zoom's text missing       read it, where the block is to hold it
//	tagged                 link missing or stale     link
//	tagged                 made for it, not shown    discard: cancel it, after the grace period
//	tagged                 not looked at for a day,  check
//	                         or soon to begin
//	tagged                 all of it                 nothing
package plan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// Do is the next missing thing.
type Do string

const (
	Nothing Do = ""
	Begin   Do = "begin"  // make the record, with Mark if the event carries its own, in doubt of a create
	Reopen  Do = "reopen" // take up the closed record again: its meeting was left alone
	Seek    Do = "seek"   // look for the meeting of the record's mark, and adopt it
	// look for the meeting of Mark, which the event carries instead of the record's, and adopt it
	Switch   Do = "switch"
	Recover  Do = "recover" // bring the meeting back that was cancelled
	Create   Do = "create"
	Update   Do = "update"
	Probe    Do = "probe"    // ask again whether the meeting is really gone
	Describe Do = "describe" // find out whether Zoom can have the schedule of the series
	Word     Do = "word"     // read Zoom's own invitation text
	Renew    Do = "renew"    // let a meeting be that expires for want of use, and have a new one
	Rehouse  Do = "rehouse"  // let a room be that is not configured any more, and have the one that is
	SetLink  Do = "link"
	Check    Do = "check" // look whether the meeting is still what the event shows
	Unlink   Do = "unlink"
	End      Do = "end"     // note that the event wants no meeting any more
	Resume   Do = "resume"  // it does after all
	Discard  Do = "discard" // cancel an earlier meeting of the event
	Cancel   Do = "cancel"
	Close    Do = "close"
)

// States of an event, for people and for --json.
const (
	Linked  = "linked"
	Pending = "pending"
	Doubt   = "doubt"
	Failed  = "failed"
	Held    = "held"
	Ending  = "ending"
	Ended   = "ended"
	Ignored = "ignored"
)

// Doubts that a record can be in.
const (
	DoubtCreate = record.DoubtCreate
	DoubtCancel = record.DoubtCancel
)

// Input is all that a decision rests on.
type Input struct {
	Now time.Time
	// Event is the event as just read; nil when the calendar has said that there is none.
	Event *calendar.Event
	// Rec is what is remembered of it, or nil.
	Rec *record.Record
	// Twin is the open record of another calendar item with the same UID, which still stands.
	Twin *record.Record
	// Braked says that events that are gone must not be concluded from just now.
	Braked bool
	// Dismissed is a mark for which no meeting was found a moment ago.
	Dismissed string
	// Untold says that Zoom could not be told of a change, or asked for its text, a moment ago: the link goes first,
	// and the meeting is looked at once more for what the link has to show.
	Untold bool
	// Looked says that this was done.
	Looked bool
	// Schedule is that of the event as a series, where it asks for one; nil when nobody has worked it out yet.
	Schedule *Schedule
	Settings *Settings
}

// Decision is the next missing thing, and why.
type Decision struct {
	Do     Do
	State  string
	Reason string
	Code   reason.Code // of Reason, where the event is held, waits, is ignored or has failed
	Cure   string      // what mends this very case, as a clause; "" where it is what mends Code as a rule
	Notes  []string    // what could not be followed to the letter, each as words.Pair makes it
	Wish   Wish
	Spec   meeting.Spec
	// Account is the hash of the account in which a new meeting is made.
	Account string
	// Left says of Close that a meeting is left alone because its account is not configured.
	Left bool
	Link calendar.Link
	// Mark is the mark to claim (Begin, Switch); "" asks for a new one.
	Mark string
	// LinkID is the meeting id that the block in the event shows, or 0: a shortcut to the meeting.
	LinkID int64
	// At is when to look again; zero: when the event changes.
	At time.Time
}

// Next decides.
func Next(in Input) Decision {
	if in.Settings.Removal != "" {
		return leaving(in)
	}
	in.Event = remembered(in.Event, in.Rec)
	if in.Event == nil {
		if in.open() && in.Braked && !in.Rec.Released {
			return Decision{At: in.Now.Add(brakedPause)}.because(Held, reason.Brake.
				Because("the event is missing, and its calendar is held").
				Mend("look at the calendar; if the event was really deleted, run zoomtag release "+in.Rec.Calendar))
		}
		return ending(in, Wish{}, reason.Ended.Because("the event is gone"))
	}
	ev := in.Event
	if in.Rec == nil { // whose event it is comes before what is written in it
		ev = glance(ev)
	}
	w := FindWish(ev, in.Settings.Rules)
	if ev.Cancelled {
		return ending(in, w, reason.Ended.Because("the event is cancelled"))
	}
	if !w.Asked {
		return unasked(in, w)
	}
	open := in.open()
	if open && isOver(ev, in.Now) && in.nothingToAsk() {
		if !discardAt(in).IsZero() {
			return Decision{Do: Discard, State: Ending, Reason: "the event is over", Wish: w}
		}
		return Decision{Do: Close, State: Ended, Reason: "the event is over", Wish: w}
	}
	if !open && isOver(ev, in.Now) {
		return Decision{Wish: w, Notes: w.Problems}.because(Ignored, reason.Over.Because("the event is over"))
	}
	if ev.Denied != "" {
		if d, ok := unharmed(in); ok {
			return d
		}
		return refuse(in, w)
	}
	if w.Conflict != "" {
		return hold(in, w, reason.TagConflict.Because(w.Conflict).Mend(w.Mend))
	}
	wanted, why := in.Settings.wanted(w.Choice)
	if !why.None() {
		return hold(in, w, why)
	}
	in.Settings = wanted
	if !open {
		return begin(in, w)
	}
	return follow(in, w)
}

// open reports whether there is a record of the event that goes on.
func (in *Input) open() bool { return in.Rec != nil && !in.Rec.Closed() }

// nothingToAsk reports whether no call is in doubt, or nobody can be asked about it: then the record may be closed.
func (in *Input) nothingToAsk() bool {
	return in.Rec.Doubt == "" || in.Settings.unreachable(in.Rec) != ""
}

// anotherOwn is the mark of another meeting of ours than the record's that the event shows: another zoomtag has made
// it, or the state was put back from a copy. Of two such the one with the lesser mark stays, for whoever sees them.
func (in *Input) anotherOwn(s *Settings) string {
	own, _ := ownMark(in.Event, in.Rec, s)
	if own == in.Rec.Mark || own == in.Dismissed || in.Rec.Had(own) {
		return ""
	}
	return own
}

// between is what two meetings of ours for the event ask for: the other one is adopted, or this one is looked at before
// it takes its place. One that is gone takes nobody's.
func (in *Input) between(s *Settings) (do Do, mark string) {
	rec, own := in.Rec, in.anotherOwn(s)
	another := own != ""
	hasNone := rec.MeetingID == 0 && rec.Doubt == ""
	stands := rec.MeetingID != 0 && rec.LostAt.IsZero()
	unseen := !s.NoAPI && in.Now.After(rec.CheckedAt.Add(s.Settle)) // it was not looked at a moment ago
	switch {
	case another && (own < rec.Mark || hasNone):
		return Switch, own
	case rec.Rival != "" && rec.Doubt == "" && s.oursIs(rec.Rival):
		return Switch, rec.Rival
	case another && stands && unseen:
		return Check, ""
	}
	return Nothing, ""
}

// Outranked is the mark of a meeting of ours that the event shows and that is to make way for the record's, or "".
func Outranked(ev *calendar.Event, rec *record.Record, s *Settings) string {
	in := Input{Event: ev, Rec: rec}
	if own := in.anotherOwn(s); own > rec.Mark && !rec.Room {
		return own
	}
	return ""
}

// RivalOf is the mark of a meeting of ours that an item shows whose event has a record as another item, where that one
// is to give way: both of two zoomtags that know nothing of each other come to the same. It is empty where there is
// none.
func RivalOf(ev *calendar.Event, rec *record.Record, s *Settings) string {
	own, _ := ownMark(ev, nil, s)
	if own == "" || own >= rec.Mark || rec.Room {
		return ""
	}
	if rec.Had(own) {
		return ""
	}
	return own
}

// MostUndone is how often in a row topic and time of a meeting are told again that somebody changes at Zoom, another
// zoomtag perhaps that follows a copy of the event.
const MostUndone = 2

// brakedPause is when an event that a brake holds is looked at again: the brake may be lifted without a change of the
// event.
const brakedPause = time.Minute

// unharmed is what is decided of an event that cannot be written for now and needs nothing to be written: its link
// stands, and its meeting is looked at as ever. Whatever may end with another link in the event waits.
func unharmed(in Input) (d Decision, ok bool) {
	if !in.Event.Unwritable || !in.open() {
		return d, false
	}
	writable := *in.Event
	writable.Denied, writable.Cure, writable.Unwritable = "", "", false
	in.Event = &writable
	d = Next(in)
	switch d.Do {
	case Nothing:
		return d, d.State == Linked
	case Check, Describe:
		return d, true
	}
	return d, false
}

// refuse is a tagged event that must not be written.
func refuse(in Input, w Wish) Decision {
	rec := in.Rec
	d := Decision{Wish: w, At: over(in)}.because(Held, unwritable(in.Event))
	switch {
	case rec != nil && !rec.Closed():
	case in.Event.Unwritable: // what its owner waits for is not made yet, if it would be
		if d := begin(in, w); d.State == Ignored {
			return d
		}
		return d
	default:
		return Decision{Wish: w}.because(Ignored, unwritable(in.Event))
	}
	if own := in.anotherOwn(in.Settings); own != "" && own < rec.Mark && rec.Doubt == "" {
		d.Do, d.Mark, d.LinkID = Switch, own, LinkID(in.Event.Link.JoinURL)
	} else if rec.Doubt == DoubtCancel {
		d.Do = Probe // it may have been cancelled before this was known
	}
	d.before(discardAt(in), Discard, in.Now)
	return d
}

// hold is a tagged event whose wish cannot be followed; what there is stays.
func hold(in Input, w Wish, why reason.Reason) Decision {
	open := in.open()
	if open && !in.Rec.EndingAt.IsZero() {
		return Decision{Do: Resume, Reason: why.Plain(), Wish: w}
	}
	if open && in.Rec.Doubt == DoubtCancel && in.Settings.unreachable(in.Rec) == "" {
		// it may have been cancelled before this was known
		return Decision{Do: Probe, Wish: w}.because(Held, why)
	}
	return Decision{Wish: w, Notes: w.Problems, At: over(in)}.because(Held, why)
}

// follow is a tagged event with an open record.
func follow(in Input, w Wish) Decision {
	ev, rec, s := in.Event, in.Rec, in.Settings
	if why := s.unreachable(rec); why != "" {
		return hold(in, w, reason.AccountGone.Because(why).Mend("put that one back, or, for a new meeting, remove the "+
			"tag, wait for the grace period, and tag it again"))
	}
	if d, ok := takenByOthers(in, w); ok {
		return d
	}
	if !rec.EndingAt.IsZero() {
		return Decision{Do: Resume, Reason: w.Tags[0].String(), Wish: w}
	}
	w, asMade := w.stands(rec)
	d := Decision{State: Pending, Reason: w.Tags[0].String(), Wish: w, Account: s.Account}
	stays := s.stays(rec)
	if stays != "" {
		m, _ := ParseMark(rec.Mark)
		s = s.in(m.Account)
		in.Settings = s
	}
	if wantsSchedule(ev, w, s) && in.Schedule == nil {
		d.Do = Describe
		return d
	}
	spec, why, notes := specFor(ev, w, s, in.Schedule)
	if why.None() {
		why = impossible(in, w, spec)
	}
	if !why.None() {
		return hold(in, w, why)
	}
	notes = append(notes, asMade...)
	if !s.NoAPI { // a room without an API is told nothing
		var kept []string
		spec.Options, kept = lingering(rec, spec.Options)
		notes = append(notes, kept...)
	}
	d.Notes = append(append(append(notes, unlooked(ev)...), w.Problems...), goesOn(rec, in.Now)...)
	if stays != "" {
		spec.Host, d.Notes = cmp.Or(rec.Host, spec.Host), append(d.Notes, stays)
	}
	d.Spec = spec
	if hostStays(rec, spec.Host) {
		d.Notes = append(d.Notes, "the meeting stays with host "+rec.Host+": Zoom cannot move it to "+spec.Host)
		d.Spec.Host = rec.Host
	}
	return d.missing(in, w)
}

// takenByOthers is an event in which there is meanwhile the conference or the link of somebody else; ok is false where
// there is none.
func takenByOthers(in Input, w Wish) (d Decision, ok bool) {
	ev, rec, s := in.Event, in.Rec, in.Settings
	if rec.JoinURL == "" && ev.Link.Mark != rec.Mark {
		if c, ok := foreign(ev, replacesMeet(w, s), append(linksOf(rec), writtenURL(ev, s))...); ok {
			return ending(in, w, reason.OtherConference.Because("the event meanwhile has another conference ("+c.Name+
				"): hands off")), true
		}
	}
	switch _, theirs := ownMark(ev, rec, s); {
	case theirs.None():
		return Decision{}, false
	case rec.JoinURL == "":
		return ending(in, w, theirs), true
	default:
		return hold(in, w, theirs), true
	}
}

// hostStays reports whether the meeting of a record has another host than the one that is asked for. Where a person has
// signed in, "me" and the person's address are one: the service refuses what is somebody else's.
func hostStays(rec *record.Record, wanted string) bool {
	if rec.Host == "" || rec.MeetingID == 0 {
		return false
	}
	signedIn := rec.Host == meeting.Me || wanted == meeting.Me
	return !signedIn && !strings.EqualFold(wanted, rec.Host)
}

// roomIsAnother reports whether the room of the configuration has another link than a record: its passcode was changed.
func (s *Settings) roomIsAnother(rec *record.Record) bool {
	if !s.NoAPI || s.Room == "" {
		return false
	}
	return rec.Meeting.JoinURL != s.Room && !pretended(rec)
}

// goesOnFor is how long the owner is told that a series was split.
const goesOnFor = 30 * 24 * time.Hour

// goesOn tells the owner of a series that was split from another one what becomes of those who use the link of that
// one.
func goesOn(rec *record.Record, now time.Time) []string {
	if rec.Origin == "" || !now.Before(rec.OriginAt.Add(goesOnFor)) {
		return nil
	}
	return []string{"it goes on from " + strconv.Quote(rec.Origin) +
		" with a meeting of its own: whoever still joins by the link of the dates " +
		"before is alone there, so tell the guests that the link is a new one"}
}

// missing is the next thing that a tagged event with an open record lacks.
func (d Decision) missing(in Input, w Wish) Decision {
	ev, rec, s := in.Event, in.Rec, in.Settings
	if do, mark := in.between(s); do != Nothing {
		d.Do, d.Mark, d.LinkID = do, mark, LinkID(ev.Link.JoinURL)
		return d
	}
	if !rec.LostAt.IsZero() {
		if again := rec.LostAt.Add(s.Settle); in.Now.Before(again) {
			d.At = again
			return d.because(Failed, reason.MeetingGone.Because("Zoom says that the meeting is gone: it is asked once "+
				"more before a new one is made"))
		}
		d.Do = Probe
		return d
	}
	mayComeBack := rec.CancelledID != 0 && !s.elsewhere(rec)
	needsNoWrite := mayComeBack && ev.Link.Mark == rec.Mark
	switch {
	case rec.MeetingID == 0 && rec.Doubt == DoubtCreate:
		d.Do, d.State = Seek, Doubt
		if ev.Link.Mark == rec.Mark {
			d.LinkID = LinkID(ev.Link.JoinURL)
		}
	case rec.MeetingID == 0 && ev.Sealed != "" && !needsNoWrite:
		return hold(in, w, reason.GuestsMail.Because(ev.Sealed).Mend(ev.Cure))
	case rec.MeetingID == 0 && mayComeBack:
		d.Do = Recover
	case rec.MeetingID == 0:
		d.Do = Create
	case rec.Doubt == DoubtCancel:
		// A cancellation may have taken effect before the owner changed their mind.
		d.Do = Probe
	case s.formerRoom(rec):
		d.Do = Rehouse
	case s.roomIsAnother(rec):
		d.Do = Update
	case expires(in):
		if ev.Sealed != "" {
			return hold(in, w, reason.GuestsMail.Because("nobody has started the meeting for a year, and it is about "+
				"to expire: "+ev.Sealed).Mend(ev.Cure))
		}
		d.Do = Renew
	case !in.Untold && untold(rec.Told, d.Spec, in.Now):
		d.Do = Update
	case !in.Untold && needsInvitation(w, rec, s):
		d.Do = Word
	default:
		return d.shown(in, w)
	}
	return d
}

// shown is what is missing of the link that the event shows, and when its meeting is looked at next.
func (d Decision) shown(in Input, w Wish) Decision {
	ev, rec, s := in.Event, in.Rec, in.Settings
	if textOf(w, s) == Invitation && rec.Meeting.NoInvitation != "" {
		d.Notes = append(d.Notes, rec.Meeting.NoInvitation)
	}
	if why := templateFault(ev, w, rec, s); why != "" {
		d.Notes = append(d.Notes, why)
	}
	l, right := linkFor(ev, w, rec, s)
	if !right { // a short text in its place would be one more write
		right = in.Untold && needsInvitation(w, rec, s) && leads(ev, rec)
	}
	if d.Link = l; !right && ev.Sealed != "" {
		return hold(in, w, reason.GuestsMail.Because("the link that the event shows is not as it should be: "+ev.Sealed).
			Mend(ev.Cure))
	}
	if !right {
		d.Do = SetLink
		return d
	}
	if rec.Undone > MostUndone {
		d.Notes = append(d.Notes, words.Pair("somebody keeps changing topic or time of the meeting at Zoom, so they "+
			"are left alone", "change the event to have them told again"))
	}
	if why := keptNote(ev, l, rec); why != "" {
		d.Notes = append(d.Notes, why)
	}
	if why := lost(ev, l, rec); !why.None() {
		return d.because(Failed, why)
	}
	d.State, d.At = Linked, over(in)
	if in.Untold && !in.Looked && s.Checks {
		d.Do = Check
		return d
	}
	d.before(checkAt(in, start(ev, w)), Check, in.Now) // first: an earlier meeting may have to stay for long
	d.before(discardAt(in), Discard, in.Now)
	return d
}

// leads reports whether the block in the event leads to the meeting as it now is.
func leads(ev *calendar.Event, rec *record.Record) bool {
	return ev.Link.Mark == rec.Mark && calendar.BlockURL(ev.Link.Block) == ShownURL(rec.Meeting)
}

// before has a step be done at a time, unless another one is to be done now: it is done at once if the time has come,
// else no later than that the event is looked at again. The zero time is never.
func (d *Decision) before(at time.Time, do Do, now time.Time) {
	switch {
	case at.IsZero() || d.Do != Nothing:
	case !now.Before(at):
		d.Do = do
	case d.At.IsZero() || at.Before(d.At):
		d.At = at
	}
}

// discardAt is when an earlier meeting of the event is cancelled; zero: there is none.
func discardAt(in Input) time.Time {
	i := FirstFormer(in.Rec, in.Settings)
	if i < 0 {
		return time.Time{}
	}
	return in.Rec.Former[i].At.Add(in.Settings.Grace)
}

// FirstFormer is the first of the earlier meetings of a record that are in a configured account, or -1.
func FirstFormer(rec *record.Record, s *Settings) int {
	return slices.IndexFunc(rec.Former, func(f record.Former) bool {
		m, _ := ParseMark(f.Mark)
		return s.Ours(m.Account)
	})
}
