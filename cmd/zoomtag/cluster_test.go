//go:build peers

package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/store"
	"zoomtag/store/postgres/pgtest"
)

// The tests of a cluster have three daemons share a PostgreSQL database, which these tests start:
//
//	go test -tags peers ./cmd/zoomtag -run Cluster -cluster.time=30m -cluster.seed=4 -v
//	go test -tags peers ./cmd/zoomtag -run Takeover -cluster.kills=100 -v
var (
	clusterTime  = flag.Duration("cluster.time", 75*time.Second, "for how long workers of the cluster test are disturbed")
	clusterSeed  = flag.Uint64("cluster.seed", 1, "for what the cluster test leaves to chance")
	clusterKills = flag.Int("cluster.kills", 10, "how many workers the test of takeovers kills")
)

// lapse is longer than a worker is believed to live without a sign.
const lapse = 5 * time.Second

// storm disturbs a cluster.
type storm struct {
	*cluster
	rng    *rand.Rand
	tagged map[event]bool
	made   int
	did    map[string]int
	mends  []mend            // what is still broken
	called map[string]string // what the configurations call calendars, where that is not their first name
	late   map[string]int    // how many workers have not read what a calendar is called now
	freeze chan string

	released map[held]bool
}

// mend puts right, at a time, what was broken.
type mend struct {
	at  time.Time
	fix func()
}

// soon has something be put right after a while.
func (s *storm) soon(fix func()) {
	s.mends = append(s.mends, mend{time.Now().Add(lapse + time.Duration(s.rng.IntN(3000))*time.Millisecond), fix})
}

// act is one thing that the owner does.
func (s *storm) act() {
	if len(s.tagged) < 24 {
		s.made++
		s.tagged[s.add(s.names[s.rng.IntN(len(s.names))],
			fmt.Sprintf("Talk %d #zoom(host=e%d@example.com)", s.made, s.made))] = true
		return
	}
	all := slices.SortedFunc(maps.Keys(s.tagged), func(a, b event) int { return strings.Compare(a.id, b.id) })
	e := all[s.rng.IntN(len(all))]
	edit := func(title string) {
		s.google.server.Edit(e.calendar, e.id, func(ev googletest.JSON) { ev["summary"] = title })
	}
	s.made++
	host := fmt.Sprintf("#zoom(host=e%d@example.com)", s.made)
	switch s.rng.IntN(8) {
	case 0:
		edit(fmt.Sprintf("Talk %d", s.made))
		s.tagged[e] = false
	case 1:
		s.google.server.Delete(e.calendar, e.id)
		delete(s.tagged, e)
	default:
		if s.tagged[e] {
			edit(fmt.Sprintf("Talk %d #zoom", s.made))
			return
		}
		edit(fmt.Sprintf("Talk %d %s", s.made, host))
		s.tagged[e] = true
	}
}

// points are where a worker is frozen that runs with crash points: between its last look and a call, around a commit.
var clusterPoints = []string{"store.update", "store.commit.before", "store.commit.after"}

// disturb breaks something for longer than a worker lives without a sign.
func (s *storm) disturb() {
	if s.rng.IntN(11) == 0 {
		s.rename()
		return
	}
	w := s.workers[s.rng.IntN(len(s.workers))]
	does := func(what string) {
		s.did[what]++
		s.t.Logf("%s %s %s", time.Now().Format("15:04:05.0"), what, w.name)
	}
	switch s.rng.IntN(10) {
	case 0, 1:
		does("kill")
		w.kill()
		s.soon(func() { w.start() })
	case 2:
		does("stop")
		w.end(syscall.SIGTERM)
		w.start()
	case 3:
		does("freeze")
		if w.signal(syscall.SIGSTOP) {
			s.soon(func() { w.signal(syscall.SIGCONT) })
		}
	case 4, 5:
		point := fmt.Sprintf("%s:%d", clusterPoints[s.rng.IntN(len(clusterPoints))], 1+s.rng.IntN(40))
		does("freeze at " + point)
		w.kill()
		w.start("ZOOMTAG_FREEZE=" + point)
	case 6:
		does("freeze in a request of")
		select {
		case s.freeze <- w.zoom.Addr():
		default: // one is to be frozen already
		}
	case 7:
		does("database cut from")
		for _, p := range w.database {
			p.Cut(s.t)
			s.soon(func() { p.Restore(s.t) })
		}
	case 8:
		does("database silent for")
		for _, p := range w.database {
			p.Silence()
			s.soon(func() { p.Restore(s.t) })
		}
	case 9:
		does("Zoom away from")
		if s.rng.IntN(2) == 0 {
			w.zoom.Cut(s.t)
		} else {
			w.zoom.Silence()
		}
		s.soon(func() { w.zoom.Restore(s.t) })
	}
}

