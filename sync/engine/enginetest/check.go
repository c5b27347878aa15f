package enginetest

import (
	"errors"
	"fmt"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/sync/plan"
)

// marks are the marks of the meetings that exist.
func (w *Walker) marks() map[string]bool {
	m := map[string]bool{}
	for _, l := range w.meetings() {
		m[l.Mark] = true
	}
	return m
}

// meetings are those of both accounts.
func (w *Walker) meetings() []meetingtest.Live {
	return append(w.zoom.Meetings(), w.club.Meetings()...)
}

// checkAccounts checks that each account has only meetings whose marks say so, and whose host is its own.
func (w *Walker) checkAccounts() error {
	for _, a := range w.accounts() {
		for _, l := range a.zoom.Meetings() {
			if m, _ := plan.ParseMark(l.Mark); m.Account != a.Hash || l.Host != a.Host {
				return fmt.Errorf("meeting %d, marked %s, of host %s is in account %s", l.ID, l.Mark, l.Host, a.Name)
			}
		}
	}
	return nil
}

// excuseUnreached excuses the meetings of the second account that were left alone while it was not configured: their
// events were over for their owner by then.
func (w *Walker) excuseUnreached() {
	if !w.without {
		return
	}
	for _, l := range w.club.Meetings() {
		rec, err := w.st.ByMark(l.Mark)
		if err != nil {
			w.broken = err
		}
		if rec != nil && rec.Closed() {
			w.excuse[l.Mark] = true
		}
	}
}

// guard checks after a pass that no meeting of a standing, tagged event that showed it was cancelled, and counts
// creates.
func (w *Walker) guard(before map[string]bool) {
	w.excuseUnreached()
	if err := w.checkAccounts(); err != nil && w.broken == nil {
		w.broken = err
	}
	after := w.marks()
	vanished := func(mark string) bool { return before[mark] && !after[mark] }
	for mark := range before {
		m, _ := plan.ParseMark(mark)
		unknown := w.without && m.Account == club
		if unknown && vanished(mark) && w.broken == nil {
			w.broken = fmt.Errorf("the meeting marked %s was cancelled while its account was not configured", mark)
		}
	}
	for mark := range after {
		if m, ok := plan.ParseMark(mark); ok && !before[mark] {
			w.made[m.Event]++
		}
	}
	if !w.leaving {
		w.guardDates(vanished)
	}
	for _, id := range w.events {
		if w.leaving { // its meeting is to be cancelled
			break
		}
		ev, asked := w.asked(id)
		shown := asked && ev.Link.Mark != ""
		if shown && vanished(ev.Link.Mark) && w.broken == nil {
			if m, _ := plan.ParseMark(ev.Link.Mark); m.Event == plan.Bind(ev.UID) {
				w.broken = fmt.Errorf("the meeting of %s was cancelled while its event stands and is tagged", id)
			}
		}
	}
}

// check is what must hold in the end.
func (w *Walker) check() error {
	live := map[string]meetingtest.Live{}
	for _, l := range w.meetings() {
		if _, twice := live[l.Mark]; twice {
			return fmt.Errorf("two meetings carry the mark %s", l.Mark)
		}
		live[l.Mark] = l
	}
	linked := map[string]string{} // of several items with the same UID one has the link: by UID, which
	for _, id := range w.events {
		ev, asked := w.asked(id)
		rec, err := w.st.ByMark(ev.Link.Mark)
		if err != nil {
			return err
		}
		if asked && rec != nil && rec.EventID == id {
			linked[ev.UID] = id
			if !rec.EndingAt.IsZero() {
				return fmt.Errorf("%s is wanted, and its record says that it ends", id)
			}
		}
	}
	for _, id := range w.events {
		ev, asked := w.asked(id)
		leftToAnother := linked[ev.UID] != "" && linked[ev.UID] != id
		if ev.ID == "" || ev.Cancelled || leftToAnother {
			continue
		}
		if err := w.checkEvent(ev, asked, live); err != nil {
			return fmt.Errorf("%s (%q): %w", id, ev.Title, err)
		}
		delete(live, ev.Link.Mark)
	}
	if err := w.checkDates(live); err != nil {
		return err
	}
	for mark, l := range live {
		if m, _ := plan.ParseMark(mark); !w.excuse[mark] && !w.double[m.Event] {
			return fmt.Errorf("meeting %d (%s, %q) belongs to no event", l.ID, mark, l.Spec.Topic)
		}
	}
	for bind, n := range w.made {
		if n > w.needed[bind] && !w.double[bind] && !w.dated[bind] {
			return fmt.Errorf("%d meetings were made for an event (bind %s) that explains %d", n, bind, w.needed[bind])
		}
	}
	return nil
}

func (w *Walker) checkEvent(ev calendar.Event, asked bool, live map[string]meetingtest.Live) error {
	if err := w.checkExceptions(ev, asked); err != nil {
		return err
	}
	words := w.words[ev.ID]
	if !asked {
		if ev.Link.Mark != "" || ev.Link.Block != "" {
			return errors.New("wants no meeting and still shows a link")
		}
		if ev.Description != words {
			return fmt.Errorf("the owner's words %q became %q", words, ev.Description)
		}
		return nil
	}
	l, ok := live[ev.Link.Mark]
	if !ok {
		return fmt.Errorf("has no meeting (mark %q)", ev.Link.Mark)
	}
	wish := plan.FindWish(&ev, w.rules)
	if want := strings.TrimSpace(plan.WithoutTags(ev.Title, "title", wish.Tags)); want != "" && l.Spec.Topic != want {
		return fmt.Errorf("topic is %q, not %q", l.Spec.Topic, want)
	}
	if !ev.Series && !l.Spec.Start.Equal(ev.Start) {
		return fmt.Errorf("the meeting starts at %s, the event at %s", l.Spec.Start, ev.Start)
	}
	if err := w.checkSeries(ev, l); err != nil {
		return err
	}
	if !strings.Contains(ev.Link.Block, l.JoinURL) {
		return fmt.Errorf("the block does not show %s: %q", l.JoinURL, ev.Link.Block)
	}
	if got := strings.TrimSpace(calendar.StripBlock(ev.Description)); got != strings.TrimSpace(words) {
		return fmt.Errorf("the owner's words %q became %q", words, got)
	}
	return nil
}
