//go:build peers

package caldav_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/providers/calendar/calendartest"
)

// These tests run against real servers and beside real clients. With the tag peers they fail where one is not
// installed:
//
//	apt-get install radicale xandikos vdirsyncer khal
//	apt-get install --no-install-recommends cyrus-caldav cyrus-imapd sasl2-bin davical libapache2-mod-php postgresql
//	go test -tags peers ./providers/calendar/caldav

// TestServers starts the servers one after the other, so that two never take the same port. Then they work side by
// side, each on one test after the other, since a UID may be there once for each person.
func TestServers(t *testing.T) {
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			t.Parallel()
			t.Run("contract", p.contract)
			t.Run("life", p.life)
			t.Run("beside other clients", p.besideOtherClients)
			t.Run("made anew", p.madeAnew)
			if p.share != nil {
				t.Run("homes", p.homes)
				t.Run("shares", p.shares)
			}
		})
	}
}

// servers starts each of the servers by its name.
var servers = map[string]func(testing.TB) *peer{"radicale": startRadicale, "xandikos": startXandikos,
	"cyrus": startCyrus, "davical": startDavical}

// contract runs the suite of all calendars, each test in a collection of its own.
func (p *peer) contract(t *testing.T) {
	calendartest.Run(t, calendartest.Harness{Class: calendartest.HTTP,
		New: func(t *testing.T) calendartest.World { return p.world(t) }})
}

// peer is a CalDAV server that runs as a process.
type peer struct {
	root           string // address of the server, where it knows people
	home           string // address of the calendar home
	files          string // folder of the calendar home, where it is one
	user, password string
	forgives       bool   // it takes sync tokens that it does not know
	pages          string // address of its pages for people, where it has any
	// share lets the guest read a collection of the owner's, or write to it as well; nil is a server that knows no
	// people.
	share func(t *testing.T, collection string, write bool)
	n     int // collections made
}

// startRadicale starts radicale, which lets everybody in by the name that they say.
func startRadicale(t testing.TB) *peer {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	config := filepath.Join(dir, "config")
	write(t, config, fmt.Sprintf("[server]\nhosts = 127.0.0.1:%s\n[auth]\ntype = none\n[storage]\nfilesystem_folder "+
		"= %s\n[logging]\nlevel = warning\n",
		port, filepath.Join(dir, "collections")))
	p := &peer{home: "http://127.0.0.1:" + port + "/" + caldavtest.Username + "/", user: caldavtest.Username,
		password: caldavtest.Password,
		files:    filepath.Join(dir, "collections", "collection-root", caldavtest.Username)}
	run(t, port, "radicale", "--config", config)
	return p
}

// startXandikos starts xandikos, which lets everybody in.
func startXandikos(t testing.TB) *peer {
	t.Helper()
	port := freePort(t)
	run(t, port, "xandikos", "-d", filepath.Join(t.TempDir(), "dav"), "-l", "127.0.0.1", "-p", port, "--defaults")
	return &peer{home: "http://127.0.0.1:" + port + "/user/calendars/"}
}

// freePort is a port that nobody listens on now.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// installed finds a program.
func installed(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is not installed (apt-get install %s): %v", program, program, err)
	}
	return path
}

// run starts a server and waits until it answers. It ends with the test.
func run(t testing.TB, port, program string, args ...string) {
	t.Helper()
	launch(t, exec.Command(installed(t, program), args...), port)
}

// launch starts a server and waits until it takes connections. It ends with the test, and so do the processes that it
// has started.
func launch(t testing.TB, cmd *exec.Cmd, port string) {
	t.Helper()
	program := filepath.Base(cmd.Path)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second // what it has left behind may hold its output open
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		if err := end(cmd, ended); err != nil {
			t.Errorf("%s does not end: %v", program, err)
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", program, said.Bytes()[max(0, said.Len()-4000):])
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", program, err, said.String())
		case <-ctx.Done():
			t.Fatalf("%s does not answer", program)
		case <-tick.C:
		}
		if conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second); err == nil {
			conn.Close()
			return
		}
	}
}

// end asks a server to end, so that it ends those that it has started, and kills what is left of them after a while.
func end(cmd *exec.Cmd, ended <-chan error) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// world makes a collection and a world on it. It is removed again.
func (p *peer) world(t *testing.T) *world {
	t.Helper()
	p.n++
	name := fmt.Sprintf("work%d/", p.n)
	p.mkcalendar(t, name, "")
	return proxied(t, p.home+name, !p.forgives, caldav.Config{Username: p.user, Password: p.password})
}

// owner is the owner's app on the calendar home.
func (p *peer) owner(t *testing.T) *app {
	return &app{t: t, url: p.home, user: p.user, password: p.password}
}

// mkcalendar makes a calendar, as the body says, and removes it after the test.
func (p *peer) mkcalendar(t *testing.T, name, body string) {
	t.Helper()
	p.owner(t).do("MKCALENDAR", name, body)
	t.Cleanup(func() { p.owner(t).do(http.MethodDelete, name, "") })
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// output runs a client and returns what it prints; it has to succeed.
func output(t testing.TB, dir, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, installed(t, program), args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "LANG=C.UTF-8", "HOME="+dir, "XDG_CONFIG_HOME="+dir,
		"XDG_DATA_HOME="+dir, "XDG_CACHE_HOME="+dir)
	cmd.Stdin = strings.NewReader("y\ny\ny\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
	return string(out)
}
