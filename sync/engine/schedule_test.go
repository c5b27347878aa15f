package engine

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
)

// scheduled is a bench whose schedule runs, by a clock on the wall that can be set.
type scheduled struct {
	*bench
	ahead  atomic.Int64 // of the wall before the time that passes
	refuse atomic.Bool  // Zoom makes no meeting
	mu     sync.Mutex
	hangs  chan struct{}   // polls wait for it
	stuck  bool            // one does
	polls  []time.Duration // since the beginning
	log    bytes.Buffer
	sched  *Schedule
	cancel context.CancelFunc
	ended  chan error
}

// wall is the time on the wall.
func (s *scheduled) wall() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// set sets the clock.
func (s *scheduled) set(by time.Duration) { s.ahead.Add(int64(by)) }

// polled is how often the calendar was asked.
func (s *scheduled) polled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.polls)
}

// locked makes a buffer safe.
type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// inBubble runs a test with a schedule whose store was opened outside: its lock waits for no clock.
func inBubble(t *testing.T, spec string, test func(s *scheduled)) {
	t.Helper()
	s := &scheduled{bench: &bench{cal: calendartest.NewFake()}, ended: make(chan error, 1)}
	s.bench.zoom = &meetingtest.Fake{Now: s.wall}
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: s.wall, NoSync: true,
		Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	model := newBench(t)
	s.bench.st, s.bench.config, s.bench.service = st, model.config, s.bench.zoom
	s.bench.config.Source = s.bench.cal
	synctest.Test(t, func(t *testing.T) {
		s.bench.t = t
		began := time.Now()
		s.cal.Hook = func(call, phase, _ string) error {
			if call == "changes" && phase == "before" {
				s.mu.Lock()
				s.polls = append(s.polls, time.Since(began))
				hangs := s.hangs
				s.stuck = hangs != nil
				s.mu.Unlock()
				if hangs != nil {
					<-hangs
				}
			}
			return nil
		}
		s.zoom.Hook = func(call, phase string) error {
			if call == "create" && phase == "before" && s.refuse.Load() {
				return fmt.Errorf("nobody is there: %w", meeting.ErrNotSent)
			}
			return nil
		}
		s.ended = make(chan error, 1)
		s.restart(spec)
		test(s)
		s.cancel()
		if err := <-s.ended; err != nil {
			t.Error(err)
		}
	})
}

// restart makes engine and schedule anew.
func (s *scheduled) restart(spec string) {
	s.t.Helper()
	if s.cancel != nil {
		s.cancel()
		if err := <-s.ended; err != nil {
			s.t.Error(err)
		}
	}
	c := s.config
	s.e = New(s.st, []*Calendar{&c}, Options{Accounts: s.accounts(), Now: s.wall, Jitter: func() float64 { return 0 },
		Log: slog.New(slog.NewTextHandler(locked{&s.mu, &s.log}, nil))})
	var err error
	if s.sched, err = NewSchedule(s.e, map[string]string{"c": spec}, nil); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	s.cancel = cancel
	go func() { s.ended <- s.sched.Run(ctx) }()
	synctest.Wait()
}

