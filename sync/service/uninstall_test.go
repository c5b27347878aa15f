package service

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/words"
)

// uninstall uninstalls and returns what was said.
func (w *world) uninstall() (string, error) {
	w.out.Reset()
	w.calls = nil
	err := Uninstall(w.t.Context(), w.o)
	return w.out.String(), err
}

// TestUninstall: what was installed is gone, what people have is not; again, there is nothing to do.
func TestUninstall(t *testing.T) {
	for _, scope := range []Scope{Person, Machine} {
		bubble(t, string(scope), func(t *testing.T) {
			w := newWorld(t, scope)
			w.mustInstall()
			own := w.write(filepath.Join(w.unitPath()+".d", "override.conf"), "[Service]\n")
			said, err := w.uninstall()
			if err != nil || w.done() != "disable --now, daemon-reload, reset-failed" || w.enabled ||
				w.state != "inactive" {
				t.Errorf("%v, done: %s", err, w.done())
			}
			if exists(w.unitPath()) || exists(w.dropPath()) || !exists(own) || !exists(w.o.Config) {
				t.Error("what is there is not what should be")
			}
			hears(t, said, "any more", "The configuration "+w.o.Config+" stays", "rm -r "+filepath.Dir(w.o.Config))
			if said, err = w.uninstall(); err != nil || w.done() != "" {
				t.Errorf("again: %v, %s", err, w.done())
			}
			hears(t, said, "there is nothing to uninstall")
		})
	}
}

// TestUninstallLeavesNoFolder: the folder of drop-ins goes with the last of them.
func TestUninstallLeavesNoFolder(t *testing.T) {
	w := newWorld(t, Person)
	w.write(w.unitPath(), w.o.unitOf())
	w.write(w.dropPath(), marked("[Service]\n"))
	if _, err := w.uninstall(); err != nil || exists(filepath.Dir(w.dropPath())) {
		t.Errorf("%v", err)
	}
}

// unitOf is the unit as it is written for these options.
func (o *Options) unitOf() string { return (&systemd{o}).unit(o.Config) }

// TestUninstallOthers: what zoomtag has not written stays.
func TestUninstallOthers(t *testing.T) {
	for name, c := range map[string]struct {
		unit, want string
		fails      bool
	}{
		"changed": {"changed", "stays, as somebody has changed it", false},
		"other":   {"other", "was not written by zoomtag", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Person)
			text := "[Service]\n"
			if name == "changed" {
				text = w.o.unitOf() + "Nice=5\n"
			}
			w.write(w.unitPath(), text)
			said, err := w.uninstall()
			if hears(t, said+words.Of(err), c.want); !exists(w.unitPath()) || (err != nil) != c.fails ||
				c.fails != words.IsUsage(err) {
				t.Errorf("%v, there: %v", err, exists(w.unitPath()))
			}
			if w.o.Force = true; name == "changed" {
				if _, err := w.uninstall(); err != nil || exists(w.unitPath()) {
					t.Errorf("with --force: %v", err)
				}
			}
		})
	}
}

// TestUninstallOfPackage: the unit is the package's, and stays.
func TestUninstallOfPackage(t *testing.T) {
	w := newWorld(t, Person)
	unit := w.write(filepath.Join(w.root, "usr/lib/systemd/user", unitName),
		"[Service]\nExecStart=/usr/bin/zoomtag run\n")
	said, err := w.uninstall()
	if hears(t, said, "there is nothing to uninstall"); err != nil {
		t.Error(err)
	}
	w.enabled = true
	said, err = w.uninstall()
	if hears(t, said, unit+" belongs to the package, and stays"); err != nil || !exists(unit) || w.enabled {
		t.Errorf("%v, done: %s", err, w.done())
	}
}

// TestUninstallDry: what would be done is shown, and nothing is.
func TestUninstallDry(t *testing.T) {
	w := newWorld(t, Person)
	w.write(w.unitPath(), w.o.unitOf())
	w.o.Dry = true
	said, err := w.uninstall()
	if hears(t, said, "# systemctl --user disable --now zoomtag.service", "# rm "+w.unitPath()); err != nil ||
		w.done() != "" || !exists(w.unitPath()) {
		t.Errorf("%v, done: %s", err, w.done())
	}
}

// TestUninstallHangs: a service that does not end, and a systemd that says nothing, are told of, and nothing is
// removed.
func TestUninstallHangs(t *testing.T) {
	bubble(t, "disable", func(t *testing.T) {
		w := newWorld(t, Person)
		w.write(w.unitPath(), w.o.unitOf())
		w.hangs = []string{"disable"}
		_, err := w.uninstall()
		if hears(t, text(err), "systemctl does not answer (waited 2m0s"); !exists(w.unitPath()) {
			t.Error("the unit was removed")
		}
	})
}

// TestShellWord: a path can be typed as it is shown.
func TestShellWord(t *testing.T) {
	for path, want := range map[string]string{"/a/b": "/a/b", "/a b/c": "'/a b/c'", "/it's": `'/it'\''s'`,
		"/a$b": "'/a$b'"} {
		if got := shellWord(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// TestRemoveFails: what cannot be removed is said.
func TestRemoveFails(t *testing.T) {
	w := newWorld(t, Person)
	w.write(w.unitPath(), w.o.unitOf())
	w.refuses["disable"] = Result{Err: "Failed to disable unit: Access denied\n", Code: 1}
	if _, err := w.uninstall(); !strings.Contains(text(err),
		"systemd refuses: Failed to disable unit: Access denied") || !exists(w.unitPath()) {
		t.Errorf("%v", err)
	}
	if err := (&systemd{&w.o}).remove(filepath.Join(w.root, "none", "x")); err == nil || !os.IsNotExist(err) &&
		!strings.Contains(words.Of(err), "there is no folder") {
		t.Errorf("%v", err)
	}
}
