//go:build mutants

package engine

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Mutants of plan and engine, each a mistake that somebody could make. The random walk must kill every one of them: a
// walk that does not notice them proves nothing.
//
//	go test -tags mutants ./sync/engine -run Mutants -v
var mutants = []mutant{
	{"create without looking for the meeting first", "../plan/plan.go",
		`case rec.MeetingID == 0 && rec.Doubt == DoubtCreate:
		d.Do, d.State = Seek, Doubt`, `case rec.MeetingID == 0 && rec.Doubt == DoubtCreate:
		d.Do, d.State = Create, Doubt`},
	{"doubt not saved before the create", "tell.go",
		`rec.Doubtful(plan.DoubtCreate, now)`, `rec.DoubtAt = now`},
	{"not found is believed at once", "adopt.go",
		`s.e.opt.Now().Before(until)`, `until.IsZero()`},
	{"a lost answer counts as refused", "tell.go",
		`if meeting.Refused(err) {
			s.rec.Certain()
		} else if`, `if err != nil {
			s.rec.Certain()
		} else if`},
	{"any error counts as gone", "settle.go",
		`if unread != nil && !errors.Is(unread, calendar.ErrGone) {`, `if false {`},
	{"absent from the listing counts as gone", "brake.go",
		`_, err := p.read(ctx, id)
		switch {`, `delete(p.seen.events, id)
		p.seen.absent[id] = true
		_, err := p.read(ctx, id)
		switch {`},
	{"update without forgetting what was told", "tell.go",
		`		rec.Telling()
	}`, `	}`},
	{"what was told assumed after a failed update", "tell.go",
		`return s.notUpdated(told, err)`, `s.rec.Told = &d.Spec
		return s.notUpdated(nil, err)`},
	{"what waits for the grace period has no code", "../plan/ending.go",
		`d.At, d.Code = rec.EndingAt.Add(in.Settings.Grace), reason.Grace`, `d.At = rec.EndingAt.Add(in.Settings.Grace)`},
	{"a failure has no code", "fail.go",
		`s.rec.Failed(state, why, until, by)`, `s.rec.Failed(state, store.Why{Text: why.Text}, until, by)`},
	{"unlink forgotten in copies whose tag is gone", "../plan/ending.go",
		`case stands && (own == "" || in.Rec != nil):`, `case false:`},
	{"unlink believed unseen", "link.go",
		`s.writes.wrote = true
	ev, err := s.outside.source.SetLink(ctx, s.id, s.ev.Version, d.Link)`, `s.writes.wrote = true
	if d.Do == plan.Unlink {
		s.ev.Link, s.ev.Description = calendar.Link{}, ""
		return s.linked("unlink", d.Reason, d.Link)
	}
	ev, err := s.outside.source.SetLink(ctx, s.id, s.ev.Version, d.Link)`},
	{"no grace period", "../plan/ending.go",
		`case in.Now.Before(rec.EndingAt.Add(in.Settings.Grace)):`, `case false:`},
	{"a new wish does not end the ending", "../plan/plan.go",
		`if !rec.EndingAt.IsZero() {
		return Decision{Do: Resume, Reason: w.Tags[0].String(), Wish: w}
	}`, ``},
	{"copies not recognised", "../plan/begin.go",
		`case m.Event != Bind(ev.UID):
		return "", why`, `case false:`},
	{"marks not claimed after a lost database", "../plan/begin.go",
		`	return ev.Link.Mark, why
}`, `	return "", why
}`},
	{"cursor saved without what is due", "sift.go",
		`		for _, id := range news.due {
			if err := tx.SetDue(p.c.Name, id, p.e.opt.Now()); err != nil {
				return err
			}
		}
`, ``},
	{"renamed items not recognised", "kin.go",
		`if !stands && s.mayTake(other) || s.succeeds(other, ev) {`, `if !stands {
			continue
		} else if s.succeeds(other, ev) {`},
	{"twins get a meeting each", "../plan/begin.go",
		`if in.Twin != nil {`, `if false {`},
	{"the block forgotten when the link is compared", "../plan/link.go",
		`right = ev.Link.Mark == l.Mark && !partial && l.ShownBy(ev.Link.Block)`, `right = ev.Link.Mark == l.Mark`},
	{"a moved event is not told to Zoom", "../plan/spec.go",
		`return !before.SameSince(spec, now)`, `before.Start = spec.Start
	return !before.SameSince(spec, now)`},
	{"closed without cancelling", "../plan/ending.go",
		`	default: // before the earlier ones, of which one may have to stay
		d.Do = Cancel
	}`, `	default:
		d.Do, d.State = Close, Ended
	}`},
	{"gone items cancelled before renamed ones are seen", "due.go",
		`u.class = 3 //`, `u.class = -1 //`},
	{"a record begun in the same pass is overlooked", "kin.go",
		`rec != nil && (rec.Version == 0 || s.mode.dry) { // not saved yet`, `false {`},
	{"the calendar's account is asked, whatever the mark says", "account.go",
		`return keeperOf(p.outside.accounts, mark, otherwise)`,
		`return keeperOf(p.outside.accounts, "", p.c.Settings.Account+otherwise)`},
	{"made under the mark of the account that was asked for before", "tell.go",
		`if s.mine().Hash != d.Account {`, `if s.mine().Hash == "" {`},
	{"marks of other configured accounts are somebody else's", "../plan/account.go",
		`return ok || hash == s.Account`, `return hash == s.Account || ok && false`},
	{"a claimed mark is looked for with the host that is asked for now", "../plan/begin.go",
		`d.Spec.Host = s.HostIn(m.Account)
	}
	if d.Mark`, `_ = m
	}
	if d.Mark`},
}

