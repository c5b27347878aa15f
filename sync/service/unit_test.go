package service

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/words"
	units "zoomtag/systemd"
)

// FuzzUnit: what is written into a unit is what is read out of it, and each word stays in its line.
func FuzzUnit(f *testing.F) {
	f.Add("/usr/local/bin/zoomtag", "/etc/zoomtag/zoomtag.yaml")
	f.Add("/opt/zoom tag/100%/zoomtag", `/home/a"b\c/$HOME/it's; x.yaml`)
	f.Fuzz(func(t *testing.T, program, config string) {
		if !strings.HasPrefix(program, "/") || !strings.HasPrefix(config, "/") || !printable(program) ||
			!printable(config) {
			return
		}
		text := unitText(units.PersonUnit, program, config)
		if p, c := runs(text); p != program || c != config {
			t.Errorf("%q, %q became %q, %q", program, config, p, c)
		}
		if originOf(text) != ours || strings.Count(text, "\n") != strings.Count(unitText(units.PersonUnit, "/a", "/b"),
			"\n") {
			t.Errorf("%s", text)
		}
	})
}

// TestUnits: the embedded units are what is written, but for their first words and what they run.
func TestUnits(t *testing.T) {
	for name, unit := range map[string]string{"machine": units.MachineUnit, "person": units.PersonUnit} {
		text := unitText(unit, "/usr/local/bin/zoomtag", "/etc/zoomtag/zoomtag.yaml")
		if strings.Contains(text, "Copy it") || strings.Contains(text, "by hand, copy") ||
			!strings.HasPrefix(strings.SplitN(text, "\n", 2)[1], "[Unit]\n") {
			t.Errorf("%s:\n%.400s", name, text)
		}
		if got, want := len(settings(text)), len(settings(unit)); got != want || want < 20 {
			t.Errorf("%s: %d settings, want %d", name, got, want)
		}
	}
}

// TestOrigin: any change of a file is seen.
func TestOrigin(t *testing.T) {
	text := marked("[Service]\nNice=5\n")
	for given, want := range map[string]origin{text: ours, text + "\n": changed,
		strings.Replace(text, "5", "6", 1): changed, "[Service]\n": another, "": another,
		strings.Replace(text, marker, "# ", 1): another} {
		if got := originOf(given); got != want {
			t.Errorf("%q: %s", given, got)
		}
	}
}

// TestUnquoted: values of the environment are read as systemd writes them.
func TestUnquoted(t *testing.T) {
	for given, want := range map[string]string{"/home/a": "/home/a", `$'/home/a b'`: "/home/a b",
		`$'it\'s "x"\t'`: "it's \"x\"\t", `$'\q'`: `\q`} {
		if got := unquoted(given); got != want {
			t.Errorf("%s: %q", given, got)
		}
	}
}

// TestScopeOf: root asks for the machine, everybody else for themselves.
func TestScopeOf(t *testing.T) {
	for _, c := range []struct {
		uid          int
		user, system bool
		want         Scope
	}{{0, false, false, Machine}, {0, true, false, Person}, {1000, false, false, Person}, {1000, true, false, Person},
		{0, false, true, Machine},
		{1000, false, true, ""}, {0, true, true, ""}, {-1, false, false, Person}} {
		got, err := ScopeOf(c.uid, c.user, c.system)
		if got != c.want || (err != nil) != (c.want == "") || err != nil && !words.IsUsage(err) {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

// TestElsewhere: where zoomtag makes no services a sentence says what to do instead.
func TestElsewhere(t *testing.T) {
	for _, c := range []struct {
		system, want string
		scope        Scope
	}{{"windows", "schtasks /Create", Person}, {"freebsd", "the system's own init", Machine},
		{darwin, "without sudo", Machine}} {
		o := Options{System: c.system, Scope: c.scope, Program: "zoomtag"}
		_, unknown := Status(t.Context(), o)
		for _, err := range []error{Install(t.Context(), o), Uninstall(t.Context(), o), unknown} {
			if !strings.Contains(words.Of(err), c.want) {
				t.Errorf("%s: %v", c.system, err)
			}
		}
		if Possible(t.Context(), o) {
			t.Errorf("%s: it is possible", c.system)
		}
	}
}

// TestComplaint: one line, without what a terminal would obey.
func TestComplaint(t *testing.T) {
	for want, r := range map[string]Result{"Failed: [31m red": {Err: "Failed:\n \x1b[31m red\r\n", Out: "x"},
		"said": {Out: "said\n"}, "exit code 7": {Err: " \n", Code: 7}} {
		if got := r.complaint(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPossible: where nobody answers nothing is offered.
func TestPossible(t *testing.T) {
	w := newWorld(t, Person)
	m := newMac(t)
	m.loaded = true
	if !Possible(t.Context(), w.o) || !Possible(t.Context(), m.o) {
		t.Error("it is not possible")
	}
	m.loaded = false
	refuse("systemctl", 1, "Failed to connect to bus: No medium found\n")(w)
	if Possible(t.Context(), w.o) || Possible(t.Context(), m.o) {
		t.Error("it is possible")
	}
}

// TestPrograms: a program is run with what was said and its code, and ended with its time, though a child of it goes
// on.
func TestPrograms(t *testing.T) {
	got, err := Programs{Env: []string{"WORD=b"}}.Run(t.Context(), "/bin/sh", "-c",
		"echo a $WORD $LC_ALL $TZ; echo c >&2; exit 3")
	if (got != Result{Out: "a b C UTC\n", Err: "c\n", Code: 3}) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := (Programs{}).Run(ctx, "/bin/sh", "-c", "sleep 20"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ended with %v", err)
	}
	if _, err := (Programs{}).Run(t.Context(), "no-such-program-here"); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
