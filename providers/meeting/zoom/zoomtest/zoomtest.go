// Package zoomtest is an emulator of the Zoom API: an http.Handler with users, meetings and a clock, that behaves as
// Zoom does where that matters to a client, the unfriendly parts included. It has no live counterpart to be compared
// with: what it does follows Zoom's published reference and what others have reported.
package zoomtest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/internal/emulator"
)

// Canary stands in every start_url, host key and other host credential that the emulator hands out: a text that holds
// it has leaked one.
const Canary = "zakCANARYdoNotLeak"

// PasscodePrefix begins every passcode that the emulator makes up, where the host's rule lets it.
const PasscodePrefix = "zq"

// firstID is above 2^32, so that an id kept in 32 bits shows.
const firstID = 86_000_000_001

// AllScopes are the scopes of the calls that the emulator knows.
var AllScopes = []string{
	"meeting:write:meeting:admin", "meeting:update:meeting:admin", "meeting:delete:meeting:admin",
	"meeting:read:meeting:admin",
	"meeting:read:list_meetings:admin", "meeting:read:invitation:admin", "meeting:update:status:admin",
	"user:read:user:admin",
	"user:read:settings:admin", "meeting:read:list_templates:admin",
}

// UserScopes are the same of a user-managed app.
var UserScopes = []string{
	"meeting:write:meeting", "meeting:update:meeting", "meeting:delete:meeting", "meeting:read:meeting",
	"meeting:read:list_meetings",
	"meeting:read:invitation", "meeting:update:status", "user:read:user", "user:read:settings",
	"meeting:read:list_templates",
}

// Options are what a Server begins with. The zero value is an account whose every user exists.
type Options struct {
	// AccountID, ClientID and ClientSecret are what the app signs in with: "account", "client" and "secret" if empty.
	AccountID, ClientID, ClientSecret string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Scopes of the app; nil is AllScopes.
	Scopes []string
	// Users that exist; nil makes a licensed user of every e-mail address that is asked for.
	Users []User
	// Lag is how long after its creation a meeting stays invisible to reading and listing.
	Lag time.Duration
	// DailyLimit is how many create and update calls a host has for a UTC day; 0 is Zoom's 100.
	DailyLimit int
	// PageLimit bounds the pages of lists below what is asked for; 0 is Zoom's 300.
	PageLimit int
	// TokenLife is how long an access token lives; 0 is Zoom's hour.
	TokenLife time.Duration
	// ListTwice lists each meeting twice, as Zoom has been seen to do.
	ListTwice bool
	// NamelessRefusals refuses alternative hosts without saying which of them.
	NamelessRefusals bool
	// RoomIsMeeting gives meetings in a personal room the number of the room as their id, of which there is one, and
	// which nobody can delete.
	RoomIsMeeting bool
	// PushInUpdates accepts push_change_to_calendar in updates: Zoom's documents disagree on it.
	PushInUpdates bool

	// PublicID is the client id of the app without a secret: "public" if empty.
	PublicID string
	// Person is who signs in on the consent page, until SignInAs: "alice@example.com" if empty.
	Person string
	// UserScopes are those of the app for persons; nil is UserScopes.
	UserScopes []string
	// Patient takes a spent refresh token once more, as long as nobody has used what it was spent for.
	Patient bool
	// KillReused ends a sign-in when one of its spent refresh tokens is presented again.
	KillReused bool
	// OldErrors answers dead refresh tokens as Zoom did before August 2022: 401 and invalid_request.
	OldErrors bool
}

// User is a user of the account.
type User struct {
	Email string
	ID    string // made up if empty
	// Basic is a user without a licence: no registration, no alternative hosts. Inactive and Unlicensed users host
	// nothing.
	Basic, Unlicensed, Inactive bool
	// WaitingRoom and NoPasscode are the user's own settings for new meetings; the passcode is on unless switched off.
	WaitingRoom, NoPasscode bool
	// DialIn gives the user's meetings numbers to dial in with.
	DialIn bool
	// Rule is the user's meeting_password_requirement.
	Rule PasscodeRule
	// Capacity is how many people fit into a meeting: 100 if zero.
	Capacity int
	// NoEmbed leaves the passcode out of join links.
	NoEmbed bool
	// Client is the version of the user's Zoom app.
	Client string
	// Locked are settings of meetings that the administrator has locked: what is asked otherwise is dropped in silence.
	Locked map[string]any
	// Forces is what Zoom switches on for a meeting of the user's that has neither passcode nor waiting room nor
	// sign-in: "" is the waiting room, unless that is locked off, then the sign-in.
	Forces string
	// NoRoom is a user without a personal room, RoomOff one who has switched it off.
	NoRoom, RoomOff bool
	// Templates are the meeting templates that the user sees.
	Templates []Template
}

// What User.Forces can be.
const (
	ForcesSignIn   = "sign-in"
	ForcesPasscode = "passcode"
)

// Template is a meeting template: the administrator's, or the user's own, of which no meeting can be made through the
// API.
type Template struct {
	ID, Name string
	Own      bool
	Settings map[string]any
}

