package google

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"sync"
	"time"

	api "google.golang.org/api/calendar/v3"
	"google.golang.org/api/option"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
)

// Project is what the calendars of one Google project have in common: its quota, its credentials, and the clients that
// their requests go through. There may be thousands of calendars, and what each has for itself is little.
type Project struct {
	quota *Quota

	mu      sync.Mutex                // guards all below
	creds   map[string]*proven        // by way of signing in
	clients map[clientKey]*service    // who makes requests comes with each of them (oauth.As)
	zones   map[string]*time.Location // they are read from files
}

// Projects are those of a configuration, by their credentials' files.
type Projects struct {
	mu    sync.Mutex // guards known
	known map[string]*Project
}

// Of is the project of a file.
func (p *Projects) Of(credentials string) *Project {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]*Project{}
	}
	if p.known[credentials] == nil {
		p.known[credentials] = NewProject(newQuotaOf(credentials))
	}
	return p.known[credentials]
}

// proven are credentials and the file that they were read from.
type proven struct {
	credentials
	path string
	size int64
	at   time.Time
}

// clientKey is what decides which client it is.
type clientKey struct {
	base   string
	http   http.RoundTripper
	within time.Duration
}

// NewProject makes a project whose requests are counted by quota; nil is a quota of its own.
func NewProject(quota *Quota) *Project {
	if quota == nil {
		quota = NewQuota()
	}
	return &Project{quota: quota, creds: map[string]*proven{}, clients: map[clientKey]*service{},
		zones: map[string]*time.Location{}}
}

// credentials reads the file of a calendar, unless it was read and is as it was.
func (p *Project) credentials(c *Config) (*credentials, error) {
	info, err := os.Stat(c.Credentials)
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.creds[c.Auth]
	if err == nil && known != nil && known.path == c.Credentials && known.size == info.Size() &&
		known.at.Equal(info.ModTime()) {
		return &known.credentials, nil
	}
	read, err := readCredentials(c.Credentials, c.Auth, c.Log)
	if err != nil {
		return nil, err
	}
	fresh := &proven{credentials: read, path: c.Credentials}
	if info != nil {
		fresh.size, fresh.at = info.Size(), info.ModTime()
	}
	p.creds[c.Auth] = fresh
	return &fresh.credentials, nil
}

// events is the part of the API that events are in, below a base.
func (p *Project) events(c *Config, base string) (*service, error) {
	root, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("google: %w", err)
	}
	key := clientKey{base: base, http: c.HTTP, within: c.Within}
	shared := c.HTTP == nil || reflect.ValueOf(c.HTTP).Comparable()
	p.mu.Lock()
	defer p.mu.Unlock()
	if shared && p.clients[key] != nil {
		return p.clients[key], nil
	}
	client := rest.NewClient(c.HTTP, maxBody, rest.Within(rest.PageTime, c.Within))
	client.Transport = &oauth.Transport{Base: client.Transport, Host: oauth.HostOf(base)}
	library, err := api.NewService(context.Background(), option.WithHTTPClient(client), option.WithEndpoint(base))
	if err != nil {
		return nil, fmt.Errorf("google: %w", err)
	}
	library.UserAgent = userAgent
	made := &service{EventsService: library.Events, client: client, base: root}
	if shared {
		p.clients[key] = made
	}
	return made, nil
}

// zone is a time zone by its name; nil where nobody knows it.
func (p *Project) zone(name string) *time.Location {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.zones[name]; known != nil || name == "" {
		return known
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil // what to do then is for the caller to say
	}
	if len(p.zones) >= maxZones {
		clear(p.zones)
	}
	p.zones[name] = zone
	return zone
}

// maxZones bounds how many zones are kept: there are some hundred in the world.
const maxZones = 1000
