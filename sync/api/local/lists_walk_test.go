package local

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

var (
	listSeeds = flag.Int("lists.seeds", 12, "how many seeds the walk of lists takes")
	listSeed  = flag.Uint64("lists.seed", 1, "the first of them")
)

// TestWalkLists is a random walk of an organisation: people come to two lists, go, come back, get other addresses and
// each other's; lists are permuted, cut short, empty, faulty and silent; services follow one another. Whatever happens,
// nobody is watched twice, who has left is held and told and loses no meeting, and who comes back goes on. In the end
// all is as the lists say, and stays so without a write.
func TestWalkLists(t *testing.T) {
	for seed := *listSeed; seed < *listSeed+uint64(*listSeeds); seed++ {
		w := newListWalk(t, seed)
		for range 60 {
			w.act()
			if t.Failed() {
				break
			}
		}
		if !t.Failed() {
			w.calm()
		}
		must(t, w.st.Close())
		if t.Failed() {
			t.Fatalf("go test ./sync/api/local -run TestWalkLists -lists.seed=%d -lists.seeds=1\n%s", seed,
				strings.Join(w.story, "\n"))
		}
	}
}

// walker is a person with a calendar.
type walker struct {
	id        string
	named     int      // how many addresses they have got
	addresses []string // the last one is theirs, those before still reach them
	cal       *calendartest.Fake
	meetings  map[string]int64 // by event, once it was linked
	events    []string
	untouched int // how often their calendar had been written when they were last seen to have left
}

func (p *walker) address() string { return p.addresses[len(p.addresses)-1] }

// org is a list of people as a service has it, and how it answers.
type org struct {
	on    []*walker
	trick string
	rng   *rand.Rand // both lists are asked at once
}

type listWalk struct {
	t      *testing.T
	rng    *rand.Rand
	now    time.Time
	st     *store.Store
	zoom   *meetingtest.Fake
	cfg    *configs.Config
	kinds  assemble.Kinds
	s      *Service
	people []*walker
	reach  map[string]*walker // by address
	orgs   map[string]*org
	story  []string
}

func newListWalk(t *testing.T, seed uint64) *listWalk {
	t.Helper()
	w := &listWalk{t: t, rng: rand.New(rand.NewPCG(seed, 17)), now: time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC),
		reach: map[string]*walker{}, orgs: map[string]*org{"one": {rng: rand.New(rand.NewPCG(seed, 1))},
			"two": {rng: rand.New(rand.NewPCG(seed, 2))}}}
	clock := func() time.Time { return w.now }
	w.zoom = &meetingtest.Fake{Now: clock}
	dir := t.TempDir()
	list := func(name string) configs.From {
		return configs.From{Name: name, Google: &configs.GoogleList{Domain: name, Credentials: "key.json"},
			Template: configs.Template{Google: &configs.Google{Calendar: "primary", Credentials: "key.json"}}}
	}
	w.cfg = &configs.Config{State: filepath.Join(dir, "zoomtag.db"), Zone: "UTC", Grace: 10 * time.Minute,
		Schedule: "@every 10m", Tag: configs.Tag{Words: []string{"#zoom"}, Keep: true},
		Zoom:          configs.Accounts{{Mode: configs.ServerToServer, AccountID: "a", ClientID: "c", Host: "h@x.com"}},
		CalendarsFrom: []configs.From{list("one"), list("two")}}
	w.kinds = assemble.Kinds{
		Calendars: map[string]assemble.CalendarKind{"google": {Open: w.open}},
		Zoom:      func(*assemble.Builder, configs.Zoom) (meeting.Service, error) { return w.zoom, nil },
		Lists: map[string]func(*assemble.Builder, configs.From) (calendar.Directory, error){
			"google": func(_ *assemble.Builder, f configs.From) (calendar.Directory, error) {
				return orgOf{w, w.orgs[f.Name]}, nil
			}}}
	var err error
	w.st, err = store.Open(w.cfg.State, store.Options{Now: clock, NoSync: true, Strict: true})
	must(t, err)
	for range 4 + w.rng.IntN(14) {
		p := w.born()
		for _, o := range []*org{w.orgs["one"], w.orgs["two"]} {
			if w.rng.IntN(2) == 0 {
				o.on = append(o.on, p)
			}
		}
	}
	w.start(nil)
	return w
}

// born is a person with a tagged event.
func (w *listWalk) born() *walker {
	n := len(w.people)
	p := &walker{id: fmt.Sprintf("id-%02d", n), cal: calendartest.NewFake(), meetings: map[string]int64{}}
	w.people = append(w.people, p)
	w.moves(p, fmt.Sprintf("p%d@x.com", n))
	w.tags(p)
	return p
}

