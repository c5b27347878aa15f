package calendartest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"zoomtag/providers/internal/emulator"
)

// Breakable is an emulator whose faults are tried, with one event in it.
type Breakable struct {
	Break func(emulator.Fault)
	Mend  func()
	// Get reads the event, and Write gives it another title.
	Get   func() Answer
	Write func(title string) Answer
	// Title is what the emulator holds by now, under the name Field.
	Title func() string
	Field string
	// Patches matches writes; Page is a web page in the place of an answer.
	Patches func(*http.Request) bool
	Page    emulator.Fault
}

// Faults checks that an emulator misbehaves as it is told: each fault before or after the effect, once or always.
func Faults(t testing.TB, s Breakable) {
	t.Helper()
	s.Break(emulator.Fault{Status: http.StatusServiceUnavailable, Times: 1})
	if first, then := s.Get().Status, s.Get().Status; first != 503 || then != 200 {
		t.Errorf("once broken: %d, then %d", first, then)
	}
	s.Break(emulator.Fault{Match: s.Patches, After: true, Status: 502, Body: "<html>"})
	if got := s.Write("lost"); got.Status != 502 || s.Title() != "lost" {
		t.Errorf("the lost write was answered with %d and left %q", got.Status, s.Title())
	}
	s.Mend()
	s.Break(emulator.Fault{Match: s.Patches, Status: 502})
	if got := s.Write("refused"); got.Status != 502 || s.Title() != "lost" {
		t.Errorf("the refused write was answered with %d and left %q", got.Status, s.Title())
	}
	s.Mend()
	s.Break(emulator.Fault{Cut: true})
	if got := s.Get(); got.Err == nil {
		t.Errorf("a cut connection gave %+v", got)
	}
	s.Mend()
	s.Break(emulator.Fault{Half: true})
	if got := s.Get(); got.Status != 200 || got.Err == nil {
		t.Errorf("half an answer gave %+v", got)
	}
	s.Mend()
	s.Break(emulator.Fault{Replace: func(body string) string { return strings.Replace(body, "lost", "found", 1) }})
	if got := s.Get(); got.Status != 200 || got.Body[s.Field] != "found" {
		t.Errorf("%v", got.Body)
	}
	s.Mend()
	s.Break(s.Page)
	if got := s.Get(); got.Status != 200 || got.Body != nil ||
		!strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%+v", got)
	}
	s.Mend()
}

// Held checks that an emulator calls its Hold before and after the effect of a write, by which the title becomes b.
func Held(t testing.TB, hold *func(phase string, r *http.Request), title func() string, write func()) {
	t.Helper()
	var seen []string
	*hold = func(phase string, r *http.Request) { seen = append(seen, phase+" "+r.Method+" "+title()) }
	write()
	if want := []string{"before PATCH a", "after PATCH b"}; !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
}

// Kept checks what an emulator keeps of a write of an event, whatever its version, and of a reading whose answer was
// cut off, and that it forgets them.
func Kept(t testing.TB, s interface {
	Requests() []emulator.Request
	ResetRequests()
}) (write, read emulator.Request) {
	t.Helper()
	got := s.Requests()
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	write, read = got[0], got[1]
	written := write.Method == http.MethodPatch && write.Header.Get("If-Match") == "*" && write.Status == http.StatusOK
	if !written || read.Method != http.MethodGet || read.Status != 0 {
		t.Errorf("%+v", got)
	}
	if s.ResetRequests(); len(s.Requests()) != 0 {
		t.Errorf("%d requests left", len(s.Requests()))
	}
	return write, read
}

// Costs returns a check of how many requests something costs.
func Costs(t testing.TB, s interface {
	Requests() []emulator.Request
	ResetRequests()
}) func(what string, want int, do func() error) {
	return func(what string, want int, do func() error) {
		t.Helper()
		s.ResetRequests()
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := len(s.Requests()); got != want {
			t.Errorf("%s: %d requests, want %d", what, got, want)
		}
	}
}
