package enginetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// Multi takes walks where things meet: several calendars that share events, whose passes interleave at each call and
// before each commit; engines that follow one another while the one before is still at work; configurations that
// change; owners who work at Zoom; and, in some walks, a second zoomtag with a state of its own.
type Multi struct {
	stores [2]*opened
	only   map[string]bool // kinds of acts; nil is all
	crewed bool            // several workers share the state
	whole  bool
	multi
}

// multi is the state of one walk.
type multi struct {
	rng   *rand.Rand
	omit  map[string]bool // kinds of acts that are left out of this walk
	now   time.Time
	zoom  *meetingtest.Fake
	club  *meetingtest.Fake
	cals  []*watched
	insts []*instance
	baton *baton
	rules plan.Rules // of the configuration with which the walk begins and ends
	items []*item
	files []*item // those of items that are in files, which no zoomtag watches
	uids  int

	wishes  map[string]int    // by bind: how often the event came to want a meeting
	made    map[string]int    // by bind: creates
	wanted  map[string]int    // by bind: since which tick it has been wanted without a break
	in      map[string]string // by bind: the accounts in which it is wanted
	without bool              // the second account was taken out once
	excuse  map[string]bool   // binds of which nothing is expected any more: what nobody could know was lost
	created map[int64]bool    // meetings that were ever made
	gone    map[int64]bool    // meetings that were made and are not there
	spent   map[string]int    // by day and host: calls that have changed something at Zoom
	counted [2]int            // calls that are in spent, by account
	lost    bool              // a state was deleted at some time
	bent    bool              // the owner has worked at Zoom
	// recovered are meetings that the owner has brought back at Zoom. Those that no event shows are the owner's own.
	recovered map[int64]bool
	back      bool // the clock was set back
	// the calls of a day were almost used up; a day that comes twice would not be enough for what waits then
	limited bool
	// vanished are events that have disappeared together, and were not seen since.
	vanished []*item

	calm   bool
	round  int // of those at the end, with all calendars in the configuration; 0 before
	tick   int // grows with each act
	cuts   int // of the power
	unseen int // links that were written, with the answer lost
	cutIn  int
	flaky  float64
	full   bool // Zoom's limit of the day is used up by somebody
	broken error
	log    []string
}

// watched is a calendar, of one or two names in the configuration.
type watched struct {
	*calendartest.Fake
	id    string // what the service calls it
	drops string // how it does not keep a link as it was written: "", or one of quirks
	file  bool   // it is a file, which is looked at by a command alone
}

// Changes implements calendar.Calendar, and says which calendar it is.
func (c *watched) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	changes, err := c.Fake.Changes(ctx, cursor)
	changes.Source = c.id
	return changes, err
}

// item is an event as its owner knows it: where it was put.
type item struct {
	cal   *watched
	id    string
	uid   string
	words string // the owner's part of the description
	title string // before the last edit
	// hidden says that listings lack it.
	hidden bool
	// stripped says that an app has dropped the wish, which was out of sight: the block that stands is all that is left
	// of it.
	stripped bool

	version string    // of the event when its wish was last looked for
	wish    plan.Wish // what was found then
}

// instance is a zoomtag with its state.
type instance struct {
	st      *store.Store
	e       *engine.Engine
	locks   *engine.Locks
	account string // "a", or a room
	setup   setup
	crew    *crew          // the workers who share the state, each with an engine of its own; nil: there is one, e
	running map[string]int // passes at work, by calendar
	since   map[string]int // when the pass at work began, by calendar
}

// setup is what a configuration says.
type setup struct {
	names   map[*watched][]string // what each calendar is called; none: it is taken out
	rules   plan.Rules
	note    string
	place   string
	without bool // the second account is taken out
}

// NewMulti makes a walker whose databases are at the addresses that at returns for their names.
func NewMulti(at func(file string) string) (*Multi, error) {
	w := &Multi{}
	w.calm = true
	for i := range w.stores {
		st, err := open(at(fmt.Sprintf("multi%d.db", i)),
			store.Options{NoSync: true, Strict: true, Now: w.clock, Hook: w.storeHook})
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
		w.stores[i] = st
	}
	return w, nil
}