// rename gives a calendar another name in all configurations, which the workers read one after the other.
func (s *storm) rename() {
	calendar := s.names[s.rng.IntN(len(s.names))]
	if s.late[calendar] > 0 {
		return
	}
	was := cmp.Or(s.called[calendar], calendar)
	now := fmt.Sprintf("%s-%d", calendar, len(was))
	s.called[calendar], s.late[calendar] = now, len(s.workers)
	s.did["rename"]++
	s.t.Logf("%s %s is called %s", time.Now().Format("15:04:05.0"), was, now)
	for _, w := range s.workers {
		s.soon(func() {
			s.late[calendar]--
			w.rewrite("name: "+was+",", "name: "+now+",")
			w.signal(syscall.SIGHUP)
		})
	}
}

// heal puts right what was broken long enough; all of it at once where all is set. Workers that froze themselves at a
// point go on as well.
func (s *storm) heal(all bool) {
	now := time.Now()
	due := s.mends
	s.mends = nil
	for _, m := range due {
		if all || !m.at.After(now) {
			m.fix()
		} else {
			s.mends = append(s.mends, m)
		}
	}
	if !all && len(s.mends) > 0 {
		return // somebody is frozen on purpose, perhaps
	}
	for _, w := range s.workers {
		if !w.stopped() {
			continue
		}
		if all {
			w.signal(syscall.SIGCONT)
		} else {
			s.soon(func() { w.signal(syscall.SIGCONT) })
		}
	}
}

// crash ends the database without a goodbye, and has it come again; or the standby takes its place for good.
func (s *storm) crash(promote bool) {
	if promote {
		s.t.Log("the standby is promoted")
		s.server.Stop(s.t, pgtest.Immediate)
		s.standby.Promote(s.t)
		s.database = s.standby.At(s.t, s.database)
		s.server, s.standby = s.standby, nil
		return
	}
	s.did["database crash"]++
	s.t.Log("the database crashes")
	s.server.Stop(s.t, pgtest.Immediate)
	s.server.Start(s.t)
}

// TestCluster: workers are killed and frozen, cut off from the database and from Zoom, the database crashes and a
// standby takes its place. No change is ever saved by one whose calendar is another's, and when all is well again each
// event has one link that works, and no other meeting is left.
func TestCluster(t *testing.T) {
	s := &storm{rng: rand.New(rand.NewPCG(*clusterSeed, 9)), tagged: map[event]bool{}, did: map[string]int{},
		freeze: make(chan string, 1), called: map[string]string{}, late: map[string]int{}, released: map[held]bool{}}
	s.cluster = newCluster(t, 3, 9, "schedule: \"@every 1s\"\n", true)
	s.instead = func(r *http.Request, _ string) {
		select {
		case addr := <-s.freeze:
			for _, w := range s.workers {
				if w.zoom.Addr() == addr && r.Host == addr && w.signal(syscall.SIGSTOP) {
					return
				}
			}
			select {
			case s.freeze <- addr: // it was another one's request
			default: // somebody else is to be frozen by now
			}
		default:
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.logs())
		}
	})
	s.begin()
	over, half := time.After(*clusterTime), time.After(*clusterTime/2)
	quarter := time.After(*clusterTime / 4)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for calm := false; !calm; {
		select {
		case <-over:
			calm = true
		case <-quarter:
			s.crash(false)
		case <-half:
			s.crash(true)
		case <-tick.C:
			s.heal(false)
			switch n := s.rng.IntN(100); {
			case n < 15:
				s.act()
			case n < 19:
				s.disturb()
			}
		}
	}
	s.settle()
	changes, handed := s.checkHistory()
	t.Logf("seed %d: %v; %d events, %d changes, shards of calendars changed hands %d times", *clusterSeed, s.did, s.made,
		changes, handed)
	for _, w := range s.workers {
		w.end(syscall.SIGTERM)
		noSecrets(t, s.crashWorld, w.log.String())
	}
}

