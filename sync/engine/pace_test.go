package engine

import (
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/store"
)

// TestPace: how often a calendar is asked follows what happens in it, between the two bounds.
func TestPace(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	usual := Pace{Min: time.Minute, Max: time.Hour}
	var at12 store.Beat
	at12.Note(noon.Add(-24*time.Hour), true)
	ago := func(b store.Beat, d time.Duration) *store.Beat {
		b.Changed = noon.Add(-d)
		return &b
	}
	for _, c := range []struct {
		what string
		pace Pace
		beat *store.Beat
		soon time.Duration
		now  time.Duration
		want time.Duration
	}{
		{"just changed", usual, ago(at12, 0), 0, 0, time.Minute},
		{"changed 12 minutes ago", usual, ago(at12, 12*time.Minute), 0, 0, 6 * time.Minute},
		{"changed ahead of the clock", usual, ago(at12, -12*time.Minute), 0, 0, 6 * time.Minute},
		{"a lively hour", usual, ago(at12, 20*time.Hour), 0, 0, 10 * time.Minute},
		{"a quiet hour", usual, ago(at12, 20*time.Hour), 0, 8 * time.Hour, time.Hour},
		{"nobody knows the hours", usual, ago(store.Beat{}, 20*time.Hour), 0, 8 * time.Hour, 10 * time.Minute},
		{"nothing for weeks", usual, ago(at12, 15*24*time.Hour), 0, 0, time.Hour},
		{"an event in an hour", usual, ago(at12, 20*time.Hour), time.Hour, 0, 5 * time.Minute},
		{"an event in two hours", usual, ago(at12, 20*time.Hour), 2 * time.Hour, 0, 10 * time.Minute},
		{"an event that has begun", usual, ago(at12, 20*time.Hour), -time.Minute, 0, 10 * time.Minute},
		{"all the same", Pace{time.Minute, time.Minute}, ago(at12, 20*time.Hour), 0, 8 * time.Hour, time.Minute},
		{"never below min", Pace{30 * time.Minute, time.Hour}, ago(at12, 20*time.Hour), time.Hour, 0, 30 * time.Minute},
	} {
		now := noon.Add(c.now)
		if got := c.pace.interval(c.beat, noon.Add(c.soon), now); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// metered is a calendar of a service that counts.
type metered struct {
	*calendartest.Fake
	meter *calendar.Meter
}

func (m metered) Meter() *calendar.Meter { return m.meter }

// TestQuotas: what is counted is told with the calendars that keep within it.
func TestQuotas(t *testing.T) {
	t.Parallel()
	one, two := calendar.NewMeter("one", 100), calendar.NewMeter("two", 200)
	var list []*Calendar
	for i, meter := range []*calendar.Meter{two, one, nil, two} {
		list = append(list, &Calendar{Name: string(rune('a' + i)), Source: metered{calendartest.NewFake(), meter},
			Pace: Pace{Min: time.Minute, Max: time.Hour}})
	}
	s, err := NewSchedule(New(nil, list, Options{}), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	one.Count(time.Now())
	want := []Quota{{"one", 1, 100, 1}, {"two", 0, 200, 2}}
	if got := s.Quotas(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestPaceWithin: a service's day is not used up, however many calendars there are, and what is left is for them all.
func TestPaceWithin(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	meter := calendar.NewMeter("a project", 1000)
	shared := &pool{meter: meter}
	var all []*paced
	for range 60 { // 24 a day each, which is twice what there is
		all = append(all, &paced{Pace: Pace{Min: time.Minute, Max: time.Hour}, pool: shared})
	}
	for _, p := range all {
		p.recount(noon)
		p.recount(noon) // counts once
	}
	if by, wait := shared.stretch(noon); shared.asks != 1440 || by != 2 || wait != 0 {
		t.Fatalf("they ask for %v a day, stretched by %v", shared.asks, by)
	}
	if next := all[0].next(noon, 0); next.Sub(noon) != 2*time.Hour || all[0].every != 2*time.Hour {
		t.Errorf("asked again after %s", next.Sub(noon))
	}
	if next := all[0].next(noon, 1); next.Sub(noon) != 108*time.Minute {
		t.Errorf("by chance, asked again after %s", next.Sub(noon))
	}
	for range 970 {
		meter.Count(noon)
	}
	if next := all[0].next(noon, 0); next.Sub(noon) != 4*time.Hour {
		t.Errorf("when much of it is used: after %s", next.Sub(noon))
	}
	for range 20 {
		meter.Count(noon)
	}
	all[0].beat.Note(noon, true)
	if next := all[0].next(noon, 0); next.Sub(noon) != 30*time.Minute {
		t.Errorf("when all is used up: after %s", next.Sub(noon))
	}
	if next := all[0].next(noon.Add(24*time.Hour), 0); next.Sub(noon) > 25*time.Hour {
		t.Errorf("a day later: after %s", next.Sub(noon))
	}
}

// changing is the place of a worker that has calendars for a while.
type changing struct {
	nobodys
	owns *bool
}

func (c changing) Owns(string) bool { return *c.owns }

// TestPaceBeside: what several workers ask together decides how often each asks, and a calendar that has become another
// one's counts there.
func TestPaceBeside(t *testing.T) {
	b := newBench(t)
	clock := func() time.Time { return b.now }
	meter := calendar.NewMeter("a project", 1000)
	var list []*Calendar
	for i := range 30 { // 24 a day each
		list = append(list, &Calendar{Name: string(rune('a' + i)), Source: metered{calendartest.NewFake(), meter},
			Pace: Pace{Min: time.Minute, Max: time.Hour}})
	}
	owns := true
	e := New(b.st.For(changing{owns: &owns}, store.Options{Now: clock, NoSync: true}), list, Options{Now: clock})
	s, err := NewSchedule(e, nil, nil)
	if err == nil {
		err = s.begin()
	}
	if err != nil {
		t.Fatal(err)
	}
	if asks := s.Asks()["quota a project"]; asks < 30*24 {
		t.Fatalf("they ask for %v a day", asks)
	}
	p := s.poolOf(list[0])
	alone, _ := p.stretch(b.now)
	s.Beside(s.Asks()) // another worker has as many
	if both, _ := p.stretch(b.now); both != 2*alone {
		t.Errorf("alone stretched by %v, with another one by %v", alone, both)
	}
	s.Beside(nil)
	if again, _ := p.stretch(b.now); again != alone {
		t.Errorf("alone again stretched by %v", again)
	}
	for _, has := range []bool{false, true} {
		owns = has
		s.Divide()
		s.divide()
		if by, _ := p.stretch(b.now); (by == alone) != has || (by == 0) == has {
			t.Errorf("it has the calendars: %v, stretched by %v", has, by)
		}
	}
}
