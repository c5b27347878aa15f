package main

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The crash tests run the built binary on a calendar of each kind and an emulated Zoom, kill it, run it again, and look
// at what is left.
//
//	go test ./cmd/zoomtag -run Crash -crash.kills=1000
var crashKills = flag.Int("crash.kills", 25, "how many times the binary is killed at random")

// story is what the owner does, and a sync after each chapter.
var story = []func(w *crashWorld){
	func(w *crashWorld) {
		w.put("a", "Alpha #zoom", "words, and more", "")
		w.put("b", "Beta #zoom(45m)", "", "Room 1")
		w.put("c", "Gamma", "", "")
	},
	func(w *crashWorld) {
		w.resize("a", 2*time.Hour)
		w.retitle("b", "Beta")
		w.put("d", "Delta #zoom", "", "")
	},
	func(w *crashWorld) {
		w.ahead += 8 * time.Hour // the grace period is over, and every retry is due
		w.remove("d")
		w.put("e", "Epsilon #zoom", "", "")
		w.retitle("a", "Alpha two #zoom")
	},
	func(w *crashWorld) { w.ahead += 8 * time.Hour },
}

// wanted is what must stand in the end: tagged events, and the topics of their meetings.
var wanted = map[string]string{"a": "Alpha two", "e": "Epsilon"}