func (w *listWalk) tags(p *walker) {
	start := w.now.AddDate(0, 6, 0).Add(time.Duration(len(p.events)) * time.Hour)
	p.events = append(p.events, p.cal.Put(calendar.Event{UID: fmt.Sprintf("%s-%d@x.com", p.id, len(p.events)),
		Title: "Talk #zoom", Start: start, End: start.Add(time.Hour),
		Until: start.Add(time.Hour)}))
}

func (w *listWalk) moves(p *walker, address string) {
	p.addresses = append(p.addresses, address)
	w.reach[address] = p
}

// open is the calendar of whoever an address reaches.
func (w *listWalk) open(_ *assemble.Builder, c configs.Calendar, _ plan.Settings) (calendar.Calendar, error) {
	return known{w.reach[c.Google.Subject].cal, c.Google.Subject}, nil
}

// known is a calendar that says whose it is, as Google's do.
type known struct {
	calendar.Calendar
	subject string
}

func (k known) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	c, err := k.Calendar.Changes(ctx, cursor)
	c.Source = k.subject
	return c, err
}

// orgOf is a list of the walk.
type orgOf struct {
	w *listWalk
	*org
}

// Members answers as it pleases.
func (o orgOf) Members(context.Context) (roll calendar.Roll, err error) {
	people := slices.Clone(o.on)
	o.rng.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	switch o.trick {
	case "silent":
		return roll, errors.New("no answer")
	case "faulty":
		people, roll.Faults = people[:len(people)/2], []error{errors.New("a row is odd")}
	case "cut":
		people = people[:len(people)/3]
	case "empty":
		people = nil
	}
	for _, p := range people {
		roll.Members = append(roll.Members, calendar.Member{ID: p.id, Name: p.address(), Subject: p.address(),
			Called: slices.Clone(p.addresses[:len(p.addresses)-1])})
	}
	return roll, nil
}

func (w *listWalk) tell(format string, about ...any) {
	w.story = append(w.story, w.now.Format("02 15:04 ")+fmt.Sprintf(format, about...))
}

// start makes a service in the place of old, as at a start (nil) or a reload.
func (w *listWalk) start(old *Service) {
	s, err := New(Options{Config: w.cfg, Store: w.st, Kinds: w.kinds, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return w.now }, Haste: assemble.Haste{Aloof: true}, Silent: true})
	must(w.t, err)
	s, _, err = s.AskLists(w.t.Context(), FileLists)
	must(w.t, err)
	w.serve(s, old)
	must(w.t, s.Begin())
}

func (w *listWalk) serve(s, old *Service) {
	specs := map[string]string{}
	for _, c := range s.Config().Calendars {
		specs[c.Name] = "@every 10m"
	}
	must(w.t, s.Serve(specs, old))
	w.s = s
	s.rolls.soon = time.Hour // nobody is silent for longer, however busy the machine is
}

// ask has the lists be asked whose time has come.
func (w *listWalk) ask() {
	next, _, err := w.s.AskLists(w.t.Context(), DueLists)
	must(w.t, err)
	if next != w.s {
		w.serve(next, w.s)
	}
}

// act is one thing that happens, and a look at whether all holds.
func (w *listWalk) act() {
	o := w.orgs[[]string{"one", "two"}[w.rng.IntN(2)]]
	name := map[*org]string{w.orgs["one"]: "one", w.orgs["two"]: "two"}[o]
	w.now = w.now.Add(time.Duration(1+w.rng.IntN(20)) * time.Minute)
	p := w.people[w.rng.IntN(len(w.people))]
	switch w.rng.IntN(14) {
	case 0:
		p = w.born()
		o.on = append(o.on, p)
		w.tell("%s comes to %s", p.id, name)
	case 1, 2:
		if at := slices.Index(o.on, p); at >= 0 {
			o.on = slices.Delete(o.on, at, at+1)
			w.tell("%s leaves %s", p.id, name)
		}
	case 3, 4:
		if !slices.Contains(o.on, p) {
			o.on = append(o.on, p)
			w.tell("%s comes back to %s", p.id, name)
		}
	case 5:
		if len(o.on) > 2 {
			w.tell("many leave %s", name)
			o.on = o.on[:len(o.on)/3]
		}
	case 6:
		p.named++ // an address that was given on is nobody else's to take again
		w.moves(p, fmt.Sprintf("%s-%d@x.com", p.id, p.named))
		w.tell("%s is %s now", p.id, p.address())
	case 7:
		w.inherits(p)
	case 8, 9:
		o.trick = []string{"silent", "faulty", "cut", "empty", "", ""}[w.rng.IntN(6)]
		w.tell("%s is %q now", name, o.trick)
	case 10:
		w.tags(p)
		w.tell("%s tags another event", p.id)
	case 11:
		if w.rng.IntN(2) == 0 {
			w.tell("restart")
			w.start(nil)
		} else {
			w.tell("reload")
			w.start(w.s)
		}
	case 12:
		if o.trick == "" { // somebody looks, sees that it is right, and says so
			w.tell("release %s", name)
			_, err := w.s.Release(w.t.Context(), api.ReleaseRequest{Calendar: name})
			must(w.t, err)
		}
	case 13:
		w.now = w.now.Add(time.Hour)
	}
	before := w.remembered()
	w.ask()
	w.brakes(before)
	w.look()
	w.pass()
}

