package plan

import (
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// A single date of a series that has a tag is an event of its own, as long as its series asks for nothing: with a tag
// the series has the link in all its dates, and a word against Zoom in the series is one in all of them.

// Dates are the single dates of a series that have to do with us as events of their own: such with a tag, in a series
// without one, and such that show a link that is not the series'.
func Dates(ev *calendar.Event, s *Settings) (list []calendar.Event) {
	if ev.Of != nil || len(ev.Exceptions) == 0 {
		return nil
	}
	quiet := isQuiet(ev, s.Rules)
	for _, date := range ev.Dates() {
		ownLink := hasLink(&date) && !showsSeries(&date)
		if ownLink || quiet && tagged(&date, s.Rules) {
			list = append(list, date)
		}
	}
	return list
}

// isQuiet reports whether a series neither asks for a meeting nor says that it wants none.
func isQuiet(ev *calendar.Event, rules Rules) bool {
	rules.Command = false
	w := FindWish(ev, rules)
	return !w.Asked && w.Refused == ""
}

// showsSeries reports whether the link in a single date is that of its series.
func showsSeries(date *calendar.Event) bool {
	if date.Of == nil || !hasLink(date) {
		return false
	}
	if m, ok := ParseMark(date.Link.Mark); ok {
		return m.Event == Bind(date.Of.UID)
	}
	return date.Link.Block == "" || calendar.SameBlock(date.Link.Block, date.Of.Link.Block)
}

// datesApart are the dates of a series that show a link of their own.
func datesApart(ev *calendar.Event) (ids []string) {
	for i := range ev.Exceptions {
		if x := &ev.Exceptions[i]; isApart(ev, x) {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

func isApart(ev *calendar.Event, x *calendar.Exception) bool {
	m, ok := ParseMark(x.Link.Mark)
	return ok && x.Date != "" && m.Event == Bind(calendar.JoinDate(ev.UID, x.Date))
}

// ofSeries is what a series says for one of its dates: that it asks for a meeting itself, or for none.
func (w *Wish) ofSeries(series *calendar.Event, rules Rules) {
	rules.Command = false
	whole := FindWish(series, rules)
	w.Covered = whole.Asked
	if w.Refused == "" {
		w.Refused = whole.Refused
	}
	w.Refusals = append(w.Refusals, whole.Refusals...)
}

// covered is a date whose series has a tag by now. As long as the series shows no link the date keeps the one that it
// has.
func covered(in Input, w Wish) Decision {
	why := reason.OfSeries.Because("the series has a tag: its dates have its link")
	rec := in.Rec
	has := in.open() && rec.EndingAt.IsZero() && rec.MeetingID != 0
	if has && in.Event.Of.Link.Mark == "" {
		return hold(in, w, reason.DateWaits.Because("the series has a tag, and no link yet: this date keeps its own "+
			"until it has"))
	}
	return ending(in, w, why)
}

// unlinked is what takes the link out of an event: its dates with links of their own keep them. The location whose
// place the link has taken comes back. Where the owner has deleted the block, that wish is over: it must not ask again.
func unlinked(ev *calendar.Event, was calendar.Was) calendar.Link {
	l := calendar.Link{Was: was, Apart: datesApart(ev)}
	_, place := calendar.SplitTag(ev.Link.Tag)
	if place == "" || ev.Link.Block == "" {
		return l
	}
	for _, url := range []string{was.JoinURL, ev.Link.JoinURL} {
		if rest, ours := calendar.WithoutLink(ev.Location, url); ours && strings.TrimSpace(rest) == "" {
			l.Location = &place
		}
	}
	return l
}

// ofDate says that an event is a single date with a link that is its series'.
func ofDate(ev *calendar.Event, rec *record.Record) bool {
	return showsSeries(ev) && (rec == nil || ev.Link.Mark != rec.Mark)
}
