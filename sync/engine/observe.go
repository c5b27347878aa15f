package engine

import (
	"sync"
	"time"

	"zoomtag/store"
	"zoomtag/sync/plan"
)

// Observer hears what passes do, for counting it. It is told from their goroutines, and has to return at once.
type Observer interface {
	// PassEnded tells of a pass that was not dry, and of the fault that ended it early, where there was one.
	PassEnded(r *Report, fault error)
	// LinkMade tells that an event got its first link, and how long that took: since the beginning of the pass in which
	// it was first seen to ask for one. Time for which it was held does not count, nor that of a process before.
	LinkMade(provider string, after time.Duration)
}

// tellObserver tells of a pass that has ended. What is done for one event is none.
func (e *Engine) tellObserver(r *Report, m mode, fault error) {
	if isPass := r.Took > 0 && !m.dry && m.only == ""; isPass && e.opt.Observer != nil {
		e.opt.Observer.PassEnded(r, fault)
	}
}

// sights are when events were first seen that ask for a link and have none yet.
type sights struct {
	mu    sync.Mutex               // guards first
	first map[store.Item]time.Time // by the machine's own clock
}

// mostSights bounds how many are remembered: what is beyond is not measured.
const mostSights = 100_000

// note remembers the first sight of an event.
func (s *sights) note(item store.Item, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.first[item]; !known && len(s.first) < mostSights {
		s.first[item] = at
	}
}

// forget returns how long ago an event was first seen, where that is known, and forgets it.
func (s *sights) forget(item store.Item) (ago time.Duration, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, known := s.first[item]
	delete(s.first, item)
	return time.Since(at), known
}

// sight follows an event from when it is first seen to ask for a link until it has one.
func (s *settling) sight(d plan.Decision) {
	if s.e.opt.Observer == nil || s.mode.dry {
		return
	}
	item := store.Item{Calendar: s.c.Name, EventID: s.id}
	asks := s.ev != nil && d.Wish.Asked
	linked := s.rec != nil && s.rec.JoinURL != ""
	rests := d.Do == plan.Nothing && d.State != plan.Pending && d.State != plan.Doubt
	if asks && !linked && !rests {
		s.e.sights.note(item, s.mode.began)
		return
	}
	if after, known := s.e.sights.forget(item); known && asks && linked {
		s.e.opt.Observer.LinkMade(s.c.Provider, after)
	}
}
