package caldav_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
)

// proxied makes a world on a server that is there: the adapter reaches it through a proxy, the owner's app directly.
func proxied(t *testing.T, collection string, tokens bool, config caldav.Config) *world {
	t.Helper()
	u, err := url.Parse(collection)
	if err != nil {
		t.Fatal(err)
	}
	p, err := caldavtest.NewProxy(u.Scheme+"://"+u.Host, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	config.URL = p.Address() + u.Path
	app := &app{t: t, url: collection, user: config.Username, password: config.Password}
	return newWorld(t, proxy{p, tokens}, app, tokens, config)
}

// proxy is a server that misbehaves as it is told.
type proxy struct {
	*caldavtest.Proxy
	tokens bool
}

func (p proxy) expire() {
	p.SetExpired(true)
	if !p.tokens {
		unknown := caldavtest.Refused(http.StatusForbidden, "valid-sync-token")
		unknown.Match = caldavtest.Reports("sync-collection")
		p.Break(unknown)
		p.Break(caldavtest.Fault{Match: caldavtest.On("PROPFIND"), Replace: func(body string) string {
			return strings.Replace(body, "<resourcetype",
				`<supported-report-set xmlns="DAV:"><supported-report><report><sync-collection/></report>`+
					`</supported-report></supported-report-set><resourcetype`, 1)
		}})
	}
}

func (p proxy) heal() { p.SetExpired(false) }

// app is the owner's app. It overwrites and deletes without asking for versions.
type app struct {
	t              *testing.T
	url            string // of the collection
	user, password string
}

func (a *app) put(name, raw string)      { a.do(http.MethodPut, name, raw) }
func (a *app) object(name string) string { return a.do(http.MethodGet, name, "") }
func (a *app) remove(name string)        { a.do(http.MethodDelete, name, "") }

// do sends a request about an object, fails the test unless it succeeds, and returns what is answered. It also cleans
// up behind a test.
func (a *app) do(method, name, body string) string {
	a.t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(a.t.Context()), method, a.url+name,
		strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	switch {
	case method == http.MethodPut:
		r.Header.Set("Content-Type", "text/calendar; charset=utf-8")
	case body != "":
		r.Header.Set("Content-Type", "application/xml; charset=utf-8")
	}
	if a.user != "" {
		r.SetBasicAuth(a.user, a.password)
	}
	r.Close = true
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	refused := resp.StatusCode == http.StatusMultiStatus && method == http.MethodPut // that is how xandikos says no
	if resp.StatusCode >= 300 || refused {
		a.t.Fatalf("%s %s: %d %s", method, name, resp.StatusCode, raw)
	}
	return string(raw)
}
