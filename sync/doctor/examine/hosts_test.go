package examine

import (
	"testing"
	"time"
)

// TestHostBook: what is known of hosts counts for some hours, and not for ever.
func TestHostBook(t *testing.T) {
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	e := New(Options{Now: func() time.Time { return now }})
	e.book.open(e).hosts["a@example.com"] = &hostFacts{}
	for _, known := range []bool{true, true, false} {
		if _, ok := e.book.open(e).hosts["a@example.com"]; ok != known {
			t.Errorf("at %s: known %v, want %v", now, ok, known)
		}
		now = now.Add(hostsFor - time.Minute)
	}
}
