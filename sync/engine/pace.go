package engine

import (
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
)

// Pace is how often a calendar is asked that has no schedule: by what happens in it, and by what its service allows to
// all who are counted together. The zero value is none.
//
// Right after a change it is asked each Min; then after half of the time that has passed since, until its usual pace is
// reached: a sixth of Max in the hours of the day in which things happen in it, and in all hours as long as nobody
// knows which these are; Max in the others, and always where nothing has happened for two weeks. Before the start of a
// linked event it is asked twice as often as in lively hours.
//
// What a service counts for a day (calendar.Meter) is used as far as that helps, and not used up: all are asked more
// often in proportion, down to Min, where their usual pace leaves much of it, and more rarely where that would be too
// much, beyond Max if need be.
type Pace struct{ Min, Max time.Duration }

const (
	paceLively = 6  // of Max, in lively hours
	paceSoon   = 12 // of Max, before the start of an event
	paceRecent = 2  // of the time since the last change
	paceDead   = 14 * 24 * time.Hour
	// paceShare is how much of a day's requests polls at their usual pace may take: the rest is for what follows
	// changes, for writing, and for people.
	paceShare = 0.72
	// paceThrift is how much of them may be used before all are asked half as often, and paceWary before they wait for
	// the next hour.
	paceThrift, paceWary = 0.97, 0.99
	// paceMost is how much is asked in a day of a service that does not say how often it may be asked.
	paceMost = 500_000
	// paceStart is how many calendars of a lane are asked in a second at the start.
	paceStart = 100
)

// soonest is how long before its start an event has its calendar be asked more often.
const soonest = time.Hour + 10*time.Minute

// usual is how often the calendar is asked where nothing has happened just now.
func (p Pace) usual(b *store.Beat, now time.Time) time.Duration {
	active, known := b.Active(now)
	if (active || !known) && now.Sub(b.Changed) < paceDead {
		return max(p.Min, p.Max/paceLively)
	}
	return p.Max
}

// interval is after how long it is asked again. soon is when its next event starts, as far as that is known.
func (p Pace) interval(b *store.Beat, soon, now time.Time) time.Duration {
	wait := min(p.usual(b, now), now.Sub(b.Changed).Abs()/paceRecent)
	if until := soon.Sub(now); until > 0 && until < soonest {
		wait = min(wait, p.Max/paceSoon)
	}
	return max(wait, p.Min)
}

// daily is how often it is asked on a day on which nothing happens.
func (p Pace) daily(b *store.Beat, now time.Time) (polls float64) {
	for hour := range 24 {
		at := now.Add(time.Duration(hour) * time.Hour)
		polls += float64(time.Hour) / float64(p.usual(b, at))
	}
	return polls
}

// pool are calendars whose requests are counted together, or would be.
type pool struct {
	name  string
	meter *calendar.Meter // nil: nobody counts
	asks  float64         // on a day, at their usual pace
	// beside is how often other workers ask theirs, of the same name.
	beside float64
	// calendars is how many they are.
	calendars int
}

// most is how much may be asked in a day.
func (p *pool) most() float64 {
	if p.meter == nil {
		return paceMost
	}
	return float64(p.meter.Most())
}

// used is how much of that was.
func (p *pool) used(now time.Time) float64 {
	if p.meter == nil {
		return 0
	}
	return float64(p.meter.Used(now)) / p.most()
}

// stretch is what all intervals of the pool are multiplied by, and wait when all ask again at the earliest; zero: now.
func (p *pool) stretch(now time.Time) (by float64, wait time.Duration) {
	by = (p.asks + p.beside) / (paceShare * p.most())
	switch used := p.used(now); {
	case used >= paceWary:
		return by, now.Truncate(time.Hour).Add(time.Hour).Sub(now)
	case used >= paceThrift:
		by *= 2
	}
	return by, 0
}

// paced is what the schedule knows of a calendar that goes by a pace.
type paced struct {
	Pace
	beat  store.Beat
	soon  time.Time
	pool  *pool
	asks  float64 // its part of the pool's, as it was counted last
	every time.Duration
	// counted is when that was.
	counted time.Time
}

// recount has the pool know how often the calendar is asked.
func (p *paced) recount(now time.Time) {
	p.counted = now
	asks := p.daily(&p.beat, now)
	p.pool.asks += asks - p.asks
	p.asks = asks
}

// leave has the pool know that the calendar is asked by somebody else.
func (p *paced) leave() {
	p.pool.asks -= p.asks
	p.asks, p.counted = 0, time.Time{}
}

