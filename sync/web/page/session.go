package page

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// How long a sign-in lasts: idleSession without a look at the page, and longestSession in any case.
const (
	idleSession    = 12 * time.Hour
	longestSession = 7 * 24 * time.Hour
	maxSessions    = 1000
)

// sessions are those who have signed in, until the daemon ends. A session is kept by its hash.
type sessions struct {
	mu   sync.Mutex // guards open
	open map[[32]byte]session
}

type session struct{ begun, used time.Time }

func (s session) over(now time.Time) bool {
	return now.Sub(s.used) > idleSession || now.Sub(s.begun) > longestSession
}

// begin begins one. Where there are too many the one goes that was used least lately.
func (s *sessions) begin(now time.Time) string {
	name := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[[32]byte]session{}
	}
	if len(s.open) >= maxSessions {
		var oldest *[32]byte
		for k, one := range s.open {
			if oldest == nil || one.used.Before(s.open[*oldest].used) {
				oldest = &k
			}
		}
		delete(s.open, *oldest)
	}
	s.open[sha256.Sum256([]byte(name))] = session{now, now}
	return name
}

// known reports whether a session is open. used says that a person looks, which keeps it open.
func (s *sessions) known(name string, now time.Time, used bool) bool {
	key := sha256.Sum256([]byte(name))
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.open[key]
	if !ok {
		return false
	}
	if one.over(now) {
		delete(s.open, key)
		return false
	}
	if used {
		one.used = now
		s.open[key] = one
	}
	return true
}

func (s *sessions) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, sha256.Sum256([]byte(name)))
}

// end ends all of them.
func (s *sessions) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = nil
}

// How many passwords are looked at: of one peer, and of all together, within a time.
const (
	triesEach   = 5
	triesAll    = 60
	triesWithin = 5 * time.Minute
)

// tries counts the passwords that were entered and not right.
type tries struct {
	mu    sync.Mutex             // guards at
	at    map[string][]time.Time // by peer, the oldest first
	place chan struct{}
}

// begin counts a try. It returns how long the peer has to wait, and then the try does not count.
func (t *tries) begin(peer string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.at == nil {
		t.at = map[string][]time.Time{}
	}
	all, oldest := 0, now
	for name, times := range t.at {
		for len(times) > 0 && now.Sub(times[0]) >= triesWithin {
			times = times[1:]
		}
		if t.at[name] = times; len(times) == 0 {
			delete(t.at, name)
			continue
		}
		if all += len(times); times[0].Before(oldest) {
			oldest = times[0]
		}
	}
	switch own := t.at[peer]; {
	case len(own) >= triesEach:
		return own[0].Add(triesWithin).Sub(now)
	case all >= triesAll:
		return oldest.Add(triesWithin).Sub(now)
	}
	t.at[peer] = append(t.at[peer], now)
	return 0
}

// forget forgets the tries of a peer that has entered the right one.
func (t *tries) forget(peer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.at, peer)
}

// turn is the place of the one password that is looked at.
func (t *tries) turn() chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.place == nil {
		t.place = make(chan struct{}, 1)
	}
	return t.place
}
