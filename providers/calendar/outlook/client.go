package outlook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	khttp "github.com/microsoft/kiota-http-go"
	kjson "github.com/microsoft/kiota-serialization-json-go"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
)

// This file makes the SDK safe. What its defaults do, and why they are not used:
//
//   - its middleware comes in an order that changes from process to process, in which a repeated PATCH may be sent
//     with the header of a compressed body and a plain one: the pipeline here is short and ordered, without compression
//     and without repetition;
//   - it sends tokens to any host that a link in an answer names: here a token goes to the host of the configured
//     base alone;
//   - its errors cannot be printed without care, and lose the status of answers that are no JSON: here the status and
//     the error body are kept as they came, and the SDK's errors are not looked at;
//   - its registries of serializers are global: here they are local.

// Bounds of one answer, in bytes.
const (
	maxBody  = 64 << 20
	maxToken = 1 << 20
	maxError = 64 << 10
)

// me stands for the mailbox of whoever has signed in.
const me = "me"

// graph sends requests for one mailbox.
type graph struct {
	adapter *khttp.NetHttpRequestAdapter
	http    *http.Client // below the adapter, for what the SDK does not do well
	base    string       // without a slash at its end
}

// connect makes the client of a configuration.
func connect(c *Config, tokens *oauth.Cache) (*graph, error) {
	base, err := rest.CheckURL(c.APIURL)
	if err != nil {
		return nil, fmt.Errorf("outlook: api_url: %w", err)
	}
	client := rest.NewClient(c.HTTP, maxBody, rest.Within(rest.PageTime, c.Within))
	inner := &keeper{base: &oauth.Transport{Base: client.Transport, Tokens: tokens, Host: base.Host}}
	// At least one middleware has to be named, or the default ones are silently put in; this one decodes names of
	// parameters.
	client.Transport = khttp.NewCustomTransportWithParentTransport(inner, khttp.NewParametersNameDecodingHandler())
	parsers := serialization.NewParseNodeFactoryRegistry()
	parser := kjson.NewJsonParseNodeFactory()
	writers := serialization.NewSerializationWriterFactoryRegistry()
	writer := kjson.NewJsonSerializationWriterFactory()
	kind, err := parser.GetValidContentType()
	if err != nil {
		return nil, fmt.Errorf("outlook: %w", err)
	}
	parsers.ContentTypeAssociatedFactories[kind] = parser
	writers.ContentTypeAssociatedFactories[kind] = writer
	adapter, err := khttp.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		// the token is added further inside
		&authentication.AnonymousAuthenticationProvider{}, parsers, writers, client)
	if err != nil {
		return nil, fmt.Errorf("outlook: %w", err)
	}
	adapter.SetBaseUrl(base.String())
	return &graph{adapter: adapter, http: client, base: base.String()}, nil
}

// plainClient is the HTTP client of token requests.
func (c *Config) plainClient() *http.Client {
	return rest.NewClient(c.HTTP, maxToken, rest.Within(rest.SignInTime, c.Within))
}

// query are the options of a request; values are encoded with %20 for a blank, for which the service does not take a
// plus.
type query map[string]string

// address is the URL of something below the base. Requests are made by their whole address: the SDK's own templates
// know the default calendar and others by different types.
func (g *graph) address(q query, path ...string) string {
	escaped := make([]string, len(path))
	for i, element := range path {
		escaped[i] = url.PathEscape(element)
	}
	values := url.Values{}
	for name, value := range q {
		values.Set(name, value)
	}
	address := g.base + "/" + strings.Join(escaped, "/")
	if len(values) > 0 {
		address += "?" + strings.ReplaceAll(values.Encode(), "+", "%20")
	}
	return address
}

// ownLink reports whether a link that an answer names leads to where it came from.
func (g *graph) ownLink(link string) bool {
	u, err := url.Parse(link)
	base, baseErr := url.Parse(g.base)
	return err == nil && baseErr == nil && u.Scheme == base.Scheme && u.Host == base.Host
}

// mailbox is the beginning of the paths of a mailbox.
func mailbox(user string) []string {
	if user == "" {
		return []string{me}
	}
	return []string{"users", user}
}

