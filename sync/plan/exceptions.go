package plan

import (
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// datesOut are the exceptions of a series that are to have no link though the series has one: a word against Zoom
// stands in them, or they have another conference and no link of ours.
func datesOut(ev *calendar.Event, rec *record.Record, l calendar.Link, s *Settings) (ids []string) {
	for i := range ev.Exceptions {
		x := &ev.Exceptions[i]
		if isApart(ev, x) {
			continue
		}
		said := x.Event()
		_, theirs := OtherConference(&said, s, append(linksOf(rec), l.JoinURL, l.Was.JoinURL, ev.Link.JoinURL,
			x.Link.JoinURL)...)
		if refusedIn(&said, s.Rules) != "" || theirs && x.Link.Block == "" {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// LeaveOut cancels the dates of a series in which a word against Zoom stands: Zoom's schedule has none of them.
func LeaveOut(d *calendar.Details, rules Rules) {
	d.Occurrences = slices.Clone(d.Occurrences)
	for i := range d.Occurrences {
		o := &d.Occurrences[i]
		said := calendar.Event{Title: o.Title, Description: o.Description, HTML: d.HTML, Location: o.Location}
		if !o.Later && refusedIn(&said, rules) != "" {
			o.Cancelled = true
		}
	}
}

// refusedIn is the word against Zoom in an exception, or "".
func refusedIn(x *calendar.Event, rules Rules) string {
	s := newSearch(x)
	s.refusals(rules)
	return s.wish.Refused
}

func dateOf(x *calendar.Event) string { return x.Start.Format("2 January 2006") }

// taggedDate is a date still to come of a series without a tag that has one of its own, and cannot be an event of its
// own, or nil.
func taggedDate(ev *calendar.Event, rules Rules, now time.Time) *calendar.Event {
	rules.Command = false
	for i := range ev.Exceptions {
		if ev.Exceptions[i].Date != "" {
			continue
		}
		said := ev.Exceptions[i].Event()
		if said.End.After(now) && FindWish(&said, rules).Asked {
			return &said
		}
	}
	return nil
}
