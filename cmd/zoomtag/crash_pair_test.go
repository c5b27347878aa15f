package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/api"
)

// These tests kill the binary while it works on two calendars at once that hold events with the same UIDs.

// sharer is a calendar of iCalendar objects, which its owner can copy into another one as they are.
type sharer interface {
	crashCalendar
	object(name string) (text string, ok bool)
	write(name, text string)
}

func (f *crashFolder) object(name string) (string, bool) {
	f.t.Helper()
	text, err := os.ReadFile(f.file(name))
	if !os.IsNotExist(err) {
		f.must(err)
	}
	return string(text), err == nil
}

func (d *crashDAV) object(name string) (string, bool) { return d.server.Object("", name+".ics") }

func (d *crashDAV) write(name, text string) { d.server.Put("", name+".ics", text) }

// crashPair is two calendars: the embedded one is f of the configuration, right is g.
type crashPair struct {
	sharer
	right sharer
}

func (p *crashPair) leftovers(killed int) []string {
	return append(p.sharer.leftovers(killed), p.right.leftovers(killed)...)
}

// pairKinds are the pairs that the tests run on.
var pairKinds = []crashKind{
	{name: "two folders", apart: 1, points: 90, make: func(w *crashWorld) crashCalendar {
		return &crashPair{newFolder(w.t, w.dir), newSecondFolder(w)}
	}},
	{name: "folder and caldav", apart: 2, points: 120, make: func(w *crashWorld) crashCalendar {
		return &crashPair{newFolder(w.t, w.dir), newCrashDAV(w).(*crashDAV)}
	}},
}

func newSecondFolder(w *crashWorld) *crashFolder {
	w.t.Helper()
	dir := filepath.Join(w.dir, "second")
	w.must(os.Mkdir(dir, 0o700))
	return newFolder(w.t, dir)
}

