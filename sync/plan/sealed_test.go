package plan

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// TestSealed: into an event whose guests would be mailed nothing is written, and its meeting is kept in step all the
// same.
func TestSealed(t *testing.T) {
	const why = "its guests would be mailed"
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Location: "if-empty",
		Grace: 10 * time.Minute}
	m := meeting.Meeting{ID: 85000000002, JoinURL: "https://us02web.zoom.us/j/85000000002"}
	linked := record.Record{Calendar: "c", EventID: "id", UID: "uid", Host: "alice@example.com",
		Mark:      NewMark(s.Account, "uid", [10]byte{2}),
		MeetingID: m.ID, Meeting: m, JoinURL: m.JoinURL}
	link := calendar.Link{Mark: linked.Mark, JoinURL: m.JoinURL, Block: framed(short(m), "")}
	told := func(ev *calendar.Event) *meeting.Spec {
		spec, _, _ := specFor(ev, FindWish(ev, s.Rules), &s, nil)
		return &spec
	}
	changed := linked
	changed.Meeting.Passcode = "new"
	lost := linked
	lost.MeetingID = 0
	doubted := lost
	doubted.Doubt = DoubtCreate
	closed := linked
	closed.ClosedAt = now.Add(-time.Hour)
	closed.MeetingID = 0
	for _, tt := range []struct {
		name, title string
		link        calendar.Link
		moved       bool
		rec         *record.Record
		do          Do
		state       string
		reason      string
	}{
		{name: "new", title: "Talk #zoom", state: Ignored, reason: why},
		{name: "after its end", title: "Talk #zoom", rec: &closed, state: Ignored, reason: why},
		{name: "its own mark is claimed", title: "Talk #zoom", link: link, do: Begin, state: Pending},
		{name: "linked", title: "Talk #zoom", link: link, rec: &linked, state: Linked},
		{name: "moved", title: "Talk #zoom", link: link, moved: true, rec: &linked, do: Update, state: Pending},
		{name: "another passcode", title: "Talk #zoom", link: link, rec: &changed, state: Held, reason: why},
		{name: "the block was deleted", title: "Talk #zoom", rec: &linked, state: Held, reason: why},
		{name: "in doubt", title: "Talk #zoom", rec: &doubted, do: Seek, state: Doubt},
		{name: "no meeting", title: "Talk #zoom", rec: &lost, state: Held, reason: why},
		{name: "untagged", title: "Talk", link: link,
			rec: func() *record.Record { r := linked; r.EndingAt = now.Add(-time.Hour); return &r }(), state: Held,
			reason: why},
		{name: "a stray link", title: "Talk", link: link, rec: &closed, state: Ended},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := calendar.Event{ID: "id", UID: "uid", Title: tt.title, Description: tt.link.Block,
				Location: tt.link.JoinURL, Link: tt.link,
				Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour), Sealed: why}
			var rec *record.Record
			if tt.rec != nil {
				copied := *tt.rec
				copied.Told = told(&ev)
				rec = &copied
			}
			if tt.moved {
				ev.Start, ev.End, ev.Until = start.Add(time.Hour), start.Add(2*time.Hour), start.Add(2*time.Hour)
			}
			d := Next(Input{Now: now, Event: &ev, Rec: rec, Settings: &s})
			if d.Do != tt.do || d.State != tt.state || !strings.Contains(d.Reason, tt.reason) {
				t.Errorf("%q, state %s (%s), want %q, state %s (%s)", d.Do, d.State, d.Reason, tt.do, tt.state,
					tt.reason)
			}
			if d.Do == SetLink || d.Do == Unlink || d.Do == Create {
				t.Errorf("%s", d.Do)
			}
		})
	}
}
