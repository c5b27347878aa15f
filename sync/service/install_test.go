package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// bubble runs a test of a case in a time of its own, in which waiting takes none.
func bubble(t *testing.T, name string, test func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

// TestInstall: from nothing to a service that answers; again, nothing is done; another program or configuration, and it
// is brought up to date.
func TestInstall(t *testing.T) {
	for _, scope := range []Scope{Person, Machine} {
		bubble(t, string(scope), func(t *testing.T) {
			w := newWorld(t, scope)
			said := w.mustInstall()
			want := "daemon-reload, enable, restart --no-block"
			if scope == Person {
				want = "daemon-reload, enable, loginctl --no-ask-password enable-linger alice, restart --no-block"
			}
			if got := w.done(); got != want {
				t.Errorf("done: %s\nwant: %s", got, want)
			}
			hears(t, said, w.unitPath()+" (new)", w.o.Config, "It runs:")
			hears(t, w.read(w.unitPath()), "\nExecStart=/usr/local/bin/zoomtag run --config "+w.o.Config+"\n",
				"Type=notify", "WantedBy=")
			hears(t, said, "zoomtag becomes a service of ")
			if again := w.mustInstall(); w.done() != "" || !strings.Contains(again, "already") ||
				!strings.Contains(again, "up to date") {
				t.Errorf("again: %s\n%s", w.done(), again)
			}
			w.running = "0.1.0"
			if hears(t, w.mustInstall(), "is brought up to date"); w.done() != "daemon-reload, enable, restart "+
				"--no-block" {
				t.Errorf("another version: %s", w.done())
			}
			w.o.Program = "/opt/zoom tag/zoomtag"
			said = w.mustInstall()
			hears(t, said, "(written anew)")
			hears(t, w.read(w.unitPath()), `ExecStart="/opt/zoom tag/zoomtag" run`)
		})
	}
}

// TestInstallModes: a person's folders are nobody else's matter, and the unit can be read.
func TestInstallModes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.mustInstall()
		for path, want := range map[string]os.FileMode{w.unitPath(): 0o644, w.dropPath(): 0o644,
			filepath.Dir(w.unitPath()):                      0o700,
			filepath.Join(w.o.Home, ".local/state/zoomtag"): 0o700} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	})
}

// TestInstallIsDisabled: a service that runs and does not start by itself is enabled, and goes on.
func TestInstallIsDisabled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.mustInstall()
		w.enabled = false
		if w.mustInstall(); w.done() != "enable" {
			t.Errorf("done: %s", w.done())
		}
	})
}

