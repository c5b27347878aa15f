package calendar

import "testing"

// TestLocationOfADate: where a series loses its link, a date does not hold that yet whose owner has deleted the block
// and whose location still leads to the meeting.
func TestLocationOfADate(t *testing.T) {
	const url = "https://us02web.zoom.us/j/86000000001?pwd=Ab.1"
	none := Link{Was: Was{JoinURL: url}}
	for location, held := range map[string]bool{"": true, "Room 1": true, url: false, "Room 1, " + url: false} {
		if got := none.HeldBy(&Exception{ID: "a", Location: location}); got != held {
			t.Errorf("at %q: held %v", location, got)
		}
	}
}
