package plan

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// TestOthersMark: an event in a shared calendar carries the mark of a zoomtag that works with another Zoom account.
// Whatever the event says and whatever is remembered of it, the link in it is not touched, and the reason says why.
func TestOthersMark(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	theirs := calendar.Link{Mark: NewMark(AccountHash("theirs"), "uid", [10]byte{1}),
		JoinURL: "https://us02web.zoom.us/j/85000000001"}
	theirs.Block = calendar.BlockFirst + "\nJoin: " + theirs.JoinURL + "\n" + calendar.BlockLast
	ours := record.Record{Calendar: "c", EventID: "id", UID: "uid", Host: "alice@example.com",
		Mark:      NewMark(AccountHash("ours"), "uid", [10]byte{2}),
		MeetingID: 85000000002, Meeting: meeting.Meeting{ID: 85000000002,
			JoinURL: "https://us02web.zoom.us/j/85000000002"}}
	shown := ours // its link was in the event, until theirs took its place
	shown.JoinURL = ours.Meeting.JoinURL
	ending := ours
	ending.EndingAt = now.Add(-time.Hour)
	closed := record.Record{Calendar: "c", EventID: "id", UID: "uid", Mark: ours.Mark, ClosedAt: now.Add(-time.Hour),
		Reason: "no longer tagged"}
	const hands = "another Zoom account"
	for _, tt := range []struct {
		name, title string
		cancelled   bool
		rec         *record.Record
		any         bool // mode personal
		do          Do
		state       string
		reason      string
	}{
		{name: "tagged", title: "Talk #zoom", state: Ignored, reason: hands},
		{name: "untagged", title: "Talk", state: Ignored, reason: hands},
		{name: "refused", title: "Talk #zoom #nozoom", state: Ignored, reason: hands},
		{name: "tagged, closed record", title: "Talk #zoom", rec: &closed, state: Ignored, reason: hands},
		{name: "untagged, closed record", title: "Talk", rec: &closed, state: Ended, reason: hands},
		{name: "tagged, our meeting is shown nowhere", title: "Talk #zoom", rec: &ours, do: End, state: Ending,
			reason: hands},
		{name: "tagged, our link was there", title: "Talk #zoom", rec: &shown, state: Held, reason: hands},
		{name: "untagged, our link was there: our meeting ends", title: "Talk", rec: &shown, do: End, state: Ending,
			reason: "no longer tagged"},
		{name: "untagged, the grace period is over", title: "Talk", rec: &ending, do: Cancel, state: Ending,
			reason: "no longer tagged"},
		{name: "cancelled, the grace period is over", title: "Talk #zoom", cancelled: true, rec: &ending, do: Cancel,
			state: Ending, reason: "cancelled"},
		{name: "tagged, and all that is configured are rooms", title: "Talk #zoom", any: true, state: Ignored,
			reason: hands},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := calendar.Event{ID: "id", UID: "uid", Title: tt.title, Description: "words\n\n" + theirs.Block,
				Link: theirs, Cancelled: tt.cancelled,
				Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)}
			s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), AnyAccount: tt.any,
				Location: "if-empty", Grace: 10 * time.Minute}
			d := Next(Input{Now: now, Event: &ev, Rec: tt.rec, Settings: &s})
			if d.Do != tt.do || d.State != tt.state || !strings.Contains(d.Reason, tt.reason) {
				t.Errorf("%q, state %s (%s), want %q, state %s (%s)", d.Do, d.State, d.Reason, tt.do, tt.state,
					tt.reason)
			}
			if d.Do == SetLink || d.Do == Unlink {
				t.Errorf("the link of somebody else would be written over: %s", d.Do)
			}
		})
	}
}
