package calendar

import (
	"sync"
	"time"
)

// Metered is a Calendar whose requests a service counts together with those of others, over a day.
type Metered interface {
	// Meter is that of all calendars that are counted together; nil: nobody counts.
	Meter() *Meter
}

// Meter counts the requests of a day. It may be used by several goroutines. Others, in other processes, may ask the
// same service, which counts their requests together with those of m: Share tells of them.
type Meter struct {
	name string
	most int

	mu     sync.Mutex // guards all below
	hours  [24]int    // by the hour of the day in UTC
	last   int64      // the hour since 1970 that was counted last
	sum    int
	others *Meter // what others have counted; nil: nothing
	parts  int    // among how many processes the rate is shared; 0: there is one
}

// NewMeter makes a meter for most requests in any 24 hours. name says to people what is counted.
func NewMeter(name string, most int) *Meter { return &Meter{name: name, most: most} }

// Name is what is counted, for people.
func (m *Meter) Name() string { return m.name }

// Most is how many requests there may be in any 24 hours.
func (m *Meter) Most() int { return m.most }

// Count counts a request. nil counts nothing.
func (m *Meter) Count(now time.Time) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(now)
	m.hours[m.last%24]++
	m.sum++
}

// Counted is what a Meter has counted, by the hour of the day in UTC, and the last hour since 1970 that was counted.
type Counted struct {
	Last  int64   `json:"last"`
	Hours [24]int `json:"hours"`
}

// Counted is what m has counted until now, without what others have.
func (m *Meter) Counted(now time.Time) Counted {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(now)
	return Counted{m.last, m.hours}
}

// Add has m count what another one has counted as well, as far as it is of this day.
func (m *Meter) Add(c Counted, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(now)
	for i := range int64(len(c.Hours)) {
		hour := min(c.Last-i, m.last) // a clock that was set back since counts into the hour that is last now
		if n := c.Hours[ofDay(c.Last-i)]; n > 0 && hour > m.last-int64(len(m.hours)) {
			m.hours[ofDay(hour)] += n
			m.sum += n
		}
	}
}

// Put counts requests into the last hour.
func (c *Counted) Put(n int) { c.Hours[ofDay(c.Last)] += n }

// ofDay is the hour of its day of an hour since 1970.
func ofDay(hour int64) int64 { return ((hour % 24) + 24) % 24 }

// Used is how many requests there were within 24 hours, in this hour and the 23 before it, those of others among them.
func (m *Meter) Used(now time.Time) int {
	m.mu.Lock()
	others, own := m.others, m.own(now)
	m.mu.Unlock()
	if others == nil {
		return own
	}
	return own + others.Used(now)
}

// Own is Used without those of others.
func (m *Meter) Own(now time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.own(now)
}

// own is Own. m.mu is held.
func (m *Meter) own(now time.Time) int {
	m.turn(now)
	return m.sum
}

// Share says what others have counted by now whose requests the service counts together with those of m, in the place
// of what was said before, and among how many, this one included, what may be asked in a minute is shared. Nobody may
// count with others after that.
func (m *Meter) Share(others *Meter, parts int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.others, m.parts = others, parts
}

// Parts is among how many what may be asked in a minute is shared.
func (m *Meter) Parts() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(m.parts, 1)
}

// turn forgets the hours that are over. A clock that is set back counts into the hour that was last. m.mu is held.
func (m *Meter) turn(now time.Time) {
	hour := now.Unix() / int64(time.Hour/time.Second)
	if hour-m.last >= int64(len(m.hours)) {
		m.hours, m.sum, m.last = [24]int{}, 0, hour
		return
	}
	for m.last < hour {
		m.last++
		m.sum -= m.hours[m.last%24]
		m.hours[m.last%24] = 0
	}
}
