package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/api"
)

// The load test has everybody at work at once. It is made for the race detector:
//
//	go test -race ./cmd/zoomtag -run Load -load.rounds=200
var loadRounds = flag.Int("load.rounds", 12, "how many times each of those who are at work in the load test does "+
	"its work")

// loadCalendars and loadUIDs are how many calendars there are, and how many events they share.
const (
	loadCalendars = 12
	loadUIDs      = 16
)

func loadUID(i int) string { return "u" + strconv.Itoa(i) }

// loadWorld is a dozen folders. The folder of the world itself is not watched.
type loadWorld struct {
	*crashWorld
	folders []*crashFolder
	out     string // where commands write

	mu   sync.Mutex
	ends map[string]int // how often a command ended in which way
}

func newLoadWorld(t *testing.T) *loadWorld {
	t.Helper()
	w := &loadWorld{crashWorld: newCrashWorld(t), ends: map[string]int{}}
	w.out = filepath.Join(w.dir, "out")
	w.must(os.Mkdir(w.out, 0o700))
	for i := range loadCalendars {
		dir := filepath.Join(w.dir, "c"+strconv.Itoa(i))
		w.must(os.Mkdir(dir, 0o700))
		w.folders = append(w.folders, newFolder(t, dir))
		w.put(i, "plain"+strconv.Itoa(i), "No meeting") // none is ever emptied
	}
	for i := range loadUIDs { // two calendars each, and all of them in pairs that overlap
		w.put(i%loadCalendars, loadUID(i), "Talk "+loadUID(i)+" #zoom")
		w.put((i+1)%loadCalendars, loadUID(i), "Talk "+loadUID(i)+" #zoom")
	}
	w.put(0, "filed", "Talk filed #zoom")
	return w
}

