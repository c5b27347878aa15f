package service

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// mac is a Mac with a person at its screen. What its launchctl answers stands in launchctl(1), and in what launchctl
// error says of its codes.
type mac struct {
	*world
	loaded bool
	leaves int // looks at it until it has gone, after bootout
	exit   string
	nobody bool // is signed in at the screen
}

func newMac(t *testing.T) *mac {
	t.Helper()
	m := &mac{world: newWorld(t, Person), exit: "(never exited)"}
	m.o.System, m.o.Run, m.o.UID = darwin, m, 501
	m.o.Alive = func(context.Context, string) (string, error) {
		if m.loaded && m.exit == "(never exited)" && !m.silent {
			return "0.2.0", nil
		}
		return m.running, nil
	}
	return m
}

func (m *mac) agent() string { return filepath.Join(m.o.Home, "Library/LaunchAgents/zoomtag.plist") }

// Run plays launchctl.
func (m *mac) Run(ctx context.Context, name string, args ...string) (Result, error) {
	line := name + " " + strings.Join(args, " ")
	if slices.ContainsFunc(m.hangs, func(part string) bool { return strings.Contains(line, part) }) {
		<-ctx.Done()
		return Result{}, ctx.Err()
	}
	if args[0] == "print" {
		return m.print(), nil
	}
	m.calls = append(m.calls, strings.ReplaceAll(strings.TrimPrefix(line, "launchctl "), m.agent(), "PLIST"))
	switch args[0] {
	case "bootstrap":
		if m.nobody {
			return Result{Err: "Bootstrap failed: 125: Domain does not support specified action\n", Code: 125}, nil
		}
		if m.loaded {
			return Result{Err: "Bootstrap failed: 5: Input/output error\n", Code: 5}, nil
		}
		m.loaded = true
	case "bootout":
		m.leaves = 2
		return Result{Err: "Boot-out failed: 36: Operation now in progress\n", Code: 36}, nil
	}
	return Result{}, nil
}

func (m *mac) print() Result {
	if m.leaves > 0 {
		if m.leaves--; m.leaves == 0 {
			m.loaded = false
		}
	}
	if !m.loaded {
		return Result{Err: "Could not find service \"zoomtag\" in domain for user gui: 501\n", Code: 113}
	}
	state := "running"
	if m.exit != "(never exited)" {
		state = "not running"
	}
	return Result{Out: "gui/501/zoomtag = {\n\tactive count = 1\n\tstate = " + state +
		"\n\tproperties = {\n\t\tstate = other\n\t}\n\tlast exit code = " + m.exit + "\n}\n"}
}

func (m *mac) did() string { return strings.Join(m.calls, ", ") }

// TestLaunchd: from nothing to a service that answers, again, with another program, and out again.
func TestLaunchd(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMac(t)
		m.o.Program = "/Applications/Zoom & <tag>/zoomtag"
		said := m.mustInstall()
		if hears(t, said, "which launchd starts now", m.agent(),
			"It runs:"); m.did() != "enable gui/501/zoomtag, bootstrap gui/501 PLIST" {
			t.Errorf("did: %s", m.did())
		}
		if words := strings.Join(stringsIn(t, m.read(m.agent())), "|"); !strings.HasPrefix(words,
			"zoomtag|/Applications/Zoom & <tag>/zoomtag|run|--config|"+m.o.Config+"|") {
			t.Errorf("it says %s", words)
		}
		if hears(t, m.mustInstall(), "up to date"); m.did() != "" {
			t.Errorf("again: %s", m.did())
		}
		if r := m.report(); !r.Running || !r.Enabled || r.Daemon != "0.2.0" || len(r.Notices) > 0 {
			t.Errorf("%+v", r)
		}
		m.o.Program = "/usr/local/bin/zoomtag"
		if m.mustInstall(); m.did() != "bootout gui/501/zoomtag, enable gui/501/zoomtag, bootstrap gui/501 PLIST" {
			t.Errorf("another program: %s", m.did())
		}
		said, err := m.uninstall()
		if hears(t, said, "any more", "configuration "+m.o.Config); err != nil || exists(m.agent()) || m.loaded {
			t.Errorf("%v", err)
		}
		if said, err = m.uninstall(); err != nil || !strings.Contains(said, "nothing to uninstall") {
			t.Errorf("again: %s, %v", said, err)
		}
	})
}

