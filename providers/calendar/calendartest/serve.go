package calendartest

import (
	"net/http"
	"strings"
	"testing"
)

// Server is an emulator that listens, and notes what no client should have sent.
type Server interface {
	Start() error
	Close() error
	Complaints() []string
	ResetComplaints()
}

// Start has an emulator listen until the test is over.
func Start(t testing.TB, s interface {
	Start() error
	Close() error
}) {
	t.Helper()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Serve is Start for an adapter's tests: in the end there must be nothing to complain about. It returns the transport
// for the adapter.
func Serve(t testing.TB, s Server) *http.Transport {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(func() {
		for _, complaint := range s.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	Start(t, s)
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// Clean fails the test where an emulator has something to complain about.
func Clean(t testing.TB, s Server) {
	t.Helper()
	if c := s.Complaints(); len(c) > 0 {
		t.Errorf("complaints %q", c)
	}
}

// Complained expects one complaint that contains what, and forgets it.
func Complained(t testing.TB, s Server, what string) {
	t.Helper()
	if c := s.Complaints(); len(c) != 1 || !strings.Contains(c[0], what) {
		t.Errorf("complaints %q, want one about %q", c, what)
	}
	s.ResetComplaints()
}
