package plan

import (
	"fmt"
	"hash/fnv"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// remembered is ev with the wish that we have taken out of sight, where an app has dropped what cannot be seen and left
// the block: a block that still stands is still wanted.
func remembered(ev *calendar.Event, rec *record.Record) *calendar.Event {
	if ev == nil || rec == nil || rec.Closed() {
		return ev
	}
	if rec.Taken == "" || ev.Link.Tag != "" {
		return ev
	}
	ofAnother := ev.Link.Mark != "" && ev.Link.Mark != rec.Mark
	if ofAnother || !shows(ev, rec) {
		return ev
	}
	with := *ev
	with.Link.Tag = rec.Taken.Reveal()
	return &with
}

// shows reports whether the block in the event leads to the record's meeting.
func shows(ev *calendar.Event, rec *record.Record) bool {
	url := calendar.BlockURL(ev.Link.Block)
	if url == "" {
		return false
	}
	return url == rec.JoinURL || rec.MeetingID != 0 && LinkID(url) == rec.MeetingID
}

// Written is what is to be remembered after l was written over what before shows, and after is what came of it. Where
// before did not show the link, somebody had taken it out: that is written over as often as it happens.
func Written(before, after *calendar.Event, l calendar.Link) *record.Kept {
	k := &record.Kept{Want: wantPrint(l), Got: gotPrint(after)}
	if l.Mark != "" && calendar.BlockURL(before.Link.Block) == l.JoinURL {
		k.Over = gotPrint(before)
	}
	return k
}

// isKept reports whether the event shows what it showed after the very same link had been written, or before: the
// calendar, or somebody who writes into it as well, does not want it otherwise, and there is no end to writing it
// again.
func isKept(ev *calendar.Event, l calendar.Link, rec *record.Record) bool {
	if rec.Kept == nil || rec.Kept.Want != wantPrint(l) {
		return false
	}
	got := gotPrint(ev)
	return rec.Kept.Got == got || rec.Kept.Over == got
}

// lost says that the calendar does not keep even the link itself. keptNote says what else it does not keep.
func lost(ev *calendar.Event, l calendar.Link, rec *record.Record) (why reason.Reason) {
	switch {
	case !isKept(ev, l, rec):
	case calendar.BlockURL(ev.Link.Block) != l.JoinURL:
		return reason.LinkNotKept.Because("the calendar does not keep the link").
			Mend("find the app that takes it out, then edit the event")
	case l.DropMeet:
		return reason.MeetNotKept.Because("the calendar accepts the link, but does not keep all of it: the Google " +
			"Meet conference is still in the event").Mend("take it out by hand")
	}
	return why
}

// keptNote tells the owner what of the link the event does not show, because it was not kept (words.Pair); "" where it
// shows all.
func keptNote(ev *calendar.Event, l calendar.Link, rec *record.Record) string {
	same, partial := ev.Link.Mark == l.Mark && calendar.SameBlock(ev.Link.Block, l.Block), len(ev.Lacking(l)) > 0
	all := same && !partial
	if all || !isKept(ev, l, rec) || calendar.BlockURL(ev.Link.Block) != l.JoinURL {
		return ""
	}
	if partial && same {
		return words.Pair("the calendar does not keep the link in all dates of the series that have texts of their own",
			"write it into those by hand")
	}
	if ev.Link.Mark != l.Mark {
		return "the calendar, or an app that writes into it, does not keep what ties the event to its meeting: the " +
			"link works, and is known by its text alone"
	}
	return "the calendar, or an app that writes into it, puts another text in the place of the link's: the link " +
		"works, and the text is left as it is"
}

// wantPrint is a fingerprint of what a link is to change in an event, as far as that decides whether it is right.
func wantPrint(l calendar.Link) uint64 {
	parts := []string{l.Mark, l.Tag, tidyLines(l.Block), said(l.Title), fmt.Sprint(l.DropMeet)}
	if len(l.Apart) > 0 && l.Mark != "" {
		parts = append(append(parts, "apart"), l.Apart...)
	}
	return fingerprint(append(parts, l.Out...)...)
}

// gotPrint is a fingerprint of what in an event a link can change. The wish that is kept out of sight is not part of
// it: where that is dropped, the record has it.
func gotPrint(ev *calendar.Event) uint64 {
	parts := []string{ev.Link.Mark, tidyLines(ev.Link.Block), ev.Title, ev.Location, fmt.Sprint(ev.Meet, ev.Partial())}
	return fingerprint(append(parts, unlike(ev)...)...)
}

// unlike names the exceptions that do not show what the series shows, each with what it shows instead.
func unlike(ev *calendar.Event) (parts []string) {
	for _, x := range ev.Lacking(ev.Link) {
		parts = append(parts, x.ID, x.Link.Mark, tidyLines(x.Link.Block))
	}
	return parts
}

// tidyLines is a block without what calendars change of its white space.
func tidyLines(block string) string {
	return strings.Join(strings.Fields(block), " ")
}

func said(s *string) string {
	if s == nil {
		return ""
	}
	return "=" + *s
}

func fingerprint(parts ...string) uint64 {
	h := fnv.New64a()
	for _, part := range parts {
		h.Write([]byte(part)) // never fails, says package hash
		h.Write([]byte{0})
	}
	return h.Sum64()
}