func onEachPair(t *testing.T, test func(t *testing.T, kind crashKind)) {
	for _, kind := range pairKinds {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

// pairNames are those of all events: what stays, what the story is about, and the walk's.
var pairNames = []string{"plain0", "plain1", "both", "gone", "half", "moved", "back", "late", "u0", "u1", "u2", "u3"}

// pairWords are the owner's in every event.
const pairWords = "words, and more"

// pairWorld is a crashWorld with two calendars.
type pairWorld struct {
	*crashWorld
	sides [2]sharer
}

// left and right are the places of the calendars in sides.
const (
	left  = 0
	right = 1
)

// newPairWorld has an event in each calendar that stays, or an owner who moves the others would empty one: that trips
// the brake.
func newPairWorld(t *testing.T, kind crashKind) *pairWorld {
	t.Helper()
	w := &pairWorld{crashWorld: newCrashWorldOf(t, kind.make)}
	pair := w.crashCalendar.(*crashPair)
	w.configureCalendars("", "name: f, "+pair.sharer.config(), "name: g, "+pair.right.config())
	w.sides = [2]sharer{pair.sharer, pair.right}
	for side := range w.sides {
		w.put(side, "plain"+strconv.Itoa(side), "No meeting", "")
	}
	return w
}

// put saves an event, each name on a day of its own: a host whose meetings overlap is a matter for status.
func (w *pairWorld) put(side int, name, title, location string) {
	w.t.Helper()
	day := nextWeek().AddDate(0, 0, slices.Index(pairNames, name))
	text := crashObject(name, title, pairWords, location)
	w.sides[side].write(name, withLine(w.t, text, "DTSTART", day.Format("20060102T150405Z")))
}

func (w *pairWorld) both(name, title string) {
	w.t.Helper()
	w.put(left, name, title, "")
	w.put(right, name, title, "")
}

// copyFrom copies an event as it is, with whatever zoomtag has written into it.
func (w *pairWorld) copyFrom(side int, name string) {
	w.t.Helper()
	text, ok := w.sides[side].object(name)
	if !ok {
		w.t.Fatalf("there is no %s to copy", name)
	}
	w.sides[1-side].write(name, text)
}

// pairStory is what the owner does, and a sync after each chapter.
var pairStory = []func(w *pairWorld){
	func(w *pairWorld) {
		w.both("both", "Both #zoom")
		w.both("gone", "Gone #zoom")
		w.put(left, "half", "Half #zoom", "")
		w.put(right, "half", "Half", "")
		w.put(left, "moved", "Moved #zoom", "")
		w.put(right, "back", "Back #zoom", "Room 1")
	},
	func(w *pairWorld) {
		w.copyFrom(left, "moved")
		w.copyFrom(right, "back")
		w.put(right, "late", "Late #zoom", "")
		w.sides[left].remove("both")
	},
	func(w *pairWorld) {
		w.sides[left].remove("moved")
		w.sides[right].remove("back")
		w.sides[left].remove("gone")
		w.sides[right].remove("gone")
		w.sides[left].remove("half")
		w.sides[right].retitle("late", "Late two #zoom")
	},
	func(w *pairWorld) {
		w.ahead += 8 * time.Hour // the grace period is over, and every retry is due
		w.copyFrom(left, "back")
		w.copyFrom(right, "moved")
	},
	func(w *pairWorld) { w.ahead += 8 * time.Hour },
}

// pairWanted is what must stand in the end.
var pairWanted = map[string]string{"both": "Both", "moved": "Moved", "back": "Back", "late": "Late two"}

// rest lets the binary finish, and look for meetings that no event has.
func (w *pairWorld) rest() {
	w.t.Helper()
	w.crashWorld.rest()
	w.ahead += 25 * time.Hour
	if out, code, _ := w.sync(); code != exitOK {
		w.t.Fatalf("the last pass ends with %d:\n%s", code, out)
	}
}

// check looks at what is left: wanted are the topics by UID.
func (w *pairWorld) check(wanted map[string]string) {
	w.t.Helper()
	urls := map[string]string{} // by topic
	for _, m := range w.zoom.Meetings() {
		if urls[m.Topic] != "" {
			w.t.Errorf("two meetings called %q", m.Topic)
		}
		urls[m.Topic] = m.JoinURL
	}
	if len(urls) != len(wanted) {
		w.t.Errorf("Zoom has %v, wanted are %v", urls, wanted)
	}
	shown := map[string]int{}
	for i, side := range w.sides {
		for _, name := range pairNames {
			ev, err := side.read(name)
			if err == nil {
				shown[name] += w.checkItem(i, name, &ev, urls[wanted[name]])
			}
		}
	}
	for name, topic := range wanted {
		if shown[name] == 0 {
			w.t.Errorf("no item of %s shows %q", name, urls[topic])
		}
	}
	if complaints := w.zoom.Complaints(); len(complaints) > 0 {
		w.t.Errorf("Zoom complains: %q", complaints)
	}
	if left := w.leftovers(w.killed); len(left) > 0 {
		w.t.Errorf("left over: %q", left)
	}
	w.checkStatus()
}

// checkItem returns 1 if the item shows the link that it should, 0 if it shows none.
func (w *pairWorld) checkItem(side int, name string, ev *calendar.Event, url string) int {
	w.t.Helper()
	where := fmt.Sprintf("%s in calendar %d (%q)", name, side, ev.Title)
	if !strings.HasPrefix(ev.Description, pairWords) {
		w.t.Errorf("%s: the owner's words became %q", where, ev.Description)
	}
	if name == "back" && ev.Location != "Room 1" {
		w.t.Errorf("%s: the owner's place became %q", where, ev.Location)
	}
	switch {
	case ev.Link.Mark+ev.Link.Block == "":
		return 0
	case url == "":
		w.t.Errorf("%s shows %q, and no meeting is wanted", where, ev.Link.JoinURL)
	case ev.Link.JoinURL != url:
		w.t.Errorf("%s shows %q, its meeting is %q", where, ev.Link.JoinURL, url)
	default:
		return 1
	}
	return 0
}

// checkStatus says what is not well.
func (w *pairWorld) checkStatus() {
	w.t.Helper()
	s := w.status()
	if s.Health != api.OK || len(s.Events)+len(s.Notices)+len(s.Leftovers) > 0 {
		w.t.Errorf("status: %+v", s)
	}
}

// status asks by the clock of the passes.
func (w *crashWorld) status() (s api.StatusReport) {
	w.t.Helper()
	out, errs, code := w.zoomtagAt("status", "--json")
	if err := json.Unmarshal([]byte(out), &s); code != exitOK || err != nil {
		w.t.Fatalf("status: exit %d, %v\n%s%s", code, err, out, errs)
	}
	return s
}

// zoomtagAt runs a command of the binary by the clock of the passes.
func (w *crashWorld) zoomtagAt(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	cmd := exec.Command(w.binary, append([]string{"--config", w.configFile()}, args...)...)
	cmd.Env = append(os.Environ(), "ZOOMTAG_CLOCK="+w.ahead.String())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		w.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// made counts the meetings that were ever made.
func (w *crashWorld) made() (n int) {
	for _, r := range w.zoom.Requests() {
		if r.Method == "POST" && strings.HasSuffix(r.Path, "/meetings") && r.Status == 201 {
			n++
		}
	}
	return n
}

// tellPair plays the story and returns whether its pass at a chapter was killed. Whatever happens, as many meetings are
// made as are needed.
func tellPair(t *testing.T, kind crashKind, chapter, kill int, env ...string) (hit bool) {
	w := newPairWorld(t, kind)
	for i, happens := range pairStory {
		happens(w)
		w.kill = 0
		var more []string
		if i == chapter {
			w.kill, more = kill, env
		}
		_, _, dead := w.sync(more...)
		hit = hit || dead
	}
	w.rest()
	w.check(pairWanted)
	if n := w.made(); n > len(pairWanted)+2 { // and gone, and half
		t.Errorf("%d meetings were made for %d events", n, len(pairWanted)+2)
	}
	return hit
}

// pairPoints are where the binary is killed: while a request waits, and at these points of its own.
var pairPoints = []string{"request", "store.commit.before", "store.commit.after", "icsdir.rename.after"}

// TestCrashPairAtPoints kills the binary at each of these points of each pass; a short run at one of each pass. The
// points of two passes interleave as they like: which of the two a number means differs a little each time.
func TestCrashPairAtPoints(t *testing.T) { onEachPair(t, crashPairAtPoints) }

func crashPairAtPoints(t *testing.T, kind crashKind) {
	killed, long := 0, *crashKills >= longRun
	for chapter := range pairStory {
		for i, point := range pairPoints {
			if !long && i != (chapter+kind.apart)%len(pairPoints) {
				continue
			}
			for at := 1; tellPairAt(t, kind, chapter, point, at); at++ {
				if killed++; t.Failed() {
					t.Fatalf("killed at %s %d of pass %d", point, at, chapter+1)
				}
				if !long {
					break
				}
			}
			if t.Failed() {
				t.Fatalf("pass %d, not killed", chapter+1)
			}
		}
	}
	t.Logf("killed at %d points", killed)
	if killed == 0 || long && killed < kind.points {
		t.Errorf("only %d points: the story no longer does what it is about", killed)
	}
}

// tellPairAt plays the story with a kill at a point of a chapter's pass.
func tellPairAt(t *testing.T, kind crashKind, chapter int, point string, at int) (hit bool) {
	if *crashKills < longRun {
		at += 2 * chapter // the first ones of a pass are much alike
	}
	if point == "request" {
		return tellPair(t, kind, chapter, at)
	}
	return tellPair(t, kind, chapter, 0, fmt.Sprintf("ZOOMTAG_CRASH=%s:%d", point, at))
}

// pairUIDs is how many events the walk has: too few to trip the brake.
const pairUIDs = 4

func pairUID(i int) string { return "u" + strconv.Itoa(i) }

// pairOwner does something at random with events that stand in one calendar or in both.
type pairOwner struct {
	*pairWorld
	rng    *rand.Rand
	topics [pairUIDs]string // of each event
	tagged [pairUIDs][2]bool
	stands [pairUIDs][2]bool
	story  []string // what happened, for the one who has to find a fault
}

// act is one thing that the owner does.
func (o *pairOwner) act() {
	i, side := o.rng.IntN(pairUIDs), o.rng.IntN(2)
	name := pairUID(i)
	switch what := o.rng.IntN(6); {
	case !o.stands[i][side] && o.stands[i][1-side] && what < 3:
		o.copyFrom(1-side, name)
		o.stands[i][side], o.tagged[i][side] = true, o.tagged[i][1-side]
		o.tell("copied", i, side)
	case !o.stands[i][side]:
		o.topics[i] = "Topic " + name
		if o.stands[i][1-side] {
			o.sides[1-side].retitle(name, o.title(i, 1-side))
		}
		o.stands[i][side], o.tagged[i][side] = true, true
		o.put(side, name, o.title(i, side), "")
		o.tell("put", i, side)
	case what == 0:
		o.remove(i, left)
		o.remove(i, right)
		o.tell("removed in both", i, side)
	case what < 3:
		o.remove(i, side)
		o.tell("removed", i, side)
	case what == 3:
		o.tagged[i][side] = !o.tagged[i][side]
		o.sides[side].retitle(name, o.title(i, side))
		o.tell("tag changed", i, side)
	default:
		o.topics[i] = fmt.Sprintf("Topic %s %d", name, len(o.story))
		for s, side := range o.sides {
			if o.stands[i][s] {
				side.retitle(name, o.title(i, s))
			}
		}
		o.tell("retitled", i, side)
	}
}

func (o *pairOwner) title(i, side int) string {
	if o.tagged[i][side] {
		return o.topics[i] + " #zoom"
	}
	return o.topics[i]
}

func (o *pairOwner) remove(i, side int) {
	if o.stands[i][side] {
		o.sides[side].remove(pairUID(i))
	}
	o.stands[i][side], o.tagged[i][side] = false, false
}

func (o *pairOwner) tell(what string, i, side int) {
	o.story = append(o.story, fmt.Sprintf("%s %s in %d", pairUID(i), what, side))
}

// wanted are the topics of the events that ask for a meeting somewhere.
func (o *pairOwner) wanted() map[string]string {
	wanted := map[string]string{}
	for i := range pairUIDs {
		if slices.Contains(o.tagged[i][:], true) {
			wanted[pairUID(i)] = o.topics[i]
		}
	}
	return wanted
}

// pass is a sync that is killed in one of three ways, or not at all.
func (o *pairOwner) pass() {
	o.kill = 0
	var life time.Duration
	var env []string
	switch o.rng.IntN(5) {
	case 0:
		o.kill = 1 + o.rng.IntN(20)
	case 1:
		life = time.Duration(1+o.rng.IntN(60)) * time.Millisecond
	case 2:
		env = []string{fmt.Sprintf("ZOOMTAG_CRASH=store.commit.after:%d", 1+o.rng.IntN(12))}
	case 3:
		o.ahead += []time.Duration{15 * time.Second, 2 * time.Minute, 8 * time.Hour}[o.rng.IntN(3)]
	}
	_, code, dead := o.syncFor(life, env...)
	o.story = append(o.story, fmt.Sprintf("pass: exit %d, killed: %v, hold %d, life %s, %s, clock +%s", code, dead,
		o.kill, life, env, o.ahead))
}

// TestCrashPairAtRandom has an owner copy, move, delete and retag events in both calendars, while the binary is killed
// again and again.
func TestCrashPairAtRandom(t *testing.T) { onEachPair(t, crashPairAtRandom) }

func crashPairAtRandom(t *testing.T, kind crashKind) {
	killed := 0
	for seed := uint64(1); killed < max(*crashKills/len(pairKinds), 1); seed++ {
		o := &pairOwner{pairWorld: newPairWorld(t, kind), rng: rand.New(rand.NewPCG(seed, 7))}
		for range 8 {
			for range 1 + o.rng.IntN(3) {
				o.act()
			}
			for range 1 + o.rng.IntN(3) {
				o.pass()
			}
		}
		o.rest()
		o.check(o.wanted())
		if killed += o.killed; t.Failed() {
			t.Fatalf("seed %d, after %d kills:\n%s", seed, killed, strings.Join(o.story, "\n"))
		}
	}
	t.Logf("killed %d times", killed)
}
