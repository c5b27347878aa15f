package doctor_test

import (
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/store/record"
	"zoomtag/sync/doctor"
)

// TestBegin: an event of whole days whose tag gives a time begins then; all others when they begin in the calendar,
// whatever Zoom was told before they were moved.
func TestBegin(t *testing.T) {
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	at := func(hours int) time.Time { return day.Add(time.Duration(hours) * time.Hour) }
	told := func(start time.Time, kind meeting.Kind) *meeting.Spec {
		return &meeting.Spec{Kind: kind, Start: start, Duration: time.Hour}
	}
	for name, tt := range map[string]struct {
		start, until time.Time
		told         *meeting.Spec
		want         time.Time
	}{
		"a whole day with a time":    {day, at(24), told(at(16), meeting.Scheduled), at(16)},
		"when clocks go forward":     {day, at(23), told(at(16), meeting.Scheduled), at(16)},
		"one that is not yet told":   {day, at(24), nil, day},
		"one lasting link":           {day, at(24), told(at(16), meeting.Lasting), day},
		"an hour that was moved":     {at(10), at(12), told(at(11), meeting.Scheduled), at(10)},
		"a day that was moved":       {at(48), at(72), told(at(16), meeting.Scheduled), at(48)},
		"a day that was moved back":  {day, at(24), told(at(64), meeting.Scheduled), day},
		"as the calendar has it":     {at(10), at(11), told(at(10), meeting.Scheduled), at(10)},
		"nothing is known but begun": {at(10), time.Time{}, nil, at(10)},
	} {
		rec := &record.Record{Start: tt.start, Until: tt.until, Told: tt.told}
		if got := doctor.Begin(rec); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		if got := doctor.Remembered(day, rec).Event.Start; !got.Equal(tt.want) {
			t.Errorf("%s: remembered as %v", name, got)
		}
	}
}
