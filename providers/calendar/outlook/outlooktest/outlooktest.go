// Package outlooktest is an emulator of the calendar part of Microsoft Graph v1.0 and of Entra's OAuth endpoints: an
// http.Handler with the mailboxes of an organisation or of one person, that behaves as Exchange Online does where that
// matters to a client, the unfriendly parts included. It knows nothing of Microsoft's client libraries. It has no live
// counterpart to be compared with: what it does follows the service's schema, Microsoft's published guides and what
// others have reported.
package outlooktest

import (
	"cmp"
	"sync"
	"time"

	"zoomtag/providers/internal/emulator"
)

// Account is the address of the person whose mailbox is there from the beginning.
const Account = "bob@example.com"

// Zone is the time zone of the mailboxes, as Windows calls it.
const Zone = "W. Europe Standard Time"

// mostAtOnce is how many requests Exchange serves at once for one mailbox.
const mostAtOnce = 4

// JSON is a decoded JSON object.
type JSON = emulator.JSON

// Options are what a Server begins with. The zero value is Graph as it is on a good day.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// PageLimit bounds the pages of lists below what is asked for; 0 is Graph's own 1000.
	PageLimit int
	// TokenLife is how long an access token lives; 0 is an hour.
	TokenLife time.Duration
	// Schema is what Schema returns. Every request is checked against it; nil checks nothing.
	Schema []byte
	// PersonalAccount makes the mailbox that of a Microsoft account: no organisation, no app-only tokens, nothing
	// shared.
	PersonalAccount bool
	// RotateRefresh makes a refresh token invalid with its use. Each use gives a new one out anyhow.
	RotateRefresh bool
	// SlowDown answers those who ask for the token of a device code more often than they are told to with slow_down.
	SlowDown bool
	// DeviceInterval is how long to wait between two such questions; 0 is five seconds.
	DeviceInterval time.Duration
	// RefuseGzip answers requests whose body is compressed with 415. Otherwise it is expanded.
	RefuseGzip bool
	// SafeLinks wraps the links of HTML bodies when they are saved.
	SafeLinks bool
	// Bump changes the etag and the change key of an event once more, by itself, soon after each PATCH.
	Bump bool
	// MostAtOnce is how many requests are served at once for one mailbox; 0 is Exchange's 4, a negative number any.
	MostAtOnce int
	// Busy refuses one more with 503 and MailboxConcurrency; otherwise with 429 and ApplicationThrottled.
	Busy bool
	// RowsTwice repeats the last row of each page of a delta on its next page.
	RowsTwice bool
	// EchoSilent makes PATCH, while SetSilent is on, answer with the event as if it had been stored.
	EchoSilent bool
}

// Request is one request of the API, or of a token, that the emulator has answered.
type Request = emulator.Request

// Server is the emulator. Its methods may be called while it serves.
type Server struct {
	emulator.Service

	opts   Options
	schema *schema

	mu        sync.Mutex // guards all below
	mailboxes []*mailbox
	names     map[string]name  // of items, by id
	seq       int64            // the number of the last change
	walks     map[string]*walk // of deltas, by token
	bumps     []*event         // that are still to be changed once more
	atOnce    map[string]int   // requests under way, by mailbox
	mails     []Mail
	auth      authority
	people    people
}

// New makes a Server that is not listening yet: it can be used as a handler, or started. A schema that cannot be read
// is the first complaint.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.PageLimit, o.TokenLife = cmp.Or(o.PageLimit, maxPage), cmp.Or(o.TokenLife, time.Hour)
	if o.MostAtOnce == 0 {
		o.MostAtOnce = mostAtOnce
	}
	if o.DeviceInterval == 0 {
		o.DeviceInterval = 5 * time.Second
	}
	s := &Server{opts: o, names: map[string]name{}, walks: map[string]*walk{}, atOnce: map[string]int{},
		auth: newAuthority()}
	s.mailboxes = []*mailbox{s.newMailbox(Account)}
	if o.Schema != nil {
		sc, err := parseSchema(o.Schema)
		if err != nil {
			s.Complain(err.Error())
		}
		s.schema = sc
	}
	return s
}

// Start listens on a free port of 127.0.0.1 and serves until Close.
func (s *Server) Start() error { return s.Listen(s) }

func (s *Server) now() time.Time { return s.opts.Now() }
