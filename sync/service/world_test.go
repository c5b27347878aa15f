package service

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zoomtag/configs"
)

// world is a machine with a person on it: its folders, and a systemd that does what is asked, or what its fields say.
// What it answers was seen with systemd 252.
type world struct {
	t         *testing.T
	root      string
	o         Options
	out       strings.Builder
	calls     []string // without the questions
	asked     []string
	state     string // ActiveState
	sub       string
	job       string // what is not done yet
	result    string
	status    string // ExecMainStatus
	enabled   bool
	loaded    string // the unit as it was read last
	running   string // the version that answers
	linger    string // what show-user says
	env       []string
	refuses   map[string]Result // by a part of the command
	hangs     []string          // commands that never end
	missing   []string          // programs that are not there
	fails     string            // ends the start with this status
	silent    bool              // it starts, and never answers
	sandboxed bool              // systemd-run works with user namespaces
	journal   string
}

const config = `zoom: { mode: personal, personal_link: "https://us02web.zoom.us/j/12345678901" }
calendars:
  - name: home
    ics: { path: calendar, owner: you@example.com }
`

// newWorld is one in which nothing is installed yet.
func newWorld(t *testing.T, scope Scope) *world {
	t.Helper()
	w := &world{t: t, root: t.TempDir(), state: "inactive", sub: "dead", result: "success", status: "0",
		linger: "Linger=no", sandboxed: true,
		journal: "zoomtag: it is wrong: mend it\n", refuses: map[string]Result{}}
	home := filepath.Join(w.root, "home", "alice")
	w.env = []string{"HOME=" + home, "LANG=C.UTF-8"}
	w.o = Options{Scope: scope, System: "linux", UID: 1000, User: "alice", Home: home, Root: w.root, Version: "0.2.0",
		Run: w, Out: &w.out,
		Program: "/usr/local/bin/zoomtag", Check: func(*configs.Config) error { return nil }, Alive: w.alive,
		Env: func(name string) string { return map[string]string{"HOME": home}[name] }}
	w.write(filepath.Join(w.root, "run/systemd/system/x"), "")
	w.o.Config = w.write(filepath.Join(home, ".config", "zoomtag", "zoomtag.yaml"), config)
	if scope == Machine {
		w.o.UID, w.o.User = 0, "root"
		w.o.Config = w.write(filepath.Join(w.root, "etc", "zoomtag", "zoomtag.yaml"), config+
			"state: /var/lib/zoomtag/zoomtag.db\n")
	}
	return w
}

// write writes a file and returns its path.
func (w *world) write(path, text string) string {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil { // whatever the umask is
		w.t.Fatal(err)
	}
	return path
}

// read is the text of a file; "" where there is none.
func (w *world) read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	return string(text)
}

// unitPath is where the unit is written, and dropPath where the sandbox.
func (w *world) unitPath() string {
	if w.o.Scope == Machine {
		return filepath.Join(w.root, "etc/systemd/system", unitName)
	}
	return filepath.Join(w.o.Home, ".config/systemd/user", unitName)
}

func (w *world) dropPath() string { return filepath.Join(w.unitPath()+".d", sandboxName) }

// alive is the daemon.
func (w *world) alive(context.Context, string) (string, error) {
	if w.running != "" {
		return w.running, nil
	}
	if w.state == "active" && !w.silent {
		return w.o.Version, nil
	}
	return "", nil
}

// Run plays the programs of the system.
func (w *world) Run(ctx context.Context, name string, args ...string) (Result, error) {
	line := name + " " + strings.Join(args, " ")
	if slices.Contains(w.missing, name) {
		return Result{}, &exec.Error{Name: name, Err: exec.ErrNotFound}
	}
	for _, part := range w.hangs {
		if strings.Contains(line, part) {
			<-ctx.Done()
			return Result{}, ctx.Err()
		}
	}
	for part, result := range w.refuses {
		if strings.Contains(line, part) {
			return result, nil
		}
	}
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--user" })
	switch name {
	case "systemctl":
		return w.systemctl(line, args)
	case "loginctl":
		return w.loginctl(line, args)
	case "journalctl":
		return Result{Out: w.journal}, nil
	case "systemd-run":
		if !w.sandboxed {
			return Result{Code: 217}, nil
		}
		return Result{Out: "zoomtag 0.2.0"}, nil
	}
	w.t.Errorf("nobody plays %s", line)
	return Result{}, nil
}

