package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// Several workers may share a store. Each works on the calendars that are its own, and only as long as it is certain of
// that: store.Hold gives a pass its context, and store.UpdateFor saves for nobody else. What follows here is what an
// engine does when calendars come to it and go.

// hold begins work on a calendar, until leave is called. ErrFenced where it is another worker's.
func (e *Engine) hold(ctx context.Context, name string) (held context.Context, leave func(), err error) {
	held, leave, ok := e.store.Hold(ctx, name, e.sum)
	if !ok {
		return ctx, leave, fmt.Errorf("calendar %s is not worked on here: %w", name, store.ErrFenced)
	}
	return held, leave, nil
}

// settledAt is from when on it is believed that a call, of whose answer nothing is known, has had no effect. The call
// of a worker before this one may have been sent until the calendar was taken from it.
func (s *settling) settledAt(sent time.Time) time.Time {
	until := sent.Add(s.c.Settings.Settle)
	if taken := s.e.store.Taken(s.c.Name); !taken.IsZero() {
		now := s.e.opt.Now()
		if left := s.c.Settings.Settle - now.Sub(taken); left > 0 && now.Add(left).After(until) {
			return now.Add(left)
		}
	}
	return until
}

// disownTime is how long a worker tries to take back what it has made too late.
const disownTime = 30 * time.Second

// disown sees to a meeting that was made while the calendar became another worker's, as by one that was frozen between
// its last look and the call: no lease keeps the request from going out then. If the record is in doubt still, or names
// this very meeting, the other one finds it. If it has another one by now, this one is nobody's, and is cancelled.
func (s *settling) disown(id int64, fenced error) error {
	// Whichever item has the record by now: it may have gone to another one with the same UID.
	rec, err := s.e.store.ByMark(s.rec.Mark)
	if err != nil {
		return errors.Join(fenced, err)
	}
	if rec != nil {
		if inDoubt := rec.Doubt == plan.DoubtCreate; inDoubt || rec.MeetingID == id {
			return fenced
		}
	}
	if ok, err := s.countDisowned(); err != nil || !ok {
		return errors.Join(fenced, err) // the day's calls are used up: the next look for meetings finds it
	}
	ctx, cancel := context.WithTimeout(context.Background(), disownTime)
	defer cancel()
	if err := s.mine().Meetings.Cancel(ctx, id); err != nil && !errors.Is(err, meeting.ErrGone) {
		return errors.Join(fenced, fmt.Errorf("meeting %d, which was made too late, could not be cancelled, and is found "+
			"by the next look for meetings without an event: %w", id, err))
	}
	s.e.warn("meeting cancelled that was made too late", "calendar", s.c.Name, "meeting", id)
	return fenced
}

// unheardTime is after how long a meeting can be found that a worker may have made too late: no exchange with Zoom
// takes longer, and its lists lag a little. unheardMost is of how many hosts that is remembered; the look of the day
// finds the others.
const (
	unheardTime = LastStep + 30*time.Second
	unheardMost = 100
)

// unheard has somebody look for a meeting that was perhaps made while the calendar became another worker's, and of
// whose number nobody has heard: that one may have made its own by then.
func (s *settling) unheard() {
	a, call := s.mine(), store.LostCall{Host: s.rec.Host, At: s.e.opt.Now().Add(unheardTime)}
	err := s.e.store.Update(func(tx *store.Tx) error {
		sweep, err := tx.Sweep(a.Hash)
		if err != nil || len(sweep.Lost) >= unheardMost {
			return err
		}
		sweep.Lost = append(sweep.Lost, call)
		return tx.PutSweep(a.Hash, sweep)
	})
	if err != nil {
		s.e.opt.Log.Warn("whether a second meeting was made is looked for within the day", "calendar", s.c.Name,
			"reason", words.Of(err))
	}
}

// countDisowned counts the call that takes back what was made too late, and says whether the day still allows it. That
// is no calendar's doing any more.
func (s *settling) countDisowned() (ok bool, err error) {
	a := s.mine()
	if !a.Budgeted {
		return true, nil
	}
	err = s.e.store.Update(func(tx *store.Tx) error {
		ok, err = tx.Spend(a.BudgetKey(s.rec.Host), day(s.e.opt.Now()), DailyLimit)
		return err
	})
	return ok, err
}

// forget drops what is known of a calendar that was, or becomes, another worker's.
func (e *Engine) forget(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.seats, name)
	delete(e.failed, name)
}

// Divide has the schedule begin with the calendars that have become this worker's, and leave alone those that are it no
// more. It returns at once.
func (s *Schedule) Divide() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.divided = true
	s.stir()
}

// leave has the calendar count no more among those that this worker asks. Schedule.mu is held.
func (l *line) leave() {
	if l.paced != nil {
		l.paced.leave()
	}
}

// divide does what Divide asks for.
func (s *Schedule) divide() {
	s.mu.Lock()
	asked := s.divided
	s.divided = false
	s.mu.Unlock()
	if !asked {
		return
	}
	var come []string
	for name := range s.lines {
		owns := s.e.store.Owns(name)
		s.mu.Lock()
		l := s.lines[name]
		if l.away == owns {
			s.e.forget(name)
			if owns {
				come = append(come, name)
			} else {
				if l.place > 0 {
					s.queue.take(l)
				}
				l.leave()
			}
			l.away = !owns
		}
		s.mu.Unlock()
	}
	if len(come) == 0 {
		return
	}
	slices.Sort(come)
	err := s.recall(come)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.start(come, nil)
		return
	}
	// What is remembered of them cannot be read now: they are begun with as soon as it can be.
	s.e.opt.Log.Error("calendars wait", "calendars", len(come), "reason", words.Of(err))
	for _, name := range come {
		s.lines[name].away = true
	}
	time.AfterFunc(minimumPause, s.Divide)
}

// elsewhere reports whether an error says no more than that something is another worker's, or that the shared store
// does not answer: whoever gets the calendar goes on with it.
func (s *Schedule) elsewhere(l *line, err error) bool {
	if !s.e.store.Shared() || err == nil {
		return false
	}
	s.e.forget(l.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(err, store.ErrFenced) {
		l.leave()
		l.away, s.divided = true, true // whose it is now is looked up
		return true
	}
	s.e.opt.Log.Error("pass given up", "calendar", l.name, "reason", words.Of(err))
	l.due = time.Now().Add(minimumPause)
	return true
}