// TestInstallNothing: what is wrong beforehand is said, and nothing is written or started.
func TestInstallNothing(t *testing.T) {
	for name, c := range map[string]struct {
		scope Scope
		spoil func(*world)
		want  string
		usage bool
	}{
		"a mistake in the configuration": {Person, func(w *world) { w.write(w.o.Config, "calendar: 1\n") },
			"unknown key", true},
		"a secret that only the shell has": {Person, func(w *world) {
			w.write(w.o.Config, "zoom: { account_id: a, client_id: b, client_secret: \"env:ZOOM\", host: "+
				"a@example.com }\n"+
				"calendars: [ { name: home, ics: { path: calendar } } ]\n")
			w.o.Env = func(name string) string { return map[string]string{"ZOOM": "secret", "HOME": w.o.Home}[name] }
		}, "ZOOM", true},
		"what the configuration names": {Person, func(w *world) {
			w.o.Check = func(*configs.Config) error { return words.Usage(errors.New("the key is none")) }
		}, "the key is none", true},
		"no configuration": {Person, func(w *world) { w.o.Config = filepath.Join(w.root, "none.yaml") },
			"none.yaml", true},
		"a program of go run": {Person, func(w *world) { w.o.Program = "/tmp/go-build123/b001/exe/zoomtag" },
			"go build -o", true},
		"a program with quotes": {Person, func(w *world) { w.o.Program = "/opt/alice's/zoomtag" },
			"no program with quotes", true},
		"a path with a line end": {Person, func(w *world) { w.o.Program = "/opt/a\nb/zoomtag" },
			"characters in it that no unit can hold", true},
		"a unit of somebody else": {Person, func(w *world) { w.write(w.unitPath(), "[Service]\n") },
			"that zoomtag has not written", true},
		"a masked unit": {Person, func(w *world) {
			w.write(filepath.Join(filepath.Dir(w.unitPath()), "x"), "")
			if err := os.Symlink("/dev/null", w.unitPath()); err != nil {
				w.t.Fatal(err)
			}
		}, "systemctl --user unmask zoomtag.service", false},
		"another zoomtag": {Person, func(w *world) { w.running = "0.2.0" }, "that is not this service: end it first",
			false},
		"no bus": {Person, refuse("systemctl", 1, "Failed to connect to bus: No medium found\n"),
			"there is no systemd of alice's to talk to here", false},
		"no runtime folder": {Person, refuse("systemctl", 1, "Failed to connect to bus: $DBUS_SESSION_BUS_ADDRESS "+
			"and $XDG_RUNTIME_DIR not defined\n"), "sign in as alice", false},
		"another init": {Machine, refuse("systemctl", 1, "System has not been booted with systemd as init system "+
			"(PID 1). Can't operate.\nFailed to connect to bus: Host is down\n"),
			"systemd does not run this system: have its own init start /usr/local/bin/zoomtag run", false},
		"no systemd, as a person": {Person, func(w *world) {
			refuse("systemctl", 1, "Failed to connect to bus: No medium found\n")(w)
			if err := os.RemoveAll(filepath.Join(w.root, "run")); err != nil {
				w.t.Fatal(err)
			}
		}, "systemd does not run this system", false},
		"a container": {Machine, refuse("systemctl", 1, "Failed to connect to bus: No such file or "+
			"directory\n"), "outside containers", false},
		"no systemd": {Person, func(w *world) { w.missing = []string{"systemctl"} },
			"this system has no systemctl", false},
		"a systemctl that hangs": {Person, func(w *world) { w.hangs = []string{"show-environment"} },
			"systemctl does not answer (waited 20s for systemctl --user show-environment)", false},
		"a show that hangs": {Person, func(w *world) { w.hangs = []string{"show --property"} },
			"systemctl does not answer", false},
		"a program in a home": {Machine, func(w *world) { w.o.Program = "/home/alice/bin/zoomtag" },
			"install -m 755 /home/alice/bin/zoomtag /usr/local/bin/zoomtag", true},
		"a configuration in a home": {Machine, func(w *world) { w.o.Config = "/root/zoomtag.yaml" },
			"put the configuration into /etc/zoomtag/zoomtag.yaml", true},
		"a state elsewhere": {Machine, func(w *world) { w.write(w.o.Config, config+"state: /srv/zoomtag.db\n") },
			"ReadWritePaths=/srv", true},
		"a configuration for root alone": {Machine, func(w *world) {
			if err := os.Chmod(w.o.Config, 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, "chmod 644", true},
	} {
		bubble(t, name, func(t *testing.T) {
			w := newWorld(t, c.scope)
			c.spoil(w)
			before := w.read(w.unitPath())
			_, err := w.install()
			if hears(t, text(err), c.want); words.IsUsage(err) != c.usage || w.done() != "" ||
				w.read(w.unitPath()) != before {
				t.Errorf("usage %v, done: %s", words.IsUsage(err), w.done())
			}
		})
	}
}

// refuse has a program end with a code.
func refuse(program string, code int, said string) func(*world) {
	return func(w *world) { w.refuses[program] = Result{Err: said, Code: code} }
}

// TestInstallOverOthers: what somebody has changed is overwritten when that is asked for, and drop-ins are left alone.
func TestInstallOverOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.mustInstall()
		own := filepath.Join(w.unitPath()+".d", "override.conf")
		w.write(own, "[Service]\nNice=5\n")
		byHand := w.read(w.unitPath()) + "Nice=5\n"
		w.write(w.unitPath(), byHand)
		_, err := w.install()
		if hears(t, text(err), "changed "+w.unitPath()+" by hand", "systemctl --user edit zoomtag",
			"--force"); w.read(w.unitPath()) != byHand {
			t.Error("it was overwritten")
		}
		w.o.Force = true
		w.mustInstall()
		if strings.Contains(w.read(w.unitPath()), "Nice=5") || w.read(own) != "[Service]\nNice=5\n" {
			t.Errorf("%s\n%s", w.read(w.unitPath()), w.read(own))
		}
	})
}

