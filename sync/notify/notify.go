package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// Way is one way to tell people something.
type Way interface {
	// Send tells it. Its error is a sentence without secrets.
	Send(ctx context.Context, list []Message) error
	// Alone says that each message is sent by itself.
	Alone() bool
	// Tells reports whether messages of a kind of the configuration are told: problem, resolved, link.
	Tells(kind string) bool
	// Minds reports whether a condition is for those whom the way reaches.
	Minds(c *api.Condition) bool
	// Together reports whether the same people are told of two conditions.
	Together(a, b *api.Condition) bool
}

// Options are what a notifier works with.
type Options struct {
	Store  *store.Store
	Config *configs.Config
	// Conditions lists what needs a person.
	Conditions func(ctx context.Context) (api.ConditionsReport, error)
	Now        func() time.Time
	Log        *slog.Logger
	// Zone is the zone of quiet hours.
	Zone *time.Location
}

// Notifier tells people what needs them. One goroutine uses it.
type Notifier struct {
	Options
	ways []*way
	// looked is when all was last looked at, and generation what the store had changed to by then.
	looked     time.Time
	generation uint64
	rest       time.Duration // before the next look
	busy       bool          // something has begun or ended lately, and may be to be told soon
	// lapsed reads the clock of this machine, which measures how long things take: Now may stand still.
	lapsed func() time.Time
	begun  bool // what the store says of ways that fail is known
}

// way is a Way with what the notifier knows of it.
type way struct {
	Way
	name     string // for people
	key      string // by which the store knows it: the same in the next configuration, and another for each way
	quiet    *hours
	digest   time.Duration
	last     time.Time // when something was last told
	failures int       // in a row
	next     time.Time // when it is tried again after a failure
	until    time.Time // when its turn in a look is over, by lapsed
	behind   bool      // its last turn was over before all was told
	worked   bool      // something was told in this process, and nothing has failed since
	// fault is why nothing can be told; nil where it can, or was not tried. saved is what the store has of it.
	fault, saved *store.WayFailure
}

// New returns a notifier for the ways of a configuration. Its error is a mistake in that.
func New(o Options) (*Notifier, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	n := &Notifier{Options: o, lapsed: time.Now}
	keys := map[string]int{}
	for i := range o.Config.Notify {
		w, err := newWay(&o.Config.Notify[i], o)
		if err != nil {
			return nil, words.Usage(fmt.Errorf("notify, way %d: %w", i+1, err))
		}
		if keys[w.key]++; keys[w.key] > 1 { // the same way twice, with other hours perhaps
			w.key += fmt.Sprintf(" %d", keys[w.key])
		}
		n.ways = append(n.ways, w)
	}
	return n, nil
}

// Succeed goes on where the notifier of the configuration before, whose Run has ended, has stopped: a way that rests
// does so still. One that fails is tried at once: that it was mended may be why the configuration is read again.
func (n *Notifier) Succeed(before *Notifier) {
	for _, w := range n.ways {
		for _, was := range before.ways {
			if was.key == w.key {
				w.last = was.last
			}
		}
	}
}

// lookEvery is how often it is asked whether there is something to look at, and lookAnyway how often all is looked at:
// what time alone brings about, such as a calendar that is overdue, no change of the store tells.
const (
	lookEvery  = 10 * time.Second
	lookAnyway = time.Minute
)

// Job names the telling among what only one of several workers does.
const Job = "job/notify"

