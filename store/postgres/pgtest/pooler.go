//go:build peers

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// pgbouncer is the pooler that Debian has.
const pgbouncer = "/usr/sbin/pgbouncer"

// Pooler starts a pgbouncer before the server, and returns its address. mode is its pool_mode: session, or transaction,
// in which each transaction of a client may have another connection to the server. It ends with the test.
//
//	apt-get install --no-install-recommends pgbouncer
func (s *Server) Pooler(t testing.TB, mode string) string {
	t.Helper()
	addr, err := s.pooler(t, mode)
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

func (s *Server) pooler(t testing.TB, mode string) (string, error) {
	port, err := freePort()
	if err != nil {
		return "", err
	}
	config := filepath.Join(s.folder, "pgbouncer-"+port+".ini")
	text := fmt.Sprintf(`[databases]
* = host=%s port=%s user=%s password=%s
[pgbouncer]
listen_addr = %s
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = %s
default_pool_size = 10
ignore_startup_parameters = extra_float_digits
logfile = %s.log
`, loopback, s.port, program, s.password, loopback, port, mode, config)
	err = errors.Join(os.WriteFile(config, []byte(text), 0o600), s.programs.own(config))
	if err != nil {
		return "", err
	}
	cmd := exec.Command(pgbouncer, "-q", config)
	cmd.Dir = s.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.programs.as, Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it ends by a signal
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended already, or does now
		<-ended
	})
	addr := loopback + ":" + port
	return addr, until("the pooler takes connections", ended, func(ctx context.Context) error {
		database, err := moved(s.url(program, administrator), addr)
		if err != nil {
			return err
		}
		db, err := pgx.Connect(ctx, database)
		if err != nil {
			return err
		}
		return db.Close(ctx)
	})
}
