package meeting

import (
	"testing"
	"time"

	_ "zoomtag/providers/ical/zonetest" // the dated names are not on every machine
)

func TestZones(t *testing.T) {
	for name := range zones {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("zone %s: %v", name, err)
		}
	}
	// What the list lacks is told in UTC.
	for _, name := range []string{"SST", "Asia/Karachi", "Europe/Minsk", "America/Detroit", "America/Juneau", ""} {
		if known, ok := ZoneName(name); ok {
			t.Errorf("zone %q is sent as %s, which is not in Zoom's list", name, known)
		}
	}
	// Each alias must show the same wall time as the zone it leads to, all year round.
	for alias, name := range zoneAliases {
		a, errA := time.LoadLocation(alias)
		b, errB := time.LoadLocation(name)
		if errA != nil || errB != nil || !zones[name] || zones[alias] {
			t.Errorf("alias %s of %s: %v, %v", alias, name, errA, errB)
			continue
		}
		for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
			if x, y := day.In(a).Format(time.DateTime), day.In(b).Format(time.DateTime); x != y {
				t.Errorf("%s and %s differ: %s, %s", alias, name, x, y)
				break
			}
		}
	}
}
