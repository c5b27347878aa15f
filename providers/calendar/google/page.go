package google

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	api "google.golang.org/api/calendar/v3"
	"google.golang.org/api/googleapi"
)

// service is the API below one base: events as the library has them, and what a page of a listing is asked for with.
type service struct {
	*api.EventsService
	client *http.Client
	base   *url.URL // ends with a slash
}

// userAgent asks for compressed answers, as Google wants it: both here and in a header field, which Go sends by itself.
const userAgent = "zoomtag (gzip)"

// listQuery are the parameters of a listing. They are the same on all pages, and each time: a sync token is good for
// those only that it was given out with.
var listQuery = url.Values{
	"eventTypes":   {eventType},
	"fields":       {string(listFields)},
	"maxResults":   {strconv.Itoa(pageSize)},
	"prettyPrint":  {"false"},
	"singleEvents": {"false"},
}.Encode()

// listPage reads one page of the listing. Of all requests that an organisation at rest makes nearly each is this one,
// and the library's own call takes twice the processor time: it is made here, with the errors of the library.
func (c *Calendar) listPage(ctx context.Context, token, page string) (*api.Events, error) {
	target := *c.events.base
	target.Path += "calendars/" + c.own.Calendar + "/events"
	target.RawPath = c.events.base.EscapedPath() + "calendars/" + escape(c.own.Calendar) + "/events"
	target.RawQuery = listQuery
	if token != "" {
		target.RawQuery += "&syncToken=" + url.QueryEscape(token)
	}
	if page != "" {
		target.RawQuery += "&pageToken=" + url.QueryEscape(page)
	}
	req := &http.Request{Method: http.MethodGet, URL: &target, Host: target.Host,
		Header: http.Header{"User-Agent": {userAgent}}}
	res, err := c.events.client.Do(req.WithContext(ctx))
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	defer res.Body.Close()
	if err := googleapi.CheckResponse(res); err != nil {
		return nil, err
	}
	body := bodies.Get().(*bytes.Buffer)
	defer reuse(body)
	if _, err := body.ReadFrom(res.Body); err != nil {
		return nil, err
	}
	events := &api.Events{ServerResponse: googleapi.ServerResponse{Header: res.Header,
		HTTPStatusCode: res.StatusCode}}
	return events, json.Unmarshal(body.Bytes(), &events)
}

// bodies are for answers while they are read.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// reuse keeps a body for the next answer, but for one that was longer than those usually are.
func reuse(body *bytes.Buffer) {
	if body.Cap() <= 64<<10 {
		body.Reset()
		bodies.Put(body)
	}
}

// escape is a text as one segment of a path, with nothing in it that anybody could read otherwise.
func escape(segment string) string { return strings.ReplaceAll(url.QueryEscape(segment), "+", "%20") }