// put saves an event on a day of its own.
func (w *loadWorld) put(calendar int, name, title string) {
	w.t.Helper()
	day, err := strconv.Atoi(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz"))
	if err != nil {
		day = loadUIDs
	}
	text := withLine(w.t, crashObject(name, title, pairWords, ""), "DTSTART",
		nextWeek().AddDate(0, 0, day).Format("20060102T150405Z"))
	w.folders[calendar].write(name, text)
}

// configureRound writes a configuration: in each round another calendar has another name, another one is left out, and
// the words and the note are others. A negative round is the last one, in which all are there.
func (w *loadWorld) configureRound(round int) {
	w.t.Helper()
	more := "schedule: \"@every 1h\"\ninvites: { dir: " + filepath.Join(w.dir, "invites") + " }\n"
	if round >= 0 && round%3 == 0 {
		more += "tag: { words: [\"#zoom\", \"#video\"] }\n"
	}
	if round >= 0 {
		more += fmt.Sprintf("link: { note: \"round %d\" }\n", round/4)
	}
	var calendars []string
	for i, f := range w.folders {
		name := "c" + strconv.Itoa(i)
		switch {
		case round >= 0 && i == (5*round+3)%loadCalendars:
			continue
		case round >= 0 && i == round%loadCalendars:
			name += "-renamed"
		}
		// A host of its own for each: the limit of a day is not what this is about.
		calendars = append(calendars, fmt.Sprintf("name: %s, host: h%d@example.com, %s", name, i, f.config()))
	}
	w.configureCalendars(more, calendars...)
}

// ask runs a command beside others. It may fail, for what it asks for may be gone by now, but not in any way.
func (w *loadWorld) ask(args ...string) {
	out, errs, code := w.inProcessUntil(context.Background(), args...)
	w.mu.Lock()
	w.ends[fmt.Sprintf("%s: exit %d", args[0], code)]++
	w.mu.Unlock()
	if code != exitOK && code != exitFailed && code != exitUsage || strings.Contains(out+errs, "fault in zoomtag") ||
		strings.Contains(errs, "did not answer") {
		w.t.Errorf("%q: exit %d\n%s%s", args, code, out, errs)
	}
}

// loadOwner edits, copies, moves, deletes and untags events.
type loadOwner struct {
	*loadWorld
	rng *rand.Rand
}

var summary = regexp.MustCompile(`(?m)^SUMMARY:([^\r\n]*)`)

func (o *loadOwner) act(n int) {
	name := loadUID(o.rng.IntN(loadUIDs))
	from, to := o.rng.IntN(loadCalendars), o.rng.IntN(loadCalendars)
	text, stands := o.folders[from].object(name)
	if !stands {
		if n%4 == 0 {
			o.put(from, name, "Talk "+name+" #zoom")
		}
		return
	}
	retitle := func(title string) {
		o.folders[from].write(name, summary.ReplaceAllLiteralString(text, "SUMMARY:"+title))
	}
	switch o.rng.IntN(6) {
	case 0:
		retitle(fmt.Sprintf("Talk %s %d #zoom", name, n))
	case 1:
		o.folders[to].write(name, text)
	case 2:
		o.folders[to].write(name, text)
		if to != from {
			o.folders[from].remove(name)
		}
	case 3:
		o.folders[from].remove(name)
	case 4:
		retitle("Talk " + name)
	case 5:
		retitle("Talk " + name + " #zoom")
	}
}

// TestLoad: many calendars, commands, configurations and an owner at once; then it is quiet, and each event that wants
// a meeting has one.
func TestLoad(t *testing.T) {
	before := zoomtagGoroutines()
	t.Cleanup(func() { noGoroutines(t, before) }) // after the emulator has ended, and its connections with it
	w := newLoadWorld(t)
	filed := filepath.Join(w.dir, "filed.ics")
	text, _ := w.folders[0].object("filed")
	alone := filepath.Join(w.dir, "alone.ics")
	w.must(os.WriteFile(filed, []byte(text), 0o600))
	w.must(os.WriteFile(alone, []byte(crashObject("alone", "Talk alone", pairWords, "")), 0o600))
	w.configureRound(-1)
	d := w.runInside()

	var all sync.WaitGroup
	work := func(job func(round int)) {
		all.Go(func() {
			for round := range *loadRounds {
				job(round)
			}
		})
	}
	work(func(round int) { w.configureRound(round); d.reload() })
	for i := range 2 {
		work(func(int) { w.ask("link", alone, "-o", filepath.Join(w.out, fmt.Sprintf("alone%d.ics", i))) })
		work(func(int) { w.ask("link", filed, "-o", filepath.Join(w.out, fmt.Sprintf("filed%d.ics", i))) })
	}
	name := func(round int) string { return "c" + strconv.Itoa(round%loadCalendars) }
	work(func(round int) { w.ask("sync", name(round)); w.ask("sync") })
	work(func(round int) { w.ask("release", name(round)); w.ask("status"); w.ask("links") })
	work(func(round int) { w.ask("plan", name(round)); w.ask("log") })
	work(func(int) { w.ask("invite", "--all", "-o", filepath.Join(w.out, "invites")) })
	owner := &loadOwner{w, rand.New(rand.NewPCG(5, 6))}
	work(func(round int) {
		for n := range 10 {
			owner.act(10*round + n)
		}
		w.ask("status")
	})
	all.Wait()

	w.configureRound(-1)
	d.reload()
	w.ask("sync")
	if code := d.stop(); code != exitOK {
		t.Errorf("the daemon ended with %d\n%s", code, d.log.String())
	}
	t.Logf("%v, %d meetings were made", w.ends, w.made())
	for _, command := range []string{"link", "sync", "release", "status", "links", "plan", "log", "invite"} {
		if w.ends[command+": exit 0"] == 0 {
			t.Errorf("%s never went well", command)
		}
	}
	w.rest()
	w.checkLoad()
	if t.Failed() {
		t.Logf("%s", d.log.String())
	}
}

// wantedNow are the topics that the meeting of each event may have: those of its tagged items. What the owner did last
// is what stands in the files.
func (w *loadWorld) wantedNow() (wanted map[string][]string, items map[string][]calendar.Event) {
	wanted, items = map[string][]string{"alone": {"Talk alone"}}, map[string][]calendar.Event{}
	for _, f := range w.folders {
		for i := range loadUIDs + 1 {
			name := loadUID(i)
			if i == loadUIDs {
				name = "filed"
			}
			ev, err := f.read(name)
			if err != nil {
				continue
			}
			items[name] = append(items[name], ev)
			if topic, tagged := strings.CutSuffix(ev.Title, " #zoom"); tagged {
				wanted[name] = append(wanted[name], topic)
			}
		}
	}
	return wanted, items
}

func (w *loadWorld) checkLoad() {
	w.t.Helper()
	wanted, items := w.wantedNow()
	urls := map[string]string{}
	for _, m := range w.zoom.Meetings() {
		name := strings.Fields(m.Topic)[1]
		if urls[name] != "" {
			w.t.Errorf("two meetings for %s", name)
		}
		urls[name] = m.JoinURL
		if !slices.Contains(wanted[name], m.Topic) {
			w.t.Errorf("a meeting is called %q, and wanted are %q", m.Topic, wanted[name])
		}
	}
	for name, topics := range wanted {
		if urls[name] == "" {
			w.t.Errorf("no meeting for %s: %q", name, topics)
		}
	}
	for name, list := range items {
		shown := 0
		for _, ev := range list {
			if !strings.HasPrefix(ev.Description, pairWords) {
				w.t.Errorf("%s: the owner's words became %q", name, ev.Description)
			}
			switch {
			case ev.Link.Mark+ev.Link.Block == "":
			case ev.Link.JoinURL == urls[name] && urls[name] != "":
				shown++
			default:
				w.t.Errorf("%s (%q) shows %q, its meeting is %q", name, ev.Title, ev.Link.JoinURL, urls[name])
			}
		}
		if shown == 0 && len(wanted[name]) > 0 {
			w.t.Errorf("no item of %s shows its link", name)
		}
	}
	if s := w.status(); s.Health != api.OK || len(s.Events)+len(s.Notices)+len(s.Leftovers) > 0 {
		w.t.Errorf("status: %+v", s)
	}
	if complaints := w.zoom.Complaints(); len(complaints) > 0 {
		w.t.Errorf("Zoom complains: %q", complaints)
	}
}

// zoomtagGoroutines are the goroutines of this program, each with its stack, by their first lines.
func zoomtagGoroutines() map[string]string {
	found := map[string]string{}
	for _, stack := range strings.Split(stacks(), "\n\n") {
		id, rest, _ := strings.Cut(stack, "[")
		if strings.Contains(rest, "zoomtag") && !bytes.Contains([]byte(rest), []byte("testing.tRunner(")) {
			found[id] = stack
		}
	}
	return found
}

// noGoroutines waits until none of this program's is left that was not there before.
func noGoroutines(t *testing.T, before map[string]string) {
	t.Helper()
	var left []string
	eventually(t, "every goroutine ends", 10*time.Second, func() bool {
		left = nil
		for id, stack := range zoomtagGoroutines() {
			if before[id] == "" {
				left = append(left, stack)
			}
		}
		return len(left) == 0
	})
}
