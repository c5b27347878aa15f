package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// emptied is the binary in a temporary folder of its own, which has to be empty when it has ended.
type emptied struct {
	t   *testing.T
	dir string
	cmd *exec.Cmd
	err bytes.Buffer
}

func newEmptied(t *testing.T, args ...string) *emptied {
	t.Helper()
	builtForCrash.Store(true)
	binary, err := crashBinary()
	if err != nil {
		t.Fatal(err)
	}
	e := &emptied{t: t, dir: shortDir(t), cmd: exec.Command(binary, args...)}
	e.cmd.Env = append(os.Environ(), "TMPDIR="+e.dir)
	e.cmd.Stderr = &e.err
	return e
}

// ends waits for the end, and looks at what is left.
func (e *emptied) ends(code int, says string) {
	e.t.Helper()
	err := e.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		e.t.Fatal(err)
	}
	if got := e.cmd.ProcessState; got.ExitCode() != code || !strings.Contains(e.err.String(), says) || says == "" &&
		e.err.Len() > 0 {
		e.t.Errorf("%v\n%s", got, e.err.String())
	}
	left, err := filepath.Glob(filepath.Join(e.dir, "*"))
	if err != nil || len(left) > 0 {
		e.t.Errorf("it leaves %q (%v)", left, err)
	}
}

// TestDemoLeavesNothing: however the demo ends, it ends in good order, and nothing of it stays in the temporary folder.
func TestDemoLeavesNothing(t *testing.T) {
	const stopped = "it was told to stop before it was done"
	// Under nohup the demo would inherit that the signal is ignored; of one that is caught it does not.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
	for name, c := range map[string]struct {
		signal os.Signal // nil closes the pipe
		code   int
		says   string
	}{
		"head":    {nil, exitUnread, ""},
		"Ctrl-C":  {os.Interrupt, exitFailed, stopped},
		"kill":    {syscall.SIGTERM, exitFailed, stopped},
		"hang up": {syscall.SIGHUP, exitFailed, stopped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEmptied(t, "demo", "--keep") // which nothing else ends
			out, err := e.cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := e.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(out)
			if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, "A Google calendar, an") {
				t.Errorf("it begins with %q, %v", line, err)
			}
			if c.signal == nil {
				if err := out.Close(); err != nil {
					t.Fatal(err)
				}
			} else if err := e.cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			} else if _, err := io.Copy(io.Discard, lines); err != nil {
				t.Fatal(err)
			}
			e.ends(c.code, c.says)
		})
	}
}

// TestUnreadOutput: a command whose output nobody reads removes what it has put into the temporary folder.
func TestUnreadOutput(t *testing.T) {
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom", "", "")
	for _, args := range [][]string{{"plan"}, {"link", filepath.Join(w.folder().path, "a.ics")}} {
		e := newEmptied(t, append([]string{"--config", w.configFile()}, args...)...)
		out, err := e.cmd.StdoutPipe()
		w.must(err)
		w.must(e.cmd.Start())
		w.must(out.Close())
		e.ends(exitUnread, "")
	}
}

// TestDemoWhoseDaemonFails: the demo does not wait for a daemon that has ended already.
func TestDemoWhoseDaemonFails(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100)) // no socket can be there
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	var out, errs bytes.Buffer
	code := execute(t.Context(), []string{"demo"}, process{in: strings.NewReader(""), out: &out, err: &errs,
		env: func(string) string { return "" }})
	if left, err := filepath.Glob(filepath.Join(long, "*")); code != exitFailed ||
		!strings.Contains(errs.String(), "the control socket") || err != nil || len(left) > 0 {
		t.Errorf("exit %d, it leaves %q\n%s%s", code, left, out.String(), errs.String())
	}
}
