package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// Times of passes that changed nothing are no reason to write to the database. They are in FILE.passes, which nothing
// rests on but what people are shown: it is written without fsync, one that is missing, torn or of another database
// says nothing, and the database has the time of the last pass that changed something, or that came an hour after that
// one.

// passStep is how much older than the pass the file may say that it was.
const passStep = time.Minute

// passLife is how long a time is kept in the file: the database has a later one by then, unless the calendar is watched
// no more.
const passLife = 24 * time.Hour

// othersPass is how old may be what is known of the passes of other workers.
const othersPass = 20 * time.Second

// passTimes are the times by calendar. Store.mu guards them.
type passTimes struct {
	read   bool
	readAt time.Time // by the machine's own clock
	of     map[string]passTime
	saved  time.Time // when the file was last written: however many calendars there are, it is once a minute
}

// passTime is when a pass was last noted, and what of that is kept; zero: nothing is. Of many thousands each byte
// counts.
type passTime struct{ at, kept nanoseconds }

// nanoseconds are a time, since 1970.
type nanoseconds int64

func (n nanoseconds) time() time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

// passFile is what stands in the file.
type passFile struct {
	Database string               `json:"database"`
	Passes   map[string]time.Time `json:"passes"`
}

// NotePass notes that a pass over a calendar has ended well at a time. It is on the disk at once, or, if the
// file was written less than a minute ago, with the next one and when the store is closed.
func (s *Store) NotePass(calendar string, at time.Time) error {
	if s.readOnly {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.engine.Usable(); err != nil {
		return err
	}
	s.readPasses()
	one := s.passes.of[calendar]
	one.at = nanoseconds(at.UnixNano())
	s.passes.of[calendar] = one
	if at.Sub(s.passes.saved).Abs() < passStep || at.Sub(one.kept.time()).Abs() < passStep {
		return nil
	}
	s.passes.saved = at
	return s.writePasses()
}

// LastPass is when a pass over a calendar was last noted; zero if none was.
func (s *Store) LastPass(calendar string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readPasses()
	return s.passes.of[calendar].at.time()
}

// readPasses reads what is kept: once, or, where others keep theirs as well, again and again.
func (s *Store) readPasses() {
	switch {
	case !s.passes.read:
		s.passes = passTimes{read: true, of: map[string]passTime{}}
	case !s.Shared() || time.Since(s.passes.readAt) < othersPass:
		return
	}
	s.passes.readAt = time.Now()
	for _, text := range s.engine.Asides() {
		var kept passFile
		if json.Unmarshal(text, &kept) != nil || kept.Database != s.engine.ID() {
			continue
		}
		for calendar, at := range kept.Passes {
			if t := nanoseconds(at.UnixNano()); t > s.passes.of[calendar].at {
				s.passes.of[calendar] = passTime{t, t}
			}
		}
	}
}

// writePasses writes the file.
func (s *Store) writePasses() error {
	kept := passFile{Database: s.engine.ID(), Passes: map[string]time.Time{}}
	for calendar, one := range s.passes.of {
		if at := one.at.time(); s.options.Now().Sub(at) < passLife {
			kept.Passes[calendar] = at.Truncate(time.Second)
		}
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("store: save the times of passes: %w", err)
	}
	if err := s.engine.PutAside(body); err != nil {
		return err
	}
	for calendar, at := range kept.Passes {
		one := s.passes.of[calendar]
		one.kept = nanoseconds(at.UnixNano())
		s.passes.of[calendar] = one
	}
	return nil
}

// savePasses writes what is not in the file yet. The store is being closed.
func (s *Store) savePasses() error {
	for _, one := range s.passes.of {
		at := one.at.time()
		if unsaved := !one.kept.time().Equal(at.Truncate(time.Second)); unsaved && s.options.Now().Sub(at) < passLife {
			return s.writePasses()
		}
	}
	return nil
}
