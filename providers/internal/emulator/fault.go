package emulator

import (
	"net/http"
	"sync"
)

// Fault is a way of misbehaving.
type Fault struct {
	// Match chooses the requests, those for tokens and those within a batch included; nil is every API request.
	Match func(*http.Request) bool
	// Times is how many of them are hit; 0 is all until Mend.
	Times int
	// After lets the request take effect first.
	After bool

	// Cut closes the connection without an answer; Half says the whole length and breaks off in the middle. A request
	// within a batch is answered with 504 instead.
	Cut, Half bool
	// Status, Header and Body are the answer. A zero Status keeps the request's own, which then takes effect first.
	Status int
	Header http.Header
	Body   string
	// Replace rewrites the body of the answer.
	Replace func(body string) string
}

// EffectFirst reports whether a request that is hit takes effect all the same; that of no fault does.
func (f *Fault) EffectFirst() bool { return f == nil || f.After || f.Status == 0 && !f.Cut }

// Apply is the answer to a request that would have been answered otherwise.
func (f *Fault) Apply(status int, header http.Header, body any) (int, http.Header, any) {
	if f == nil {
		return status, header, body
	}
	if f.Status != 0 {
		status, header, body = f.Status, f.Header.Clone(), f.Body
	}
	if f.Replace != nil {
		body = f.Replace(string(Encoded(body)))
	}
	return status, header, body
}

// IsCut reports whether the connection closes without an answer.
func (f *Fault) IsCut() bool { return f != nil && f.Cut }

// IsHalf reports whether the answer breaks off in the middle.
func (f *Fault) IsHalf() bool { return f != nil && f.Half }

// Faults are those of an emulator.
type Faults struct {
	mu   sync.Mutex // guards all below
	list []*Fault
}

// Break adds a fault; the first that matches a request is used.
func (s *Faults) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, &f)
}

// BreakNext has the next request hit, whatever it is.
func (s *Faults) BreakNext(f Fault) {
	f.Times, f.Match = 1, func(*http.Request) bool { return true }
	s.Break(f)
}

// Mend takes all faults away.
func (s *Faults) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = nil
}

// Hit counts a request against the faults and returns the one that hits it, or nil. Faults that do not choose hit
// requests of the API.
func (s *Faults) Hit(r *http.Request, isAPI bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.list {
		if f.Match == nil && !isAPI || f.Match != nil && !f.Match(r) {
			continue
		}
		if f.Times == 1 {
			s.list = append(s.list[:i:i], s.list[i+1:]...)
		} else if f.Times > 1 {
			f.Times--
		}
		hit := *f
		return &hit
	}
	return nil
}
