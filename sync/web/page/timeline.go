package page

import (
	"strconv"
	"strings"
	"time"

	"zoomtag/sync/api"
)

// days is how many the timeline shows, with today.
const days = 7

// week is the timeline: a lane for each calendar, and the same by day for narrow screens.
type week struct {
	Days    [days]day
	Lanes   []lane
	ByDay   []dayList
	Now     int // minutes since the first midnight, for the line; the whole is Minutes
	Minutes int
	Clock   string
	Clashes int
}

type day struct {
	Name, Date string
	Exact      string
	Today      bool
	Weekend    bool
}

type lane struct {
	Name, Provider string
	Health         health
	Cells          [days]cell
	Empty          bool
}

// cell is one day of a calendar. What is beyond the first few is folded away.
type cell struct {
	Today        bool
	Weekend      bool
	Strip        []stripe
	Chips, Other []chip
	More         int // how many are not shown at all
}

// stripe is an event on the strip of a day, in minutes.
type stripe struct {
	X, Width int
	Shape    string
	Clash    bool
}

// chip is an event.
type chip struct {
	Path, Title, Clock, Exact string
	Calendar                  string
	Health                    health
	With                      string // what the host has at the same time
	Over                      bool
}

type dayList struct {
	day
	Chips []chip
	More  int
}

// How many events of a day are shown of one calendar: at first, and unfolded; and of all, in the list by day.
const (
	maxChips  = 4
	maxFolded = 40
	maxInList = 100
)

// weekBounds are the midnights around the timeline.
func (p *Page) weekBounds() (first, last time.Time) {
	first = p.midnight(0)
	return first, p.midnight(days)
}

// midnight is the beginning of a day, counted from today.
func (p *Page) midnight(n int) time.Time {
	y, m, d := p.Now().In(p.Zone()).Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, p.Zone())
}

func (p *Page) week(f *facts, calendars []*api.CalendarStatus, who *visitor) week {
	w := week{Minutes: minutes(p.midnight(0), p.midnight(days)), Now: minutes(p.midnight(0), p.Now()),
		Clock: p.clock(p.Now())}
	lists := [days][]chip{}
	for i := range days {
		at := p.midnight(i)
		w.Days[i] = day{
			Name:    at.Format("Mon"),
			Date:    at.Format("2 Jan"),
			Exact:   at.Format(time.DateOnly),
			Today:   i == 0,
			Weekend: at.Weekday() == time.Saturday || at.Weekday() == time.Sunday,
		}
	}
	for _, c := range calendars {
		h, _ := healthOfCalendar(c)
		l := lane{Name: c.Name, Provider: c.Provider, Health: h, Empty: true}
		for i := range days {
			l.Cells[i].Today, l.Cells[i].Weekend = i == 0, w.Days[i].Weekend
		}
		for _, e := range f.byCalendar[c.Name] {
			i := p.dayOf(e)
			if i < 0 {
				continue
			}
			l.Empty = false
			one := p.chip(f, e, who)
			if one.With != "" {
				w.Clashes++
			}
			l.Cells[i].add(one, p.stripe(e, i, one.With != ""))
			lists[i] = append(lists[i], one)
		}
		w.Lanes = append(w.Lanes, l)
	}
	for i, list := range lists {
		if len(list) == 0 {
			continue
		}
		sortChips(list)
		shown := min(len(list), maxInList)
		w.ByDay = append(w.ByDay, dayList{w.Days[i], list[:shown], len(list) - shown})
	}
	return w
}

// dayOf is the day of the timeline on which an event stands; -1 for none.
func (p *Page) dayOf(e *entry) int {
	if !e.end.After(p.midnight(0)) {
		return -1
	}
	for i := range days {
		if e.start.Before(p.midnight(i + 1)) {
			return i
		}
	}
	return -1
}

func minutes(from, to time.Time) int { return int(to.Sub(from) / time.Minute) }

// narrowest is how wide a stripe is at least, in minutes, so that it is seen.
const narrowest = 30

func (p *Page) stripe(e *entry, n int, clash bool) stripe {
	from, whole := p.midnight(n), minutes(p.midnight(n), p.midnight(n+1))
	x := min(max(0, minutes(from, e.start))*1440/whole, 1440-narrowest)
	width := max(narrowest, minutes(from, e.end)*1440/whole-x)
	return stripe{X: x, Width: min(width, 1440-x), Shape: e.health.Shape, Clash: clash}
}

func (c *cell) add(one chip, s stripe) {
	switch {
	case len(c.Chips) < maxChips:
		c.Chips = append(c.Chips, one)
	case len(c.Other) < maxFolded:
		c.Other = append(c.Other, one)
	default:
		c.More++
		return
	}
	c.Strip = append(c.Strip, s)
}

func (p *Page) chip(f *facts, e *entry, who *visitor) chip {
	one := chip{Path: eventPath(e.calendar, e.event), Title: who.shown(e.title), Clock: p.clock(e.start),
		Exact: e.start.In(p.Zone()).Format(time.RFC3339), Calendar: api.PlaceOf(e.calendar), Health: e.health,
		Over: e.end.Before(p.Now())}
	var with []string
	for _, other := range f.together[e] {
		with = append(with, who.shown(other.title)+" in "+other.calendar)
	}
	if len(with) > 0 {
		one.With = e.host + " hosts " + strings.Join(with, ", ") + " at the same time"
	}
	return one
}

// Hidden is how many are folded away.
func (c cell) Hidden() string { return strconv.Itoa(len(c.Other) + c.More) }
