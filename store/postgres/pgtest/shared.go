//go:build peers

package pgtest

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// Shared is one server for all tests of a package. It is started by the first test that asks for it:
//
//	var postgres pgtest.Shared
//
//	func TestMain(m *testing.M) { os.Exit(postgres.Run(m)) }
type Shared struct {
	// Settings come on top of the usual ones.
	Settings []Setting

	once   sync.Once
	server *Server
	err    error
}

// Run runs the tests of a package, then ends the server. It returns what the process is to exit with.
func (s *Shared) Run(m *testing.M) int {
	code := m.Run()
	if s.server == nil {
		return code
	}
	if err := s.server.close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// Server is the server. Whoever stops, pauses or changes it takes one of their own with Start instead.
func (s *Shared) Server(t testing.TB) *Server {
	t.Helper()
	s.once.Do(func() {
		s.server, s.err = open(s.Settings)
		if s.err == nil {
			s.server.shared = true
		}
	})
	if s.err != nil {
		t.Fatal(s.err)
	}
	since := len(s.server.said(0))
	t.Cleanup(func() { s.server.tell(t, since) })
	return s.server
}
