package engine

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// The random walk: an owner edits, deletes, restores, copies and renames events, the services fail, lose answers and show
// things late, the power is cut before and after outside calls and commits, the database is deleted. Then all is well for
// a few passes (what the first one sees ending is cancelled in the second, after the grace period; of several items with one
// UID each has its turn), and each tagged event
// must have exactly one right meeting, and nothing else may be left.
//
//	go test ./sync/engine -run Walk -walk.seeds=1000000
//	go test ./sync/engine -run Walk -walk.seed=4711 -v
var (
	walkSeeds = flag.Int("walk.seeds", 3000, "how many seeds the random walk takes")
	walkSeed  = flag.Uint64("walk.seed", 0, "walk this seed only")
	walkDir   = flag.String("walk.dir", "", "where the walk keeps its databases (a RAM disk is fastest)")
)

func TestWalk(t *testing.T) {
	if *walkSeed != 0 {
		dir := t.TempDir()
		w := newWalker(t, dir)
		err := w.walk(*walkSeed)
		t.Log(w.story())
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	var next atomic.Uint64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		dir := t.TempDir()
		if *walkDir != "" {
			var err error
			if dir, err = os.MkdirTemp(*walkDir, "walk"); err != nil { //nolint:usetesting // it is asked for by flag, for the sake of a RAM disk
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
		}
		w := newWalker(t, dir)
		wg.Go(func() {
			for !failed.Load() {
				seed := next.Add(1)
				if seed > uint64(*walkSeeds) {
					return
				}
				if err := w.walk(seed); err != nil {
					failed.Store(true)
					t.Errorf("seed %d: %v\n%s", seed, err, w.story())
				}
			}
		})
	}
	wg.Wait()
	if !failed.Load() {
		t.Logf("%d seeds", *walkSeeds)
	}
}

// powerCut is what a hook panics with.
type powerCut struct{ at string }

var errFlaky = errors.New("the service is not well")

type walker struct {
	st     *store.Store
	rng    *rand.Rand
	now    time.Time
	cal    *calendartest.Fake
	zoom   *meetingtest.Fake
	e      *Engine
	events []string          // ids ever made
	words  map[string]string // the owner's description, by id
	titles map[string]string // the title before the last edit, by id
	needed map[string]int    // creates that the owner's wishes explain, by bind
	made   map[string]int    // creates, by bind
	double map[string]bool   // binds of UIDs that two items had at once, while the database was lost as well
	hidden map[string]bool   // ids that listings lack
	lost   bool              // the database was deleted at some time
	excuse map[string]bool   // marks of meetings that nothing but the deleted database knew of

	calm    bool
	cutIn   int // hook points until the power is cut; 0 is never
	flaky   float64
	broken  error // an invariant that broke inside a call
	log     []string
	keep    bool
	lastFor string
}

func newWalker(t *testing.T, dir string) *walker {
	w := &walker{}
	w.now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	st, err := store.Open(filepath.Join(dir, "walk.db"), store.Options{NoSync: true, Now: func() time.Time { return w.now },
		Hook: func(point string) { w.point("store " + point) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.calm = true
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w.st = st
	return w
}

func (w *walker) story() string { return strings.Join(w.log, "\n") }

func (w *walker) say(format string, args ...any) {
	if *walkSeed != 0 || len(w.log) < 400 {
		w.log = append(w.log, w.now.Format("15:04:05 ")+fmt.Sprintf(format, args...))
	}
}

// point is a place where the power may be cut.
func (w *walker) point(name string) {
	if w.calm || w.cutIn == 0 {
		return
	}
	if w.cutIn--; w.cutIn == 0 {
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

func (w *walker) walk(seed uint64) (err error) {
	w.calm = true
	if err := w.st.Reset(); err != nil {
		return err
	}
	*w = walker{st: w.st, rng: rand.New(rand.NewPCG(seed, 1)), calm: true,
		now:   time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		words: map[string]string{}, needed: map[string]int{}, made: map[string]int{}, excuse: map[string]bool{}, double: map[string]bool{}, hidden: map[string]bool{}, titles: map[string]string{}}
	clock := func() time.Time { return w.now }
	w.keep = w.rng.IntN(3) > 0
	w.cal = calendartest.NewFake()
	w.cal.Hook, w.cal.Explicit = w.calendarHook, w.rng.IntN(2) == 0
	w.zoom = &meetingtest.Fake{Now: clock, Hook: w.zoomHook}
	if w.rng.IntN(2) == 0 {
		w.zoom.Lag = 4 * time.Second
	}
	w.restart()
	for range 6 + w.rng.IntN(14) {
		w.act()
		if w.broken != nil {
			return w.broken
		}
	}
	w.calm, w.flaky, w.cutIn = true, 0, 0
	for _, id := range w.events {
		w.cal.HideFromListing(id, false)
	}
	w.cal.Expire()
	for range 5 {
		w.now = w.now.Add(7 * time.Hour) // every retry is due, every grace period over
		if err := w.pass(); err != nil {
			return fmt.Errorf("good pass: %w", err)
		}
	}
	if w.broken != nil {
		return w.broken
	}
	return w.check()
}

// restart makes a new engine, as a new process would.
func (w *walker) restart() {
	c := &Calendar{Name: "c", Provider: "fake", Source: w.cal, Meetings: w.zoom, Budgeted: false, Detects: "1",
		Settings: plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Categories: []string{"Zoom"},
			Locations: []string{"Zoom"}, Keep: w.keep},
			Host: "alice@example.com", Account: plan.AccountHash("a"), Location: "if-empty", Grace: 10 * time.Minute}}
	w.e = New(w.st, []*Calendar{c}, Options{Now: func() time.Time { return w.now }, Random: io.Reader(random{w.rng}),
		Jitter: func() float64 { return 0 }})
}

func (w *walker) fault(call, phase string) error {
	w.point(call + " " + phase)
	if w.calm || w.rng.Float64() >= w.flaky {
		return nil
	}
	w.say("fault: %s %s", call, phase)
	return errFlaky
}

func (w *walker) calendarHook(call, phase, id string) error {
	err := w.fault("calendar "+call, phase)
	if err != nil && phase == "before" && call == "setlink" && w.rng.IntN(3) == 0 {
		return calendar.ErrConflict
	}
	return err
}

func (w *walker) zoomHook(call, phase string) error {
	if call == "cancel" && phase == "before" {
		w.watchCancel()
	}
	err := w.fault("zoom "+call, phase)
	if err != nil && phase == "before" {
		switch w.rng.IntN(4) {
		case 0:
			return &meeting.Throttled{Until: w.now.Add(time.Minute), Err: errFlaky}
		case 1:
			return fmt.Errorf("%w: %w", meeting.ErrNotSent, errFlaky)
		}
	}
	return err
}

// watchCancel remembers that a cancellation is under way; what it may not hit is checked by guard after the pass.
func (w *walker) watchCancel() { w.lastFor = "cancel" }

// asked reports whether the owner wants a meeting for the event as it now stands.
func (w *walker) asked(id string) (calendar.Event, bool) {
	ev, ok := w.cal.Event(id)
	if !ok || ev.Cancelled {
		return ev, false
	}
	return ev, plan.FindWish(&ev, w.rules()).Asked
}

func (w *walker) rules() plan.Rules { return w.e.calendars["c"].Settings.Rules }

func (w *walker) pass() (err error) {
	before := w.marks()
	defer func() {
		if r := recover(); r != nil {
			cut, ok := r.(powerCut)
			if !ok {
				panic(r)
			}
			_ = cut
			w.restart()
			err = nil
		}
		w.guard(before)
	}()
	report, err := w.e.Pass(context.Background(), "c")
	for _, r := range report.Events {
		w.say("  %s %v %s %s %s", r.ID, r.Steps, r.State, r.Reason, r.Error)
	}
	if report.Held {
		w.say("  held: %s", report.Reason)
		if w.calm {
			if _, _, err := w.e.Release("c"); err != nil {
				return err
			}
			_, err = w.e.Pass(context.Background(), "c")
			return err
		}
	}
	return err
}

// marks are the marks of the meetings that exist.
func (w *walker) marks() map[string]bool {
	m := map[string]bool{}
	for _, l := range w.zoom.Meetings() {
		m[l.Mark] = true
	}
	return m
}

// guard checks after a pass that no meeting of a standing, tagged event that showed it was cancelled, and counts creates.
func (w *walker) guard(before map[string]bool) {
	after := w.marks()
	for mark := range after {
		if m, ok := plan.ParseMark(mark); ok && !before[mark] {
			w.made[m.Event]++
		}
	}
	for _, id := range w.events {
		ev, asked := w.asked(id)
		if asked && ev.Link.Mark != "" && before[ev.Link.Mark] && !after[ev.Link.Mark] && w.broken == nil {
			if m, _ := plan.ParseMark(ev.Link.Mark); m.Event == plan.Bind(ev.UID) {
				w.broken = fmt.Errorf("the meeting of %s was cancelled while its event stands and is tagged", id)
			}
		}
	}
}

func (w *walker) pick() string {
	if len(w.events) == 0 {
		return ""
	}
	return w.events[w.rng.IntN(len(w.events))]
}

// wish counts a create that the owner's action explains: the event wants a meeting now and did not before.
func (w *walker) wish(id string, before bool) {
	if ev, asked := w.asked(id); asked && !before {
		w.needed[plan.Bind(ev.UID)]++
	}
}

var walkTitles = []string{"Weekly #zoom", "Review", "#zoom(45m) Call", "Sync #zoom #nozoom", "Plan #zoom(no-waiting-room)"}

// act is one thing that happens.
func (w *walker) act() {
	switch n := w.rng.IntN(100); {
	case n < 15 || len(w.events) == 0:
		w.put()
	case n < 38:
		w.edit(w.pick())
	case n < 45:
		id := w.pick()
		w.say("delete %s", id)
		w.forget(id)
		w.cal.Delete(id)
	case n < 49:
		id := w.pick()
		_, before := w.asked(id)
		w.say("restore %s", id)
		w.cal.Restore(id)
		w.wish(id, before)
		w.countDoubles()
	case n < 53:
		w.copy(w.pick())
	case n < 57:
		w.rename(w.pick())
	case n < 67:
		step := []time.Duration{time.Second, 6 * time.Second, time.Minute, 11 * time.Minute, time.Hour}[w.rng.IntN(5)]
		w.now = w.now.Add(step)
		w.say("%s later", step)
	case n < 70:
		w.loseDatabase()
	case n < 73:
		w.hide(w.pick())
	default:
		w.calm = false
		w.flaky = []float64{0, 0, 0.05, 0.3}[w.rng.IntN(4)]
		if w.cutIn = 0; w.rng.IntN(2) == 0 {
			w.cutIn = 1 + w.rng.IntN(40)
		}
		w.say("pass (flaky %.2f, cut in %d)", w.flaky, w.cutIn)
		if err := w.pass(); err != nil && w.broken == nil {
			w.broken = fmt.Errorf("pass: %w", err)
		}
		w.calm = true
	}
}

// hide has listings lack an event that is there, and remembered. (One that nobody has seen yet cannot be missed.)
func (w *walker) hide(id string) {
	rec, err := w.st.Record("c", id)
	if err != nil {
		w.broken = err
	}
	if rec == nil || rec.Closed() {
		return
	}
	w.hidden[id] = !w.hidden[id]
	w.say("hide %s: %v", id, w.hidden[id])
	w.cal.HideFromListing(id, w.hidden[id])
	w.cal.Expire()
}

func (w *walker) put() {
	start := w.now.Add(time.Duration(48+w.rng.IntN(200)) * time.Hour).Truncate(time.Hour)
	ev := calendar.Event{Title: walkTitles[w.rng.IntN(len(walkTitles))], Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)}
	switch w.rng.IntN(6) {
	case 0:
		ev.Title, ev.Description = "Talk", "some words\n#zoom\nmore"
	case 1:
		ev.Title, ev.Location = "Talk", "Zoom"
	case 2:
		ev.Categories, ev.Location = []string{"Zoom"}, "Room 1"
	case 3:
		ev.Series, ev.Until = true, time.Time{}
	}
	id := w.cal.Put(ev)
	w.events = append(w.events, id)
	w.words[id] = ev.Description
	w.say("put %s %q %q", id, ev.Title, ev.Description)
	w.wish(id, false)
}

func (w *walker) edit(id string) {
	now, before := w.asked(id)
	if now.ID == "" {
		return
	}
	kind := w.rng.IntN(9)
	title := now.Title
	w.cal.Edit(id, func(ev *calendar.Event) {
		switch kind {
		case 0:
			ev.Title = walkTitles[w.rng.IntN(len(walkTitles))]
		case 1:
			ev.Start = ev.Start.Add(time.Hour)
			ev.End = ev.Start.Add(time.Hour)
			if !ev.Until.IsZero() {
				ev.Until = ev.End
			}
		case 2:
			ev.Title = strings.TrimSpace(strings.ReplaceAll(ev.Title, "#zoom", ""))
			ev.Categories = nil
		case 3:
			ev.Title += " #zoom"
		case 4: // words of the owner in front of whatever there is
			ev.Description = "note. " + ev.Description
			w.words[id] = "note. " + w.words[id]
		case 5: // the block is deleted
			if start, end, ok := calendar.FindBlock(ev.Description); ok {
				ev.Description = strings.TrimSuffix(ev.Description[:start], "\n\n") + ev.Description[end:]
			}
		case 6:
			ev.Cancelled = !ev.Cancelled
		default: // what was before
			if w.titles[id] != "" {
				ev.Title = w.titles[id]
			}
		}
	})
	w.titles[id] = title
	w.say("edit %s kind %d", id, kind)
	w.wish(id, before)
}

func (w *walker) copy(id string) {
	if _, ok := w.cal.Event(id); ok {
		copied := w.cal.Copy(id)
		w.events = append(w.events, copied)
		w.words[copied] = w.words[id]
		w.say("copy %s to %s", id, copied)
		w.wish(copied, false)
	}
}

func (w *walker) rename(id string) {
	if _, ok := w.cal.Event(id); ok {
		renamed := fmt.Sprintf("%s-%d", id, len(w.events))
		w.cal.Rename(id, renamed)
		w.cal.HideFromListing(renamed, false)
		w.events = append(w.events, renamed)
		w.words[renamed] = w.words[id]
		w.say("rename %s to %s", id, renamed)
	}
}

// loseDatabase deletes the database. What only it knew is excused: meetings that no standing event shows.
func (w *walker) loseDatabase() {
	w.say("database deleted")
	w.lost = true
	w.countDoubles()
	shown := map[string]bool{}
	for _, id := range w.events {
		if ev, ok := w.cal.Event(id); ok {
			if m, _ := plan.ParseMark(ev.Link.Mark); m.Event == plan.Bind(ev.UID) {
				shown[ev.Link.Mark] = true
			}
		}
	}
	for _, l := range w.zoom.Meetings() {
		if !shown[l.Mark] {
			w.excuse[l.Mark] = true
			if m, ok := plan.ParseMark(l.Mark); ok {
				w.needed[m.Event]++
			}
		}
	}
	if err := w.st.Reset(); err != nil {
		w.broken = err
	}
	w.restart()
}

// countDoubles notes the UIDs that two standing items have, once the database was lost. Which of them has the meeting, only
// the items themselves could tell; should the one that shows it be unreadable just then, the other one gets its own.
func (w *walker) countDoubles() {
	seen := map[string]bool{}
	for _, id := range w.events {
		if ev, ok := w.cal.Event(id); ok && w.lost {
			w.double[plan.Bind(ev.UID)] = w.double[plan.Bind(ev.UID)] || seen[ev.UID]
			seen[ev.UID] = true
		}
	}
}

// forget excuses the meeting of an event that is deleted before anything remembers it again: nothing points to it any more.
func (w *walker) forget(id string) {
	ev, ok := w.cal.Event(id)
	if !ok || ev.Link.Mark == "" {
		return
	}
	rec, err := w.st.ByMark(ev.Link.Mark)
	if err != nil {
		w.broken = err
	}
	if rec == nil {
		w.excuse[ev.Link.Mark] = true
	}
}

// check is what must hold in the end.
func (w *walker) check() error {
	live := map[string]meetingtest.Live{}
	for _, l := range w.zoom.Meetings() {
		if _, twice := live[l.Mark]; twice {
			return fmt.Errorf("two meetings carry the mark %s", l.Mark)
		}
		live[l.Mark] = l
	}
	linked := map[string]string{} // of several items with the same UID one has the link: by UID, which
	for _, id := range w.events {
		ev, asked := w.asked(id)
		rec, err := w.st.ByMark(ev.Link.Mark)
		if err != nil {
			return err
		}
		if asked && rec != nil && rec.EventID == id {
			linked[ev.UID] = id
			if !rec.EndingAt.IsZero() {
				return fmt.Errorf("%s is wanted, and its record says that it ends", id)
			}
		}
	}
	for _, id := range w.events {
		ev, asked := w.asked(id)
		if ev.ID == "" || ev.Cancelled || linked[ev.UID] != "" && linked[ev.UID] != id {
			continue
		}
		if err := w.checkEvent(ev, asked, live); err != nil {
			return fmt.Errorf("%s (%q): %w", id, ev.Title, err)
		}
		delete(live, ev.Link.Mark)
	}
	for mark, l := range live {
		if m, _ := plan.ParseMark(mark); !w.excuse[mark] && !w.double[m.Event] {
			return fmt.Errorf("meeting %d (%s, %q) belongs to no event", l.ID, mark, l.Spec.Topic)
		}
	}
	for bind, n := range w.made {
		if n > w.needed[bind] && !w.double[bind] {
			return fmt.Errorf("%d meetings were made for an event (bind %s) that explains %d", n, bind, w.needed[bind])
		}
	}
	return nil
}

func (w *walker) checkEvent(ev calendar.Event, asked bool, live map[string]meetingtest.Live) error {
	words := w.words[ev.ID]
	if !asked {
		if ev.Link.Mark != "" || ev.Link.Block != "" {
			return errors.New("wants no meeting and still shows a link")
		}
		if ev.Description != words {
			return fmt.Errorf("the owner's words %q became %q", words, ev.Description)
		}
		return nil
	}
	l, ok := live[ev.Link.Mark]
	if !ok {
		return fmt.Errorf("has no meeting (mark %q)", ev.Link.Mark)
	}
	wish := plan.FindWish(&ev, w.rules())
	if want := strings.TrimSpace(plan.WithoutTags(ev.Title, "title", wish.Tags)); want != "" && l.Spec.Topic != want {
		return fmt.Errorf("topic is %q, not %q", l.Spec.Topic, want)
	}
	if !ev.Series && !l.Spec.Start.Equal(ev.Start) {
		return fmt.Errorf("the meeting starts at %s, the event at %s", l.Spec.Start, ev.Start)
	}
	if !strings.Contains(ev.Link.Block, l.JoinURL) {
		return fmt.Errorf("the block does not show %s: %q", l.JoinURL, ev.Link.Block)
	}
	if got := strings.TrimSpace(calendar.StripBlock(ev.Description)); got != strings.TrimSpace(words) {
		return fmt.Errorf("the owner's words %q became %q", words, got)
	}
	return nil
}
