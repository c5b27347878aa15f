package plan

import (
	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// Removal says that zoomtag leaves a calendar, and what becomes of the meetings then. The zero value says that it
// stays.
type Removal = record.Removal

// What becomes of the meetings of a calendar that zoomtag leaves.
const (
	RemoveCancel = record.RemoveCancel
	RemoveKeep   = record.RemoveKeep
)

// removedWhy is why the meetings of a calendar end that zoomtag leaves.
const removedWhy = "zoomtag is removed from the calendar"

// leaving takes out of an event what zoomtag has put into it, whatever the event says, also where it is over or
// cancelled, and ends its meeting. Nothing waits for the grace period.
func leaving(in Input) Decision {
	if in.open() {
		return leavingOpen(in)
	}
	return leavingClosed(in)
}

// leavingOpen is an event with an open record. The link goes first, so that at no time an event shows a meeting that is
// cancelled.
func leavingOpen(in Input) Decision {
	rec, s := in.Rec, in.Settings
	d := Decision{State: Ending, Reason: removedWhy}
	shows, stuck := shownStill(in)
	if stuck != "" {
		d.Notes = append(d.Notes, words.Pair(stuck, "take the link out of the event by hand"))
	}
	unreachable, earlier := s.unreachable(rec), discardAt(in)
	hasNone := rec.MeetingID == 0 || isMeetingOver(rec, in.Now)
	keeps := s.Removal == RemoveKeep
	switch {
	case rec.EndingAt.IsZero():
		d.Do = End
	case shows:
		d.Do, d.Link = Unlink, unlinked(in.Event, written(in.Event, Wish{}, rec, s))
	case unreachable != "":
		return d.leftAlone(unreachable)
	case rec.MeetingID == 0 && rec.Doubt == DoubtCreate:
		d.Do = Seek
	case keeps && rec.Doubt == DoubtCancel:
		d.Do = Probe // it may have been cancelled before it was to be kept
	case hasNone && earlier.IsZero():
		d.Do, d.State = Close, Ended
	case hasNone, keeps && !earlier.IsZero():
		d.Do = Discard
	case keeps:
		return d.leftAlone("its meeting is to be kept")
	default:
		d.Do = Cancel
	}
	return d
}

// leftAlone ends an event and leaves its meeting as it is.
func (d Decision) leftAlone(why string) Decision {
	d.Do, d.State, d.Left = Close, Ended, true
	d.Reason += "; " + why + ": it is left alone"
	return d
}

// shownStill reports whether the event shows the link of its record, and stuck is why it cannot be taken out.
func shownStill(in Input) (shows bool, stuck string) {
	ev, rec := in.Event, in.Rec
	if ev == nil || !hasLink(ev) || ofDate(ev, rec) {
		return false, ""
	}
	if _, theirs := ownMark(ev, rec, in.Settings); !theirs.None() && ev.Link.Mark != rec.Mark {
		return false, ""
	}
	switch {
	case ev.Denied+ev.Sealed != "":
		return false, ev.Denied + ev.Sealed
	case isKept(ev, calendar.Link{}, rec):
		return false, "the calendar shows it again after each change"
	}
	return true, ""
}

// leavingClosed is an event of which nothing open is remembered. A meeting that is still to come is found again by the
// event's mark, and ends in good order. Any other link of ours is a copy, or that of an event that is over, and is
// taken out.
func leavingClosed(in Input) Decision {
	ev, rec := in.Event, in.Rec
	d := Decision{State: Ending, Reason: removedWhy}
	switch {
	case rec == nil:
		d = d.because(Ignored, reason.Removing.Because(removedWhy))
	case LiesAhead(rec, in.Now) && in.Settings.unreachable(rec) == "":
		d.Do = Reopen
		return d
	default:
		d.State, d.Reason = Ended, rec.Reason
	}
	if ev == nil || !hasLink(ev) || ofDate(ev, rec) {
		return d
	}
	own, theirs := ownMark(ev, rec, in.Settings)
	_, marked := ParseMark(ev.Link.Mark)
	unknown := own != "" && rec == nil
	switch {
	case !theirs.None():
		return d.stays(theirs)
	case ev.Denied != "": // its organizer's calendar decides what it shows
		return d.stays(unwritable(ev))
	case ev.Sealed != "":
		return d.because(Held, reason.GuestsMail.Because("the link stays in the event: "+ev.Sealed).
			Mend("take it out by hand"))
	case unknown && in.Twin == nil && !isOver(ev, in.Now):
		d = Decision{Do: Begin, State: Ending, Reason: removedWhy}
		d.Mark, d.LinkID = own, LinkID(ev.Link.JoinURL)
		m, _ := ParseMark(own)
		d.Spec.Host = in.Settings.HostIn(m.Account)
	case marked && rec != nil && ev.Link.Mark == rec.Mark:
		d.Do, d.Reason, d.Link = Unlink, removedWhy, unlinked(ev, written(ev, Wish{}, rec, in.Settings))
	default:
		d.Do, d.Reason = Unlink, removedWhy
		d.Link = unlinked(ev, calendar.Was{JoinURL: writtenURL(ev, in.Settings), Block: ev.Link.Block})
	}
	return d
}

// stays is an event of which nothing open is remembered, and whose link stays for a reason.
func (d Decision) stays(why reason.Reason) Decision {
	if d.State == Ignored {
		return d.because(Ignored, why)
	}
	d.Reason = why.Plain()
	return d
}