// kept is an answer as it came, for requests that ask to keep it.
type kept struct {
	status int
	header http.Header
	body   []byte // of a refusal
}

type keptKey struct{}

// keepAnswer makes ctx one whose request's answer is kept.
func keepAnswer(ctx context.Context) (context.Context, *kept) {
	k := &kept{}
	return context.WithValue(ctx, keptKey{}, k), k
}

// answered is when the answer to a request that keeps it was given, by the service's clock where it tells.
func (c *Calendar) answered(ctx context.Context) time.Time {
	if k, ok := ctx.Value(keptKey{}).(*kept); ok {
		if date, err := http.ParseTime(k.header.Get("Date")); err == nil {
			return date
		}
	}
	return c.cfg.Now()
}

// keeper keeps the status and headers of answers, and the bodies of refusals.
type keeper struct{ base http.RoundTripper }

// RoundTrip sends r.
func (t *keeper) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.base.RoundTrip(r)
	k, ok := r.Context().Value(keptKey{}).(*kept)
	if err != nil || !ok {
		return res, err
	}
	k.status, k.header = res.StatusCode, res.Header
	res.Header.Del("Www-Authenticate") // the SDK stumbles over some of them; the sign-in has been renewed already
	if res.StatusCode < http.StatusBadRequest {
		return res, nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxError))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		body = nil // a refusal is one without its reasons as well
	}
	k.body, res.Body = body, io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// preferences are the same for every request. Several values of one header have to be one line. Without the first, ids
// change when an event is moved to another folder.
const preferences = `IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="html"`

// headers are those of every request.
func headers(more map[string]string) *abstractions.RequestHeaders {
	h := abstractions.NewRequestHeaders()
	h.Add("Prefer", preferences)
	for name, value := range more {
		h.Add(name, value)
	}
	return h
}

// read makes a call that changes nothing. It is tried again after a failure of the network or the server.
func (c *Calendar) read(ctx context.Context, what string, call func(ctx context.Context) error) error {
	return c.retry.Read(ctx, c.cfg.Wait, rest.IsBroken, func() error { return c.once(ctx, what, call) })
}

// once makes a call one time.
func (c *Calendar) once(ctx context.Context, what string, call func(ctx context.Context) error) error {
	return c.send(ctx, what, false, call)
}

// send makes a call one time; a batch has the mailbox to itself.
func (c *Calendar) send(ctx context.Context, what string, batch bool, call func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("outlook: %s: %w", what, err)
	}
	leave, err := c.cfg.Lanes.enter(ctx, c.lane(), c.cfg.Now(), batch)
	if err != nil {
		return fmt.Errorf("outlook: %s: %w", what, err)
	}
	defer leave()
	began := c.cfg.Now()
	limited, cancel := context.WithTimeout(ctx, rest.Within(rest.PageTime, c.cfg.Within))
	defer cancel()
	limited, answer := keepAnswer(limited)
	err = safely(limited, call)
	c.cfg.Log.DebugContext(ctx, "graph request", slog.String("call", what), slog.Int("status", answer.status),
		slog.Duration("took", c.cfg.Now().Sub(began)), slog.String("request", answer.header.Get("Request-Id")))
	switch {
	case err == nil:
		c.slow.Reset()
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("outlook: %s: %w", what, ctx.Err())
	}
	err = c.kind(answer, err)
	var throttled *calendar.Throttled
	if errors.As(err, &throttled) {
		c.cfg.Lanes.pause(c.lane(), throttled)
	}
	return fmt.Errorf("outlook: %s: %w", what, err)
}

// lane names the mailbox.
func (c *Calendar) lane() string {
	if c.cfg.User != "" {
		return c.cfg.User
	}
	return c.cfg.GrantFile
}

// safely makes a call of the SDK, which is not sure on its feet with every answer.
func safely(ctx context.Context, call func(ctx context.Context) error) (err error) {
	defer func() {
		if strange := recover(); strange != nil {
			err = errStrange
		}
	}()
	return call(ctx)
}