// let lets time pass.
func let(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// TestPolledAfterSetBack: however far the clock is set back, the calendar is polled as often as before, and what waited
// for a time is not forgotten.
func TestPolledAfterSetBack(t *testing.T) {
	for _, spec := range []string{"@every 5m", "*/5 * * * *", "CRON_TZ=Europe/Berlin */5 * * * *"} {
		for _, back := range []time.Duration{time.Minute, time.Hour, 25 * time.Hour, 400 * 24 * time.Hour} {
			inBubble(t, spec, func(s *scheduled) {
				let(time.Hour)
				before := s.polled()
				s.set(-back)
				let(time.Hour)
				if n := s.polled() - before; n < 12 || n > 15 {
					t.Errorf("%s, set back by %s: polled %d times in an hour", spec, back, n)
				}
				if next := s.sched.Next("c").Sub(s.wall().Round(0)); next <= 0 || next > 5*time.Minute {
					t.Errorf("%s, set back by %s: the next poll is in %s", spec, back, next)
				}
			})
		}
	}
}

// TestPolledAfterSetForward: a poll that the clock has passed is made up for, once.
func TestPolledAfterSetForward(t *testing.T) {
	inBubble(t, "CRON_TZ=UTC 0 3 * * *", func(s *scheduled) {
		let(time.Hour)
		before := s.polled()
		s.set(12 * time.Hour)
		let(2 * time.Hour)
		if n := s.polled() - before; n != 1 {
			s.t.Errorf("polled %d times", n)
		}
	})
}

// TestDueAfterSetBack: an event that waits for its next try has it, in the same process and in the next one.
func TestDueAfterSetBack(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		inBubble(t, "@every 1m", func(s *scheduled) {
			s.now = s.wall()
			s.refuse.Store(true)
			s.put("Review #zoom", week)
			let(90 * time.Second)
			if n := len(s.zoom.Meetings()); n != 0 {
				s.t.Fatalf("%d meetings although they cannot be made", n)
			}
			s.refuse.Store(false)
			s.set(-24 * time.Hour)
			if restarted {
				s.restart("@every 1m")
			}
			let(20 * time.Minute)
			if n := len(s.zoom.Meetings()); n != 1 {
				s.t.Errorf("restarted %v: %d meetings, twenty minutes after the clock was set back", restarted, n)
			}
		})
	}
}

// TestDueTooFar: a time in the state that no clock of ours can have set does not count, and one that waits for an
// event's end does.
func TestDueTooFar(t *testing.T) {
	b := newBench(t)
	id := b.put("Review #zoom", 90*24*time.Hour)
	b.pass()
	b.pass() // it has seen its own write
	rec := b.record(id)
	for _, c := range []struct {
		due   time.Duration
		wrong bool
	}{{time.Hour, false}, {90 * 24 * time.Hour, false}, {91 * 24 * time.Hour, true}, {1000 * 24 * time.Hour, true}} {
		err := b.st.Update(func(tx *store.Tx) error { return tx.SetDue("c", id, b.now.Add(c.due)) })
		if err != nil {
			t.Fatal(err)
		}
		b.start()
		b.pass()
		due := b.record(id).Due
		if kept := due.Equal(b.now.Add(c.due)); kept == c.wrong {
			t.Errorf("due in %s: it is due at %s, the event ends at %s", c.due, due, rec.Until)
		}
	}
}

// TestOverdue: a calendar whose pass does not end is overdue after three intervals, is logged once, and is not once it
// is read again.
func TestOverdue(t *testing.T) {
	for _, c := range []struct {
		spec        string
		soon, later time.Duration
	}{{"@every 1m", 2*time.Minute + 50*time.Second, 20 * time.Second},
		{"@every 10s", 110 * time.Second, 20 * time.Second},
		{"CRON_TZ=UTC */10 * * * *", 29 * time.Minute, 2 * time.Minute}} {
		inBubble(t, c.spec, func(s *scheduled) {
			let(0)
			hangs := make(chan struct{})
			s.mu.Lock()
			s.hangs = hangs
			s.mu.Unlock()
			let(c.soon)
			s.mu.Lock()
			stuck := s.stuck
			s.mu.Unlock()
			if !stuck {
				s.t.Error("no pass was begun")
			}
			if quiet, overdue := s.sched.Overdue("c"); overdue {
				s.t.Errorf("%s: overdue after %s", c.spec, quiet)
			}
			let(c.later)
			if quiet, overdue := s.sched.Overdue("c"); !overdue || s.sched.Stuck("c") && quiet < longestExchange {
				s.t.Errorf("%s: not overdue after %s", c.spec, quiet)
			}
			let(time.Hour)
			s.mu.Lock()
			said := s.log.String()
			s.mu.Unlock()
			if n := strings.Count(said, "calendar overdue"); n != 1 || !s.sched.Stuck("c") {
				s.t.Errorf("%s: said %d times: %s", c.spec, n, said)
			}
			close(hangs)
			let(lookForOverdue)
			if quiet, overdue := s.sched.Overdue("c"); overdue {
				s.t.Errorf("%s: overdue after it was read, for %s", c.spec, quiet)
			}
		})
	}
}
