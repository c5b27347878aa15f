package systemd

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// listen plays the service manager: said returns what the daemon says, message by message; deaf stops listening.
func listen(t *testing.T) (said func() string, deaf func()) {
	t.Helper()
	socket := &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"}
	conn, err := net.ListenUnixgram("unixgram", socket)
	if err != nil {
		t.Fatal(err)
	}
	deaf = func() {
		if err := conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
	t.Cleanup(deaf)
	t.Setenv("NOTIFY_SOCKET", socket.Name)
	said = func() string {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		message := make([]byte, 4096)
		n, err := conn.Read(message)
		if err != nil {
			t.Fatalf("nothing was said: %v", err)
		}
		return string(message[:n])
	}
	return said, deaf
}

func TestMessages(t *testing.T) {
	said, _ := listen(t)
	for _, c := range []struct {
		name string
		say  func()
		want string
	}{
		{"ready", Ready, "READY=1"},
		{"stopping", Stopping, "STOPPING=1"},
		{"status", func() { Status("3 calendars") }, "STATUS=3 calendars"},
		{"status on several lines", func() { Status("one\nREADY=1\r\n two") }, "STATUS=one READY=1 two"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.say()
			if got := said(); got != c.want {
				t.Errorf("said %q, want %q", got, c.want)
			}
		})
	}
}

func TestReloadingTellsTheTime(t *testing.T) {
	said, _ := listen(t)
	Reloading()
	got := said()
	if usec, ok := strings.CutPrefix(got, "RELOADING=1\nMONOTONIC_USEC="); !ok || strings.TrimSpace(usec) == "" {
		t.Errorf("said %q, want RELOADING=1 and a time", got)
	}
}

func TestSilentWithoutSocket(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	Ready()
	Reloading()
	Status("nobody listens")
	Stopping()
	Watchdog(t.Context(), func() error {
		t.Error("asked for health although the unit has no watchdog")
		return nil
	})
}

func TestWatchdog(t *testing.T) {
	said, deaf := listen(t)
	t.Setenv("WATCHDOG_USEC", "4000")
	t.Setenv("WATCHDOG_PID", "")
	var sick atomic.Bool
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Watchdog(ctx, func() error {
			if sick.Load() {
				return errors.New("the state cannot be read")
			}
			return nil
		})
	}()
	if got := said(); got != "WATCHDOG=1" {
		t.Errorf("said %q while well", got)
	}
	sick.Store(true)
	got := said()
	for got == "WATCHDOG=1" { // said before it fell sick
		got = said()
	}
	if got != "STATUS=not well: the state cannot be read" {
		t.Errorf("said %q while sick", got)
	}
	sick.Store(false)
	for got == "STATUS=not well: the state cannot be read" {
		got = said()
	}
	if got != "WATCHDOG=1\nSTATUS=" {
		t.Errorf("said %q when well again", got)
	}
	cancel()
	deaf() // so that a full socket does not hold the watchdog
	<-done
}

func TestWatchdogOfAnotherProcess(t *testing.T) {
	t.Setenv("WATCHDOG_USEC", "1000")
	t.Setenv("WATCHDOG_PID", "1")
	Watchdog(t.Context(), func() error {
		t.Error("fed the watchdog of another process")
		return nil
	})
}
