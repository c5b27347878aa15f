package caldav

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// The methods that WebDAV (RFC 4918) and its extensions have beside those of HTTP.
const (
	methodPropfind = "PROPFIND"
	methodReport   = "REPORT"
)

// Transport is base, or, with a PEM file of certificates, one like it that takes those alone to vouch for servers. base
// has to be an *http.Transport then.
func Transport(base http.RoundTripper, caFile string) (http.RoundTripper, error) {
	if caFile == "" {
		return base, nil
	}
	pem, err := os.ReadFile(caFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, words.Mend(words.Say(err, "caldav: ca_file: there is no file "+caFile),
			"put it there, or correct ca_file")
	case errors.Is(err, fs.ErrPermission):
		return nil, words.Mend(words.Say(err, "caldav: ca_file: this user may not read "+caFile),
			"have its owner let you, or run zoomtag as its owner")
	case err != nil:
		return nil, words.Mend(words.Say(err, "caldav: ca_file: "+caFile+" is no file to read"), "correct ca_file")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("caldav: ca_file: %s holds no certificate: it has to be PEM, which begins with "+
			"-----BEGIN CERTIFICATE-----", caFile)
	}
	t, ok := base.(*http.Transport)
	if !ok {
		return nil, errors.New("caldav: ca_file cannot be used with this transport")
	}
	t = t.Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}

// call is one request.
type call struct {
	what   string // for people: "list what has changed"
	method string
	url    *url.URL
	header map[string]string
	body   string
	within time.Duration // rest.PageTime if zero
}

// answer is what came of a call, but for its body.
type answer struct {
	status int
	header http.Header
	url    *url.URL // where it was found in the end
	refusal
}

// read makes a call that changes nothing, and shows its answer's body to take. It is tried again after a failure of the
// network or the server; take then begins anew.
func (c *Calendar) read(ctx context.Context, r call, take func(a *answer, body io.Reader) error) error {
	return c.retry.Read(ctx, c.cfg.Wait, passes, func() error { return c.once(ctx, r, take) })
}

// passes reports whether a failure is one of the network or the server that may be another one the next time.
func passes(err error) bool {
	var broken *brokenError
	return errors.As(err, &broken) && !broken.lasting
}

// once makes a call one time. Redirects are followed for calls that change nothing.
func (c *Calendar) once(ctx context.Context, r call, take func(a *answer, body io.Reader) error) error {
	within := r.within
	if within == 0 {
		within = rest.PageTime
	}
	limited, cancel := context.WithTimeout(ctx, rest.Within(within, c.cfg.Within))
	defer cancel()
	var a *answer
	err := c.cfg.mayKnow(c.base, r.url)
	if err == nil {
		a, err = c.send(limited, r, take)
	}
	switch {
	case err == nil:
		c.slow.Reset()
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("caldav: %s: %w", r.what, ctx.Err())
	}
	return fmt.Errorf("caldav: %s: %w", r.what, c.kind(a, err))
}

// maxRedirects bounds how far a request is led around.
const maxRedirects = 5

// send sends a request where it, or a redirect, says. The answer is nil if there was none.
func (c *Calendar) send(ctx context.Context, r call, take func(a *answer, body io.Reader) error) (*answer, error) {
	for range maxRedirects {
		began := c.cfg.Now()
		res, err := c.sendOne(ctx, r) //nolint:bodyclose // closeBody closes it, on every way
		if err != nil {
			return nil, unreached(rest.Unreached(r.url.Host, err))
		}
		c.cfg.Log.DebugContext(ctx, "caldav request", slog.String("call", r.what), slog.String("method", r.method),
			slog.Int("status", res.StatusCode), slog.Duration("took", c.cfg.Now().Sub(began)))
		a := &answer{status: res.StatusCode, header: res.Header, url: r.url}
		next, err := redirect(a, r)
		if err != nil || next == nil {
			if err == nil {
				err = taken(a, res.Body, take)
			}
			return a, errors.Join(err, closeBody(res.Body, err))
		}
		if err := closeBody(res.Body, nil); err != nil {
			return nil, err
		}
		r.url = next
	}
	return nil, words.Mend(&brokenError{text: "the server sends one around in circles"}, "check caldav.url")
}