// remembered is who is on each list, as far as zoomtag knows.
func (w *listWalk) remembered() map[*org]map[string]bool {
	known := map[*org]map[string]bool{}
	for name, o := range w.orgs {
		list, err := w.st.List(name)
		must(w.t, err)
		known[o] = map[string]bool{}
		for _, m := range list.Members {
			known[o][m.ID] = !m.Left()
		}
	}
	return known
}

// brakes looks whether nobody who was watched was lost to a list that does not tell the truth and is not believed.
func (w *listWalk) brakes(before map[*org]map[string]bool) {
	now := w.watched()
	for name, o := range w.orgs {
		known := 0
		for _, p := range o.on {
			if before[o][p.id] {
				known++
			}
		}
		lost := known - len(o.on)/3 // at least
		unbelieved := map[string]bool{"silent": true, "faulty": true, "empty": true, "cut": lost > 5 &&
			lost*3 > len(w.people)}[o.trick]
		for _, p := range o.on {
			if unbelieved && before[o][p.id] && now[p] == "" {
				w.t.Errorf("%s is watched no more since the list %s is %q", p.id, name, o.trick)
			}
		}
	}
}

// inherits has somebody get an address that was another one's, in the same minute in which the lists are asked anew: an
// address that reaches somebody else meanwhile is not for lists to find out.
func (w *listWalk) inherits(p *walker) {
	from := w.people[w.rng.IntN(len(w.people))]
	if from == p || len(from.addresses) < 2 {
		return
	}
	for _, o := range w.orgs {
		if o.trick != "" {
			return
		}
	}
	w.now = w.now.Add(time.Hour)
	w.ask() // under which names they are known by now
	for _, c := range w.s.Config().Calendars {
		if w.reach[c.Google.Subject] == from && c.Google.Subject != from.address() {
			return // the brake holds a list, or they have left it
		}
	}
	address := from.addresses[0]
	from.addresses = from.addresses[1:]
	w.moves(p, address)
	w.tell("%s gets %s, which was that of %s", p.id, address, from.id)
	w.now = w.now.Add(time.Hour)
}

// pass makes a pass over all calendars, and looks at what it did.
func (w *listWalk) pass() {
	_, err := w.s.passes(w.t.Context(), nil, false, w.s.engine.Pass)
	must(w.t, err)
	if n := w.zoom.Cancels(); n > 0 {
		w.t.Errorf("%d meetings were cancelled", n)
	}
	watched := w.watched()
	all := 0
	for _, p := range w.people {
		if _, is := watched[p]; !is && p.cal.Writes() != p.untouched {
			w.t.Errorf("the calendar of %s was written, who is on no list", p.id)
		}
		p.untouched = p.cal.Writes()
		for _, id := range p.events {
			ev, _ := p.cal.Event(id)
			is := w.meetingOf(ev.Link.JoinURL)
			if was := p.meetings[id]; was != 0 && was != is {
				w.t.Errorf("an event of %s had the meeting %d, and has %d", p.id, was, is)
			}
			if p.meetings[id] = is; is != 0 {
				all++
			}
		}
	}
	if n := len(w.zoom.Meetings()); n != all {
		w.t.Errorf("%d meetings for %d linked events", n, all)
	}
}

// meetingOf is the meeting that a link leads to; 0 is none.
func (w *listWalk) meetingOf(link string) int64 {
	for _, m := range w.zoom.Meetings() {
		if link != "" && m.JoinURL == link {
			return m.ID
		}
	}
	return 0
}

// watched is who is watched, under which name.
func (w *listWalk) watched() map[*walker]string {
	watched := map[*walker]string{}
	for _, c := range w.s.Config().Calendars {
		p := w.reach[c.Google.Subject]
		if c.Away != "" {
			continue
		}
		if as, twice := watched[p]; twice {
			w.t.Errorf("%s is watched as %s and as %s", p.id, as, c.Name)
		}
		watched[p] = c.Name
	}
	return watched
}

