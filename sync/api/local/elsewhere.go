package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// Where several workers share the state, a pass is made by the one whose calendar it is. Whoever is told to make one of
// another's, a command or the daemon of another machine, asks for it by way of the state.

// act is what can be done in a calendar, and asked of another worker.
type act struct {
	Do      string       `json:"do"`
	Names   []string     `json:"names,omitempty"` // of calendars, where it is done in several
	Event   string       `json:"event,omitempty"`
	Removal plan.Removal `json:"removal,omitempty"`
	Patient bool         `json:"patient,omitempty"`
}

// The acts.
const (
	doPass    = "pass"
	doRemove  = "remove"
	doSettle  = "settle"
	doRelease = "release"
	doRetry   = "retry" // Event: of one event alone; in several calendars
)

// outcome is the answer to an act.
type outcome struct {
	Report engine.Report `json:"report,omitzero"`
	Held   bool          `json:"held,omitempty"`   // it was, until it was released
	Events int           `json:"events,omitempty"` // that were released, or are tried again
	Done   []string      `json:"done,omitempty"`   // of several calendars, those that are this worker's
	Error  string        `json:"error,omitempty"`
	Cure   string        `json:"cure,omitempty"`
}

// perform does something in a calendar, here.
func (s *Service) perform(ctx context.Context, name string, a act) (o outcome, err error) {
	if len(a.Names) > 0 {
		return s.performAll(a)
	}
	if !s.st.Owns(name) {
		return o, store.ErrFenced
	}
	switch a.Do {
	case doPass:
		o.Report, err = s.engine.Pass(ctx, name)
	case doRemove:
		o.Report, err = s.engine.Remove(ctx, name, a.Removal)
	case doSettle:
		o.Report, err = s.engine.Settle(ctx, name, a.Event)
	case doRelease:
		o.Held, o.Events, err = s.engine.Release(ctx, name)
	case doRetry:
		o.Events, err = s.engine.Retry(again(a, name))
	default:
		return o, fmt.Errorf("calendar %s was asked for %q, which this zoomtag does not know", name, a.Do)
	}
	if s.schedule != nil && a.Do != doPass && err == nil {
		s.schedule.Nudge(name)
	}
	return o, err
}

// does does something in a calendar, or has the worker do it whose calendar it is.
func (s *Service) does(ctx context.Context, name string, a act) (outcome, error) {
	if err := s.enlist(ctx); err != nil {
		return outcome{}, err
	}
	o, err := s.perform(ctx, name, a)
	if !errors.Is(err, store.ErrFenced) || !s.st.Shared() {
		return o, err
	}
	return s.askFor(ctx, name, a)
}

// reporting is does for acts of which there is a report.
func (s *Service) reporting(a act) func(ctx context.Context, name string) (engine.Report, error) {
	return func(ctx context.Context, name string) (engine.Report, error) {
		o, err := s.does(ctx, name, a)
		return o.Report, err
	}
}

func (s *Service) askFor(ctx context.Context, name string, a act) (o outcome, err error) {
	body, err := json.Marshal(a)
	if err != nil {
		return o, err
	}
	text, err := s.st.Ask(ctx, name, body)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(text, &o); err != nil {
		return o, fmt.Errorf("what the worker of calendar %s has answered cannot be read: %w", name, err)
	}
	if o.Error != "" {
		return o, words.Mend(errors.New(o.Error), o.Cure)
	}
	return o, nil
}

// AnswerAsked carries out what others ask of this worker, each in a goroutine of its own, and returns when all has
// been begun. What was begun ends with ctx.
func (s *Service) AnswerAsked(ctx context.Context) {
	list, err := s.st.Asked()
	if err != nil {
		s.log.Warn("what others ask of this worker cannot be read", "reason", words.Of(err))
	}
	for _, r := range list {
		go s.answer(ctx, r)
	}
}

func (s *Service) answer(ctx context.Context, r store.Request) {
	var a act
	var o outcome
	err := json.Unmarshal(r.Body, &a)
	if err == nil {
		o, err = s.perform(ctx, r.Name, a)
	}
	if err != nil {
		o.Error, o.Cure = words.Cause(err), words.Cure(err)
	}
	text, err := json.Marshal(o)
	if err == nil {
		err = s.st.Answer(r, text)
	}
	if err != nil {
		s.log.Warn("what another worker has asked could not be answered", "calendar", r.Name, "reason", words.Of(err))
	}
}

// enlistment is a command's time as a worker, where there is no other.
type enlistment struct {
	once sync.Once
	err  error
	end  func() error
}

// enlistTime is how long a command waits until it has its share.
const enlistTime = 10 * time.Second

// enlist makes a command one of the workers where none lives: somebody has to own the calendars while they are worked
// on.
func (s *Service) enlist(ctx context.Context) error {
	if s.schedule != nil || !s.st.Shared() {
		return nil
	}
	s.enlisted.once.Do(func() {
		workers, err := s.st.Workers()
		if err != nil || len(workers) > 0 {
			s.enlisted.err = err
			return
		}
		s.enlisted.err = s.serveAlone(ctx)
	})
	if s.enlisted.err != nil {
		return s.enlisted.err
	}
	return s.st.Know(s.Sum()) // the lists may name others by now
}

func (s *Service) serveAlone(ctx context.Context) error {
	if err := s.st.Know(s.Sum()); err != nil {
		return err
	}
	working, end := context.WithCancel(context.Background())
	changed, done := make(chan struct{}, 1), make(chan error, 1)
	o := store.WorkerOptions{Name: "command", Version: s.version, Asked: func() { go s.AnswerAsked(working) },
		Changed: func() {
			select {
			case changed <- struct{}{}:
			default: // it is known already
			}
		}}
	go func() { done <- s.st.Work(working, o) }()
	s.enlisted.end = func() error {
		end()
		return <-done
	}
	limit, over := context.WithTimeout(ctx, enlistTime)
	defer over()
	select {
	case <-changed:
		return nil
	case err := <-done:
		done <- err
		return err
	case <-limit.Done():
		return words.Mend(errors.New("the shared state gives this command no calendar to work on"),
			"see with zoomtag doctor what is wrong with the database")
	}
}

// dismiss ends the time of a command as a worker. What it could not hand over, others take within seconds.
func (s *Service) dismiss() error {
	if s.enlisted.end == nil {
		return nil
	}
	return s.enlisted.end()
}

// tellWorkers adds to a report who shares the state, and works on what.
func (s *Service) tellWorkers(report *api.StatusReport) error {
	report.Shared = s.st.Shared()
	workers, err := s.st.Workers()
	if err != nil {
		return err
	}
	owners := map[int]int{}
	for i, w := range workers {
		report.Workers = append(report.Workers, api.WorkerStatus{Name: w.Name, Version: w.Version,
			Since: api.Time(w.Since), Lag: w.Lag.Seconds(), Shards: len(w.Shards), Here: w.Me,
			Differs: w.Calendars != s.Sum()})
		for _, shard := range w.Shards {
			owners[shard] = i
		}
	}
	for i := range report.Calendars {
		c := &report.Calendars[i]
		if owner, ok := owners[store.ShardOf(c.Name)]; ok {
			c.Worker = report.Workers[owner].Name
			report.Workers[owner].Calendars++
		}
	}
	return nil
}
