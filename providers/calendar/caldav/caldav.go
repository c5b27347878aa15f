package caldav

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/internal/icsobject"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// Config is what a Calendar needs to know.
type Config struct {
	// URL is the calendar itself, or where to look for it: the server, or the owner's principal or calendar home. Plain
	// http is for loopback addresses only.
	URL string
	// Calendar chooses among several that are found at URL: a display name, the last part of its path, or its path.
	Calendar string
	// Username and Password are for Basic authentication, Token is for Bearer; none is for servers that ask for none.
	Username, Password, Token string
	// Owners are the mail addresses of the calendar's owner. Events organized by somebody else are not written to. "*"
	// takes every organizer for the owner.
	Owners []string
	// Quiet says that the server mails nobody when an event with guests is changed; Announce says that it may. With
	// neither, events with guests are not written.
	Quiet, Announce bool
	// Needles are words in lower-case ASCII of which any tag contains at least one; objects without any are not parsed.
	// With none, or with one that is not ASCII, all are.
	Needles []string
	// Bounds are how much is read in one pass; zero is the default of each.
	Bounds calendar.Bounds
	// Interesting tells events that have to do with zoomtag from those that need not be looked at; nil is all of them.
	Interesting func(*calendar.Event) bool
	// Zone is for times that name no zone or one that cannot be found out; nil is UTC.
	Zone *time.Location
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

// Bounds.
const (
	maxObject = 16 << 20 // bytes of one object; a series with hundreds of exceptions has one
	maxReport = 1 << 30  // bytes of one report, which is never held as a whole
)

// Calendar is one CalDAV collection. It implements calendar.Calendar, calendar.MultiGetter and
// calendar.Describer.
type Calendar struct {
	cfg     Config
	base    *url.URL
	http    *http.Client
	reader  icsobject.Reader
	needles icsobject.Needles
	retry   rest.Backoff // of reads, after a 5xx

	// writing makes writes follow each other: where the server has no strong ETags, nothing else would keep two of ours
	// apart.
	writing sync.Mutex
	mu      sync.Mutex        // guards place, pinned, spelled, written and told
	place   *place            // where the collection is, once that is known
	pinned  *url.URL          // the collection that was listed
	spelled map[string]string // names of objects that the server encodes in its own way, by id
	written map[string]string // what our own last writes have made of objects: versions by id
	told    calendar.Told     // by the last listing
	slow    *rest.Patience    // where the server asks for a pause without saying how long
}

// The contract.
var (
	_ calendar.Calendar    = (*Calendar)(nil)
	_ calendar.MultiGetter = (*Calendar)(nil)
	_ calendar.Describer   = (*Calendar)(nil)
)

// New makes a Calendar. It sends nothing.
func New(c Config) (*Calendar, error) {
	base, err := rest.CheckURL(c.URL)
	if err != nil {
		return nil, fmt.Errorf("caldav: url: %w", err)
	}
	if c.Token != "" && c.Username != "" {
		return nil, words.Mend(errors.New("caldav: a username and a token are two ways of signing in"),
			"write one of them")
	}
	c.setDefaults()
	base.Path += "/" // collections end in one; CheckURL takes it off
	if base.RawPath != "" {
		base.RawPath += "/"
	}
	limits := ical.DefaultLimits
	limits.Bytes = maxObject
	return &Calendar{cfg: c, base: base, retry: rest.Backoff{First: time.Second, Most: 4 * time.Second},
		slow:    &rest.Patience{First: 10 * time.Second, Most: 5 * time.Minute},
		http:    rest.NewClient(c.HTTP, maxReport, rest.Within(rest.ReportTime, c.Within)),
		needles: icsobject.NewNeedles(c.Needles), written: map[string]string{}, spelled: map[string]string{},
		reader: icsobject.Reader{Owners: icsobject.NewOwners(c.Owners), Zone: c.Zone, Now: c.Now, Limits: limits}}, nil
}

// setDefaults fills in what is not written.
func (c *Config) setDefaults() {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	rest.Fill(&c.Now, &c.Wait, &c.Log)
}

// maxWritten bounds how many own writes are remembered.
const maxWritten = 10000

// wrote remembers what our last write has made of an object, to recognise it when it is listed.
func (c *Calendar) wrote(id, version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.written) > maxWritten {
		clear(c.written) // the next pass then looks at them once more
	}
	c.written[id] = version
}

// wroteLast reports whether an object is listed because of our own last write. It is so once: the same bytes have the
// same ETag with many servers, also when somebody has brought them back after a change.
func (c *Calendar) wroteLast(id, version string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.written[id]
	delete(c.written, id)
	return version != "" && last == version
}