// Run looks and tells until ctx ends. Faults are logged: nobody can be told of them.
func (n *Notifier) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	said := ""
	for {
		err := n.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && err.Error() != said {
			n.Log.Error("what needs a person could not be told", "reason", err)
		}
		said = ""
		if err != nil {
			said = err.Error()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look is Look, unless nothing can have happened.
func (n *Notifier) look(ctx context.Context) error {
	generation, err := n.Store.Generation()
	if err != nil {
		return err
	}
	now := n.Now()
	rested := now.Sub(n.looked)
	if rested >= 0 && rested < n.rest {
		return nil
	}
	still := generation == n.generation && !n.busy
	if still && rested >= 0 && rested < lookAnyway {
		return nil
	}
	n.looked, n.generation = now, generation
	return n.Look(ctx)
}

// share is how many times as long as a look took there is none after it, but longestRest at the most: with very many
// calendars or events looks cost half a per cent of a processor.
const (
	share       = 200
	longestRest = 3 * time.Minute
)

// settle is how long a condition has to be gone before it is over.
const settle = 2 * time.Minute

// Look looks once at what needs a person, and tells what is to be told.
func (n *Notifier) Look(ctx context.Context) error {
	begun := n.lapsed()
	if err := n.recall(); err != nil {
		return err
	}
	report, err := n.Conditions(ctx)
	if err != nil {
		return err
	}
	courses, err := n.merge(report.Conditions)
	if err != nil {
		return err
	}
	n.busy = n.astir(courses)
	n.rest = min(share*n.lapsed().Sub(begun), longestRest) // that others are slow to hear costs nothing here
	// Side by side, so that nobody waits for a receiver that is slow.
	faults := make([]error, len(n.ways))
	var wg sync.WaitGroup
	for i, w := range n.ways {
		wg.Go(func() {
			w.until, w.behind = n.lapsed().Add(turn), false
			list := n.due(w, report.Conditions, courses)
			faults[i] = errors.Join(n.tell(ctx, w, list), n.follow(ctx, w), n.note(w, list))
		})
	}
	wg.Wait()
	for _, w := range n.ways {
		n.busy = n.busy || w.behind
	}
	return errors.Join(errors.Join(faults...), n.forget(courses))
}

// recall asks the store which ways fail, and has it forget those that are not configured any more.
func (n *Notifier) recall() error {
	if n.begun {
		return nil
	}
	failures, err := n.Store.FailingWays()
	if err != nil {
		return err
	}
	for _, w := range n.ways {
		if failure, failing := failures[w.key]; failing {
			w.saved = &failure
			delete(failures, w.key)
		}
	}
	if len(failures) > 0 {
		err = n.Store.UpdateFor(Job, func(tx *store.Tx) error {
			for key := range failures {
				if err := tx.PutWayFailure(key, nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	n.begun = err == nil
	return err
}

// note saves whether a way fails, for those who look. It does as long as something waits that could not be told; told
// are the messages about conditions that are due in it.
func (n *Notifier) note(w *way, due []Message) error {
	now := w.fault
	if now == nil && !w.worked { // not tried in this process
		now = w.saved
	}
	if now != nil {
		waits, err := n.waits(w, due)
		if err != nil {
			return err
		}
		if !waits {
			now, w.fault = nil, nil
		}
	}
	if now == w.saved {
		return nil
	}
	w.saved = now
	return n.Store.UpdateFor(Job, func(tx *store.Tx) error { return tx.PutWayFailure(w.key, now) })
}

// waits reports whether there is something to be told in a way.
func (n *Notifier) waits(w *way, due []Message) (bool, error) {
	if len(due) > 0 || !w.Tells(configs.NoticeLink) {
		return len(due) > 0, nil
	}
	at, err := n.Store.HookAt(w.key)
	if err != nil {
		return false, err
	}
	end, err := n.Store.JournalEnd()
	return !bytes.Equal(at, end), err
}

// turn is for how long a way tells things in one look. What it has not come to by then waits for the next: a receiver
// that is slow, and has much to hear, keeps nobody else from hearing what is new.
const turn = 15 * time.Second

// lately is how long after its begin a condition is looked at often: all that last that long have been told, unless a
// way fails or rests.
const lately = 20 * time.Minute

// astir reports whether some condition has begun or ended lately.
func (n *Notifier) astir(courses map[string]store.Course) bool {
	now := n.Now()
	for _, c := range courses {
		if !c.Gone.IsZero() || now.Sub(c.Since) < lately {
			return true
		}
	}
	return false
}

// merge notes what is there and what is gone, and returns what is remembered from now on.
func (n *Notifier) merge(conditions []api.Condition) (courses map[string]store.Course, err error) {
	now := n.Now()
	err = n.Store.UpdateFor(Job, func(tx *store.Tx) error {
		if courses, err = tx.Courses(); err != nil {
			return err
		}
		stands := map[string]bool{}
		for i := range conditions {
			c := &conditions[i]
			stands[c.ID] = true
			course, known := courses[c.ID]
			if known && course.Gone.IsZero() {
				continue
			}
			if !known || now.Sub(course.Gone) >= settle {
				course = store.Course{Since: now, Told: n.unsettled(course.Told)}
			}
			course.Gone = time.Time{}
			if course.Said, err = json.Marshal(c); err != nil {
				return err
			}
			courses[c.ID] = course
			if err := tx.PutCourse(c.ID, course); err != nil {
				return err
			}
		}
		for id, course := range courses {
			if stands[id] || !course.Gone.IsZero() {
				continue
			}
			course.Gone = now
			courses[id] = course
			if err := tx.PutCourse(id, course); err != nil {
				return err
			}
		}
		return nil
	})
	return courses, err
}

// unsettled are those of the ways that have told a condition which have not come to tell that it was over, because of
// quiet hours, a digest, or a receiver that is away: for whom they reach, it has lasted all the time.
func (n *Notifier) unsettled(told map[string]time.Time) map[string]time.Time {
	left := map[string]time.Time{}
	for _, w := range n.ways {
		if at, has := told[w.key]; has && w.Tells(configs.NoticeResolved) {
			left[w.key] = at
		}
	}
	return left
}

// due are the messages about conditions that a way is to tell now.
func (n *Notifier) due(w *way, conditions []api.Condition, courses map[string]store.Course) (list []Message) {
	now := n.Now()
	stands := map[string]*api.Condition{}
	for i := range conditions {
		stands[conditions[i].ID] = &conditions[i]
	}
	for i := range conditions {
		c := conditions[i]
		course := courses[c.ID]
		root, explained := stands[c.DependsOn]
		if explained && root.Code == c.Code { // the same, of another event: who is told of that knows
			explained = w.Together(root, &c)
		}
		_, told := course.Told[w.key]
		early := now.Sub(course.Since) < c.Quiet
		itself := c.Code == doctor.WayFails && c.Title == w.name
		unwanted := told || itself || course.Dismissed
		if explained || early || unwanted {
			continue
		}
		c.Since, c.Visible = api.Time(course.Since), true
		if w.Tells(configs.NoticeProblem) && w.Minds(&c) {
			list = append(list, Message{Type: TypeProblem, Time: course.Since.UTC(), Data: c,
				id: c.ID + "." + stamp(course.Since)})
		}
	}
	for _, id := range sorted(courses) {
		course := courses[id]
		_, told := course.Told[w.key]
		over := !course.Gone.IsZero() && now.Sub(course.Gone) >= settle
		_, ended := stands[id+api.Ended] // what was foretold has come
		if !told || !over || ended {
			continue
		}
		var c api.Condition
		if err := json.Unmarshal(course.Said, &c); err != nil {
			n.Log.Warn("what was told of a condition cannot be read", "condition", id, "reason", err)
			continue
		}
		c.Since = api.Time(course.Since)
		if w.Tells(configs.NoticeResolved) {
			list = append(list, Message{Type: TypeResolved, Time: course.Gone.UTC(), Data: c,
				id: id + "." + stamp(course.Since) + ".over"})
		}
	}
	return list
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405") }

// tell tells what is due in a way, if it may be told now.
func (n *Notifier) tell(ctx context.Context, w *way, list []Message) error {
	if len(list) == 0 || !n.open(w) {
		return nil
	}
	if !w.Alone() {
		return n.send(ctx, w, list, n.told(w, list))
	}
	for i := range list {
		if n.over(w) {
			return nil
		}
		if err := n.send(ctx, w, list[i:i+1], n.told(w, list[i:i+1])); err != nil {
			return err
		}
	}
	return nil
}

// over reports, and notes, whether a way has had its turn.
func (n *Notifier) over(w *way) bool {
	w.behind = w.behind || n.lapsed().After(w.until)
	return w.behind
}

// open reports whether something may be told in a way now.
func (n *Notifier) open(w *way) bool {
	now := n.Now()
	since := now.Sub(w.last)
	resting := !w.last.IsZero() && since >= 0 && since < w.digest
	return !resting && !now.Before(w.next) && !w.quiet.holds(now.In(n.Zone))
}

// pauses are those before a way is tried again, as the Standard Webhooks convention proposes; the last one goes on.
var pauses = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour}

// sendTime is how long one message may take.
const sendTime = 30 * time.Second

// send tells messages in a way, and has saved that they were told.
func (n *Notifier) send(ctx context.Context, w *way, list []Message, save func(tx *store.Tx) error) error {
	limited, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	if err := w.Send(limited, list); err != nil {
		w.next = n.Now().Add(pauses[min(w.failures, len(pauses)-1)])
		w.failures++
		w.worked = false
		w.failedWith(err, n.Now())
		return fmt.Errorf("%s: %w", w.name, err)
	}
	w.worked, w.fault = true, nil
	w.failures, w.next, w.last = 0, time.Time{}, n.Now()
	return n.Store.Update(save)
}

// failedWith notes that nothing can be told in a way, why, and since when.
func (w *way) failedWith(err error, now time.Time) {
	before := w.fault
	if before == nil {
		before = w.saved
	}
	switch {
	case before == nil:
		w.fault = &store.WayFailure{Name: w.name, Since: now, Error: err.Error()}
	case before.Error != err.Error():
		w.fault = &store.WayFailure{Name: w.name, Since: before.Since, Error: err.Error()}
	default:
		w.fault = before
	}
}

// told saves that a way has told messages about conditions.
func (n *Notifier) told(w *way, list []Message) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		courses, err := tx.Courses()
		if err != nil {
			return err
		}
		for i := range list {
			c := list[i].condition()
			course, known := courses[c.ID]
			if !known {
				continue
			}
			if list[i].Type == TypeResolved {
				delete(course.Told, w.key)
			} else {
				if course.Told == nil {
					course.Told = map[string]time.Time{}
				}
				course.Told[w.key] = n.Now()
			}
			if err := tx.PutCourse(c.ID, course); err != nil {
				return err
			}
		}
		return nil
	}
}

// forget drops the courses that are over and of which nobody waits to hear.
func (n *Notifier) forget(courses map[string]store.Course) error {
	now := n.Now()
	heard := map[string]bool{}
	for _, w := range n.ways {
		heard[w.key] = w.Tells(configs.NoticeResolved)
	}
	over := func(c store.Course) bool {
		for key := range c.Told {
			if heard[key] {
				return false
			}
		}
		return !c.Gone.IsZero() && now.Sub(c.Gone) >= settle
	}
	some := false
	for _, c := range courses {
		some = some || !c.Gone.IsZero()
	}
	if !some {
		return nil
	}
	return n.Store.UpdateFor(Job, func(tx *store.Tx) error {
		saved, err := tx.Courses()
		if err != nil {
			return err
		}
		for id, c := range saved {
			if !over(c) {
				continue
			}
			if err := tx.DeleteCourse(id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Test sends one message in each way, and returns what went wrong in each, in the order of the configuration.
func (n *Notifier) Test(ctx context.Context) (names []string, faults []error) {
	now := n.Now()
	c := api.Condition{ID: "test", Code: TypeTest, Severity: doctor.Note, Title: "A test",
		Text: "zoomtag can reach you in this way.", Since: api.Time(now)}
	for _, w := range n.ways {
		limited, cancel := context.WithTimeout(ctx, sendTime)
		err := w.Send(limited, []Message{{Type: TypeTest, Time: now.UTC(), Data: c, id: "test." + stamp(now)}})
		cancel()
		names, faults = append(names, strings.TrimSpace(w.name)), append(faults, err)
	}
	return names, faults
}
