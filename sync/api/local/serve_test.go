package local

import (
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/signin"
	"zoomtag/sync/assemble"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite/keep"
)

// metered is a calendar of a service that counts.
type metered struct {
	*calendartest.Fake
	meter *calendar.Meter
}

func (m metered) Meter() *calendar.Meter { return m.meter }

// TestCountsOn: whoever comes in the place of another, as when the configuration is read again, knows what the service
// was asked before.
func TestCountsOn(t *testing.T) {
	t.Parallel()
	service := func(meter *calendar.Meter) *Service {
		c := &engine.Calendar{Name: "a", Source: metered{calendartest.NewFake(), meter},
			Pace: engine.Pace{Min: time.Minute, Max: time.Hour}}
		return &Service{engine: engine.New(nil, []*engine.Calendar{c}, engine.Options{}), invitations: &keep.Keeper{},
			builder: &assemble.Builder{Tokens: signin.KeepTokens("", time.Now)}}
	}
	before, after := calendar.NewMeter("a project", 100), calendar.NewMeter("a project", 100)
	old, next := service(before), service(after)
	if err := old.Serve(nil, nil); err != nil {
		t.Fatal(err)
	}
	before.Count(time.Now())
	if err := next.Serve(nil, old); err != nil {
		t.Fatal(err)
	}
	if n := after.Used(time.Now()); n != 1 {
		t.Errorf("%d are known, want 1", n)
	}
}
