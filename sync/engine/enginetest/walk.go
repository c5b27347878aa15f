// Package enginetest holds what proves the engine on any calendar: the random walk. An owner edits, deletes, restores,
// copies and renames events, the services fail, lose answers and show things late, the power is cut before and after
// outside calls and commits, the database is deleted. Then all is well for a few passes (what the first one sees ending
// is cancelled in the second, after the grace period; of several items with one UID each has its turn), and each tagged
// event must have exactly one right meeting, and nothing else may be left.
//
// Only tests import it.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// Backend is a calendar that is walked on: what the engine watches, and its owner's side, which never fails. Methods
// that name an event which is not there do nothing. The engine gets the backend itself: where the adapter in it can do
// more than a calendar.Calendar must, as a calendar.Echoer can, so must the backend.
type Backend interface {
	calendar.Calendar

	// Put adds an event; the backend chooses ID and UID.
	Put(e calendar.Event) (id string)
	// Edit changes what the owner sees of an event.
	Edit(id string, change func(e *calendar.Event))
	// Delete deletes an event, Restore brings a deleted one back as it was.
	Delete(id string)
	Restore(id string)
	// Copy copies an event as apps do: with its texts, the block, and what is out of sight, but with a UID of its own.
	Copy(id string) (newID string)
	// Rename gives an event another id, at best the one proposed, and leaves its UID, as when a file is renamed. ok is
	// false where such a thing does not happen.
	Rename(id, proposed string) (newID string, ok bool)
	// Hide leaves an event out of every listing (or no longer) though Get finds it.
	Hide(id string, hidden bool)
	// Expire makes every cursor given out so far an expired one.
	Expire()
	// Restart is called when a new process begins, after a power cut at the latest: what the adapter kept in memory is
	// lost.
	Restart()
	// Event returns an event as the owner sees it, with its link, and whether it is there. Of one that is not, all is
	// zero.
	Event(id string) (calendar.Event, bool)
}

// Series is an Apart whose series can be split.
type Series interface {
	Apart

	// Split is "this and following": the series ends before one of its occurrences, and a copy of it, with a UID of its
	// own, goes on from there. ok is false where the event is no series that can be split.
	Split(id string) (newID string, ok bool)
}

// Apart is a Backend whose series keep occurrences that were changed by themselves, each with texts and a link of its
// own, as web APIs do. An exception is named by an id that no event has: that of the service, or that of the date.
type Apart interface {
	Backend

	// Except changes one occurrence of a series by itself, or takes it out if change makes it a cancelled one. ok is
	// false where the event is no series.
	Except(id string, change func(e *calendar.Event)) (exception string, ok bool)
	// Exceptions are the occurrences changed by themselves that are still to come, as the owner sees them, each with
	// its link.
	Exceptions(id string) []calendar.Event
}

// Setup is what a backend is made with.
type Setup struct {
	// Now is the clock of the walk.
	Now func() time.Time
	// Interesting tells events that have to do with zoomtag, for adapters that name the others only in passing.
	Interesting func(*calendar.Event) bool
	// Meanwhile is the owner writing into an event, or an exception, in the middle of a call: a backend calls it, now
	// and then, before a write takes effect. It calls Edit.
	Meanwhile func(id string)
	// Rand decides what a backend leaves to chance; a seed that failed fails again only if nothing else does.
	Rand *rand.Rand
	// Hook has to be called before and after the effect of each outside call of the watched calendar ("changes", "get"
	// or "setlink", or a request of its own), in the goroutine of that call, with phase "before" or "after" and the
	// event's id if there is one. An error before is that of a call that had no effect, one after is that of a call
	// whose answer was lost. It may panic, when the power is cut: no lock may be held then. An adapter for a service
	// calls it from its http.RoundTripper.
	Hook func(call, phase, id string) error
}

// Walker takes walks, one at a time. It keeps its database from one to the next, because making one takes longer than a
// walk.
type Walker struct {
	st         *opened
	newBackend func(Setup) (Backend, error)
	// whole keeps all of the story, however long it is.
	whole bool
	// leaves has zoomtag be removed from the calendar in the middle of each walk.
	leaves bool
	walk
}