// TestInstallOfPackage: the unit of a package is enabled where it lies, if it runs this program with this
// configuration.
func TestInstallOfPackage(t *testing.T) {
	for _, scope := range []Scope{Person, Machine} {
		bubble(t, string(scope), func(t *testing.T) {
			w := newWorld(t, scope)
			below, behind := map[Scope]string{Person: "user", Machine: "system"}[scope],
				map[Scope]string{Person: "", Machine: " --config " + w.o.Config}[scope]
			unit := w.write(filepath.Join(w.root, "usr/lib/systemd", below, unitName),
				"[Service]\nExecStart=/usr/bin/zoomtag run"+behind+"\n")
			_, err := w.install()
			if hears(t, text(err), "the package's unit "+unit+" runs /usr/bin/zoomtag",
				"run /usr/bin/zoomtag service install"); w.done() != "" {
				t.Errorf("done: %s", w.done())
			}
			w.o.Program = "/usr/bin/zoomtag"
			said := w.mustInstall()
			if hears(t, said, unit+" (the package's own)"); exists(w.unitPath()) || !w.enabled {
				t.Errorf("a copy is at %s, enabled %v", w.unitPath(), w.enabled)
			}
			w.o.Program, w.o.Force = "/usr/local/bin/zoomtag", true
			if w.mustInstall(); !exists(w.unitPath()) {
				t.Error("with --force there is none before the package's")
			}
		})
	}
}

// TestLinger: where it is refused the sentence says what stops, and who may change that.
func TestLinger(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*world)
		want  string
	}{
		"polkit": {refuse("enable-linger", 1, "Could not enable linger: Access denied\n"),
			"sudo loginctl enable-linger alice"},
		"password": {refuse("enable-linger", 1, "Could not enable linger: Interactive authentication required.\n"),
			"It stops when you sign out"},
		"no logind": {refuse("loginctl", 1, "Failed to connect to bus: No such file or directory\n"),
			"lingering cannot be switched on (Failed to connect"},
		"missing": {func(w *world) { w.missing = []string{"loginctl"} }, "this system has no loginctl"},
		"hangs":   {func(w *world) { w.hangs = []string{"enable-linger"} }, "loginctl does not answer"},
		"on":      {func(w *world) { w.linger = "Linger=yes" }, "It runs:"},
	} {
		bubble(t, name, func(t *testing.T) {
			w := newWorld(t, Person)
			c.spoil(w)
			said := w.mustInstall()
			if hears(t, said, c.want, "It runs:"); name == "on" && strings.Contains(w.done(), "linger") {
				t.Errorf("done: %s", w.done())
			}
		})
	}
}