// settle lets all be well, and waits until everything is right.
func (s *storm) settle() {
	s.t.Helper()
	select {
	case <-s.freeze:
	default: // nobody is to be frozen
	}
	why := ""
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Log(why)
		}
	})
	began := time.Now()
	eventually(s.t, "all is well", 5*time.Minute, func() bool {
		s.heal(true)
		for _, w := range s.workers {
			w.start()
		}
		s.release()
		why = s.wrong()
		return why == ""
	})
	s.t.Logf("all was well after %v", time.Since(began).Round(time.Second))
}

// release lets go what is held, as its owner does: while nobody looked, more was deleted than a person deletes at once.
func (s *storm) release() {
	for _, w := range s.workers {
		for _, held := range heldIn(w.log.String()) {
			if s.released[held] {
				continue
			}
			args := []string{"--config", filepath.Join(w.dir, "zoomtag.yaml"), "release", held.calendar}
			if exec.Command(w.c.binary, args...).Run() == nil { // else it is tried again
				s.released[held] = true
			}
		}
	}
}

// held is a line of a log that says that a calendar is held.
type held struct{ calendar, line string }

var heldLine = regexp.MustCompile(`(?m)^.*msg="calendar held" calendar=(\S+) code=brake.*$`)

func heldIn(log string) (list []held) {
	for _, m := range heldLine.FindAllStringSubmatch(log, -1) {
		list = append(list, held{calendar: m[1], line: m[0]})
	}
	return list
}

// wrong is what is not as it should be.
func (s *storm) wrong() string {
	urls := map[string]bool{}
	for _, m := range s.zoom.Meetings() {
		urls[m.JoinURL] = true
	}
	for e, tagged := range s.tagged {
		ev, err := s.event(e)
		switch {
		case err != nil:
			return fmt.Sprintf("%v: %v", e, err)
		case !tagged && ev.Link.Mark != "":
			return fmt.Sprintf("%v (%s) shows a link, and is not tagged", e, ev.Title)
		case tagged && !urls[ev.Link.JoinURL]:
			return fmt.Sprintf("%v (%s) shows %q, which there is not", e, ev.Title, ev.Link.JoinURL)
		}
		if tagged {
			delete(urls, ev.Link.JoinURL)
		}
	}
	if len(urls) > 0 {
		return fmt.Sprintf("meetings without an event: %v", slices.Collect(maps.Keys(urls)))
	}
	return ""
}

// event reads an event as its adapter does.
func (s *storm) event(e event) (calendar.Event, error) {
	reader, err := google.New(google.Config{Auth: google.ServiceAccount, Credentials: s.google.key,
		Own: google.Own{Subject: googletest.Account, Calendar: e.calendar}, APIURL: s.google.server.APIURL(),
		Quota: google.Unlimited()})
	if err != nil {
		return calendar.Event{}, err
	}
	return reader.Get(context.Background(), e.id)
}

// clusterFreezes is how often a worker is frozen at each point.
var clusterFreezes = flag.Int("cluster.freezes", 2, "how often a worker is frozen at each named point")