// mutant is a mistake: in a file, something stands in the place of what should.
type mutant struct{ name, file, from, to string }

func TestMutants(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			m.kill(t, "seed ", "-test.run", "^TestWalk$", "-walk.seeds", "200000", "-walk.dir", ramDir())
		})
	}
}

// TestMutantsApply checks that what each mistake changes is there, once.
func TestMutantsApply(t *testing.T) {
	all := append(slices.Clone(mutants), append(slices.Clone(multiMutants), crewMutants...)...)
	for _, m := range rareMutants {
		all = append(all, m.mutant)
	}
	for _, m := range all {
		source, err := os.ReadFile(m.file)
		if err != nil {
			t.Error(err)
		}
		if n := strings.Count(string(source), m.from); n != 1 {
			t.Errorf("%s: what it changes stands %d times in %s", m.name, n, m.file)
		}
	}
}

// TestMultiMutants has the walk over several calendars find mistakes that show where things meet only.
func TestMultiMutants(t *testing.T) {
	for _, m := range multiMutants {
		t.Run(m.name, func(t *testing.T) {
			m.kill(t, "seed ", "-test.run", "^TestMultiWalk$", "-multi.seeds", "60000", "-multi.dir", ramDir())
		})
	}
}

// TestCrewMutants has the walk with several workers find mistakes that show where calendars change hands only.
func TestCrewMutants(t *testing.T) {
	for _, m := range crewMutants {
		t.Run(m.name, func(t *testing.T) {
			m.kill(t, "seed ", "-test.run", "^TestCrewWalk$", "-multi.seeds", "20000", "-multi.dir", ramDir())
		})
	}
}

func TestRareMutants(t *testing.T) {
	for _, m := range rareMutants {
		t.Run(m.name, func(t *testing.T) { m.kill(t, "--- FAIL: "+m.test, "-test.run", "^"+m.test+"$") })
	}
}

// kill builds the tests with the mistake in them and runs some. sign is what they say where they find it.
func (m mutant) kill(t *testing.T, sign string, tests ...string) {
	t.Helper()
	path, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mutated := filepath.Join(dir, "mutated.go")
	if err := os.WriteFile(mutated, []byte(strings.Replace(string(source), m.from, m.to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(config, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "walk.test")
	if out, err := exec.Command("go", "test", "-c", "-overlay", config, "-o", binary,
		".").CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %v\n%s", err, out)
	}
	out, err := exec.Command(binary, tests...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(out), sign) {
		t.Fatalf("it survived: %v\n%s", err, out)
	}
	line, _, _ := strings.Cut(string(out[strings.Index(string(out), sign):]), "\n")
	t.Log("killed by " + line)
}

// ramDir is a RAM disk where there is one.
func ramDir() string {
	if _, err := os.Stat("/dev/shm"); err == nil {
		return "/dev/shm"
	}
	return ""
}