// taken reads the body of an answer: that of a refusal for its reasons.
func taken(a *answer, body io.Reader, take func(a *answer, body io.Reader) error) error {
	if a.status >= 200 && a.status < 300 {
		return take(a, body)
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxRefusal))
	if err != nil {
		raw = nil // a refusal is one without its reasons as well
	}
	a.refusal = readRefusal(raw)
	return errRefused
}

// maxRefusal is how much is read of what an error says, in bytes.
const maxRefusal = 64 << 10

// closeBody reads what is left of a body, if it is little, so that the connection can be used again.
func closeBody(body io.ReadCloser, failed error) error {
	if failed == nil {
		if _, err := io.CopyN(io.Discard, body, maxRefusal); err != nil && !errors.Is(err, io.EOF) {
			body.Close()
			return &brokenError{text: "the answer broke off"}
		}
	}
	body.Close()
	return nil
}

func (c *Calendar) sendOne(ctx context.Context, r call) (*http.Response, error) {
	var body io.Reader
	if r.body != "" {
		body = bytes.NewReader([]byte(r.body)) // of known length: some servers do not take chunks
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url.String(), body)
	if err != nil {
		return nil, err
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	req.Header.Set("User-Agent", "zoomtag")
	switch {
	case c.cfg.Token != "":
		req.Header.Set("Authorization", "Bearer "+c.cfg.Token)
	case c.cfg.Username != "":
		req.SetBasicAuth(c.cfg.Username, c.cfg.Password)
	}
	return c.http.Do(req)
}

// redirect is where an answer sends the request, or nil.
func redirect(a *answer, r call) (*url.URL, error) {
	switch a.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	to, err := r.url.Parse(a.header.Get("Location"))
	switch {
	case err != nil || a.header.Get("Location") == "":
		return nil, &brokenError{text: "the server sends one elsewhere and does not say where"}
	case r.method == http.MethodPut:
		return nil, words.Mend(&brokenError{text: "the server sends the write elsewhere: nothing is written there",
			lasting: true}, "check caldav.url")
	case !sameHost(r.url, to) && !sameHostOverTLS(r.url, to):
		return nil, words.Mend(&brokenError{text: fmt.Sprintf("the server sends one to another host (%s), which the "+
			"sign-in is not for", to.Host), lasting: true}, "if it is right, write it into caldav.url")
	case r.url.Scheme == "https" && to.Scheme != "https":
		return nil, words.Mend(&brokenError{text: "the server sends one from https to " + to.Scheme, lasting: true},
			"check caldav.url")
	}
	if to.Path == r.url.Path && to.RawQuery == r.url.RawQuery && to.Scheme == r.url.Scheme {
		return nil, words.Mend(&brokenError{text: "the server sends one around in circles"}, "check caldav.url")
	}
	return to, nil
}

// port is the port of an address, written or not.
func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Hostname(), b.Hostname()) && a.Scheme == b.Scheme && port(a) == port(b)
}

// sameHostOverTLS reports whether the same name is meant, by https now, where that usually is.
func sameHostOverTLS(from, to *url.URL) bool {
	return from.Scheme == "http" && to.Scheme == "https" && strings.EqualFold(from.Hostname(), to.Hostname()) &&
		port(to) == "443"
}

// mayKnow reports an error unless a host that a server has named may get the sign-in: the configured one may, and with
// https one of the same domain. (The calendars of iCloud are at hosts of their own.)
func (c *Config) mayKnow(base, to *url.URL) error {
	if sameHost(base, to) || sameHostOverTLS(base, to) {
		return nil
	}
	if to.Scheme == "https" && (port(to) == "443" || port(to) == port(base)) {
		ours, err := publicsuffix.EffectiveTLDPlusOne(base.Hostname())
		theirs, otherErr := publicsuffix.EffectiveTLDPlusOne(to.Hostname())
		if err == nil && otherErr == nil && strings.EqualFold(ours, theirs) &&
			!strings.EqualFold(base.Hostname(), to.Hostname()) {
			return nil
		}
	}
	return words.Mend(fmt.Errorf("%w: the server names another host (%s), which the sign-in is not for",
		calendar.ErrDenied, to.Host), "if it is right, write it into caldav.url")
}
