package plan

import (
	"strconv"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// Interesting reports whether an event that is not remembered has anything to do with us. A block alone may be that of
// an event that was moved here by an app which drops what cannot be seen.
func Interesting(ev *calendar.Event, s *Settings) bool {
	if hasLink(ev) || ev.Detached && ev.Denied == "" {
		return true
	}
	return tagged(ev, s.Rules) || taggedDate(ev, s.Rules, time.Time{}) != nil || len(Dates(ev, s)) > 0
}

// begin is a tagged event of which nothing open is remembered.
func begin(in Input, w Wish) Decision {
	ev, s := in.Event, in.Settings
	ignore := func(why reason.Reason) Decision {
		return Decision{Wish: w, Notes: w.Problems}.because(Ignored, why)
	}
	spec, why, notes := specFor(ev, w, s, in.Schedule)
	switch {
	case why.Code() == reason.NoStart && !ev.Empty:
		return hold(in, w, why)
	case !why.None():
		return ignore(why)
	}
	if in.Twin != nil {
		return ignore(reason.SameEvent.Because("the same event (UID " + ev.UID + ") already has its link as " +
			in.Twin.EventID + " in calendar " + in.Twin.Calendar))
	}
	d := Decision{Do: Begin, State: Pending, Reason: w.Tags[0].String(), Wish: w, Spec: spec, Account: s.Account,
		Notes: append(append(notes, unlooked(ev)...), w.Problems...)}
	own, theirs := ownMark(ev, in.Rec, s)
	if !theirs.None() {
		return ignore(theirs)
	}
	if own != "" || ev.Link.Mark == "" {
		d.LinkID = LinkID(ev.Link.JoinURL)
	}
	back := false // its meeting, which was cancelled, may still be brought back
	if in.Rec != nil {
		if in.Rec.MeetingID != 0 && s.unreachable(in.Rec) == "" {
			d.Do = Reopen
			return d
		}
		back = mayComeBack(in, own)
		if own == in.Rec.Mark && !back { // an old copy of the event came back; its meeting was cancelled
			own, d.LinkID = "", 0
		}
	}
	if own == "" {
		if why := takesNoLink(in, w); !why.None() {
			return ignore(why)
		}
	}
	if why := impossible(in, w, spec); !why.None() {
		return hold(in, w, why)
	}
	// it is looked for where it is, whatever is asked for now
	if m, ok := ParseMark(own); ok && m.Account != s.Account {
		d.Spec.Host = s.HostIn(m.Account)
	}
	if d.Mark = own; own == "" && ev.Settled.After(in.Now) {
		return Decision{At: ev.Settled, Wish: w, Notes: d.Notes}.because(Pending, reason.JustMade.Because("the event "+
			"was made a moment ago: another app may still add its conference by itself"))
	}
	if back {
		d.Do = Reopen
	}
	return d
}

// mayComeBack reports whether the meeting of an event, which was cancelled, may be brought back: the event shows no
// other one. own is the mark in the event, if it is its own.
func mayComeBack(in Input, own string) bool {
	showsNoOther := own == "" || own == in.Rec.Mark
	return showsNoOther && Restorable(in.Rec, in.Now, in.Settings) && !in.Settings.elsewhere(in.Rec)
}

// takesNoLink says why an event that shows no link of its own cannot get one; nothing where it can.
func takesNoLink(in Input, w Wish) (why reason.Reason) {
	ev, s := in.Event, in.Settings
	if c, ok := foreign(ev, replacesMeet(w, s), append(linksOf(in.Rec), writtenURL(ev, s))...); ok {
		return reason.OtherConference.Because("the event already has another conference (" + c.Name + "): hands off")
	}
	if ev.Sealed != "" {
		return unwritable(ev)
	}
	return why
}

// linksOf are the links by which a copy of the event from before may lead to its meeting, or to the one that was
// cancelled.
func linksOf(rec *record.Record) []string {
	if rec == nil {
		return nil
	}
	list := []string{rec.JoinURL, rec.Meeting.JoinURL, rec.Meeting.RegisterURL}
	for _, id := range []int64{rec.MeetingID, rec.CancelledID} {
		if id != 0 {
			list = append(list, "https://zoom.us/j/"+strconv.FormatInt(id, 10))
		}
	}
	return list
}

// trash is for how long a cancelled meeting is brought back rather than made anew: Zoom keeps deleted meetings for
// seven days.
const trash = 7*24*time.Hour - time.Hour

// Restorable reports whether the meeting of an event that has ended can still be brought back, in its account, with the
// link that people have.
func Restorable(rec *record.Record, now time.Time, s *Settings) bool {
	return s.Follows(rec) && rec.CancelledID != 0 && now.Before(rec.CancelledAt.Add(trash))
}

// replacesMeet reports whether a Google Meet conference of the event has to make way.
func replacesMeet(w Wish, s *Settings) bool { return s.ReplaceMeet || w.Choice.ReplaceMeet }

// knows reports whether a mark is the one of a record whose meeting is followed, or the one that the record had before.
func (s *Settings) knows(rec *record.Record, mark string) bool {
	if rec == nil {
		return false
	}
	return rec.Mark == mark && s.Follows(rec) || rec.Retired == mark
}

// ownMark is the mark in the event if it was made for this very event; why is not empty if it is somebody else's. rec
// is what is remembered of the event, or nil.
func ownMark(ev *calendar.Event, rec *record.Record, s *Settings) (mark string, why reason.Reason) {
	m, ok := ParseMark(ev.Link.Mark)
	switch {
	case !ok:
		return "", why
	case !s.knows(rec, ev.Link.Mark) && !s.Ours(m.Account):
		return "", reason.OtherLink.Because("the link in the event belongs to another Zoom account than the configured " +
			"one" + s.called(nil, m.Account) + ": hands off")
	case m.Event != Bind(ev.UID):
		return "", why
	}
	return ev.Link.Mark, why
}
