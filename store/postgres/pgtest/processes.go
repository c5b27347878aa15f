//go:build peers

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Pause freezes the server with all its processes, as a machine that is suspended: its connections stay, and nobody
// answers.
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	if err := s.pause(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) pause() error {
	// The first is their parent: it makes no more of them from then on.
	return until("all of the server's processes are frozen", nil, func(context.Context) error {
		if err := s.signal(syscall.SIGSTOP); err != nil {
			return err
		}
		return s.all(func(p process) error {
			if p.state != "T" && p.state != "Z" { // one that has just ended stays until its parent goes on
				return fmt.Errorf("process %d is %s", p.id, p.state)
			}
			return nil
		})
	})
}

// Resume lets a paused server go on.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	if err := s.signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
}

// signal sends a signal to all of the server's processes. One that has ended meanwhile needs none.
func (s *Server) signal(what syscall.Signal) error {
	return s.all(func(p process) error {
		if err := syscall.Kill(p.id, what); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		return nil
	})
}

// all does something for each of the server's processes: their parent, then its children. No child has any itself.
func (s *Server) all(do func(process) error) error {
	s.mu.Lock()
	cmd := s.cmd
	s.mu.Unlock()
	if cmd == nil {
		return errors.New("the server is stopped")
	}
	first, err := readProcess(cmd.Process.Pid)
	if err != nil {
		return err
	}
	if err := do(first); err != nil {
		return err
	}
	ids, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return err
	}
	for _, dir := range ids {
		id, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			return err
		}
		p, err := readProcess(id)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it has ended
		}
		if err != nil {
			return err
		}
		if p.parent != first.id {
			continue
		}
		if err := do(p); err != nil {
			return err
		}
	}
	return nil
}

// process is what the kernel says of one.
type process struct {
	id, parent int
	state      string
	spent      time.Duration // processor time, with that of the children that it has seen end
}

// tick is the unit of processor times in /proc, the same on all systems that Go runs on.
const tick = 10 * time.Millisecond

// readProcess reads /proc/ID/stat, which proc(5) describes: the state is its third field.
func readProcess(id int) (process, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	if err != nil {
		return process{}, err
	}
	_, behind, ok := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ") // a name may hold spaces
	fields := strings.Fields(behind)
	if !ok || len(fields) < 15 {
		return process{}, fmt.Errorf("the kernel says of process %d: %q", id, text)
	}
	p := process{id: id, state: fields[0]}
	if p.parent, err = strconv.Atoi(fields[1]); err != nil {
		return process{}, err
	}
	for _, f := range fields[11:15] { // user and system time, its own and its children's
		ticks, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return process{}, err
		}
		p.spent += time.Duration(ticks) * tick
	}
	return p, nil
}