// TestStartFails: the cause comes first, then the cure, then the last words; each wait ends.
func TestStartFails(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*world)
		want  []string
	}{
		"the configuration": {func(w *world) { w.fails = "2" },
			[]string{"the service does not run: the configuration is wrong, as the service reads it: mend it, and run zoomtag " +
				"service install again\nIts last words:\n  zoomtag: it is wrong: mend it"}},
		"the state":      {func(w *world) { w.fails = "3" }, []string{"another zoomtag holds the state"}},
		"the program":    {func(w *world) { w.fails = "203" }, []string{"may not run the program (status 203/EXEC)"}},
		"another status": {func(w *world) { w.fails = "77" }, []string{"it ended with status 77"}},
		"no journal": {func(w *world) { w.fails, w.missing = "1", []string{"journalctl"} },
			[]string{"zoomtag ended with a failure", "journalctl --user -u zoomtag"}},
		"a journal that hangs": {func(w *world) { w.fails, w.hangs = "1", []string{"journalctl"} },
			[]string{"zoomtag ended with a failure"}},
		"never answers": {func(w *world) { w.silent = true }, []string{"zoomtag has not answered for 2m0s"}},
		"restart refused": {refuse("restart", 1, "Failed to restart zoomtag.service: Unit has a bad unit file "+
			"setting.\n"), []string{"systemd refuses: Failed to restart", "(on systemctl --user restart"}},
		"restart hangs": {func(w *world) { w.hangs = []string{"restart"} },
			[]string{"systemctl does not answer (waited 20s"}},
	} {
		bubble(t, name, func(t *testing.T) {
			w := newWorld(t, Person)
			c.spoil(w)
			began := time.Now()
			_, err := w.install()
			if hears(t, text(err), c.want...); time.Since(began) > 3*time.Minute {
				t.Errorf("it took %s", time.Since(began))
			}
		})
	}
}

// TestStartFailsAgain: systemd goes on trying, which is a failure all the same.
func TestStartFailsAgain(t *testing.T) {
	for _, c := range []struct {
		sub, result, restarts, want string
	}{{"auto-restart", "exit-code", "0", "ended with a failure"}, {"start", "timeout", "1", "not said in time"},
		{"auto-restart", "watchdog", "3", "has hung"},
		{"auto-restart", "oom-kill", "1", "more memory"},
		{"auto-restart", "resources", "1", `systemd says "resources"`}} {
		p := properties{"ActiveState": "activating", "SubState": c.sub, "Result": c.result, "NRestarts": c.restarts,
			"ExecMainStatus": "1"}
		if got := p.why(); !strings.Contains(got.cause, c.want) || got.cure == "" {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	if got := (properties{"ActiveState": "inactive", "SubState": "dead", "NRestarts": "3",
		"Result": "success"}).why(); got.cause != "" {
		t.Errorf("of one that was stopped: %+v", got)
	}
	if got := (properties{"ActiveState": "active", "SubState": "running", "NRestarts": "3"}).why(); got.cause != "" {
		t.Errorf("of one that runs again: %+v", got)
	}
}

// TestStartAfterFailure: how it was before the start is no news.
func TestStartAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.fails = "2"
		if _, err := w.install(); err == nil {
			t.Fatal("it has not failed")
		}
		w.fails, w.result = "", "exit-code"
		hears(t, w.mustInstall(), "It runs:")
	})
}

// TestInstallEnds: who is told to stop goes.
func TestInstallEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.silent = true
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := Install(ctx, w.o); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
	})
}

// TestSandbox: it is there where the system lets persons have it, and taken out where it does no more; a changed one
// stays.
func TestSandbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.mustInstall()
		if hears(t, w.read(w.dropPath()), "PrivateUsers=yes"); originOf(w.read(w.dropPath())) != ours {
			t.Error("it does not say who has written it")
		}
		w.sandboxed = false
		said := w.mustInstall()
		if hears(t, said, "is taken out"); exists(filepath.Dir(w.dropPath())) ||
			!strings.Contains(w.done(), "restart") {
			t.Errorf("done: %s\n%s", w.done(), said)
		}
		w.sandboxed, w.o.Open = true, true
		if w.mustInstall(); exists(w.dropPath()) {
			t.Error("it is there though it was not wanted")
		}
		w.o.Open = false
		w.write(w.dropPath(), marked("[Service]\n")+"PrivateTmp=no\n")
		if hears(t, w.mustInstall(), "somebody has changed it"); !strings.Contains(w.read(w.dropPath()),
			"PrivateTmp=no") {
			t.Error("it was overwritten")
		}
	})
}

