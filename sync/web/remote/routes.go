package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/reason"
)

// asking asks the service what a request has said.
type asking func(ctx context.Context, s api.Service) (any, error)

// route is one thing that can be asked.
type route struct {
	may  string                                // the right that it takes
	read func(r *http.Request) (asking, error) // takes the request apart
}

// routes are all, by path and method.
var routes = map[string]map[string]route{
	"/status": {http.MethodGet: look(func(s api.Service, ctx context.Context) (api.StatusReport, error) {
		return s.Status(ctx, api.StatusRequest{})
	})},
	"/conditions": {http.MethodGet: look(api.Service.Conditions)},
	"/links":      {http.MethodGet: look(api.Service.Links)},
	"/events":     {http.MethodGet: {may: configs.MayRead, read: readEvents}},
	"/log":        {http.MethodGet: {may: configs.MayRead, read: readLog}},
	"/sync":       {http.MethodPost: act(pass(false))},
	"/plan":       {http.MethodPost: act(pass(true))},
	"/retry": {http.MethodPost: act(func(s api.Service, ctx context.Context, q Retry) (api.RetryReport, error) {
		return retry(ctx, s, q)
	})},
	"/release": {http.MethodPost: act(api.Service.Release)},
	"/dismiss": {http.MethodPost: act(api.Service.Dismiss)},
	"/link":    {http.MethodPost: act(api.Service.Link)},
}

// look is a question that takes nothing but its path.
func look[A any](ask func(api.Service, context.Context) (A, error)) route {
	return route{may: configs.MayRead, read: func(r *http.Request) (asking, error) {
		if _, err := query(r); err != nil {
			return nil, err
		}
		return func(ctx context.Context, s api.Service) (any, error) { return ask(s, ctx) }, nil
	}}
}

// act is something to be done, with a request as JSON; none is an empty one.
func act[Q, A any](do func(api.Service, context.Context, Q) (A, error)) route {
	return route{may: configs.MayAct, read: func(r *http.Request) (asking, error) {
		var q Q
		in := json.NewDecoder(r.Body)
		in.DisallowUnknownFields()
		err := in.Decode(&q)
		if err == nil && in.More() {
			err = errors.New("there is more behind it")
		}
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			return nil, fmt.Errorf("the request has more than %d bytes: %w", maxBody, err)
		case err != nil && !errors.Is(err, io.EOF):
			return nil, words.Usage(fmt.Errorf("the request is not the JSON that openapi.yaml describes: %w", err))
		}
		return func(ctx context.Context, s api.Service) (any, error) { return do(s, ctx, q) }, nil
	}}
}

// Calendars names those that are meant; none is all.
type Calendars struct {
	Calendars []string `json:"calendars,omitempty"`
}

// pass makes a pass, or tells what one would do.
func pass(dry bool) func(api.Service, context.Context, Calendars) (api.SyncReport, error) {
	return func(s api.Service, ctx context.Context, q Calendars) (api.SyncReport, error) {
		return s.Sync(ctx, api.SyncRequest{Calendars: q.Calendars, Dry: dry})
	}
}

// Retry says what is to be tried again at once.
type Retry struct {
	Calendars []string `json:"calendars,omitempty"`
	What      string   `json:"what,omitempty"`
}

func retry(ctx context.Context, s api.Service, q Retry) (api.RetryReport, error) {
	return s.Retry(ctx, api.RetryRequest{Calendars: q.Calendars, What: q.What})
}

// query is what stands behind the question mark, of these keys alone.
func query(r *http.Request, known ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, words.Usage(errors.New("what stands behind the question mark cannot be read"))
	}
	for key := range q {
		if !slices.Contains(known, key) {
			return nil, words.Usage(fmt.Errorf("%s is nothing that can be asked for here", strconv.Quote(key)))
		}
	}
	return q, nil
}

// mostEntries is how many entries of the journal one answer has.
const mostEntries = 10_000

// logKeys are what the journal can be asked for by.
var logKeys = []string{"event", "calendar", "since", "until", "failed", "code", "limit"}

// eventKeys are what events can be asked for by.
var eventKeys = []string{"code"}

// readEvents takes a question about events apart.
func readEvents(r *http.Request) (asking, error) {
	q, err := query(r, eventKeys...)
	if err != nil {
		return nil, err
	}
	code := reason.Code(q.Get("code"))
	if err := code.Check(); err != nil {
		return nil, err
	}
	return func(ctx context.Context, s api.Service) (any, error) { return events(ctx, s, code) }, nil
}

// readLog takes a question about the journal apart.
func readLog(r *http.Request) (asking, error) {
	q, err := query(r, logKeys...)
	if err != nil {
		return nil, err
	}
	req := api.LogRequest{Event: q.Get("event"), Calendar: q.Get("calendar"), Code: reason.Code(q.Get("code"))}
	since, err := timeOf(q, "since")
	if err != nil {
		return nil, err
	}
	if req.Until, err = timeOf(q, "until"); err != nil {
		return nil, err
	}
	req.Since = since
	if text := q.Get("failed"); text != "" {
		if req.Failed, err = strconv.ParseBool(text); err != nil {
			return nil, words.Usage(errors.New("failed is true or false"))
		}
	}
	if text := q.Get("limit"); text != "" {
		req.Limit, err = strconv.Atoi(text)
		if outside := req.Limit < 1 || req.Limit > mostEntries; err != nil || outside {
			return nil, words.Usage(fmt.Errorf("limit is a number from 1 to %d", mostEntries))
		}
	}
	return func(ctx context.Context, s api.Service) (any, error) { return s.Log(ctx, req) }, nil
}

// timeOf is a time in a query; zero where there is none.
func timeOf(q url.Values, key string) (time.Time, error) {
	text := q.Get(key)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, words.Usage(fmt.Errorf("%s is a time as in 2026-12-01T09:00:00Z", key))
	}
	return t, nil
}
