package local

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// Where several workers share the state, services count the requests of all of them together. So each says there now
// and then what it has asked, all at once, and hears what the others have: the pace goes by the sum. As in the file of
// one worker, what is said is at any time at least what was asked, for a worker that dies says nothing more.
const (
	// sharedAhead is for how many requests more than were asked is spoken, as one part of so many of a day's. Once half
	// of them is used, more is said: at the rate of a project, and with its burst, no sooner than in a second.
	sharedAhead = 500
	// shareEvery is how often workers hear of each other, and say what they have asked since.
	shareEvery = 10 * time.Second
)

// sharedQuotas is what this process has said, and what it has heard. quotas.mu guards it, but for stale.
type sharedQuotas struct {
	stale  atomic.Bool // workers have come or gone
	at     time.Time   // when, by the machine's own clock
	spoke  bool        // something was said
	failed string      // why that could not be done
	// spoken are the requests of which was spoken, those that may be asked among them, by the names of the meters.
	spoken map[string]int

	others  map[string]*calendar.Meter // what others have counted
	beside  map[string]float64         // how often they ask on a day (engine.Schedule.Beside)
	workers int                        // who live
}

// countsSaid is what a worker says.
type countsSaid struct {
	Quotas []quotaKept        `json:"quotas,omitempty"`
	Asks   map[string]float64 `json:"asks,omitempty"`
}

// shareQuotas says what was asked and hears what others have, if it is time for that. At the end of the process it says
// what it was. s.quotas.mu is held.
func (s *Service) shareQuotas(end bool) {
	shared := &s.quotas.shared
	now := s.now()
	said := time.Since(shared.at) < shareEvery && !s.outspoken(now)
	if said && !end && !shared.stale.Load() {
		return
	}
	shared.stale.Store(false)
	var tally countsSaid
	spoken := map[string]int{}
	for name, list := range s.meters {
		sum := sumOf(name, list, now)
		one := quotaKept{Name: name, Counted: sum.Counted(now)}
		if !end {
			one.Ahead = sum.Most() / sharedAhead
		}
		if counts := sum.Used(now) > 0 || one.Ahead > 0; counts {
			tally.Quotas = append(tally.Quotas, one)
		}
		spoken[name] = sum.Used(now) + one.Ahead
	}
	if s.schedule != nil && !end {
		tally.Asks = s.schedule.Asks()
	}
	if len(tally.Quotas)+len(tally.Asks) == 0 && !shared.spoke {
		shared.at = time.Now()
		return // nothing here is counted with others
	}
	text, err := json.Marshal(tally)
	if err == nil {
		err = s.exchange(text)
	}
	shared.at = time.Now()
	if err != nil {
		if why := words.Of(err); why != shared.failed {
			s.log.Warn("what services were asked cannot be shared with the other workers", "reason", why)
			shared.failed = why
		}
		return
	}
	shared.failed, shared.spoken = "", spoken
	s.heedOthers()
}

// outspoken reports whether so much was asked that more has to be spoken of.
func (s *Service) outspoken(now time.Time) bool {
	for name, list := range s.meters {
		used := 0
		for _, m := range list {
			used += m.Own(now)
		}
		if left := s.quotas.shared.spoken[name] - used; left < list[0].Most()/sharedAhead/2 {
			return true
		}
	}
	return false
}

// exchange says a text and hears those of the others.
func (s *Service) exchange(text []byte) error {
	shared := &s.quotas.shared
	list, workers, err := s.st.Counts(text)
	if err != nil {
		return err
	}
	shared.workers = workers
	shared.others, shared.beside = s.sumOthers(list)
	if shared.spoke {
		return nil
	}
	shared.spoke = true
	// What was asked before the state was shared is part of what was said.
	if err := os.Remove(s.quotas.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sumOthers is what others have counted, and how often those of them that live ask. One that died may have asked for as
// much as it has spoken of.
func (s *Service) sumOthers(list []store.Count) (others map[string]*calendar.Meter, beside map[string]float64) {
	others, beside = map[string]*calendar.Meter{}, map[string]float64{}
	now := s.now()
	for _, count := range list {
		var said countsSaid
		if err := json.Unmarshal(count.Text, &said); err != nil {
			s.log.Debug("what another worker says of what it has asked cannot be read", "reason", err)
			continue
		}
		for _, k := range said.Quotas {
			if !count.Lives {
				k.Put(k.Ahead)
			}
			if others[k.Name] == nil {
				others[k.Name] = calendar.NewMeter(k.Name, 0)
			}
			others[k.Name].Add(k.Counted, now)
		}
		if !count.Lives {
			continue
		}
		for name, asks := range said.Asks {
			beside[name] += asks
		}
	}
	return others, beside
}

// heedOthers has what others have asked count, and how often they ask. s.quotas.mu is held.
func (s *Service) heedOthers() {
	shared := &s.quotas.shared
	if shared.workers == 0 {
		return // nothing was heard
	}
	for name, list := range s.meters {
		for _, m := range list {
			m.Share(shared.others[name], shared.workers)
		}
	}
	if s.schedule != nil {
		s.schedule.Beside(shared.beside)
	}
}

// counting has a command say now and then what it has asked, until stop is called.
func (s *Service) counting() (stop func()) {
	if !s.st.Shared() || len(s.meters) == 0 {
		return func() {}
	}
	s.SaveQuotas(false)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				s.SaveQuotas(false)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