// onEachKind runs a crash test on each kind of calendar, side by side: the binary waits more than it works.
func onEachKind(t *testing.T, test func(t *testing.T, kind crashKind)) {
	for _, kind := range crashKinds {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

// TestCrashAtOutsideCalls kills the binary while each of its requests to Zoom waits, before and after it takes effect.
func TestCrashAtOutsideCalls(t *testing.T) { onEachKind(t, crashAtOutsideCalls) }

func crashAtOutsideCalls(t *testing.T, kind crashKind) {
	points := 0
	for chapter := range story {
		for at := 1 + chapter%kind.stride(); ; at += kind.stride() {
			w := newCrashWorldOf(t, kind.make)
			hit := false
			for i, happens := range story {
				happens(w)
				if w.kill = 0; i == chapter {
					w.kill = at
				}
				_, _, killed := w.sync()
				hit = hit || killed
			}
			w.rest()
			w.check(wanted)
			if t.Failed() {
				t.Fatalf("killed at request hold %d of pass %d", at, chapter+1)
			}
			if !hit {
				break
			}
			points += kind.stride()
		}
	}
	t.Logf("killed at %d points of requests, %d apart", points/kind.stride(), kind.stride())
	if points < kind.requests {
		t.Errorf("only %d points: the story no longer makes the requests that it is about", points)
	}
}

// TestCrashAtNamedPoints kills the binary at each commit and each rename.
func TestCrashAtNamedPoints(t *testing.T) { onEachKind(t, crashAtNamedPoints) }

func crashAtNamedPoints(t *testing.T, kind crashKind) {
	points, killed, names := 0, 0, map[string]bool{}
	for chapter := range story {
		for i, point := range pointsOf(t, kind, chapter) {
			points++
			if i%kind.stride() != 0 {
				continue
			}
			w := newCrashWorldOf(t, kind.make)
			hit := false
			for i, happens := range story {
				happens(w)
				var env []string
				if i == chapter {
					env = []string{"ZOOMTAG_CRASH=" + point}
				}
				_, _, dead := w.sync(env...)
				hit = hit || dead
			}
			if !hit {
				t.Errorf("pass %d was not killed at %s", chapter+1, point)
			}
			w.rest()
			w.check(wanted)
			if t.Failed() {
				t.Fatalf("killed at %s of pass %d", point, chapter+1)
			}
			killed++
			name, _, _ := strings.Cut(point, ":")
			names[name] = true
		}
	}
	t.Logf("killed at %d of %d points, of %d names", killed, points, len(names))
	if points < kind.points {
		t.Errorf("only %d points", points)
	}
}

// pointsOf lists the points that a chapter's pass reaches, each with its number.
func pointsOf(t *testing.T, kind crashKind, chapter int) []string {
	w := newCrashWorldOf(t, kind.make)
	log := filepath.Join(w.dir, "points")
	for i, happens := range story[:chapter+1] {
		happens(w)
		var env []string
		if i == chapter {
			env = []string{"ZOOMTAG_CRASH_LOG=" + log}
		}
		w.sync(env...)
	}
	text, err := os.ReadFile(log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	count := map[string]int{}
	var points []string
	for _, name := range strings.Fields(string(text)) {
		count[name]++
		points = append(points, name+":"+strconv.Itoa(count[name]))
	}
	return points
}

// TestCrashAtRandom kills the binary again and again at some moment, while the owner goes on.
func TestCrashAtRandom(t *testing.T) { onEachKind(t, crashAtRandom) }

func crashAtRandom(t *testing.T, kind crashKind) {
	rng := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for killed < *crashKills {
		w := newCrashWorldOf(t, kind.make)
		for _, happens := range story {
			happens(w)
			for range 1 + rng.IntN(4) {
				if _, _, dead := w.syncFor(time.Duration(1+rng.IntN(60)) * time.Millisecond); dead {
					killed++
				}
			}
		}
		w.rest()
		w.check(wanted)
		if t.Failed() {
			t.Fatalf("after %d kills", killed)
		}
	}
	t.Logf("killed %d times", killed)
}

// TestDamagedState damages the database in every way that was seen in the field. Either all goes on as if nothing were,
// or one sentence says what is wrong and what to do; done so, nothing is made twice and nothing is cancelled.
func TestDamagedState(t *testing.T) { onEachKind(t, damagedState) }

func damagedState(t *testing.T, kind crashKind) {
	first := func(w *crashWorld) {
		story[0](w)
		w.sync()
	}
	for name, damage := range map[string]func(w *crashWorld){
		"deleted":            func(w *crashWorld) { w.must(os.Remove(w.state)) },
		"folder deleted":     func(w *crashWorld) { w.must(os.RemoveAll(filepath.Dir(w.state))) },
		"truncated to 0":     func(w *crashWorld) { w.must(os.Truncate(w.state, 0)) },
		"truncated to 8 KiB": func(w *crashWorld) { w.must(os.Truncate(w.state, 8<<10)) },
		"truncated to half": func(w *crashWorld) {
			info, err := os.Stat(w.state)
			w.must(err)
			w.must(os.Truncate(w.state, info.Size()/2))
		},
		"a text file": func(w *crashWorld) { w.must(os.WriteFile(w.state, []byte("hello\n"), 0o600)) },
		"bits flipped": func(w *crashWorld) {
			text, err := os.ReadFile(w.state)
			w.must(err)
			rng := rand.New(rand.NewPCG(3, 4))
			for range 200 {
				text[rng.IntN(len(text))] ^= 1 << rng.IntN(8)
			}
			w.must(os.WriteFile(w.state, text, 0o600))
		},
		"last week's": func(w *crashWorld) {
			old, err := os.ReadFile(w.state)
			w.must(err)
			w.put("e", "Epsilon #zoom", "", "")
			w.sync()
			w.remove("e")
			w.ahead += 8 * time.Hour
			w.sync()
			w.ahead += 8 * time.Hour
			w.sync()
			w.must(os.WriteFile(w.state, old, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newCrashWorldOf(t, kind.make)
			first(w)
			before := meetingIDs(w)
			damage(w)
			out, code, _ := w.sync()
			if code != 0 {
				if code != exitFailed || strings.Contains(out, "goroutine ") || !strings.Contains(out, "move it away") {
					t.Fatalf("exit %d without a sentence that says what to do:\n%s", code, out)
				}
				if lines := strings.Count(strings.TrimSpace(out), "\n"); lines > 1 {
					t.Errorf("more than one sentence:\n%s", out)
				}
				w.must(os.Rename(filepath.Dir(w.state), filepath.Join(w.dir, "damaged")))
			}
			w.rest()
			w.check(map[string]string{"a": "Alpha", "b": "Beta"})
			if after := meetingIDs(w); !slices.Equal(before, after) {
				t.Errorf("meetings were %v and are %v", before, after)
			}
		})
	}
}

func meetingIDs(w *crashWorld) (ids []int64) {
	for _, m := range w.zoom.Meetings() {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return ids
}
