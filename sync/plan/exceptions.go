package plan

import (
	"fmt"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// datesOut are the exceptions of a series that are to have no link though the series has one: a word against Zoom stands in them, or they have
// another conference and no link of ours.
func datesOut(ev *calendar.Event, rec *record.Record, l calendar.Link, s *Settings) (ids []string) {
	for i := range ev.Exceptions {
		x := &ev.Exceptions[i]
		said := x.Event()
		_, theirs := OtherConference(&said, s, append(linksOf(rec), l.JoinURL, l.Was.JoinURL, ev.Link.JoinURL, x.Link.JoinURL)...)
		if refusedIn(&said, s.Rules) != "" || theirs && x.Link.Block == "" {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// refusedIn is the word against Zoom in an exception, or "".
func refusedIn(x *calendar.Event, rules Rules) string {
	s := newSearch(x)
	s.refusals(rules)
	return s.wish.Refused
}

// maxDates bounds how many dates of a series its owner is told of.
const maxDates = 5

// aboutDates tells the owner of a series what becomes of dates that say something of their own.
func aboutDates(ev *calendar.Event, rules Rules, now time.Time) (notes []string) {
	for i := range ev.Exceptions {
		said := ev.Exceptions[i].Event()
		word := refusedIn(&said, rules)
		if word == "" || said.End.Before(now) {
			continue
		}
		if len(notes) == maxDates {
			return append(notes, "there are more such dates")
		}
		notes = append(notes, fmt.Sprintf("the date of %s gets no link: it says %s", dateOf(&said), word))
	}
	return notes
}

func dateOf(x *calendar.Event) string { return x.Start.Format("2 January 2006") }

// taggedDate is a date still to come of a series without a tag that has one of its own, or nil.
func taggedDate(ev *calendar.Event, rules Rules, now time.Time) *calendar.Event {
	rules.Command = false
	for i := range ev.Exceptions {
		said := ev.Exceptions[i].Event()
		if said.End.After(now) && FindWish(&said, rules).Asked {
			return &said
		}
	}
	return nil
}