// Close closes the databases.
func (w *Multi) Close() (err error) {
	w.calm = true
	for _, st := range w.stores {
		if st != nil {
			err = errors.Join(err, st.Close())
		}
	}
	return err
}

func (w *Multi) tellAll() { w.whole = true }

// Story tells the last walk.
func (w *Multi) Story() string { return strings.Join(w.log, "\n") }

func (w *Multi) clock() time.Time {
	if w.now.IsZero() {
		return walkBegins
	}
	return w.now
}

func (w *Multi) say(format string, args ...any) {
	if w.whole || len(w.log) < 600 {
		w.log = append(w.log, w.now.Format("02 15:04:05 ")+fmt.Sprintf(format, args...))
	}
}

// Walk takes the walk of a seed.
func (w *Multi) Walk(seed uint64) error {
	w.calm = true
	w.multi = multi{rng: rand.New(rand.NewPCG(seed, 2)), omit: omitted(seed), calm: true, now: walkBegins,
		wishes: map[string]int{}, made: map[string]int{},
		wanted: map[string]int{}, excuse: map[string]bool{}, created: map[int64]bool{}, gone: map[int64]bool{},
		spent: map[string]int{},
		in:    map[string]string{}, recovered: map[int64]bool{}}
	w.baton = newBaton(w.rng, w.between)
	w.zoom = &meetingtest.Fake{Now: w.clock, Hook: w.zoomHook}
	w.club = &meetingtest.Fake{Now: w.clock, Hook: w.zoomHook, Beyond: 1_000_000}
	if w.rng.IntN(3) == 0 {
		w.zoom.Lag, w.club.Lag = 4*time.Second, 4*time.Second
	}
	w.rules = plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Categories: []string{"Zoom"},
		Locations: []string{"Zoom"},
		Keep:      w.rng.IntN(3) > 0}
	for i := range 2 + max(w.rng.IntN(5)-2, 0) { // four are rare: with them a walk is longer
		f := calendartest.NewFake()
		f.Hook, f.Explicit, f.Bare = w.calendarHook, w.rng.IntN(2) == 0, w.rng.IntN(3) == 0
		c := &watched{Fake: f, id: fmt.Sprintf("/calendars/%d", i)}
		if w.may("drops") && w.rng.IntN(8) == 0 {
			c.drops = quirks[w.rng.IntN(len(quirks))]
			w.say("%s: %s", c.id, c.drops)
		}
		w.cals = append(w.cals, c)
	}
	if err := w.begin(); err != nil {
		return err
	}
	for range 6 + w.rng.IntN(14) {
		w.act()
		if w.broken != nil {
			return w.broken
		}
	}
	return w.rest()
}

// begin makes the zoomtags.
func (w *Multi) begin() error {
	names := map[*watched][]string{}
	for i, c := range w.cals {
		names[c] = []string{fmt.Sprintf("c%d", i)}
		if w.may("shared") && w.rng.IntN(5) == 0 { // one calendar that two people have
			names[c] = append(names[c], fmt.Sprintf("c%d-too", i))
		}
	}
	accounts := []string{"a"}
	if w.may("instances") && !w.crewed && w.rng.IntN(4) == 0 {
		accounts = [][]string{{"a", "a"}, {"a", "b"}, {"a", "room p"}, {"room p", "room q"},
			{"room p", "room p"}}[w.rng.IntN(5)]
	}
	for i, account := range accounts {
		if err := w.stores[i].Reset(); err != nil {
			return err
		}
		in := &instance{st: w.stores[i].Store, account: account, setup: setup{names: maps.Clone(names), rules: w.rules,
			place: "if-empty"}}
		if i > 0 && w.rng.IntN(3) == 0 {
			in.setup.note = notes[0]
		}
		if w.crewed {
			in.crew = newCrew(w, in)
		}
		w.insts = append(w.insts, in)
	}
	for _, c := range w.cals {
		if !w.single() && c.drops == "mark" { // then nobody could tell whose a link is
			c.drops = "line"
		}
	}
	for _, in := range w.insts {
		w.restart(in)
	}
	return nil
}

