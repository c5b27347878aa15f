package outlook

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/signin"
)

// Where Microsoft Graph and its sign-in are, unless a configuration says otherwise.
const (
	DefaultAPIURL   = "https://graph.microsoft.com/v1.0"
	DefaultLoginURL = "https://login.microsoftonline.com"
)

// The ways of signing in.
const (
	App  = "app"  // an organisation's app, with application permissions
	User = "user" // a person, through a browser
)

// Config is what a Calendar needs to know.
type Config struct {
	// User is whose mailbox it is: a user principal name or an id. For Auth User it may be empty: that of whoever has
	// signed in.
	User string
	// Calendar is an id or a name; empty is the default calendar.
	Calendar string
	// Auth is App or User.
	Auth string
	// Tenant is the directory: an id or a domain. For Auth User it may be empty: work and personal accounts alike
	// ("common").
	Tenant   string
	ClientID string
	// ClientSecret or ClientCertificate proves that it is the app: the certificate is the path of a PEM file with the
	// certificate and its private key. Auth User needs neither.
	ClientSecret, ClientCertificate string
	// GrantFile is where the sign-in of a person is kept.
	GrantFile string
	// Grants is where GrantFile is looked for; the zero value is among the files.
	Grants signin.Grants
	// SignInCommand mends a sign-in that is missing or dead, for texts: "zoomtag auth outlook --calendar office".
	SignInCommand string
	// Tokens keeps the app's access tokens for others and over restarts; nil keeps none.
	Tokens *signin.Tokens
	// APIURL and LoginURL are the bases of both; empty is Microsoft's own. Plain http is for loopback addresses only.
	APIURL, LoginURL string
	// Bounds are how much is read in one pass; zero is the default of each.
	Bounds calendar.Bounds
	// Interesting tells events that have to do with zoomtag from those that need not be looked at; nil is all of them.
	Interesting func(*calendar.Event) bool
	// Zone is for times whose zone is not known; nil is UTC.
	Zone *time.Location
	// Lanes is shared by the calendars of one configuration; nil is one of its own.
	Lanes *Lanes
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

// setDefaults fills in what is not written.
func (c *Config) setDefaults() {
	if c.APIURL == "" {
		c.APIURL = DefaultAPIURL
	}
	if c.LoginURL == "" {
		c.LoginURL = DefaultLoginURL
	}
	rest.Fill(&c.Now, &c.Wait, &c.Log)
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Lanes == nil {
		c.Lanes = NewLanes()
	}
}
