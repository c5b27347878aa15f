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