// stringsIn are the strings of a property list, which has to be well-formed.
func stringsIn(t *testing.T, plist string) (list []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(plist))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, plist)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "string" {
			var s string
			if err := d.DecodeElement(&s, &start); err != nil {
				t.Fatal(err)
			}
			list = append(list, s)
		}
	}
}

// TestLaunchdNothing: what stands against it is said, and nothing is begun.
func TestLaunchdNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*mac)
		want  string
	}{
		"mistakes": {func(m *mac) { m.write(m.o.Config, "x: 1\n") }, "unknown key"},
		"checked": {func(m *mac) { m.o.Check = func(*configs.Config) error { return errors.New("no key") } },
			"no key"},
		"by hand": {func(m *mac) { m.running = "0.2.0" }, "that is not this service"},
		"others":  {func(m *mac) { m.write(m.agent(), "<plist/>") }, "is not as zoomtag has written it"},
		"changed": {func(m *mac) { m.write(m.agent(), "x"+(&launchd{&m.o}).text(m.o.Config)) },
			"is not as zoomtag has written it"},
		"hangs":     {func(m *mac) { m.hangs = []string{"print"} }, "launchctl does not answer (waited 20s"},
		"a strange": {func(m *mac) { m.o.Program = "/opt/\x01" }, "no unit can hold"},
	} {
		bubble(t, name, func(t *testing.T) {
			m := newMac(t)
			c.spoil(m)
			_, err := m.install()
			if hears(t, words.Of(err), c.want); m.did() != "" {
				t.Errorf("did: %s", m.did())
			}
		})
	}
}

// TestLaunchdFails: the cause comes first, and each wait ends.
func TestLaunchdFails(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*mac)
		want  string
	}{
		"nobody at the screen": {func(m *mac) { m.nobody = true }, "nobody is signed in at the screen of this Mac"},
		"wrong":                {func(m *mac) { m.exit = "2" }, "the configuration is wrong, as the service reads it"},
		"other":                {func(m *mac) { m.exit = "78: EX_CONFIG" }, "it ended with status 78"},
		"silent":               {func(m *mac) { m.silent = true }, "zoomtag has not answered for 2m0s"},
		"hangs":                {func(m *mac) { m.hangs = []string{"bootstrap"} }, "launchctl does not answer"},
	} {
		bubble(t, name, func(t *testing.T) {
			m := newMac(t)
			m.write(filepath.Join(m.o.Home, "Library/Logs/zoomtag.log"), strings.Repeat("before\n", 5000)+
				"zoomtag: mend it\n")
			c.spoil(m)
			began := time.Now()
			_, err := m.install()
			if hears(t, words.Of(err), c.want); time.Since(began) > 3*time.Minute {
				t.Errorf("it took %s", time.Since(began))
			}
			if m.exit != "(never exited)" {
				if hears(t, words.Of(err), "zoomtag: mend it"); strings.Count(words.Of(err), "before") != lastWords-1 {
					t.Errorf("%v", err)
				}
				r := m.report()
				if hears(t, r.Reason, c.want); r.Running || len(r.Journal) != lastWords {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// TestLaunchdStays: one that does not end is told of.
func TestLaunchdStays(t *testing.T) {
	bubble(t, "", func(t *testing.T) {
		m := newMac(t)
		m.mustInstall()
		m.o.Run = runnerFunc(func(ctx context.Context, name string, args ...string) (Result, error) {
			if args[0] == "bootout" {
				return Result{Code: 36}, nil
			}
			return m.Run(ctx, name, args...)
		})
		_, err := m.uninstall()
		if hears(t, words.Of(err), "zoomtag does not end"); !exists(m.agent()) {
			t.Error("the property list was removed")
		}
	})
}

// TestLaunchdDry: what is printed is a property list.
func TestLaunchdDry(t *testing.T) {
	m := newMac(t)
	m.o.Dry = true
	said := m.mustInstall()
	if stringsIn(t, said); exists(m.agent()) || m.did() != "" {
		t.Errorf("did: %s", m.did())
	}
	if err := os.MkdirAll(filepath.Dir(m.agent()), 0o700); err != nil {
		t.Fatal(err)
	}
	m.write(m.agent(), (&launchd{&m.o}).text(m.o.Config))
	if said, err := m.uninstall(); err != nil || !strings.Contains(said, "launchctl bootout gui/501/zoomtag") ||
		!exists(m.agent()) {
		t.Errorf("%s, %v", said, err)
	}
}