// notes are those that blocks may have.
var notes = []string{"Bring your badge.", "Be on time."}

// single says that there is one zoomtag, of which more is known.
func (w *Multi) single() bool { return len(w.insts) == 1 }

// restart makes a new process of a zoomtag.
func (w *Multi) restart(in *instance) {
	in.running, in.since = map[string]int{}, map[string]int{}
	if in.crew != nil {
		in.crew.restart()
		return
	}
	in.locks = w.newLocks()
	in.e = w.engine(in, in.st, in.locks)
}

func (w *Multi) newLocks() *engine.Locks {
	return engine.NewLocks(func(context.Context) error { return w.baton.busy() })
}

// reload makes a new engine for what is now configured. The one before goes on with what it is at work on. Of several
// workers some may be late.
func (w *Multi) reload(in *instance, late bool) {
	if in.crew != nil {
		in.crew.reload(late)
		return
	}
	e := w.engine(in, in.st, in.locks)
	e.Succeed(in.e)
	in.e = e
}

func (w *Multi) engine(in *instance, st *store.Store, locks *engine.Locks) *engine.Engine {
	options := engine.Options{Now: w.clock, Random: io.Reader(random{w.rng}), Jitter: func() float64 { return 0 },
		Locks: locks}
	settings := w.settings(in)
	if link, is := strings.CutPrefix(in.account, "room "); is {
		options.Accounts = []engine.Account{{Hash: settings.Account,
			Meetings: room{"https://us02web.zoom.us/my/" + link}, Main: true, Room: true}}
	}
	for _, a := range w.accounts() {
		if slices.Contains(settings.Accounts, a.Account) {
			options.Accounts = append(options.Accounts, engine.Account{Hash: a.Hash, Meetings: a.zoom,
				Main: a.Hash == settings.Account, Budgeted: true})
		}
	}
	var list []*engine.Calendar
	for _, c := range w.cals {
		for _, name := range in.setup.names[c] {
			list = append(list, &engine.Calendar{Name: name, Provider: "fake", Source: c, Settings: &settings,
				Detects: fmt.Sprint(in.setup.rules, in.setup.note, in.setup.place, len(options.Accounts))})
		}
	}
	e := engine.New(st, list, options)
	if err := st.Know(e.Sum()); err != nil && w.broken == nil {
		w.broken = err
	}
	return e
}

// settings are those of a zoomtag's calendars, as it is now configured.
func (w *Multi) settings(in *instance) (s plan.Settings) {
	s.Rules = in.setup.rules
	s.Grace = 10 * time.Minute
	s.Location = in.setup.place
	s.Note = in.setup.note
	s.Account = plan.AccountHash(in.account)
	if strings.HasPrefix(in.account, "room ") {
		s.NoAPI = true
		s.AnyAccount = true
		s.Kind = meeting.Personal
		s.Host = "alice@example.com"
		s.Accounts = []plan.Account{{Hash: s.Account, Kind: meeting.Personal, Host: s.Host}}
		return s
	}
	s.Checks = true
	for _, a := range w.accounts() {
		mine := a.Hash == s.Account
		if mine {
			s.Host = a.Host
		}
		if mine || !in.setup.without && w.single() {
			s.Accounts = append(s.Accounts, a.Account)
		}
	}
	return s
}

func (w *Multi) accounts() []walkAccount {
	return []walkAccount{
		{plan.Account{Name: "a", Hash: own, Host: "alice@example.com", API: true}, w.zoom},
		{plan.Account{Name: "b", Hash: club, Host: "bob@example.com", API: true}, w.club},
	}
}

// configured are the names of an instance's calendars, in order.
func (w *Multi) configured(in *instance) []string {
	var names []string
	for _, c := range w.cals {
		names = append(names, in.setup.names[c]...)
	}
	slices.Sort(names)
	return names
}