func (w *world) systemctl(line string, args []string) (Result, error) {
	switch args[0] {
	case "show-environment":
		return Result{Out: strings.Join(w.env, "\n") + "\n"}, nil
	case "show":
		w.asked = append(w.asked, line)
		return Result{Out: w.properties()}, nil
	}
	w.calls = append(w.calls, line)
	switch args[0] {
	case "daemon-reload":
		w.loaded = w.read(w.unitPath())
	case "enable":
		w.enabled = true
	case "disable":
		w.enabled, w.running = false, ""
		w.state, w.sub = "inactive", "dead"
	case "restart":
		w.begin()
	case "reset-failed":
		return Result{Err: "Failed to reset failed state of unit zoomtag.service: Unit zoomtag.service not loaded.\n",
			Code: 1}, nil
	default:
		w.t.Errorf("nobody plays %s", line)
	}
	return Result{}, nil
}

// begin starts the service, which takes some looks at it: at the first one nothing has happened yet.
func (w *world) begin() {
	w.running, w.job = "", "Job=4711\n"
	w.asked = nil
}

// properties are those of systemctl show.
func (w *world) properties() string {
	if w.job != "" && len(w.asked) == 2 {
		w.state, w.sub = "activating", "start"
	}
	if w.job != "" && len(w.asked) == 4 {
		w.job = ""
		w.state, w.sub = "active", "running"
		if w.fails != "" {
			w.state, w.sub = "failed", "failed"
			w.result, w.status = "exit-code", w.fails
		}
	}
	load, file, fragment := "not-found", "", ""
	if w.read(w.unitPath()) != "" {
		load, file, fragment = "loaded", "disabled", w.unitPath()
	}
	if w.enabled {
		file = "enabled"
	}
	since := ""
	if w.state == "active" {
		since = "Sun 2026-11-29 20:08:29 UTC"
	}
	return w.job + strings.Join([]string{"Result=" + w.result, "MainPID=4711", "NRestarts=0", "ExecMainStatus=" +
		w.status, "LoadState=" + load, "ActiveState=" + w.state,
		"SubState=" + w.sub, "FragmentPath=" + fragment, "UnitFileState=" + file, "DropInPaths=", "NeedDaemonReload=no",
		"ActiveEnterTimestamp=" + since, ""}, "\n")
}

func (w *world) loginctl(line string, args []string) (Result, error) {
	if args[0] == "show-user" {
		return Result{Out: w.linger + "\n"}, nil
	}
	w.calls = append(w.calls, line)
	w.linger = "Linger=yes"
	return Result{}, nil
}

// install installs and returns what was said.
func (w *world) install() (string, error) {
	w.out.Reset()
	w.calls = nil
	err := Install(w.t.Context(), w.o)
	return w.out.String(), err
}

// mustInstall installs where nothing may go wrong.
func (w *world) mustInstall() string {
	w.t.Helper()
	said, err := w.install()
	if err != nil {
		w.t.Fatalf("%v\n%s", err, said)
	}
	return said
}

// done are the commands that change something, in their order, without what they have in common.
func (w *world) done() string {
	var list []string
	for _, call := range w.calls {
		list = append(list, strings.NewReplacer("systemctl --user ", "", "systemctl ", "", " "+unitName,
			"").Replace(call))
	}
	return strings.Join(list, ", ")
}

// hears checks that a text has each of some parts.
func hears(t *testing.T, said string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not in:\n%s", part, said)
		}
	}
}

// text is what people read of an error.
func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
