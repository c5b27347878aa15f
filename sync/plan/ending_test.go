package plan

import (
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// TestAbandoned: a meeting of an account that is not configured is left alone once its owner has let it go, or the
// grace period is over after the tag was taken out, also where the event is cancelled within it.
func TestAbandoned(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := Settings{Account: AccountHash("ours"), Grace: 10 * time.Minute}
	for _, tt := range []struct {
		name                string
		abandoned, released bool
		ended               time.Duration // ago
		do                  Do
	}{
		{"nobody was told", false, false, time.Hour, Nothing},
		{"let go for another reason", false, true, time.Hour, Nothing},
		{"let go", true, true, time.Minute, Close},
		{"untagged, in the grace period", true, false, time.Minute, Nothing},
		{"untagged", true, false, time.Hour, Close},
	} {
		for _, ev := range []*calendar.Event{nil, {ID: "id", UID: "uid", Cancelled: true, Start: now.Add(time.Hour),
			Until: now.Add(2 * time.Hour)}} {
			rec := record.Record{Calendar: "c", EventID: "id", UID: "uid", Mark: NewMark(AccountHash("others"), "uid",
				[10]byte{1}), MeetingID: 1,
				EndingAt: now.Add(-tt.ended), Until: now.Add(2 * time.Hour), Abandoned: tt.abandoned,
				Released: tt.released}
			if d := Next(Input{Now: now, Event: ev, Rec: &rec, Settings: &s}); d.Do != tt.do {
				t.Errorf("%s: %q, %s (%s)", tt.name, d.Do, d.State, d.Reason)
			}
		}
	}
}

// TestEndingWithAnEarlierMeeting: the event's own meeting is cancelled before the earlier ones, of which one may have
// to stay for the sake of a copy that shows it, and the record is closed behind them.
func TestEndingWithAnEarlierMeeting(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := Settings{Account: AccountHash("ours"), Grace: 10 * time.Minute}
	earlier := []record.Former{{MeetingID: 2, Mark: NewMark(s.Account, "uid", [10]byte{2}), At: now.Add(-time.Hour)}}
	for _, tt := range []struct {
		name    string
		meeting int64
		former  []record.Former
		ended   time.Duration // ago
		until   time.Duration // from now
		do      Do
		at      time.Time
	}{
		{"both", 1, earlier, time.Hour, time.Hour, Cancel, time.Time{}},
		{"the own one is cancelled", 0, earlier, time.Hour, time.Hour, Discard, time.Time{}},
		{"the own one is over", 1, earlier, time.Hour, -time.Hour, Discard, time.Time{}},
		{"in the grace period", 1, earlier, time.Minute, time.Hour, Nothing, now.Add(9 * time.Minute)},
		{"in the grace period, without one of its own", 0, earlier, time.Minute, time.Hour, Nothing,
			now.Add(9 * time.Minute)},
		{"no earlier one", 1, nil, time.Hour, time.Hour, Cancel, time.Time{}},
		{"none at all", 0, nil, time.Minute, time.Hour, Close, time.Time{}},
		{"over, and no earlier one", 1, nil, time.Minute, -time.Hour, Close, time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := record.Record{Calendar: "c", EventID: "id", UID: "uid", Mark: NewMark(s.Account, "uid", [10]byte{1}),
				MeetingID: tt.meeting,
				Former:    tt.former, EndingAt: now.Add(-tt.ended), Until: now.Add(tt.until)}
			if d := Next(Input{Now: now, Rec: &rec, Settings: &s}); d.Do != tt.do || !d.At.Equal(tt.at) {
				t.Errorf("%q at %v (%s)", d.Do, d.At, d.Reason)
			}
		})
	}
}

// TestTakenBackAfterwards: an event that is over or cancelled keeps its link as long as it is tagged. Whoever takes the
// tag out, or writes a word against Zoom, has the link taken out, unless guests would be mailed for it.
func TestTakenBackAfterwards(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := Settings{Account: AccountHash("ours"), Rules: Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}}}
	mark := NewMark(s.Account, "uid", [10]byte{1})
	type event = calendar.Event
	for _, tt := range []struct {
		name, title string
		change      func(ev *event, rec *record.Record)
		do          Do
	}{
		{"tagged", "Talk #zoom", nil, Nothing},
		{"untagged", "Talk", nil, Unlink},
		{"refused", "Talk #nozoom", nil, Unlink},
		{"refused by a new word", "Talk #nozoom", func(_ *event, rec *record.Record) { rec.Not = nil }, Nothing},
		{"the tag counts no more", "Talk #meet", func(_ *event, rec *record.Record) { rec.Tag = "#meet" }, Nothing},
		{"guests are mailed", "Talk", func(ev *event, _ *record.Record) { ev.Mails = []string{"a@b.cd"} }, Nothing},
		{"guests of a date are mailed", "Talk", func(ev *event, _ *record.Record) {
			ev.Exceptions = []calendar.Exception{{Mails: []string{"a@b.cd"}}}
		}, Nothing},
		{"sealed", "Talk", func(ev *event, _ *record.Record) { ev.Sealed = "it has guests" }, Nothing},
		{"somebody else's", "Talk", func(ev *event, _ *record.Record) { ev.Denied = "it is another's" }, Nothing},
		{"taken out already", "Talk", func(ev *event, _ *record.Record) { ev.Link = calendar.Link{} }, Nothing},
	} {
		for _, cancelled := range []bool{false, true} {
			ev := event{ID: "id", UID: "uid", Title: tt.title, Start: now.Add(-2 * time.Hour),
				Until: now.Add(-time.Hour), Cancelled: cancelled}
			if cancelled {
				ev.Start, ev.Until = now.Add(time.Hour), now.Add(2*time.Hour)
			}
			ev.Link.Mark, ev.Link.Block = mark, "block"
			rec := record.Record{Calendar: "c", EventID: "id", UID: "uid", Mark: mark, ClosedAt: now.Add(-time.Minute),
				Until: ev.Until, Tag: "#zoom", TagIn: "title", Not: []string{"#nozoom"}, Reason: "it has ended"}
			if tt.change != nil {
				tt.change(&ev, &rec)
			}
			d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s})
			if d.Do != tt.do || d.State != Ended && !(tt.do == Nothing && d.State == Ignored) {
				t.Errorf("%s, cancelled %v: %q, %s (%s)", tt.name, cancelled, d.Do, d.State, d.Reason)
			}
		}
	}
}
