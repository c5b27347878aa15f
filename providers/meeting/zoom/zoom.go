package zoom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
)

// Where Zoom's API and its OAuth endpoints are, unless a configuration says otherwise.
const (
	DefaultAPIURL   = "https://api.zoom.us/v2"
	DefaultOAuthURL = "https://zoom.us/oauth"
)

// The ways of signing in.
const (
	ServerToServer = "server-to-server" // an app of the account
	User           = "user"             // a person, who has signed in
)

// Config is what a Service needs to know.
type Config struct {
	// Mode is ServerToServer or User; empty is ServerToServer.
	Mode string
	// AccountID, ClientID and ClientSecret are those of the app. One for persons has no AccountID, and no ClientSecret
	// where it is a public client.
	AccountID, ClientID, ClientSecret string
	// Host is, for User, how the configuration calls the person; empty leaves it to who signs in.
	Host string
	// Tokens keeps the access token of an account's app for others and over restarts; nil keeps none.
	Tokens *signin.Tokens
	// GrantFile is where the person's sign-in is kept (see SignIn), and SignInCommand what makes a new one.
	GrantFile, SignInCommand string
	// Grants is where GrantFile is looked for; the zero value is among the files.
	Grants signin.Grants
	// Hook, if set, is told when a renewal of the sign-in reaches certain points; crash tests need it.
	Hook func(point string)
	// Templates says that the configuration names meeting templates, which need a scope of their own.
	Templates bool
	// APIURL and OAuthURL are the bases of both; empty is Zoom's own. Plain http is for loopback addresses only.
	APIURL, OAuthURL string
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

// Service is the Zoom API as a meeting.Service.
type Service struct {
	api      *url.URL
	http     *http.Client
	now      func() time.Time
	wait     func(ctx context.Context, d time.Duration) error
	log      *slog.Logger
	tokens   *tokens
	hosts    hostLocks
	settings settingsCache
	known    knowledge
	proofs   proofs
	// templates says that the configuration names meeting templates.
	templates bool
	retry     rest.Backoff // of reads, after a 5xx
	busy      rest.Backoff // of all calls, after a 429 of the per-second kind
}

// New makes a Service. It does no I/O.
func New(c Config) (*Service, error) {
	needed := []struct{ name, value string }{{"account_id", c.AccountID}, {"client_id", c.ClientID},
		{"client_secret", c.ClientSecret}}
	if c.Mode == User {
		needed = needed[1:2]
	}
	for _, field := range needed {
		if strings.TrimSpace(field.value) == "" {
			return nil, words.Mend(fmt.Errorf("zoom: %s is empty", field.name),
				"copy it from the app's page at marketplace.zoom.us")
		}
	}
	c = c.withDefaults()
	api, err := rest.CheckURL(c.APIURL)
	if err != nil {
		return nil, fmt.Errorf("zoom: api_url: %w", err)
	}
	signIn, err := rest.CheckURL(c.OAuthURL)
	if err != nil {
		return nil, fmt.Errorf("zoom: oauth_url: %w", err)
	}
	s := &Service{
		api: api, http: c.apiClient(), now: c.Now, wait: c.Wait, log: c.Log, templates: c.Templates,
		retry: rest.Backoff{First: time.Second, Most: 4 * time.Second},
		busy:  rest.Backoff{First: 2 * time.Second, Most: 2 * time.Second},
	}
	if c.Mode == User {
		person := newPerson(c, signIn)
		s.tokens = &tokens{cache: oauth.NewCache(c.Now, person.fetch), person: person}
	} else {
		s.tokens = &tokens{cache: oauth.NewCache(c.Now, newAccount(c, signIn).fetch)}
	}
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.APIURL == "" {
		c.APIURL = DefaultAPIURL
	}
	if c.OAuthURL == "" {
		c.OAuthURL = DefaultOAuthURL
	}
	rest.Fill(&c.Now, &c.Wait, &c.Log)
	if c.Hook == nil {
		c.Hook = func(string) {}
	}
	return c
}

// apiClient is the HTTP client of calls. One byte more than rest.Do reads: it says by itself what is too long.
func (c *Config) apiClient() *http.Client {
	return rest.NewClient(c.HTTP, rest.BodyLimit+1, rest.Within(rest.CallTime, c.Within))
}

// plainClient is the HTTP client of token requests.
func (c *Config) plainClient() *http.Client {
	return rest.NewClient(c.HTTP, maxToken, rest.Within(rest.SignInTime, c.Within))
}

// hostLocks serialises writes for one host: Zoom answers parallel ones with "Too many concurrent requests". It also
// remembers whose meeting is whose, for the calls that know only an id.
type hostLocks struct {
	mu    sync.Mutex // guards all below
	locks map[string]chan struct{}
	of    map[int64]string
}

// errNoHost says that nobody has said who hosts.
var errNoHost = words.Mend(errors.New("no Zoom host is known for it"),
	"set zoom.host, or host for the calendar")

// lock takes the lock of host; the lock of all unknown hosts is "". It gives up when ctx ends.
func (h *hostLocks) lock(ctx context.Context, host string) (unlock func(), err error) {
	h.mu.Lock()
	host = strings.ToLower(host)
	c := h.locks[host]
	if c == nil {
		c = make(chan struct{}, 1)
		if h.locks == nil {
			h.locks = map[string]chan struct{}{}
		}
		h.locks[host] = c
	}
	h.mu.Unlock()
	select {
	case c <- struct{}{}:
		return func() { <-c }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hostLocks) learn(id int64, host string) {
	if host == "" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = map[int64]string{}
	}
	h.of[id] = host
}

func (h *hostLocks) hostOf(id int64) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.of[id]
}

func (h *hostLocks) forget(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.of, id)
}
