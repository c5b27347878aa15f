package engine

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// The day of an organisation, by a clock that takes no time:
//
//	go test ./sync/engine -run 'TestDay$' -day.people=10000 -timeout 1h -v
var dayPeople = flag.Int("day.people", 200, "how many people there are in the simulated day")

// person is somebody with a calendar at a service that counts.
type person struct {
	*calendartest.Fake
	name  string
	meter *calendar.Meter
	zone  time.Duration // of their hours, east of UTC
	day   *workday
	mu    sync.Mutex
	asked map[string]time.Time // for a link, by the title of the event
}

// Meter implements calendar.Metered.
func (p *person) Meter() *calendar.Meter { return p.meter }

// workday is what happens in it, and how it ends.
type workday struct {
	t       *testing.T
	rng     *rand.Rand
	meter   *calendar.Meter
	people  []*person
	mu      sync.Mutex
	after   []time.Duration // from a tag to its link
	minutes map[int64]int   // requests
}

// newPerson is somebody who works from nine to five in one of three zones.
func (d *workday) newPerson(name string) *person {
	zones := []time.Duration{-8 * time.Hour, time.Hour, 8 * time.Hour}
	p := &person{Fake: calendartest.NewFake(), name: name, meter: d.meter, day: d,
		zone: zones[len(d.people)%len(zones)], asked: map[string]time.Time{}}
	p.Hook = p.called
	d.people = append(d.people, p)
	return p
}

// called counts the requests, and the time until an event has its link.
func (p *person) called(call, phase, id string) error {
	now := time.Now()
	if phase == "before" {
		p.meter.Count(now)
		p.day.mu.Lock()
		p.day.minutes[now.Unix()/60]++
		p.day.mu.Unlock()
	}
	if call != "setlink" || phase != "after" {
		return nil
	}
	ev, _ := p.Event(id)
	p.mu.Lock()
	at, waits := p.asked[ev.Title]
	delete(p.asked, ev.Title)
	p.mu.Unlock()
	if waits {
		p.day.mu.Lock()
		p.day.after = append(p.day.after, now.Sub(at))
		p.day.mu.Unlock()
	}
	return nil
}

// edits are when a person changes something on a day: in none to three sittings of one to ten changes, a minute or two
// after each other, at work.
func (d *workday) edits(p *person, midnight time.Time) (list []time.Time) {
	for range d.rng.IntN(4) {
		at := midnight.Add(9*time.Hour - p.zone + time.Duration(d.rng.Int64N(int64(8*time.Hour))))
		for range 1 + d.rng.IntN(10) {
			list = append(list, at)
			at = at.Add(time.Minute + time.Duration(d.rng.Int64N(int64(time.Minute))))
		}
	}
	return list
}

// lives has a person edit, one event in so many with a tag, until the day is over.
func (p *person) lives(ctx context.Context, edits []time.Time, tagged func() bool) {
	slices.SortFunc(edits, time.Time.Compare)
	for i, at := range edits {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(at)):
		}
		title := "Talk " + strconv.Itoa(i)
		start := at.Add(50 * time.Hour).Truncate(time.Hour)
		ev := calendar.Event{UID: p.name + " " + title, Title: title, Start: start, End: start.Add(time.Hour)}
		if tagged() {
			p.mu.Lock()
			p.asked[title+" #zoom"] = at
			p.mu.Unlock()
			ev.Title += " #zoom"
		}
		p.Put(ev)
	}
}

// TestDay: on a day in the life of an organisation whose calendars go by their pace, no quota is used up, and whoever
// asks for a link has it soon.
func TestDay(t *testing.T) {
	people := *dayPeople
	st := quickStore(t)
	synctest.Test(t, func(t *testing.T) {
		const aDay = 24 * time.Hour
		d := &workday{t: t, rng: rand.New(rand.NewPCG(1, 2)), meter: calendar.NewMeter("a project", 100*people),
			minutes: map[int64]int{}}
		begin := time.Now().UTC().Truncate(aDay).Add(aDay + 8*time.Hour) // midnight where the first of them are
		zoom := &meetingtest.Fake{Now: time.Now}
		account := Account{Hash: plan.AccountHash("a"), Meetings: zoom, Budgeted: true, Main: true}
		calendars := make([]*Calendar, people)
		err := st.Update(func(tx *store.Tx) error {
			for i := range people {
				name := fmt.Sprintf("p%05d", i)
				p := d.newPerson(name)
				state := store.CalendarState{}
				for before := 14; before > 0; before-- { // what was learned of them
					for _, at := range d.edits(p, begin.Add(-8*time.Hour-time.Duration(before)*aDay)) {
						state.Beat.Note(at, true)
					}
				}
				calendars[i] = &Calendar{Name: name, Provider: "fake", Lane: "fake", Source: p, Detects: "1",
					Pace: Pace{Min: time.Minute, Max: time.Hour},
					Settings: &plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Keep: true},
						Host: name + "@example.com", Account: account.Hash, Location: "if-empty"}}
				if err := tx.PutCalendar(name, state); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Until(begin))
		s, err := NewSchedule(New(st, calendars, Options{Accounts: []Account{account}}), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(aDay+time.Hour, cancel)
		var lives sync.WaitGroup
		tags, choice := 0, rand.New(rand.NewPCG(3, 4))
		var mu sync.Mutex
		tagged := func() bool {
			mu.Lock()
			defer mu.Unlock()
			yes := choice.IntN(100) < 5
			if yes {
				tags++
			}
			return yes
		}
		for _, p := range d.people {
			edits := d.edits(p, begin.Truncate(aDay))
			for i, at := range edits {
				if at.Before(begin) {
					edits[i] = at.Add(aDay)
				}
			}
			lives.Go(func() { p.lives(ctx, edits, tagged) })
		}
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
		lives.Wait()
		d.judge(tags, people)
	})
}

// judge says how the day was.
func (d *workday) judge(tags, people int) {
	slices.Sort(d.after)
	most, sum := 0, 0
	for _, n := range d.minutes {
		most, sum = max(most, n), sum+n
	}
	if len(d.after) != tags || tags == 0 {
		d.t.Fatalf("%d links, for %d tags", len(d.after), tags)
	}
	median, p99 := d.after[len(d.after)/2], d.after[(len(d.after)*99+99)/100-1]
	d.t.Logf("%d people, %d tags: %d requests, %d for each, at most %d in a minute; a link after %s in the "+
		"middle, after %s for 99 of 100", people, tags, sum, sum/people, most, median.Round(time.Second), p99.Round(time.Second))
	if sum > 100*people || most > max(people, 10_000) {
		d.t.Errorf("a service's quota is used up")
	}
	late := 10 * time.Minute
	if tags < 1000 { // of so few, the hundredth is whoever had least luck
		late = 15 * time.Minute
	}
	if median > 90*time.Second || p99 > late {
		d.t.Errorf("links take long: %s in the middle, %s for 99 of 100", median, p99)
	}
}
