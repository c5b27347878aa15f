package engine

import (
	"context"
	"time"

	"zoomtag/sync/reason"
)

// A calendar is overdue when for so long no pass over it has ended, and none was seen to get on. The machine's own
// clock counts, which nobody sets.
const (
	overdueAfter    = 3 // of its intervals
	overdueAtLeast  = 2 * time.Minute
	lookForOverdue  = 10 * time.Second
	longestExchange = 15 * time.Minute // no exchange with a service may take that long, its bound included
)

// alive notes that a pass over a calendar has ended, or has got on with its events.
func (e *Engine) alive(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seat(name).stirred = time.Now()
}

// quietFor is for how long no pass over a calendar has ended, and how long that may be; zero before Run.
func (s *Schedule) quietFor(name string) (quiet, most time.Duration) {
	s.e.mu.Lock()
	last := s.e.seat(name).stirred
	s.e.mu.Unlock()
	l := s.lines[name]
	if l == nil {
		return 0, 0
	}
	s.mu.Lock()
	if l.away {
		s.mu.Unlock()
		return s.quietElsewhere(l)
	}
	begun, first, paced := s.begun, l.first, l.paced != nil
	if paced {
		most = max(overdueAfter*l.paced.every, overdueAtLeast)
	}
	s.mu.Unlock()
	if begun.IsZero() {
		return 0, 0
	}
	for _, since := range []time.Time{begun, first} {
		if last.Before(since) {
			last = since
		}
	}
	quiet = max(0, time.Since(last))
	if paced {
		return quiet, most
	}
	if quiet <= overdueAtLeast { // thousands of time-tables need not be asked
		return quiet, overdueAtLeast
	}
	then := s.e.opt.Now().Add(-quiet)
	at := then
	for range overdueAfter {
		if at = l.table.next(at); at.IsZero() {
			return quiet, quiet + never
		}
	}
	return quiet, max(at.Sub(then.Round(0)), overdueAtLeast)
}

// quietElsewhere is quietFor for a calendar of another worker, by what that one has noted of its passes.
func (s *Schedule) quietElsewhere(l *line) (quiet, most time.Duration) {
	last := s.e.store.LastPass(l.name)
	if last.IsZero() {
		return 0, 0
	}
	now := s.e.opt.Now()
	most = overdueAtLeast + noteLag
	if l.paced != nil {
		most = overdueAfter*l.paced.Max + noteLag
	} else {
		at := last
		for range overdueAfter {
			at = l.table.next(at)
		}
		most = max(most, at.Sub(last)+noteLag)
	}
	return max(0, now.Sub(last)), most
}

// noteLag is how much later than the pass others may know of it.
const noteLag = 2 * time.Minute

// Overdue reports whether a calendar that ought to be read is not: for how long no pass has ended.
func (s *Schedule) Overdue(name string) (quiet time.Duration, overdue bool) {
	quiet, most := s.quietFor(name)
	return quiet, quiet > most
}

// Stuck reports whether a calendar is overdue, and for so long that no service that is only slow explains it.
func (s *Schedule) Stuck(name string) bool {
	quiet, most := s.quietFor(name)
	return quiet > max(most, longestExchange)
}

// tellOverdue logs once when a calendar is overdue, and when it no longer is.
func (s *Schedule) tellOverdue(ctx context.Context) {
	told := map[string]bool{}
	tick := time.NewTicker(lookForOverdue)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for name := range s.e.calendars {
			quiet, overdue := s.Overdue(name)
			overdue = overdue && s.e.store.Owns(name)
			switch {
			case overdue && !told[name]:
				s.e.opt.Log.Error("calendar overdue", "calendar", name, "code", reason.Overdue, "reason",
					Overdue(quiet).Error())
			case !overdue && told[name]:
				s.e.opt.Log.Info("calendar is read again", "calendar", name)
				delete(told, name)
			}
			if overdue {
				told[name] = true
			}
		}
	}
}

// Overdue is what people read of an overdue calendar.
func Overdue(quiet time.Duration) reason.Reason {
	return reason.Overdue.Because("no pass has ended for " + quiet.Truncate(time.Second).String()).
		Mend("look into the log for what it waits for; if it lasts, restart zoomtag")
}
