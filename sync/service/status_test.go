package service

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// report is how the service stands.
func (w *world) report() Report {
	w.t.Helper()
	r, err := Status(w.t.Context(), w.o)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestStatus: whether it runs, and else why not.
func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		play                        func(*world)
		installed, enabled, running bool
		reason, notice              string
	}{
		"nothing": {play: func(w *world) { w.read(w.unitPath()) },
			reason: "zoomtag is no service of alice: run zoomtag service install"},
		"runs": {func(w *world) { w.mustInstall() }, true, true, true, "", ""},
		"reloads": {func(w *world) { w.mustInstall(); w.state, w.running = "reloading", "0.2.0" }, true, true, true,
			"", ""},
		"stopped": {func(w *world) { w.mustInstall(); w.state = "inactive" }, true, true, false,
			"systemctl --user start zoomtag.service", ""},
		"failed": {func(w *world) { w.mustInstall(); w.state, w.result, w.status = "failed", "exit-code", "2" }, true,
			true, false,
			"the configuration is wrong", ""},
		"starting": {func(w *world) { w.mustInstall(); w.state = "activating" }, true, true, false,
			"it is just activating", ""},
		"silent": {func(w *world) { w.mustInstall(); w.silent = true }, true, true, false,
			"nobody answers beside", ""},
		"older": {func(w *world) { w.mustInstall(); w.running = "0.1.0" }, true, true, true, "",
			"the service runs version 0.1.0, and this program is 0.2.0"},
		"disabled": {func(w *world) { w.mustInstall(); w.enabled = false }, true, false, true, "",
			"systemctl --user enable zoomtag.service"},
		"alone": {func(w *world) { w.mustInstall(); w.linger = "Linger=no" }, true, true, true, "",
			"it stops when you sign out"},
		"mistakes": {func(w *world) { w.mustInstall(); w.write(w.o.Config, "x: 1\n") }, true, true, true, "",
			"the configuration has mistakes now"},
	} {
		bubble(t, name, func(t *testing.T) {
			w := newWorld(t, Person)
			c.play(w)
			r := w.report()
			if r.Installed != c.installed || r.Enabled != c.enabled || r.Running != c.running ||
				(r.Since != nil) != (w.state == "active") {
				t.Errorf("%+v", r)
			}
			hears(t, r.Told(), c.reason)
			hears(t, strings.Join(r.Notices, "\n"), c.notice)
			if c.running != (r.Reason == "") || (c.notice == "") != (len(r.Notices) == 0) {
				t.Errorf("reason %q, notices %q", r.Reason, r.Notices)
			}
			if strings.Contains(r.Reason, ": ") || r.Cure == "" && r.Reason != "" {
				t.Errorf("cause and cure are one: %q, %q", r.Reason, r.Cure)
			}
			if (name == "failed") != (len(r.Journal) > 0) {
				t.Errorf("journal: %q", r.Journal)
			}
		})
	}
}

// TestStatusJSON: the names are a promise, and no list is null.
func TestStatusJSON(t *testing.T) {
	bubble(t, "running", func(t *testing.T) {
		w := newWorld(t, Person)
		w.mustInstall()
		raw, err := json.Marshal(w.report())
		want := `{"scope":"person","installed":true,"enabled":true,"running":true,"state":"active","since":"2026-11-29T20:08:29Z","unit":"` + w.unitPath() +
			`","origin":"install","drop_ins":[],"linger":true,"version":"0.2.0","daemon_version":"0.2.0","reason":"","cure":"","notices":[],"journal":[]}`
		if err != nil || string(raw) != want {
			t.Errorf("%v\n%s\n%s", err, raw, want)
		}
	})
	raw, err := json.Marshal(newWorld(t, Machine).report())
	if hears(t, string(raw), `"since":null`, `"drop_ins":[]`, `"linger":null`, `"journal":[]`,
		`"unit":""`); err != nil {
		t.Error(err)
	}
}

// TestStatusAnywhere: whoever has no service of their own is told of the machine's.
func TestStatusAnywhere(t *testing.T) {
	w := newWorld(t, Person)
	w.o.Anywhere = true
	if r := w.report(); r.Scope != Person || r.Installed {
		t.Errorf("%+v", r)
	}
	w.write(filepath.Join(w.root, "etc/systemd/system", unitName), w.o.unitOf())
	w.state = "active"
	r := w.report()
	if r.Scope != Machine || !r.Installed || !r.Running || r.Daemon != "" {
		t.Errorf("%+v", r)
	}
	hears(t, strings.Join(r.Notices, "\n"), "sudo zoomtag service status")
	w.refuses["systemctl --user"] = Result{Err: "Failed to connect to bus: No medium found\n", Code: 1}
	if r := w.report(); r.Scope != Machine {
		t.Errorf("without a systemd of one's own: %+v", r)
	}
}

// TestStatusUnreached: where systemd cannot be reached that is the answer.
func TestStatusUnreached(t *testing.T) {
	bubble(t, "hangs", func(t *testing.T) {
		w := newWorld(t, Person)
		w.hangs = []string{"systemctl"}
		_, err := Status(t.Context(), w.o)
		hears(t, text(err), "systemctl does not answer")
	})
}
