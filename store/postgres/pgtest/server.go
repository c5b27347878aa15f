//go:build peers

package pgtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience is how long anything that a server does may take.
const patience = time.Minute

// Who signs in: the server's administrator, and the program that is tested.
const administrator, program = "postgres", "zoomtag"

// Setting is one of the server's settings, as in "max_connections=20".
type Setting string

// Volatile makes a server that loses what was committed when the machine loses power. A server that crashes loses
// nothing. It is for random walks, which commit often.
const Volatile Setting = "fsync=off"

// settings make a server small. None of them changes what a commit promises.
var settings = []Setting{
	"listen_addresses=" + loopback,
	"unix_socket_directories=",
	"password_encryption=scram-sha-256",
	"shared_buffers=16MB",
	"max_wal_size=64MB",
	"min_wal_size=4MB",
	"wal_keep_size=32MB", // a standby that was away finds what it has missed
	"huge_pages=off",
	"jit=off",
	"dynamic_shared_memory_type=mmap", // in the server's own folder, which goes with it
	"shared_preload_libraries=pg_stat_statements",
	"pg_stat_statements.max=10000",
	"pg_stat_statements.save=off",
	"wal_receiver_status_interval=1s",
	"wal_retrieve_retry_interval=100ms",
}

// Server is a PostgreSQL server. Its methods may be called from any goroutine, one after the other.
type Server struct {
	programs  programs
	folder    string // holds all that is the server's
	port      string
	password  string // of the administrator and of the program
	primary   *Server
	databases *atomic.Int64 // made so far; a standby has its primary's
	shared    bool          // it outlives its tests: they drop their databases
	keeper    *keeper

	mu    sync.Mutex
	cmd   *exec.Cmd     // nil is a server that is stopped
	ended chan struct{} // closed when cmd has ended
	spent time.Duration // processor time of those that have ended
}

// Start starts a server of this test's own; the settings come on top of the usual ones. It ends with the test.
func Start(t testing.TB, with ...Setting) *Server {
	t.Helper()
	s, err := open(with)
	if err != nil {
		t.Fatal(err)
	}
	s.endWith(t)
	return s
}

