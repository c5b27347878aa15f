package plan

import (
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// NotTagged is the reason for which an event gets no link that asks for none.
const NotTagged = "not tagged"

// unasked is an event without a wish.
func unasked(in Input, w Wish) Decision {
	open := in.open()
	if w.Covered {
		return covered(in, w)
	}
	if open {
		if d, ok := notTakenBack(in, w); ok {
			return d
		}
	}
	why := reason.NotTagged.Because(NotTagged)
	switch {
	case w.Refused != "":
		why = reason.Refused.Because(w.Refused + " in the event")
	case open && in.Rec.TagIn == "mark":
		why = reason.NotTagged.Because("the block was deleted")
	case open:
		why = reason.NotTagged.Because("no longer tagged")
	}
	d := ending(in, w, why)
	unconcerned := !open && d.Do == Nothing && w.Refused == ""
	if !unconcerned || in.Event.Denied != "" {
		return d
	}
	if in.Event.Detached && in.Twin != nil && !isOver(in.Event, in.Now) {
		return Decision{Wish: w, At: in.Event.Until}.because(Held, reason.DateApart.Because("it is a date of the "+
			"series in "+in.Twin.EventID+" and stands apart from it, so it gets no link, and Zoom does not hear of it").
			Mend("put it into "+in.Twin.EventID))
	}
	if x := taggedDate(in.Event, in.Settings.Rules, in.Now); x != nil {
		return Decision{Wish: w, At: x.End}.because(Held, reason.TagInDate.Because("the tag in the date of "+dateOf(x)+
			" does nothing, because the series has none").Mend("tag the series, and write #nozoom into the dates that "+
			"need no meeting"))
	}
	return d
}

// notTakenBack is an event with an open record whose wish is not found any more, where its owner did not take it back;
// ok is false where the owner did.
func notTakenBack(in Input, w Wish) (d Decision, ok bool) {
	rec := in.Rec
	goesOn := rec.EndingAt.IsZero()
	if goesOn && rec.Doubt == "" && isOver(in.Event, in.Now) {
		return Decision{Do: Close, State: Ended, Reason: "the event is over", Wish: w}, true
	}
	var why reason.Reason
	switch {
	case w.Refused == "" && !rec.Released && stillThere(in.Event, rec):
		why = reason.TagUncounted.Because("the event still says " + rec.Tag +
			", which the configuration no longer counts as a tag; nothing is cancelled meanwhile").
			Mend("edit the event, restore the configuration, or run zoomtag release " + rec.Calendar)
	case goesOn && !rec.Released && refusedSince(w, rec):
		why = reason.WordRefuses.Because(w.Refused + " became a word against Zoom after this event got its link").
			Mend("take the word out of the event to keep the link, or have it cancelled with zoomtag release " +
				rec.Calendar)
	case w.Refused == "" && w.Unsearched != "": // the tag may stand where nobody looks
		why = reason.TextTooLong.Because(w.Unsearched + "; nothing is cancelled until the text is shorter")
	default:
		return Decision{}, false
	}
	return Decision{Wish: w, At: over(in)}.because(Held, why), true
}

// refusedSince reports whether a word of the event became one against Zoom after the event had got its link: the
// configuration has changed, not its owner's mind.
func refusedSince(w Wish, rec *record.Record) bool {
	return w.Refused != "" && !meant(w, rec)
}

// meant reports whether one of the words against Zoom in the event was one already when the event last asked for a
// meeting: its owner has written it since.
func meant(w Wish, rec *record.Record) bool {
	return slices.ContainsFunc(w.Refusals, func(word string) bool { return containsFold(rec.Not, word) })
}

// stillThere reports whether the tag that was last seen in the event still stands where it stood.
func stillThere(ev *calendar.Event, rec *record.Record) bool {
	word, _, _ := strings.Cut(rec.Tag, "(")
	switch rec.TagIn {
	case "title":
		return hasWord(ev.Title, word)
	case "description":
		words, _ := ownWords(ev)
		return hasWord(words, word)
	case "location":
		return strings.EqualFold(strings.TrimSpace(ev.Location), rec.Tag) || hasWord(ev.Location, word)
	case "category":
		return containsFold(ev.Categories, rec.Tag)
	case "color":
		return ev.Color == rec.Tag
	}
	return false
}

// ending is an event that wants no meeting (any more).
func ending(in Input, w Wish, why reason.Reason) Decision {
	ev, rec := in.Event, in.Rec
	d := Decision{State: Ending, Reason: why.Plain(), Wish: w}
	stands := ev != nil && (!ev.Cancelled || takenBack(in, w))
	switch {
	case rec == nil:
		return strayLink(in, d.because(Ignored, why), stands)
	case rec.Closed() && LiesAhead(rec, in.Now) && in.Settings.unreachable(rec) == "":
		d.Do = Reopen
		return d
	case rec.Closed():
		d.State, d.Reason = Ended, rec.Reason
		if takenBack(in, w) {
			return d.afterwards(in)
		}
		return strayLink(in, d, stands)
	}
	if stands && hasLink(ev) && isKept(ev, calendar.Link{}, rec) {
		d.Notes = append(d.Notes, words.Pair("the calendar does not let the link be taken out of the event",
			"take it out by hand"))
	}
	unreachable := in.Settings.unreachable(rec)
	if stands {
		_, theirs := ownMark(ev, rec, in.Settings)
		// a link of somebody else's stays; one of our former account's is ours
		stands = (theirs.None() || ev.Link.Mark == rec.Mark) && !ofDate(ev, rec)
	}
	switch {
	case rec.EndingAt.IsZero():
		d.Do = End
	case stands && hasLink(ev) && ev.Denied+ev.Sealed != "":
		return d.because(Held, unwritable(ev))
	case stands && hasLink(ev) && !isKept(ev, calendar.Link{}, rec):
		d.Do, d.Link = Unlink, unlinked(ev, written(ev, w, rec, in.Settings))
	case unreachable != "":
		return d.leave(in, unreachable)
	case rec.MeetingID == 0 && rec.Doubt == DoubtCreate:
		d.Do = Seek
	case discardAt(in).IsZero() && (rec.MeetingID == 0 || isMeetingOver(rec, in.Now)):
		d.Do, d.State = Close, Ended
	case in.Now.Before(rec.EndingAt.Add(in.Settings.Grace)):
		d.At, d.Code = rec.EndingAt.Add(in.Settings.Grace), reason.Grace
	case rec.MeetingID == 0 || isMeetingOver(rec, in.Now):
		d.Do = Discard
	default: // before the earlier ones, of which one may have to stay
		d.Do = Cancel
	}
	return d
}

// takenBack reports whether the link goes out of an event that does not take place any more, because it is over or
// cancelled: its owner has taken the tag back, or has written a word against Zoom. Nobody is mailed about that.
func takenBack(in Input, w Wish) bool {
	ev, rec := in.Event, in.Rec
	if ev == nil || rec == nil {
		return false
	}
	if !ev.Cancelled && !isOver(ev, in.Now) {
		return false
	}
	if w.Asked || w.Covered || w.Unsearched != "" {
		return false
	}
	if w.Refused == "" && stillThere(ev, rec) || refusedSince(w, rec) { // the configuration has changed, not the event
		return false
	}
	return ev.Denied+ev.Sealed == "" && !mailsAnybody(ev)
}

// afterwards takes the link out of such an event, whose record is closed.
func (d Decision) afterwards(in Input) Decision {
	ev, rec := in.Event, in.Rec
	if d.Reason = "no longer tagged"; d.Wish.Refused != "" {
		d.Reason = d.Wish.Refused + " in the event"
	}
	if ev.Link.Mark == rec.Mark && !isKept(ev, calendar.Link{}, rec) {
		d.Do, d.Link = Unlink, unlinked(ev, written(ev, d.Wish, rec, in.Settings))
	}
	return d
}

// mailsAnybody reports whether anybody is mailed when the event or one of its dates is written.
func mailsAnybody(ev *calendar.Event) bool {
	return len(ev.Mails) > 0 ||
		slices.ContainsFunc(ev.Exceptions, func(x calendar.Exception) bool { return len(x.Mails) > 0 })
}

// isMeetingOver reports whether the meeting of a record is over: there is nothing to cancel.
func isMeetingOver(rec *record.Record, now time.Time) bool {
	return rec.Doubt == "" && rec.Over(now) && !rec.Meeting.Start.After(now)
}

// LiesAhead reports whether the meeting of a closed record is still to come: its event was moved into the past, and so
// left alone. When that ends, its meeting does as well.
func LiesAhead(rec *record.Record, now time.Time) bool {
	ownsMeeting := rec.MeetingID != 0 && !rec.Left && !isRoom(rec)
	if !rec.Closed() || !ownsMeeting {
		return false
	}
	return rec.Until.IsZero() || rec.Until.After(now) || rec.Meeting.Start.After(now)
}

// strayLink is an event without wish and without open record. If it carries our mark, it is a copy or a relic whose tag
// is gone: an own mark is claimed, so that its meeting ends in good order; a copied link is taken out.
func strayLink(in Input, d Decision, stands bool) Decision {
	ev := in.Event
	if ev == nil {
		return d
	}
	_, marked := ParseMark(ev.Link.Mark)
	if shut := ev.Denied+ev.Sealed != "" || isOver(ev, in.Now); !marked || shut || ofDate(ev, nil) {
		return d
	}
	own, why := ownMark(ev, in.Rec, in.Settings)
	switch {
	case !why.None() && in.Rec == nil:
		return d.because(Ignored, why)
	case !why.None():
		d.Reason = why.Plain()
	case in.Rec == nil && own != "" && in.Twin == nil:
		d.Do = Begin
		d.State, d.Code, d.Cure = Ending, "", ""
		d.Mark = own
		d.LinkID = LinkID(ev.Link.JoinURL)
		m, _ := ParseMark(own)
		d.Spec.Host = in.Settings.HostIn(m.Account)
	case stands && (own == "" || in.Rec != nil):
		d.Do, d.Reason = Unlink, d.Reason+"; the link in it is that of another event"
		d.Link = unlinked(ev, calendar.Was{JoinURL: writtenURL(ev, in.Settings), Block: ev.Link.Block})
	}
	return d
}

func hasLink(ev *calendar.Event) bool { return ev.Link.Mark != "" || ev.Link.Block != "" }

// isOver reports whether the last occurrence of the event has ended, or it is a series that has none left.
func isOver(ev *calendar.Event, now time.Time) bool {
	return ev.Empty || !ev.Until.IsZero() && now.After(ev.Until)
}

// over is when the event will be over: the time to look at it again.
func over(in Input) time.Time {
	if in.Event == nil || in.Event.Until.IsZero() || !in.open() {
		return time.Time{}
	}
	at := in.Event.Until.Add(time.Second)
	if !at.After(in.Now) {
		return time.Time{} // it has been looked at
	}
	return at
}