// walk is the state of one walk.
type walk struct {
	pace   engine.Pace // that the calendar goes by; zero: it has a schedule
	rng    *rand.Rand
	now    time.Time
	cal    Backend
	zoom   *meetingtest.Fake // the calendar's account
	club   *meetingtest.Fake // another one, which tags choose
	e      *engine.Engine
	rules  plan.Rules
	events []string          // ids ever made
	words  map[string]string // the owner's description, by id
	titles map[string]string // the title before the last edit, by id
	apart  map[string]apart  // what an exception has of its own, by its id
	needed map[string]int    // creates that the owner's wishes explain, by bind
	made   map[string]int    // creates, by bind
	dated  map[string]bool   // binds of single dates
	double map[string]bool   // binds of UIDs that two items had at once, while the database was lost as well
	hidden map[string]bool   // ids that listings lack
	lost   bool              // the database was deleted at some time
	// disturbed says that a call has failed, the power was cut, or the database was deleted: what a pass then has to
	// find out again, of an update whose answer was lost for instance, no plan can know.
	disturbed bool
	// without says that the second account is not in the configuration.
	without bool
	excuse  map[string]bool // marks of meetings that nothing but the deleted database knew of

	// leaving says that zoomtag is being removed: no event is to have a link, whatever its owner wants.
	leaving bool

	calm   bool
	cutIn  int // hook points until the power is cut; 0 is never
	flaky  float64
	broken error // an invariant that broke inside a call
	log    []string
	keep   bool
}

// powerCut is what a hook panics with.
type powerCut struct{ at string }

var errFlaky = errors.New("the service is not well")

// NewWalker makes a walker whose database is at an address, and which makes the calendar of each walk with newBackend.
// One that is an io.Closer is closed after its walk.
func NewWalker(address string, newBackend func(Setup) (Backend, error)) (*Walker, error) {
	w := &Walker{newBackend: newBackend}
	w.calm = true
	st, err := open(address, store.Options{NoSync: true, Strict: true, Now: w.clock,
		Hook: func(point string) { w.point("store " + point) }})
	if err != nil {
		return nil, err
	}
	w.st = st
	return w, nil
}

// Close closes the database.
func (w *Walker) Close() error {
	w.calm = true
	return w.st.Close()
}

func (w *Walker) tellAll() { w.whole = true }

// Story tells the last walk.
func (w *Walker) Story() string { return strings.Join(w.log, "\n") }

func (w *Walker) clock() time.Time {
	if w.now.IsZero() {
		return walkBegins
	}
	return w.now
}

var walkBegins = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func (w *Walker) say(format string, args ...any) {
	if w.whole || len(w.log) < 400 {
		w.log = append(w.log, w.now.Format("15:04:05 ")+fmt.Sprintf(format, args...))
	}
}

// point is a place where the power may be cut.
func (w *Walker) point(name string) {
	if w.calm || w.cutIn == 0 {
		return
	}
	if w.cutIn--; w.cutIn == 0 {
		w.disturbed = true
		w.say("power cut at %s", name)
		panic(powerCut{name})
	}
}

// random feeds marks from the seed.
type random struct{ rng *rand.Rand }

func (r random) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r.rng.Uint32())
	}
	return len(p), nil
}

// Walk takes the walk of a seed. The same seed takes the same walk.
func (w *Walker) Walk(seed uint64) (err error) {
	w.calm = true
	if err := w.st.Reset(); err != nil {
		return err
	}
	w.walk = walk{rng: rand.New(rand.NewPCG(seed, 1)), calm: true, now: walkBegins,
		words: map[string]string{}, needed: map[string]int{}, made: map[string]int{}, excuse: map[string]bool{},
		dated: map[string]bool{}, double: map[string]bool{}, hidden: map[string]bool{}, titles: map[string]string{},
		apart: map[string]apart{}}
	if seed%2 == 1 { // half of the calendars go by a pace
		w.pace = engine.Pace{Min: time.Minute, Max: time.Hour}
	}
	w.keep = w.rng.IntN(3) > 0
	if w.cal, err = w.newBackend(Setup{Now: w.clock, Interesting: w.interesting, Meanwhile: w.meanwhile, Rand: w.rng,
		Hook: w.calendarHook}); err != nil {
		return err
	}
	if c, ok := w.cal.(io.Closer); ok {
		defer func() { err = errors.Join(err, c.Close()) }()
	}
	w.zoom = &meetingtest.Fake{Now: w.clock, Hook: w.zoomHook}
	w.club = &meetingtest.Fake{Now: w.clock, Hook: w.zoomHook, Beyond: 1_000_000}
	if w.rng.IntN(2) == 0 {
		w.zoom.Lag, w.club.Lag = 4*time.Second, 4*time.Second
	}
	w.restart()
	for range 6 + w.rng.IntN(14) {
		w.act()
		if w.leaves && w.rng.IntN(10) == 0 {
			w.leave()
		}
		if w.broken != nil {
			return w.broken
		}
	}
	if w.leaves {
		if err := w.left(); err != nil {
			return err
		}
	}
	if err := w.rest(); err != nil {
		return err
	}
	return w.check()
}

