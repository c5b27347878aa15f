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
	for _, l := range w.zoom.Meetings() {
		m[l.Mark] = true
	}
	return m
}

// guard checks after a pass that no meeting of a standing, tagged event that showed it was cancelled, and counts creates.
func (w *Walker) guard(before map[string]bool) {
	after := w.marks()
	for mark := range after {
		if m, ok := plan.ParseMark(mark); ok && !before[mark] {
			w.made[m.Event]++
		}
	}
	for _, id := range w.events {
		ev, asked := w.asked(id)
		if asked && ev.Link.Mark != "" && before[ev.Link.Mark] && !after[ev.Link.Mark] && w.broken == nil {
			if m, _ := plan.ParseMark(ev.Link.Mark); m.Event == plan.Bind(ev.UID) {
				w.broken = fmt.Errorf("the meeting of %s was cancelled while its event stands and is tagged", id)
			}
		}
	}
}

// check is what must hold in the end.
func (w *Walker) check() error {
	live := map[string]meetingtest.Live{}
	for _, l := range w.zoom.Meetings() {
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
		if ev.ID == "" || ev.Cancelled || linked[ev.UID] != "" && linked[ev.UID] != id {
			continue
		}
		if err := w.checkEvent(ev, asked, live); err != nil {
			return fmt.Errorf("%s (%q): %w", id, ev.Title, err)
		}
		delete(live, ev.Link.Mark)
	}
	for mark, l := range live {
		if m, _ := plan.ParseMark(mark); !w.excuse[mark] && !w.double[m.Event] {
			return fmt.Errorf("meeting %d (%s, %q) belongs to no event", l.ID, mark, l.Spec.Topic)
		}
	}
	for bind, n := range w.made {
		if n > w.needed[bind] && !w.double[bind] {
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
