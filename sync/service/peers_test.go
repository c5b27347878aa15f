//go:build peers

package service

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	units "zoomtag/systemd"
)

// TestPeersVerify: systemd itself takes each unit as it is written, whatever stands in the paths, and the drop-in with
// it.
func TestPeersVerify(t *testing.T) {
	program, err := exec.LookPath("true")
	if err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "a 100% $HOME; program")
	if err := os.Symlink(program, odd); err != nil {
		t.Fatal(err)
	}
	for scope, unit := range map[Scope]string{Machine: units.MachineUnit, Person: units.PersonUnit} {
		for name, path := range map[string]string{"plain": program, "odd": odd} {
			t.Run(string(scope)+" "+name, func(t *testing.T) {
				dir := t.TempDir()
				file := filepath.Join(dir, unitName)
				args := []string{"verify", file}
				files := map[string]string{file: unitText(unit, path, `/a "quoted" 100% $HOME\it's; x/zoomtag.yaml`)}
				if scope == Person {
					args = append([]string{"--user"}, args...)
					files[filepath.Join(file+".d", sandboxName)] = marked(units.PersonSandbox)
				}
				for path, text := range files {
					if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if said := analyze(t.Context(), t, args...); said != "" {
					t.Errorf("systemd says:\n%s", said)
				}
			})
		}
	}
}

// TestPeersWorker: systemd takes the unit of a worker, as a template and as an instance.
func TestPeersWorker(t *testing.T) {
	text := strings.Replace(units.WorkerUnit, "/usr/local/bin/zoomtag", "/bin/true", 1)
	for _, name := range []string{"zoomtag@.service", "zoomtag@1.service"} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if said := analyze(t.Context(), t, "verify", file); said != "" {
			t.Errorf("systemd says of %s:\n%s", name, said)
		}
	}
}

// TestPeersTurnDown: a word that systemd does not know would have been seen.
func TestPeersTurnDown(t *testing.T) {
	file := filepath.Join(t.TempDir(), unitName)
	text := strings.Replace(unitText(units.PersonUnit, "/bin/true", "/x"), "NoNewPrivileges=", "NoNewPriviledges=", 1)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if said := analyze(t.Context(), t, "--user", "verify", file); !strings.Contains(said, "NoNewPriviledges") {
		t.Errorf("systemd says:\n%s", said)
	}
}

// analyze is what systemd-analyze has to say, but for what it says of its own environment.
func analyze(ctx context.Context, t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, "systemd-analyze", append([]string{"--man=no"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
	raw, err := cmd.CombinedOutput()
	var lines []string
	for line := range strings.Lines(string(raw)) {
		if !strings.Contains(line, "SYSTEMD_") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if err != nil && len(lines) == 0 {
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}
