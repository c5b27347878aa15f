package google

import (
	"testing"

	"zoomtag/providers/calendar"
)

// TestQuotaShared: of what a project may ask for in a minute each of several workers has its part, and all of it again
// when it is alone.
func TestQuotaShared(t *testing.T) {
	t.Parallel()
	q := NewQuota()
	for _, c := range []struct {
		parts, burst int
		limit        float64
	}{{1, projectBurst, projectPerSecond}, {4, projectBurst / 4, projectPerSecond / 4.0},
		{1000, 1, projectPerSecond / 1000.0}, {1, projectBurst, projectPerSecond}} {
		q.day.Share(calendar.NewMeter("", 0), c.parts)
		if err := q.wait(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
		if limit, burst := float64(q.project.Limit()), q.project.Burst(); limit != c.limit || burst != c.burst {
			t.Errorf("of %d parts: %v a second, %d at once", c.parts, limit, burst)
		}
	}
}
