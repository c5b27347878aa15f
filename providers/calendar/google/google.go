package google

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/signin"
)

// DefaultAPIURL is where Google's Calendar API is.
const DefaultAPIURL = "https://www.googleapis.com/calendar/v3/"

// The ways of signing in.
const (
	ServiceAccount = "service-account" // an organisation's, or one that a calendar is shared with
	User           = "user"            // a person, through a browser
)

// Own is what a calendar has for itself.
type Own struct {
	// Calendar is "primary", or the id from the calendar's settings page; empty is "primary".
	Calendar string
	// Subject is the user in whose name a service account with domain-wide delegation acts; empty is the account
	// itself.
	Subject string
	// Name is what log lines call the calendar.
	Name string
	// GrantFile is where the sign-in of a person is kept.
	GrantFile string
	// SignInCommand mends a sign-in that is missing or dead, for texts: "zoomtag auth google --calendar alice".
	SignInCommand string
}

// Config is what a Calendar needs to know: what is its own, and what others may have in common with it (Another).
type Config struct {
	Own
	// Auth is ServiceAccount or User.
	Auth string
	// Credentials is the path of the JSON file that Google gave out: a service account's key, or a desktop app's
	// client.
	Credentials string
	// Grants is where GrantFile is looked for; the zero value is among the files.
	Grants signin.Grants
	// Tokens keeps the access tokens of a service account for others and over restarts; nil keeps none.
	Tokens *signin.Tokens
	// APIURL is the base of the API; empty is Google's own. Plain http is for loopback addresses only.
	APIURL string
	// Announce says that guests are mailed about the link.
	Announce bool
	// AsGuest says that events which somebody else organizes are written as well, where they let their guests change
	// them.
	AsGuest bool
	// Foreign names a conference in an event that is not ours, where ours are the given join URLs: an exception with
	// one of its own is left alone. nil is none.
	Foreign func(ev *calendar.Event, ours ...string) (name string, found bool)
	// Bounds are how much is read in one pass; zero is the default of each.
	Bounds calendar.Bounds
	// Interesting tells events that have to do with zoomtag from those that need not be looked at; nil is all of them.
	Interesting func(*calendar.Event) bool
	// Zone is for times that name none where the calendar has none either; nil is UTC.
	Zone *time.Location
	// Quota is that of a calendar without a Project; nil is one of its own.
	Quota *Quota
	// Project is shared by the calendars of one Google project; nil is one of its own.
	Project *Project
	// HTTP sends the requests; nil is a transport of our own.
	HTTP http.RoundTripper
	// Within bounds each exchange where it is shorter than the usual bound; 0 leaves that.
	Within time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Wait waits between two tries; nil is a timer that ends with the context.
	Wait func(ctx context.Context, d time.Duration) error
	// Log gets one line at debug level for each request; nil is none.
	Log *slog.Logger
}

// Calendar is one Google calendar. It implements calendar.Calendar.
type Calendar struct {
	own    Own
	cfg    *Config // of all that are as this one; what is their own is not in it
	events *service
	signer signer
	tokens oauth.Cache
	slow   pauses

	mu       sync.Mutex        // guards all below
	envelope envelope          // as the last listing showed it
	held     map[string]held   // events of the current pass, by id; nil: none
	written  map[string]string // etags of our own last writes, by id; nil: none
	told     calendar.Told     // by the last listing
}

// envelope is what a listing says of the calendar as a whole.
type envelope struct {
	known bool
	name  string
	role  string
	zone  *time.Location
}

// New makes a Calendar. It reads the credentials file, and sends nothing.
func New(c Config) (*Calendar, error) {
	rest.Fill(&c.Now, &c.Wait, &c.Log)
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Project == nil {
		c.Project = NewProject(c.Quota)
	}
	base, err := baseURL(c.APIURL)
	if err != nil {
		return nil, err
	}
	creds, err := c.Project.credentials(&c)
	if err != nil {
		return nil, err
	}
	events, err := c.Project.events(&c, base)
	if err != nil {
		return nil, err
	}
	own := c.Own
	c.Own = Own{}
	first := &Calendar{cfg: &c, events: events, signer: signer{creds: creds}}
	return first.Another(own), nil
}

// Another makes a calendar that is as c but for what is its own.
func (c *Calendar) Another(own Own) *Calendar {
	if own.Calendar == "" {
		own.Calendar = "primary"
	}
	made := &Calendar{own: own, cfg: c.cfg, events: c.events}
	made.signer = signer{cfg: c.cfg, own: &made.own, creds: c.signer.creds, scope: Scope(own.Calendar, own.Subject)}
	made.tokens.Begin(c.cfg.Now, made.signer.token)
	return made
}

// baseURL checks the base of the API. The library resolves paths against it, so it has to end with a slash.
func baseURL(raw string) (string, error) {
	if raw == "" {
		raw = DefaultAPIURL
	}
	u, err := rest.CheckURL(raw)
	if err != nil {
		return "", fmt.Errorf("google: api_url: %w", err)
	}
	return strings.TrimSuffix(u.String(), "/") + "/", nil
}

// Scope is the least OAuth scope that serves a calendar. Events of calendars that the person owns have a scope of their
// own; that the primary calendar is one of these is certain, of other ids only Google knows.
func Scope(calendarID, subject string) string {
	if calendarID == "" || calendarID == "primary" || subject != "" && strings.EqualFold(calendarID, subject) {
		return api.CalendarEventsOwnedScope
	}
	return api.CalendarEventsScope
}

// again is how long is waited after a 5xx.
var again = rest.Backoff{First: time.Second, Most: 4 * time.Second}

// read makes a call that changes nothing. It is tried again after a 5xx or an answer that broke off.
func (c *Calendar) read(ctx context.Context, what string, call func(ctx context.Context) error) error {
	return again.Read(ctx, c.cfg.Wait, rest.IsBroken, func() error { return c.once(ctx, what, call) })
}

// once makes a call one time.
func (c *Calendar) once(ctx context.Context, what string, call func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("google: %s: %w", what, err)
	}
	if err := c.cfg.Project.quota.wait(ctx, c.quotaUser()); err != nil {
		return fmt.Errorf("google: %s: %w", what, err)
	}
	began := c.cfg.Now()
	limited, cancel := context.WithTimeout(ctx, rest.Within(rest.PageTime, c.cfg.Within))
	defer cancel()
	err := call(oauth.As(limited, &c.tokens))
	c.cfg.Log.DebugContext(ctx, "google request", slog.String("calendar", c.own.Name),
		slog.String("call", what), slog.Duration("took", c.cfg.Now().Sub(began)), slog.Bool("ok", err == nil))
	if err == nil {
		c.slow.reset()
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("google: %s: %w", what, ctx.Err())
	}
	return c.explain(what, err)
}

// quotaUser names whose requests these are, as Google counts them.
func (c *Calendar) quotaUser() string {
	if c.own.Subject != "" {
		return c.own.Subject
	}
	return c.cfg.Credentials // a person's own app, or a service account as itself
}