// PasscodeRule is a meeting_password_requirement.
type PasscodeRule struct {
	Length      int  `json:"length"`
	Letter      bool `json:"have_letter"`
	Number      bool `json:"have_number"`
	Special     bool `json:"have_special_character"`
	UpperLower  bool `json:"have_upper_and_lower_characters"`
	NumericOnly bool `json:"only_allow_numeric"`
	Consecutive int  `json:"consecutive_characters_length"`
}

// Meeting is a meeting that exists, as Meetings shows it.
type Meeting struct {
	ID            int64
	Host          string
	Topic, Agenda string
	Type          int
	Start         time.Time
	Duration      time.Duration
	Timezone      string
	Passcode      string
	JoinURL       string
	Created       time.Time
	Settings      map[string]any
	Running       bool
	// Template is the name of the template that it was made from, which no answer tells.
	Template string
	// Occurrences are those of a meeting with a schedule that take place, over or not, in order.
	Occurrences []Occurrence
}

// Request is one request that the emulator has had.
type Request struct {
	Method, Path string
	// Label is Zoom's name for the rate limit that counts it: light, medium, or token for the sign-in.
	Label  string
	At     time.Time
	Status int // 0: the connection was cut
}

// Server is the emulator. Its methods may be called while it serves.
type Server struct {
	// Hold, if set before the first request, is called for each request of the API and for a token before and after its
	// effect (phase "before" and "after"), without any lock: while it does not return, the client waits.
	Hold func(r *http.Request, phase string)

	emulator.Port

	opts Options
	mux  *http.ServeMux

	mu         sync.Mutex
	users      map[string]*User // by address, small letters
	meetings   []*live          // oldest first, deleted ones as well
	auth       authority
	spent      map[string]int // create and update calls, by host and UTC day
	faults     []*Fault
	requests   []Request
	complaints []string
	serial     int64
}

// New makes a Server that is not listening yet: it can be used as a handler, or started.
func New(o Options) *Server {
	fill := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	fill(&o.AccountID, "account")
	fill(&o.ClientID, "client")
	fill(&o.ClientSecret, "secret")
	fill(&o.PublicID, "public")
	fill(&o.Person, "alice@example.com")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Scopes == nil {
		o.Scopes = AllScopes
	}
	if o.UserScopes == nil {
		o.UserScopes = UserScopes
	}
	if o.DailyLimit == 0 {
		o.DailyLimit = 100
	}
	if o.PageLimit == 0 {
		o.PageLimit = 300
	}
	if o.TokenLife == 0 {
		o.TokenLife = time.Hour
	}
	s := &Server{opts: o, users: map[string]*User{}, auth: newAuthority(o.Person), spent: map[string]int{}}
	for _, u := range o.Users {
		s.SetUser(u)
	}
	s.mux = s.routes()
	return s
}

// Start listens on a free port of 127.0.0.1 and serves until Close.
func (s *Server) Start() error { return s.Listen(s) }

// URL is the base of the started server; APIURL and OAuthURL are what a client is configured with.
func (s *Server) URL() string { return s.Address() }

// APIURL is the base of the API.
func (s *Server) APIURL() string { return s.URL() + "/v2" }

// OAuthURL is the base of the sign-in.
func (s *Server) OAuthURL() string { return s.URL() + "/oauth" }

// SetUser adds a user or replaces the one with the same address.
func (s *Server) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.ID == "" {
		u.ID = "u" + strings.NewReplacer("@", "-", ".", "-").Replace(strings.ToLower(u.Email))
	}
	if known := s.users[strings.ToLower(u.Email)]; known != nil {
		*known = u // the meetings of the user are those of the same one
		return
	}
	s.users[strings.ToLower(u.Email)] = &u
}

// Meetings returns the meetings that exist, visible yet or not, oldest first.
func (s *Server) Meetings() []Meeting {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Meeting
	for _, m := range s.meetings {
		if s.exists(m) {
			all = append(all, m.snapshot())
		}
	}
	return all
}

// Requests returns what was asked so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Complaints returns what clients sent that Zoom's reference does not allow: unknown fields, wrong types.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// Spent is how many create and update calls of today (UTC) a host has used.
func (s *Server) Spent(host string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent[s.today(host)]
}

// OwnerDelete is the owner deleting a meeting in Zoom's own app.
func (s *Server) OwnerDelete(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.byID(id); m != nil {
		m.deleted = true
	}
}

// OwnerEdit is the owner changing topic, agenda, time, passcode or settings of a meeting in Zoom's own app, or starting
// it.
func (s *Server) OwnerEdit(id int64, edit func(*Meeting)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID(id)
	if m == nil {
		return
	}
	v := m.snapshot()
	edit(&v)
	m.topic = v.Topic
	m.agenda = v.Agenda
	m.start = v.Start
	m.duration = v.Duration
	m.zone = v.Timezone
	m.passcode = v.Passcode
	if m.running && !v.Running {
		m.held, m.instance = s.now(), m.instance+1
	}
	m.settings, m.created, m.running = v.Settings, v.Created, v.Running
}

func (s *Server) now() time.Time { return s.opts.Now() }

func (s *Server) today(host string) string {
	return strings.ToLower(host) + s.now().UTC().Format(" 2006-01-02")
}