// endWith has the server end with the test. If that failed, the log shows what the server said.
func (s *Server) endWith(t testing.TB) {
	t.Cleanup(func() {
		s.tell(t, 0)
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
}

// open makes a cluster and starts its server.
func open(with []Setting) (*Server, error) {
	s, err := newServer()
	if err != nil {
		return nil, err
	}
	s.password, s.databases = rand.Text(), &atomic.Int64{}
	if err := s.create(with); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// newServer is one that has a folder and a port, and a process that clears up behind killed tests.
func newServer() (*Server, error) {
	p, err := find(debian)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(memory(), "pgtest")
	if err != nil {
		return nil, err
	}
	s := &Server{programs: p, folder: dir}
	s.keeper, err = keep(dir)
	if err == nil {
		err = p.own(dir)
	}
	if err == nil {
		s.port, err = freePort()
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// memory is the folder of files that are in memory, or else the one of all temporary files.
func memory() string {
	const shm = "/dev/shm"
	probe, err := os.CreateTemp(shm, "pgtest")
	if err != nil {
		return os.TempDir()
	}
	probe.Close()
	os.Remove(probe.Name())
	return shm
}

// create makes the cluster, starts it, and makes the program's user.
func (s *Server) create(with []Setting) error {
	secret := filepath.Join(s.folder, "password")
	err := errors.Join(os.WriteFile(secret, []byte(s.password), 0o600), s.programs.own(secret))
	if err != nil {
		return err
	}
	err = s.programs.finish(s.programs.command(s.folder, "initdb", "--pgdata="+s.data(), "--username="+administrator,
		"--pwfile="+secret, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"))
	if err != nil {
		return err
	}
	if err := s.configure(append(settings[:len(settings):len(settings)], with...)); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	return s.administer(func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'; CREATE EXTENSION pg_stat_statements",
			program, s.password))
		return err
	})
}

// configure adds lines to the server's configuration; the last of a name counts.
func (s *Server) configure(lines []Setting) error {
	file, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	for _, l := range lines {
		name, value, ok := strings.Cut(string(l), "=")
		if !ok {
			return errors.Join(fmt.Errorf("%q is no setting: write name=value", l), file.Close())
		}
		if _, err := fmt.Fprintf(file, "%s = '%s'\n", name, strings.ReplaceAll(value, "'", "''")); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return file.Close()
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) log() string { return filepath.Join(s.folder, "log") }

// start starts the process and waits until it takes connections.
func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		return errors.New("the server runs already")
	}
	log, err := os.OpenFile(s.log(), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := s.programs.command(s.folder, "postgres", "-D", s.data(), "-p", s.port)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // what it says of its end stands in cmd.ProcessState, and in its log
	}()
	s.cmd, s.ended = cmd, ended
	return until("the server takes connections", ended, func(ctx context.Context) error {
		db, err := pgx.Connect(ctx, s.url(administrator, administrator))
		if err != nil {
			return fmt.Errorf("%w; its log: %s", err, s.said(0))
		}
		return db.Close(ctx)
	})
}

// until waits for a condition, or for the end of the process without which it never comes.
func until(what string, ended <-chan struct{}, met func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := met(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("%s: its process has ended: %w", what, err)
		case <-ctx.Done():
			return fmt.Errorf("%s: not within %v: %w", what, patience, err)
		case <-tick.C:
		}
	}
}

// Start starts the server again, on its port and with its data, and waits until it takes connections.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

// Mode is how a server stops.
type Mode syscall.Signal

const (
	// Fast takes back what is not committed, tells each client, and writes all that is committed to its place.
	Fast = Mode(syscall.SIGINT)
	// Immediate is a crash: no goodbye, and the next start has to recover what was committed.
	Immediate = Mode(syscall.SIGQUIT)
)

// Stop stops the server and waits for its end. Start starts it again.
func (s *Server) Stop(t testing.TB, how Mode) {
	t.Helper()
	if err := s.stop(how); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) stop(how Mode) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return errors.New("the server is stopped already")
	}
	if err := s.cmd.Process.Signal(syscall.Signal(how)); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		return fmt.Errorf("the server does not end within %v; its log: %s", patience, s.said(0))
	}
	state := s.cmd.ProcessState
	s.spent += state.UserTime() + state.SystemTime() // its children's are in it
	s.cmd, s.ended = nil, nil
	return nil
}

// close ends the server and removes its folder.
func (s *Server) close() error {
	var stopped error
	if s.running() {
		// One that is paused would hear nothing.
		stopped = errors.Join(s.signal(syscall.SIGCONT), s.stop(Immediate))
	}
	removed := os.RemoveAll(s.folder)
	if s.keeper == nil {
		return errors.Join(stopped, removed)
	}
	return errors.Join(stopped, removed, s.keeper.dismiss())
}

func (s *Server) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd != nil
}

// Addr is the server's address, for a Proxy.
func (s *Server) Addr() string { return net.JoinHostPort(loopback, s.port) }

// At is the URL of the same database on this server: a standby, or what it has become.
func (s *Server) At(t testing.TB, database string) string {
	t.Helper()
	u, err := moved(database, s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// moved is the URL of the same database at another address.
func moved(database, addr string) (string, error) {
	u, err := url.Parse(database)
	if err != nil {
		return "", err
	}
	u.Host = addr
	return u.String(), nil
}

func (s *Server) url(who, database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(who, s.password), Host: s.Addr(), Path: "/" + database,
		RawQuery: "sslmode=disable"}
	return u.String()
}

// Administer runs something as the server's administrator, in a connection of its own.
func (s *Server) Administer(t testing.TB, do func(context.Context, *pgx.Conn) error) {
	t.Helper()
	if err := s.administer(do); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) administer(do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := pgx.Connect(ctx, s.url(administrator, administrator))
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, db), db.Close(ctx))
}

// tell logs what the server has said since its log was that long, if the test has failed.
func (s *Server) tell(t testing.TB, since int) {
	if t.Failed() {
		t.Logf("PostgreSQL said:\n%s", s.said(since))
	}
}

// said is the end of what stands in the log behind its first bytes.
func (s *Server) said(since int) []byte {
	text, err := os.ReadFile(s.log())
	if err != nil {
		return []byte(err.Error())
	}
	text = text[min(since, len(text)):]
	if cut := len(text) - 8000; cut > 0 {
		text = append([]byte("…"), text[cut:]...)
	}
	return bytes.TrimSpace(text)
}
