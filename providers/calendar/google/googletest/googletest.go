// Package googletest is an emulator of the Google Calendar API v3 and of Google's OAuth endpoints: an http.Handler with
// one person's calendars, that behaves as Google does where that matters to a client, the unfriendly parts included. It
// knows nothing of Google's client library. It has no live counterpart to be compared with: what it does follows the
// API's discovery document, Google's published guides and what others have reported.
package googletest

import (
	"cmp"
	"crypto/rsa"
	"net/http"
	"slices"
	"sync"
	"time"

	"zoomtag/providers/internal/emulator"
)

// Account is the person whose calendars these are. The id of the primary calendar is the same.
const Account = "alice@example.com"

// Zone is the time zone of the primary calendar.
const Zone = "Europe/Berlin"

// JSON is a decoded JSON object.
type JSON = emulator.JSON

// Options are what a Server begins with. The zero value is Google as it is on a good day.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// PageLimit bounds the pages of lists below what is asked for; 0 is Google's own 2500.
	PageLimit int
	// EmptyPages begins every list that has anything to show with a page that holds nothing but the name of the next.
	EmptyPages bool
	// TokenLife is how long an access token lives; 0 is an hour.
	TokenLife time.Duration
	// Testing has sign-ins end after seven days, as those of an app in Testing, and says so when it gives them out.
	Testing bool
	// RotateRefresh gives a new refresh token out with each access token, and makes the old one invalid.
	RotateRefresh bool
	// SilentGuests answers a write to somebody else's event with success and the event as it was, rather than refusing
	// it.
	SilentGuests bool
	// Discovery is calendar-api.json. Every request is checked against it; nil checks nothing.
	Discovery []byte
	// Key is that of the service account; nil makes one when it is first needed, which takes a moment.
	Key *rsa.PrivateKey
	// Gzip compresses every answer that the client accepts so; otherwise only those of a kilobyte or more are.
	Gzip bool
}

// Calendar is a calendar as it is added.
type Calendar struct {
	// Role is the person's access role: owner if empty.
	Role string
	// TimeZone is an IANA name: that of the primary calendar if empty.
	TimeZone string
}

// Request is one request of the API, or of a token, that the emulator has answered.
type Request = emulator.Request

// Server is the emulator. Its methods may be called while it serves.
type Server struct {
	emulator.Service

	opts      Options
	mux       *http.ServeMux
	discovery *discovery

	mu        sync.Mutex        // guards all below
	calendars map[string]*shelf // by id
	seq       int64             // the number of the last change
	syncs     map[string]*syncState
	walks     map[string]page
	mails     []string
	auth      authority
	people    people

	keyOnce sync.Once
	key     *rsa.PrivateKey
}

// New makes a Server that is not listening yet: it can be used as a handler, or started. A discovery document that
// cannot be read is the first complaint.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.PageLimit, o.TokenLife = cmp.Or(o.PageLimit, maxPage), cmp.Or(o.TokenLife, time.Hour)
	s := &Server{
		opts: o, calendars: map[string]*shelf{}, syncs: map[string]*syncState{}, walks: map[string]page{},
		auth: newAuthority(),
	}
	s.calendars[Account] = newShelf(Account, Account, Calendar{})
	s.calendars[serviceEmail] = newShelf(serviceEmail, serviceEmail, Calendar{TimeZone: "UTC"})
	if o.Discovery != nil {
		d, err := parseDiscovery(o.Discovery)
		if err != nil {
			s.Complain(err.Error())
		}
		s.discovery = d
	}
	s.mux = s.routes()
	return s
}

// Start listens on a free port of 127.0.0.1 and serves until Close.
func (s *Server) Start() error { return s.Listen(s) }

// URL is the base of the started server; APIURL is what a client of the API is configured with.
func (s *Server) URL() string {
	return cmp.Or(s.Address(), "http://googletest.invalid") // the latter for a handler: nobody can dial it
}

// APIURL is the base of the API, with the slash that Google's clients need at its end.
func (s *Server) APIURL() string { return s.URL() + "/calendar/v3/" }

// Mails returns the addresses that Google has mailed about changes, one for each mail, oldest first.
func (s *Server) Mails() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *Server) now() time.Time { return s.opts.Now() }
