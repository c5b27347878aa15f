package record

import (
	"testing"
	"time"
)

// TestBeat: a change makes its hour lively for some days, and several those beside it; the first reading does not.
func TestBeat(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	var b Beat
	if _, known := b.Active(noon); known {
		t.Error("an hour is known before anything has happened")
	}
	b.Note(noon.Add(-time.Minute), false)
	if _, known := b.Active(noon); known || b.Changed.IsZero() {
		t.Errorf("the first reading says when people work: %+v", b)
	}
	b.Note(noon.Add(-24*time.Hour), true) // a clock that was set back loses nothing
	b.Note(noon, true)
	b.Note(noon.Add(2*time.Hour), true)
	b.Note(noon, true)
	for at, want := range map[time.Duration]bool{0: true, time.Hour: true, -time.Hour: true, 2 * time.Hour: true,
		3 * time.Hour: false, 7*24*time.Hour - time.Hour: false, 24 * time.Hour: true, 14 * 24 * time.Hour: true,
		40 * 24 * time.Hour: false} {
		if active, known := b.Active(noon.Add(at)); active != want || !known {
			t.Errorf("after %s: active %v, known %v", at, active, known)
		}
	}
	for range 300 {
		b.Note(noon, true)
	}
	if b.Hours[12] < 200 {
		t.Errorf("much activity weighs %d", b.Hours[12])
	}
	b.Note(noon.Add(365*24*time.Hour), false)
	if b.Hours != [24]uint8{} {
		t.Errorf("after a year: %v", b.Hours)
	}
}
