// Package caldavtest holds an emulator of CalDAV servers (RFC 4918, 4791, 6578, 6638) and a proxy that makes any server
// misbehave. The emulator is an http.Handler with the calendars of one person; by its options it is like one server or
// another, the unfriendly parts included. It keeps objects as bytes and knows nothing of any CalDAV or iCalendar
// library. What it does follows the RFCs, and experiments with radicale 3.1 and xandikos 0.2.
package caldavtest

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"zoomtag/providers/internal/emulator"
)

// The person whose calendars they are. The password is that of Basic, the token that of Bearer.
const (
	Owner    = "owner@example.com"
	Username = "owner"
	Password = "correct horse: battery"
	Token    = "bearer-token-of-owner"
)

// The collections that are there from the beginning, by the last part of their paths, and what they are called.
const (
	Work, WorkTitle         = "work", "Work & more"  // of events
	Private, PrivateTitle   = "private", "Private"   // of events
	Holidays, HolidaysTitle = "holidays", "Holidays" // may only be read
	Tasks, TasksTitle       = "tasks", "Tasks"       // of tasks only
)

// Request is one request that the emulator, or the proxy, has answered. The text of what was sent is in its Body, under
// "text".
type Request = emulator.Request

// Fault is a way of misbehaving.
type Fault = emulator.Fault

// Server is the emulator. Its methods may be called while it serves. Where they take the name of a collection, an empty
// one is Work.
type Server struct {
	// Hold, if set before the first request, is called for each request before and after its effect (phase "before" and
	// "after"), without any lock: while it does not return, the client waits.
	Hold func(phase string, r *http.Request)

	emulator.Port
	emulator.Faults
	emulator.Book

	opts  Options
	other elsewhere

	mu          sync.Mutex
	collections []*collection
	serial      int64 // of everything that needs a name of its own
	epoch       int   // of the sync tokens that are good
	form        int   // of etags and ctags
	detect      Detection
	silent      bool
	endless     bool
	mails       []Mail
}

// New makes a Server that is not listening yet: it can be used as a handler, or started.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{opts: o, detect: o.Detect}
	s.other.server = s
	s.collections = []*collection{
		newCollection(Work, WorkTitle, "VEVENT", "VTODO"), newCollection(Private, PrivateTitle, "VEVENT"),
		newCollection(Holidays, HolidaysTitle, "VEVENT"), newCollection(Tasks, TasksTitle, "VTODO"),
	}
	s.find(Holidays).readOnly = true
	if o.Task {
		s.find(Work).put("a-task.ics", s.saved(task), s.next())
	}
	return s
}

// Start listens on a free port of 127.0.0.1, and on another one as the other host, and serves until Close.
func (s *Server) Start() error {
	if err := s.other.Listen(&s.other); err != nil {
		return err
	}
	return s.Listen(s)
}

// Close stops listening and cuts the connections.
func (s *Server) Close() error {
	err := s.Port.Close()
	if e := s.other.Close(); err == nil {
		err = e
	}
	return err
}

// OtherHost is the address of a host that is not ours: http://127.0.0.1:PORT. What it is asked with credentials is a
// complaint.
func (s *Server) OtherHost() string { return s.other.Address() }

// RootURL is where a person who knows no more than the server begins.
func (s *Server) RootURL() string { return s.Address() + "/" }

// HomeURL is the address of the calendar home.
func (s *Server) HomeURL() string { return s.Address() + homePath }

// URL is the address of a collection.
func (s *Server) URL(collection string) string {
	if collection == "" {
		collection = Work
	}
	return s.Address() + homePath + collection + "/"
}

// SetSilent makes PUT answer with success and store nothing; or ends that.
func (s *Server) SetSilent(silent bool) { s.set(func() { s.silent = silent }) }

// SetEndless makes every page of a listing one that is cut short, whose token leads to a next one; or ends that.
func (s *Server) SetEndless(endless bool) { s.set(func() { s.endless = endless }) }

// SetDetection changes what the server can, as an upgrade of it may.
func (s *Server) SetDetection(d Detection) { s.set(func() { s.detect = d }) }

// ExpireTokens makes every sync token given out so far a bad one.
func (s *Server) ExpireTokens() { s.set(func() { s.epoch++ }) }

// ChangeForms gives every etag and ctag another form although nothing has changed, as an upgrade of the server may.
func (s *Server) ChangeForms() { s.set(func() { s.form++ }) }

func (s *Server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// find returns a collection, or nil.
func (s *Server) find(name string) *collection {
	if name == "" {
		name = Work
	}
	i := slices.IndexFunc(s.collections, func(c *collection) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return s.collections[i]
}

// next makes a number that nothing else has.
func (s *Server) next() int64 {
	s.serial++
	return s.serial
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
