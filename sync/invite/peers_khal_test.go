//go:build peers

package invite

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// khal is a calendar of its own.
type khal struct {
	dir, config string
}

func newKhal(t *testing.T) *khal {
	t.Helper()
	dir := t.TempDir()
	k := &khal{dir: filepath.Join(dir, "calendar"), config: filepath.Join(dir, "config")}
	config := fmt.Sprintf("[calendars]\n[[mine]]\npath = %s\n[sqlite]\npath = %s\n[locale]\nlocal_timezone = "+
		"Europe/Berlin\ndefault_timezone = Europe/Berlin\n"+
		"timeformat = %%H:%%M\ndateformat = %%Y-%%m-%%d\nlongdateformat = %%Y-%%m-%%d\ndatetimeformat = %%Y-%%m-%%d "+
		"%%H:%%M\nlongdatetimeformat = %%Y-%%m-%%d %%H:%%M\n",
		k.dir, filepath.Join(dir, "khal.db"))
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(k.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *khal) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "khal", append([]string{"-c", k.config}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "LANG=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("khal %s (apt-get install khal): %v\n%.2000s", args[0], err, out)
	}
	return string(out)
}

// events are the files of the calendar.
func (k *khal) events(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(k.dir, "*.ics"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestKhal: a calendar program takes every invitation, and importing them twice yields each event once.
func TestKhal(t *testing.T) {
	k, folder := newKhal(t), t.TempDir()
	args := []string{"import", "--batch", "-a", "mine"}
	n := 0
	for _, s := range samples(t) {
		if s.opt.Method == Cancel {
			continue
		}
		n++
		s.in.Event.UID = s.name + "@example.com"
		path := filepath.Join(folder, s.name+".ics")
		if err := os.WriteFile(path, []byte(encode(t, s.opt, s.in)), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	for range 2 {
		said := k.run(t, args...)
		if got := len(k.events(t)); got != n {
			t.Fatalf("%d events, want %d\n%.3000s", got, n, said)
		}
	}
}

// TestKhalFeed: the same for all of them in one file.
func TestKhalFeed(t *testing.T) {
	k, path := newKhal(t), filepath.Join(t.TempDir(), "feed.ics")
	var list []Invitation
	for _, s := range samples(t) {
		if s.opt.Method == "" {
			s.in.Event.UID = s.name + "@example.com"
			list = append(list, s.in)
		}
	}
	if err := os.WriteFile(path, []byte(encode(t, Options{Rules: rules, Name: "All"}, list...)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		k.run(t, "import", "--batch", "-a", "mine", path)
		if got := len(k.events(t)); got != len(list) {
			t.Fatalf("%d events, want %d", got, len(list))
		}
	}
}

// TestKhalUpdate: a second import of an event that was moved moves it.
func TestKhalUpdate(t *testing.T) {
	k, path := newKhal(t), filepath.Join(t.TempDir(), "event.ics")
	in := invitation(t, "Europe/Berlin", 30)
	for i, want := range []string{"2026-03-03 10:15", "2026-03-05 12:15"} {
		if i == 1 {
			in.Event.Start, in.Event.End = in.Event.Start.Add(50*time.Hour), in.Event.End.Add(50*time.Hour)
			in.Event.Sequence++
			in.Event.Changed = in.Event.Changed.Add(time.Hour)
		}
		if err := os.WriteFile(path, []byte(encode(t, Options{Rules: rules}, in)), 0o600); err != nil {
			t.Fatal(err)
		}
		k.run(t, "import", "--batch", "-a", "mine", path)
		said := k.run(t, "list", "--format", "{start} {title}", "--day-format", "", "2026-03-01", "10d")
		if lines := strings.Fields(strings.TrimSpace(said)); len(k.events(t)) != 1 || strings.Join(lines, " ") != want+
			" Weekly review" {
			t.Errorf("%d events: %q, want %q", len(k.events(t)), said, want)
		}
	}
}