// TestInstallReplaced: a program that was built anew has the version that it had before, and is another file.
func TestInstallReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.o.Program = w.write(filepath.Join(w.root, "bin", "zoomtag"), "new")
		w.mustInstall()
		w.write(filepath.Join(w.root, "proc", "4711", "exe"), "old")
		if notices := strings.Join(w.report().Notices, "\n"); !strings.Contains(notices, w.o.Program+
			" is another file than the one that runs") {
			t.Errorf("notices: %s", notices)
		}
		if w.mustInstall(); !strings.Contains(w.done(), "restart") {
			t.Errorf("done: %s", w.done())
		}
	})
}

// TestSecretsOfPersons: the sandbox is no drop-in that could bring secrets; those of others may, and are believed.
func TestSecretsOfPersons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.mustInstall()
		w.write(w.o.Config, "zoom: { account_id: a, client_id: b, client_secret: \"credential:zoom\", host: "+
			"a@example.com }\n"+
			"calendars: [ { name: home, ics: { path: calendar } } ]\n")
		if _, err := w.install(); !words.IsUsage(err) || !exists(w.dropPath()) {
			t.Errorf("%v", err)
		}
		w.write(filepath.Join(w.unitPath()+".d", "override.conf"), "[Service]\nLoadCredential=zoom:/x\n")
		w.mustInstall()
	})
}

// TestSandboxTrial: what is tried is all that will hold, with the program itself.
func TestSandboxTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		var tried string
		w.o.Run = runnerFunc(func(ctx context.Context, name string, args ...string) (Result, error) {
			if name == "systemd-run" {
				tried = strings.Join(args, "\n")
			}
			return w.Run(ctx, name, args...)
		})
		w.mustInstall()
		hears(t, tried, "--property=PrivateUsers=yes", "--property=RestrictNamespaces=yes",
			"--property=SystemCallFilter=@system-service",
			"--\n/usr/local/bin/zoomtag\nversion")
		if strings.Contains(tried, "Restart=") || strings.Contains(tried, "ExecStart") || strings.Contains(tried, "#") {
			t.Errorf("tried:\n%s", tried)
		}
	})
}

type runnerFunc func(context.Context, string, ...string) (Result, error)

func (f runnerFunc) Run(ctx context.Context, name string, args ...string) (Result, error) {
	return f(ctx, name, args...)
}

// TestDry: the unit is printed, nothing is written and nobody is asked.
func TestDry(t *testing.T) {
	for _, scope := range []Scope{Person, Machine} {
		t.Run(string(scope), func(t *testing.T) {
			w := newWorld(t, scope)
			w.o.Dry = true
			w.o.Run = runnerFunc(func(context.Context, string, ...string) (Result, error) {
				return Result{}, fmt.Errorf("somebody was asked")
			})
			said, err := w.install()
			if err != nil || exists(w.unitPath()) {
				t.Errorf("%v", err)
			}
			hears(t, said, "# "+w.unitPath()+" (new)", "\nExecStart=/usr/local/bin/zoomtag run --config "+w.o.Config+
				"\n", "enable zoomtag.service")
		})
	}
}

// TestRemarks: what somebody should know is said behind it.
func TestRemarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Person)
		w.env = append(w.env, "XDG_STATE_HOME="+filepath.Join(w.root, "elsewhere"))
		hears(t, w.mustInstall(), "Commands in this shell would look for the state at "+
			filepath.Join(w.o.Home, ".local/state/zoomtag/zoomtag.db"),
			"write state: "+filepath.Join(w.root, "elsewhere/zoomtag/zoomtag.db"))
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Machine)
		hears(t, w.mustInstall(), "The service may not write into "+filepath.Join(filepath.Dir(w.o.Config),
			"calendar")+" yet")
		w.write(filepath.Join(w.unitPath()+".d", "override.conf"), "[Service]\nReadWritePaths=/srv\n")
		if said := w.mustInstall(); strings.Contains(said, "may not write") {
			t.Error(said)
		}
	})
}
