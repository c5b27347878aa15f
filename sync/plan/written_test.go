package plan

import (
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// TestWrittenElsewhere: what was written into one item is not what stands in the one that took its place, as when an
// old copy of it comes back: the old lines are ours all the same, and go.
func TestWrittenElsewhere(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Location: "if-empty"}
	old := meeting.Meeting{ID: 85000000001, JoinURL: "https://us02web.zoom.us/j/85000000001?pwd=a.1",
		Passcode: "111111"}
	m := meeting.Meeting{ID: 85000000002, JoinURL: "https://us02web.zoom.us/j/85000000002?pwd=b.1", Passcode: "222222"}
	block := func(m meeting.Meeting) string { return framed(short(m), "") }
	rec := record.Record{EventID: "id", UID: "uid", Host: "alice@example.com",
		Mark: NewMark(s.Account, "uid", [10]byte{2}), MeetingID: m.ID, Meeting: m,
		JoinURL: m.JoinURL, Block: block(m)}
	for name, tt := range map[string]struct {
		mark, block string
		rec         record.Record
		want        string // the text afterwards
	}{
		"as it was written": {rec.Mark, block(m), rec, "words\n\n" + block(m)},
		"another item's":    {NewMark(s.Account, "other", [10]byte{1}), block(old), rec, "words\n\n" + block(m)},
		"and what its owner typed into it": {NewMark(s.Account, "other", [10]byte{1}),
			calendar.BlockFirst + "\nbring cake\n" + block(old)[len(calendar.BlockFirst)+1:], rec, "words\n\n" +
				block(m) + "\nbring cake"},
		"a meeting in the place of one that is gone": {NewMark(s.Account, "uid", [10]byte{9}),
			calendar.BlockFirst + "\nbring cake\n" + block(old)[len(calendar.BlockFirst)+1:],
			func() record.Record { r := rec; r.JoinURL, r.Block = old.JoinURL, block(old); return r }(), "words\n\n" +
				block(m) + "\nbring cake"},
	} {
		t.Run(name, func(t *testing.T) {
			start := now.Add(48 * time.Hour)
			text := "words\n\n" + tt.block
			ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk #zoom", Description: text,
				Link:  calendar.Link{Mark: tt.mark, Block: tt.block, JoinURL: calendar.BlockURL(tt.block)},
				Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)}
			l, _ := linkFor(&ev, FindWish(&ev, s.Rules), &tt.rec, &s)
			from, to, with := calendar.Splice(text, l)
			if got := text[:from] + with + text[to:]; got != tt.want {
				t.Errorf("the text became\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