// next is when the calendar is asked after now. chance is from 0 to 1, so that those who began together part.
func (p *paced) next(now time.Time, chance float64) time.Time {
	by, wait := p.pool.stretch(now)
	stretched := func(d time.Duration) time.Duration {
		return max(p.Min, time.Duration(min(float64(d)*by, float64(never))))
	}
	p.every = stretched(p.interval(&p.beat, p.soon, now))
	if at, pace := p.livelier(now, now.Add(p.every)); pace > 0 {
		p.every = min(p.every, at.Sub(now)+time.Duration(chance*float64(stretched(pace))))
	}
	if wait > 0 {
		p.every = max(p.every, wait+time.Duration(chance*float64(p.Max)))
	}
	return now.Add(p.every - time.Duration(chance*float64(p.every)/paceSpread))
}

// livelier is when, before a time, an hour begins in which the calendar is asked more often than now, and how often;
// 0: none does.
func (p *paced) livelier(now, before time.Time) (at time.Time, pace time.Duration) {
	is := p.usual(&p.beat, now)
	for at = now.Truncate(time.Hour).Add(time.Hour); at.Before(before); at = at.Add(time.Hour) {
		if pace = p.usual(&p.beat, at); pace < is {
			return at, pace
		}
	}
	return at, 0
}

// paceSpread is how much of an interval, as one part of so many, is left to chance.
const paceSpread = 10

// poolOf is the pool of a calendar: of those that are counted together, or else of those in its lane.
func (s *Schedule) poolOf(c *Calendar) *pool {
	who, name := any(c.Lane), "lane "+c.Lane
	var meter *calendar.Meter
	if metered, ok := c.Source.(calendar.Metered); ok {
		if meter = metered.Meter(); meter != nil {
			who, name = meter, "quota "+meter.Name()
		}
	}
	if s.pools[who] == nil {
		s.pools[who] = &pool{name: name, meter: meter}
	}
	s.pools[who].calendars++
	return s.pools[who]
}

// Quota is what was asked within 24 hours of a service that counts, by all whom it counts together.
type Quota struct {
	Name       string
	Used, Most int // requests
	Calendars  int
}

// Quotas are those of the calendars that go by a pace, by name.
func (s *Schedule) Quotas() (list []Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.e.opt.Now()
	for _, p := range s.pools {
		if p.meter != nil {
			list = append(list, Quota{p.meter.Name(), p.meter.Used(now), p.meter.Most(), p.calendars})
		}
	}
	slices.SortFunc(list, func(a, b Quota) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Asks is how often the calendars of this worker that go by a pace are asked on a day at their usual pace, by what they
// are counted together in.
func (s *Schedule) Asks() map[string]float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	asks := map[string]float64{}
	for _, p := range s.pools {
		asks[p.name] += p.asks
	}
	return asks
}

// Beside says how often other workers ask theirs, as their Asks have it, in the place of what was said before.
func (s *Schedule) Beside(asks map[string]float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pools {
		p.beside = asks[p.name]
	}
}

// recall reads what is remembered of the calendars that go by a pace. One that was never seen to change may be about
// to.
func (s *Schedule) recall(names []string) error {
	now := s.e.opt.Now()
	paced := make([]string, 0, len(names))
	for _, name := range names {
		if s.lines[name].paced != nil {
			paced = append(paced, name)
		}
	}
	states, err := s.e.store.States(paced)
	if err != nil {
		return err
	}
	for i, name := range paced {
		l, st := s.lines[name], &states[i]
		s.mu.Lock()
		l.paced.beat = st.Beat
		if st.Beat.Changed.IsZero() {
			l.paced.beat.Changed = now
		}
		l.paced.recount(now)
		s.mu.Unlock()
	}
	return nil
}

// heard has a pass that read its calendar say when the next one is.
func (s *Schedule) heard(name string, r *Report) error {
	l, now := s.lines[name], s.e.opt.Now()
	if l.paced == nil {
		return nil
	}
	beat := l.paced.beat
	if r.Stirred {
		st, err := s.e.store.Calendar(name)
		if err != nil {
			return err
		}
		beat = st.Beat
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.paced.beat = beat
	if stale := now.Sub(l.paced.counted).Abs() > 6*time.Hour; !l.away && (r.Stirred || stale) {
		l.paced.recount(now)
	}
	if !r.Soon.IsZero() || !l.paced.soon.After(now) {
		l.paced.soon = r.Soon
	}
	s.appoint(l, now)
	return nil
}
