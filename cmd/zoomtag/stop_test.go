package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zoomtag/sync/api"
)

// serviceManager plays systemd: what it returns is what was said to it.
func serviceManager(t *testing.T) (socket string, said *safeBuffer) {
	t.Helper()
	socket, said = filepath.Join(t.TempDir(), "notify"), &safeBuffer{}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		message := make([]byte, 4096)
		for {
			n, err := conn.Read(message)
			if err != nil {
				return
			}
			_, _ = said.Write(append(message[:n:n], '\n'))
		}
	}()
	return socket, said
}

// TestStopDuringARequest: SIGTERM arrives while the daemon makes a meeting for a command that asked for a pass. The
// meeting is made and remembered, the command hears what happened, and the daemon exits with 0.
func TestStopDuringARequest(t *testing.T) {
	for _, phase := range []string{"before", "after"} {
		t.Run(phase+" the meeting is made", func(t *testing.T) { stopDuringARequest(t, phase) })
	}
}

func stopDuringARequest(t *testing.T, phase string) {
	w := newCrashWorld(t)
	held, release := make(chan struct{}), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(release) })
	t.Cleanup(letGo) // registered after the emulator's own end, so it comes first
	var once sync.Once
	w.zoom.Hold = func(r *http.Request, at string) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/meetings") && at == phase {
			once.Do(func() {
				close(held)
				<-release
			})
		}
	}
	w.configure("schedule: \"@every 1h\"\n")
	// The folder comes later, so that the daemon neither reads nor watches it: the pass is that of the command.
	w.must(os.Remove(w.folder().path))
	socket, said := serviceManager(t)
	cmd := exec.Command(w.binary, "--config", w.configFile(), "--log-level", "debug", "run")
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket)
	var log safeBuffer
	cmd.Stderr, cmd.Stdout = &log, &log
	w.must(cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test ends early
	eventually(t, "a daemon that has no folder to read", 5*time.Second, func() bool {
		return strings.Contains(log.String(), "calendar failed") && strings.Contains(log.String(), "not watched") &&
			strings.Contains(said.String(), "READY=1")
	})
	w.must(os.Mkdir(w.folder().path, 0o700))
	w.put("a", "Alpha #zoom", "words, and more", "")

	type answer struct {
		out, errs string
		code      int
	}
	answered := make(chan answer, 1)
	go func() {
		out, errs, code := w.zoomtag("sync", "--json")
		answered <- answer{out, errs, code}
	}()
	select {
	case <-held:
	case a := <-answered:
		t.Fatalf("the command ended before the meeting was made: %+v\n%s", a, log.String())
	}
	w.must(cmd.Process.Signal(syscall.SIGTERM))
	eventually(t, "the daemon says that it stops", 5*time.Second,
		func() bool { return strings.Contains(said.String(), "STOPPING=1") })
	letGo()
	if err := cmd.Wait(); err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, log.String())
	}
	a := <-answered
	if a.code != exitFailed || strings.TrimSpace(a.errs) != "zoomtag: "+api.ErrStopped.Error() {
		t.Errorf("the command ended with %d and said %q", a.code, a.errs)
	}
	if n := len(w.zoom.Meetings()); n != 1 {
		t.Errorf("%d meetings", n)
	}
	// The step is remembered as done: nothing has to be looked for, only the link is missing.
	out, errs, code := w.zoomtag("sync", "--json")
	if code != exitOK || !strings.Contains(out, `"link"`) || strings.Contains(out, `"create"`) ||
		strings.Contains(out, `"adopt"`) {
		t.Errorf("the next pass: exit %d\n%s%s", code, out, errs)
	}
	w.check(map[string]string{"a": "Alpha"})
}
