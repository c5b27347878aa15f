package zoom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
)

const (
	trackingHeader = "X-Zm-Trackingid"
	userAgent      = "zoomtag"
	// maxTries bounds how often one call is sent.
	maxTries = 3
)

// call is one call of the API.
type call struct {
	what   string // for error texts: "create a meeting for alice@example.com"
	method string
	path   []string // unescaped elements below the base
	query  url.Values
	body   any // nil: none
	want   int // the status that says that it worked
	on     endpoint
}

// do makes a call and decodes the answer into answer, unless it is nil. It refuses nothing that Zoom has accepted and
// believes nothing that is not Zoom's own JSON. A GET is tried again after a 5xx or a broken answer, a write never, as
// it may have taken effect; after a 429 of the short kind both are, as it certainly was not executed.
func (s *Service) do(ctx context.Context, c call, answer any) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("zoom: %s: %w: %w", c.what, meeting.ErrNotSent, err)
	}
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return fmt.Errorf("zoom: %s: %w: %w", c.what, meeting.ErrInvalid, unsent{err})
		}
	}
	refused := ""   // the token that a 401 has turned down
	var heard error // what Zoom has answered to an earlier try
	for try := 1; ; try++ {
		used, err := s.once(ctx, c, body, refused, answer)
		if heard != nil && errors.Is(err, meeting.ErrNotSent) {
			return heard // of all tries together that they were not sent is not true
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
		var delay time.Duration
		var problem *problem
		if errors.Is(err, meeting.ErrDenied) {
			s.tokens.cache.Forbidden(oauth.Secret(used))
		}
		switch {
		case !errors.As(err, &problem):
			return err
		case problem.verdict == badToken && refused == "":
			refused = used
			s.tokens.turnedDown(problem)
			try-- // not one of the tries: it says nothing about the call
			continue
		case try == maxTries:
			return err
		case problem.verdict == busy:
			delay, heard = max(s.busy.Delay(try), problem.after), err
		case problem.verdict == broken && c.method == http.MethodGet:
			delay = s.retry.Delay(try)
		default:
			return err
		}
		if waitErr := s.wait(ctx, delay); waitErr != nil {
			return err
		}
	}
}

// once sends a call one time. It returns the token that it used.
func (s *Service) once(ctx context.Context, c call, body []byte, refused string, answer any) (token string, err error) {
	token, _, err = s.tokens.get(ctx, refused)
	if err != nil {
		return "", fmt.Errorf("zoom: %s: %w", c.what, err)
	}
	if err := ctx.Err(); err != nil { // as long as nothing was sent that can be said for certain
		return token, fmt.Errorf("zoom: %s: %w: %w", c.what, meeting.ErrNotSent, err)
	}
	req, err := s.request(ctx, c, token, body)
	if err != nil {
		return token, fmt.Errorf("zoom: %s: %w: %w", c.what, meeting.ErrNotSent, err)
	}
	began := s.now()
	res, err := rest.Do(s.http, req)
	s.log.DebugContext(ctx, "zoom request", slog.String("method", c.method),
		slog.String("path", "/"+strings.Join(c.path, "/")),
		slog.Int("status", res.Status), slog.Duration("took", s.now().Sub(began)),
		slog.String("tracking", res.Header.Get(trackingHeader)))
	switch {
	case errors.Is(err, rest.ErrNotSent):
		return token, fmt.Errorf("zoom: %s: %w", c.what, unreached(rest.Unreached(s.api.Host, err)))
	case err != nil:
		return token, &problem{what: c.what, verdict: broken, text: "the answer was lost (" + cause(err) +
			"): it may or may not have been done"}
	case res.Status != c.want:
		return token, s.refusal(c, res)
	}
	s.tokens.worked(ctx, token)
	if answer == nil {
		return token, nil
	}
	if err := json.Unmarshal(res.Body, answer); err != nil {
		return token, &problem{what: c.what, verdict: broken, text: "the answer cannot be read: it begins with " +
			quoteBody(res.Body) +
			details(0, res.Status, "", res.Header.Get(trackingHeader))}
	}
	return token, nil
}

func (s *Service) request(ctx context.Context, c call, token string, body []byte) (*http.Request, error) {
	u := *s.api
	escaped := make([]string, len(c.path))
	for i, element := range c.path {
		escaped[i] = url.PathEscape(element)
	}
	u.RawPath = u.EscapedPath() + "/" + strings.Join(escaped, "/")
	u.Path += "/" + strings.Join(c.path, "/")
	u.RawQuery = c.query.Encode()
	req, err := http.NewRequestWithContext(ctx, c.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json") // without it Zoom has been seen to answer in XML
	req.Header.Set("User-Agent", userAgent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// cause is the innermost part of a transport error, without the URL.
func cause(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return rest.Redact(err.Error())
}