// rest lets all be well for a few passes.
func (w *Walker) rest() error {
	w.calm, w.flaky, w.cutIn = true, 0, 0
	if w.without {
		w.without = false
		w.restart()
	}
	for _, id := range w.events {
		w.cal.Hide(id, false)
	}
	if len(w.hidden) > 0 {
		// nothing else tells of what can be seen again; without it, what was told so far has to be enough
		w.cal.Expire()
	}
	for range 5 {
		w.now = w.now.Add(7 * time.Hour) // every retry is due, every grace period over
		if err := w.foretold(true); err != nil {
			return fmt.Errorf("good pass: %w", err)
		}
	}
	return w.broken
}

// restart makes a new engine, as a new process would.
func (w *Walker) restart() {
	w.cal.Restart()
	w.rules = plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Categories: []string{"Zoom"},
		Locations: []string{"Zoom"}, Keep: w.keep}
	settings := plan.Settings{Rules: w.rules, Host: "alice@example.com", Account: own, Location: "if-empty",
		Grace: 10 * time.Minute}
	options := engine.Options{Now: w.clock, Random: io.Reader(random{w.rng}), Jitter: func() float64 { return 0 }}
	for _, a := range w.accounts() {
		if a.Hash == club && w.without {
			continue
		}
		settings.Accounts = append(settings.Accounts, a.Account)
		options.Accounts = append(options.Accounts, engine.Account{Hash: a.Hash, Meetings: a.zoom, Main: a.Hash == own})
	}
	c := &engine.Calendar{Name: "c", Provider: "fake", Source: w.cal, Detects: fmt.Sprint(len(options.Accounts)),
		Settings: &settings, Pace: w.pace}
	w.e = engine.New(w.st.Store, []*engine.Calendar{c}, options)
	if err := w.st.Know(w.e.Sum()); err != nil && w.broken == nil {
		w.broken = err
	}
}

// The hashes of the calendar's account and of the other one.
var own, club = plan.AccountHash("a"), plan.AccountHash("b")

// walkAccount is an account with what makes its meetings.
type walkAccount struct {
	plan.Account
	zoom *meetingtest.Fake
}

func (w *Walker) accounts() []walkAccount {
	return []walkAccount{
		{plan.Account{Name: "a", Hash: own, Host: "alice@example.com", API: true}, w.zoom},
		{plan.Account{Name: "b", Hash: club, Host: "bob@example.com", API: true}, w.club},
	}
}

func (w *Walker) interesting(ev *calendar.Event) bool {
	return plan.Interesting(ev, &plan.Settings{Rules: w.rules})
}

func (w *Walker) fault(call, phase string) error {
	w.point(call + " " + phase)
	if w.calm || w.rng.Float64() >= w.flaky {
		return nil
	}
	w.disturbed = true
	w.say("fault: %s %s", call, phase)
	return errFlaky
}

func (w *Walker) calendarHook(call, phase, id string) error {
	err := w.fault("calendar "+call, phase)
	unwritten := phase == "before" && call == "setlink"
	if err != nil && unwritten && w.rng.IntN(3) == 0 {
		return calendar.ErrConflict
	}
	return err
}

func (w *Walker) zoomHook(call, phase string) error {
	err := w.fault("zoom "+call, phase)
	if err != nil && phase == "before" {
		return refusal(w.rng, w.now, call)
	}
	return err
}

// refusal is one of the ways in which Zoom does not do what it is asked for.
func refusal(rng *rand.Rand, now time.Time, call string) error {
	switch n := rng.IntN(4); {
	case n == 0:
		return &meeting.Throttled{Until: now.Add(time.Minute), Err: errFlaky}
	case n == 1:
		return fmt.Errorf("%w: %w", meeting.ErrNotSent, errFlaky)
	case n == 2 && (call == "create" || call == "update"):
		return fmt.Errorf("%w: %w", meeting.ErrAgain, errFlaky)
	}
	return errFlaky
}

func (w *Walker) pass() error {
	_, err := w.passed(w.calm)
	return err
}

// passed is a pass and its report. release has a calendar that is held be released.
func (w *Walker) passed(release bool) (report engine.Report, err error) {
	before := w.marks()
	w.noteDates()
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(powerCut); !ok {
				panic(r)
			}
			w.restart()
			err = nil
		}
		w.guard(before)
	}()
	report, err = w.e.Pass(context.Background(), "c")
	for _, r := range report.Events {
		w.say("  %s %v %s %s %s", r.ID, r.Steps, r.State, r.Reason, r.Error)
	}
	w.named(&report)
	if report.Held {
		w.say("  held: %s", report.Reason)
		if release && !w.leaving {
			if _, _, err := w.e.Release(context.Background(), "c"); err != nil {
				return report, err
			}
			_, err = w.e.Pass(context.Background(), "c")
			return report, err
		}
	}
	return report, err
}