// TestFrozen: a worker is frozen at each named point until another one has gone on with its calendars, and then goes on
// itself: it saves nothing of theirs any more, and no meeting is made twice.
func TestFrozen(t *testing.T) {
	s := &storm{tagged: map[event]bool{}, released: map[held]bool{}}
	s.cluster = newCluster(t, 2, 4, "schedule: \"@every 1s\"\n", false)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.logs())
		}
	})
	s.begin()
	victim, other := s.workers[0], s.workers[1]
	frozen := 0
	for _, point := range clusterPoints {
		for n := range *clusterFreezes {
			mine := s.freezeAt(victim, fmt.Sprintf("ZOOMTAG_FREEZE=%s:%d", point, 8+3*n))
			s.made++ // something for the other one to do, where the frozen one was
			s.tagged[s.add(mine, fmt.Sprintf("Talk %d #zoom(host=e%d@example.com)", s.made, s.made))] = true
			eventually(t, "the other one has all", 5*time.Minute, func() bool {
				return !slices.ContainsFunc(s.names, func(name string) bool { return s.owners()[name] != other.name })
			})
			eventually(t, "the other one is done", 5*time.Minute, func() bool { return s.wrong() == "" })
			frozen++
			victim.signal(syscall.SIGCONT)
			eventually(t, "it has calendars again", 5*time.Minute, func() bool {
				return slices.Contains(slices.Collect(maps.Values(s.owners())), victim.name)
			})
			if s.checkHistory(); t.Failed() {
				t.Fatalf("frozen at %s, the %d. time", point, n+1)
			}
		}
	}
	s.settle()
	changes, _ := s.checkHistory()
	t.Logf("frozen %d times, %d events, %d changes", frozen, s.made, changes)
}

// freezeAt starts a worker anew, has it freeze itself, and returns a calendar that it had by then.
func (s *storm) freezeAt(victim *clusterWorker, where string) (mine string) {
	victim.end(syscall.SIGTERM)
	victim.start(where)
	eventually(s.t, "it is frozen with a calendar of its own", 5*time.Minute, func() bool {
		has := s.calendarsOf(victim)
		if len(has) > 0 {
			mine = has[0]
		}
		// As many as come in faster than they are read have a list without an end: it may ask nine times a second.
		if !victim.stopped() && s.wrong() == "" {
			for _, name := range has {
				s.made++
				s.tagged[s.add(name, fmt.Sprintf("Talk %d #zoom(host=e%d@example.com)", s.made, s.made))] = true
			}
		}
		// The number of its process decides which shards it has: of four calendars none in one of 16 starts.
		if mine == "" && (victim.stopped() || s.shardsOf(victim) > store.ShardCount/3) {
			s.t.Log("it had none of the calendars: once more")
			victim.end(syscall.SIGTERM)
			victim.start(where)
		}
		return mine != "" && victim.stopped()
	})
	return mine
}

// takeoverLimit is what no takeover takes on any machine.
const takeoverLimit = 30 * time.Second

// TestTakeover: what a killed worker was at work on, another one goes on with.
func TestTakeover(t *testing.T) {
	c := newCluster(t, 3, 9, "schedule: \"@every 1s\"\n", false)
	c.begin()
	list := c.takeovers(*clusterKills)
	t.Logf("%d kills: first commit by another after %v in the middle, 90 of 100 %v, 99 of 100 %v, longest %v", len(list),
		percentile(list, 50), percentile(list, 90), percentile(list, 99), list[len(list)-1])
	if longest := list[len(list)-1]; longest > takeoverLimit {
		t.Errorf("one took %v", longest)
	}
	c.checkHistory()
}

// BenchmarkTakeover is how long it takes until another worker has gone on with what a killed one was at work on.
//
//	go test -tags peers ./cmd/zoomtag -run '^$' -bench Takeover -benchtime 100x
func BenchmarkTakeover(b *testing.B) {
	c := newCluster(b, 3, 9, "schedule: \"@every 1s\"\n", false)
	c.begin()
	b.ResetTimer()
	list := c.takeovers(b.N)
	for _, p := range []int{50, 90, 99, 100} {
		b.ReportMetric(percentile(list, p).Seconds(), fmt.Sprintf("s/%d-of-100", p))
	}
}
