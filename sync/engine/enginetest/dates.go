package enginetest

import (
	"errors"
	"fmt"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/sync/plan"
)

// datesOf are the single dates of an event that can be events of their own and are still to come.
func (w *Walker) datesOf(id string) (list []calendar.Event) {
	ev, ok := w.cal.Event(id)
	if !ok {
		return nil
	}
	for _, date := range ev.Dates() {
		if date.End.After(w.now) {
			list = append(list, date)
		}
	}
	return list
}

func (w *Walker) asksAlone(date *calendar.Event) bool {
	return !date.Cancelled && plan.FindWish(date, w.rules).Asked
}

// showsOwn reports whether an event shows a link that was made for it.
func showsOwn(ev *calendar.Event) bool {
	m, ok := plan.ParseMark(ev.Link.Mark)
	return ok && m.Event == plan.Bind(ev.UID)
}

// noteDates notes the binds of dates: how many meetings are made for one is not counted, only that one is left.
func (w *Walker) noteDates() {
	for _, id := range w.events {
		for _, date := range w.datesOf(id) {
			w.dated[plan.Bind(date.UID)] = true
		}
	}
}

// guardDates checks after a pass that no meeting of a date that asks for one and showed it was cancelled.
func (w *Walker) guardDates(vanished func(mark string) bool) {
	for _, id := range w.events {
		for _, date := range w.datesOf(id) {
			stood := w.asksAlone(&date) && showsOwn(&date)
			if stood && vanished(date.Link.Mark) && w.broken == nil {
				w.broken = fmt.Errorf("the meeting of %s was cancelled while it stands and is tagged", date.ID)
			}
		}
	}
}

// forgetDates excuses the meetings of the dates of an event that is deleted before anything remembers them again.
func (w *Walker) forgetDates(id string) {
	for _, date := range w.datesOf(id) {
		if !showsOwn(&date) {
			continue
		}
		rec, err := w.st.ByMark(date.Link.Mark)
		if err != nil {
			w.broken = err
		}
		if rec == nil {
			w.excuse[date.Link.Mark] = true
		}
	}
}

// checkDates checks that each date which asks for a meeting has one that is right.
func (w *Walker) checkDates(live map[string]meetingtest.Live) error {
	linked := map[string]string{} // of several dates with the same UID one has the link: by UID, which
	var all []calendar.Event
	for _, id := range w.events {
		for _, date := range w.datesOf(id) {
			if !w.asksAlone(&date) {
				continue
			}
			all = append(all, date)
			rec, err := w.st.ByMark(date.Link.Mark)
			if err != nil {
				return err
			}
			if rec != nil && rec.EventID == date.ID {
				linked[date.UID] = date.ID
			}
		}
	}
	for _, date := range all {
		if one := linked[date.UID]; one != "" && one != date.ID {
			continue
		}
		if err := w.checkDate(&date, live); err != nil {
			return fmt.Errorf("%s (%q): %w", date.ID, date.Title, err)
		}
		delete(live, date.Link.Mark)
	}
	return nil
}

func (w *Walker) checkDate(date *calendar.Event, live map[string]meetingtest.Live) error {
	l, ok := live[date.Link.Mark]
	topic := strings.TrimSpace(plan.WithoutTags(date.Title, "title", plan.FindWish(date, w.rules).Tags))
	switch {
	case !ok:
		return fmt.Errorf("the date asks for a meeting and has none (mark %q)", date.Link.Mark)
	case !showsOwn(date):
		return errors.New("the date shows a link that was not made for it")
	case topic != "" && l.Spec.Topic != topic:
		return fmt.Errorf("the topic of the date is %q, not %q", l.Spec.Topic, topic)
	case !l.Spec.Start.Equal(date.Start):
		return fmt.Errorf("the meeting starts at %s, the date at %s", l.Spec.Start, date.Start)
	case !strings.Contains(date.Link.Block, l.JoinURL):
		return fmt.Errorf("the block of the date does not show %s: %q", l.JoinURL, date.Link.Block)
	}
	return nil
}

// alone is the date that an exception of an event is, and whether that asks for a meeting itself.
func (w *Walker) alone(ev, x calendar.Event) bool {
	for i := range ev.Exceptions {
		date, ok := ev.Date(ev.Exceptions[i].Date)
		isIt := ev.Exceptions[i].ID == x.ID || date.ID == x.ID
		if ok && isIt {
			return w.asksAlone(&date)
		}
	}
	return false
}

// sameTitle compares titles; where tags are taken out of them, without those.
func (w *Walker) sameTitle(a, b string) bool {
	if w.keep {
		return a == b
	}
	bare := func(s string) string {
		ev := calendar.Event{Title: s}
		return strings.TrimSpace(plan.WithoutTags(s, "title", plan.FindWish(&ev, w.rules).Tags))
	}
	return bare(a) == bare(b)
}

// inherit has the exceptions of a copied or renamed event be what they were.
func (w *Walker) inherit(from, to string) {
	s, ok := w.cal.(Apart)
	if !ok {
		return
	}
	for _, x := range s.Exceptions(to) {
		_, date, isDate := calendar.CutDate(x.ID)
		before := calendar.JoinDate(from, date)
		if _, known := w.apart[x.ID]; isDate && !known {
			w.apart[x.ID], w.words[x.ID] = w.apart[before], w.words[before]
		}
	}
}