// look compares who is watched with who is on the lists, as far as these can be believed, and whether it is told who
// has left.
func (w *listWalk) look() {
	report, err := w.s.Status(w.t.Context(), api.StatusRequest{})
	must(w.t, err)
	watched, believed := w.watched(), true
	for _, l := range report.Lists {
		o := w.orgs[l.Name]
		fresh := l.TriedAt != nil && !w.now.Before(*l.TriedAt) && w.now.Sub(*l.TriedAt) < time.Minute
		if o.trick == "silent" && fresh && l.Code != reason.ListUnreadable {
			w.t.Errorf("the list %s does not answer, and is called %q", l.Name, l.Code)
		}
		if l.Code == reason.ListShrunken && o.trick == "faulty" && fresh && len(o.on) > 1 {
			w.t.Errorf("the list %s cannot be understood to the end, and is taken for shrunken", l.Name)
		}
		if believed = believed && l.Error == "" && o.trick == "" && fresh; l.Error == "" && o.trick == "" && fresh {
			for _, p := range o.on {
				if watched[p] == "" {
					w.t.Errorf("%s is on the list %s and not watched", p.id, l.Name)
				}
			}
		}
	}
	held := map[*walker]bool{}
	for i := range report.Calendars {
		c := &report.Calendars[i]
		if away := c.Held && c.Code == reason.LeftList; away {
			held[w.reach[w.subjectOf(c.Name)]] = true
		}
	}
	for _, p := range w.people {
		on := slices.ContainsFunc([]*org{w.orgs["one"], w.orgs["two"]},
			func(o *org) bool { return slices.Contains(o.on, p) })
		if believed && !on && watched[p] != "" {
			w.t.Errorf("%s is on no list, and is watched as %s", p.id, watched[p])
		}
		linked := false
		for _, id := range p.meetings {
			linked = linked || id != 0
		}
		if watched[p] == "" && linked && !held[p] {
			w.t.Errorf("%s has left with meetings, and nobody is told", p.id)
		}
		if held[p] && watched[p] != "" {
			w.t.Errorf("%s is watched as %s, and held as one who has left", p.id, watched[p])
		}
	}
}

// subjectOf is whose calendar one of that name is.
func (w *listWalk) subjectOf(name string) string {
	for _, c := range w.s.Config().Calendars {
		if c.Name == name {
			return c.Google.Subject
		}
	}
	return ""
}

// TestDepartedAsked: doctor asks nothing of the calendar of somebody who has left.
func TestDepartedAsked(t *testing.T) {
	w := newListWalk(t, 1)
	stays, leaves := w.born(), w.born()
	w.orgs["one"].on, w.orgs["two"].on = []*walker{stays, leaves}, nil
	w.now = w.now.Add(time.Hour)
	w.ask()
	w.pass()
	w.orgs["one"].on = []*walker{stays}
	w.now = w.now.Add(time.Hour)
	w.ask()
	asked := map[*walker]int{}
	for _, p := range []*walker{stays, leaves} {
		p.cal.Hook = func(string, string, string) error { asked[p]++; return nil }
	}
	report, err := w.s.Doctor(t.Context(), api.DoctorRequest{})
	must(t, err)
	if asked[leaves] != 0 || asked[stays] == 0 {
		t.Errorf("asked %d times about who has left, and %d times about who stays", asked[leaves], asked[stays])
	}
	if !slices.ContainsFunc(report.Findings, func(f doctor.Finding) bool {
		return f.Code == "ZT-510" && strings.Contains(f.What+f.Title+f.Calendar, leaves.address())
	}) {
		t.Errorf("nobody is told who has left: %+v", report.Findings)
	}
	must(t, w.st.Close())
}

// calm has all lists tell the truth and somebody release what is held. Then all is as they say, and nothing is written
// any more.
func (w *listWalk) calm() {
	w.tell("calm")
	for _, o := range w.orgs {
		o.trick = ""
	}
	for range 3 {
		w.now = w.now.Add(time.Hour)
		w.ask()
		for _, name := range []string{"one", "two"} {
			_, err := w.s.Release(w.t.Context(), api.ReleaseRequest{Calendar: name})
			must(w.t, err)
		}
		w.ask()
		w.look()
		w.pass()
	}
	for p := range w.watched() {
		for _, id := range p.events {
			if p.meetings[id] == 0 {
				w.t.Errorf("an event of %s, who is watched, has no link", p.id)
			}
		}
	}
	s, writes := w.s, 0
	creates, updates := w.zoom.Creates(), w.zoom.Updates()
	for _, p := range w.people {
		writes -= p.cal.Writes()
	}
	for range 3 {
		w.now = w.now.Add(35 * time.Minute)
		w.ask()
		w.pass()
	}
	for _, p := range w.people {
		writes += p.cal.Writes()
	}
	if w.s != s || writes != 0 || w.zoom.Creates() != creates || w.zoom.Updates() != updates {
		w.t.Errorf("at rest the service is another one: %t; %d writes, %d meetings made, %d told", w.s != s, writes,
			w.zoom.Creates()-creates, w.zoom.Updates()-updates)
	}
}
