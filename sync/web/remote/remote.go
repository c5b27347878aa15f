package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/docs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// Prefix is the path below which the API answers.
const Prefix = "/api/v1/"

// Options are what an API answers with.
type Options struct {
	// Service is what is asked, and Tokens who may ask. Both may change when the configuration is read again.
	Service func() api.Service
	Tokens  func() []configs.Token
	Log     *slog.Logger
	// Answered, if set, is told the status of each answer.
	Answered func(status int)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Bounds on what one client, or many, may take.
const (
	maxBody   = 1 << 20 // bytes
	bodyTime  = 10 * time.Second
	readers   = 4 // questions that are answered at once
	actors    = 4 // things that are done at once
	queueTime = 10 * time.Second
	// longest is how long what is done may take: a pass ends within an hour, and finishes the step in hand.
	longest = 65 * time.Minute
)

// handler answers.
type handler struct {
	Options
	guard  *guard
	places map[string]chan struct{} // by right
}

// New returns the API.
func New(o Options) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Answered == nil {
		o.Answered = func(int) {}
	}
	return &handler{Options: o, guard: newGuard(o.Now), places: map[string]chan struct{}{
		configs.MayRead: make(chan struct{}, readers), configs.MayAct: make(chan struct{}, actors)}}
}

// refusal is an error with the status that it has.
type refusal struct {
	status int
	text   string
	after  time.Duration // when to ask again; 0 is not said
}

func (r *refusal) Error() string { return r.text }

func refuse(status int, format string, args ...any) error {
	return &refusal{status: status, text: fmt.Sprintf(format, args...)}
}

// againLater is the cure where time is.
const againLater = "ask again in a while"

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	status, path := http.StatusOK, "/"+strings.TrimPrefix(r.URL.Path, Prefix)
	answer, err := h.answer(w, r, path)
	if err != nil {
		status, answer = statusOf(err, path), api.ProblemOf(err)
		h.hint(header, err, status)
	}
	if page, isText := answer.([]byte); isText {
		header.Set("Content-Type", "application/yaml")
		_, err = w.Write(page)
	} else {
		w.WriteHeader(status)
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		err = out.Encode(answer)
	}
	h.Answered(status)
	if err != nil {
		h.Log.Debug("a client did not wait for its answer", "reason", err)
	}
}

// hint says in headers what programs go by.
func (h *handler) hint(header http.Header, err error, status int) {
	var refused *refusal
	if errors.As(err, &refused) && refused.after > 0 {
		header.Set("Retry-After", fmt.Sprint(int(refused.after.Seconds()+1)))
	}
	if status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="zoomtag"`)
	}
}

// statusOf is the status of an answer that is an error.
func statusOf(err error, path string) int {
	var refused *refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return refused.status
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case words.IsUsage(err):
		return http.StatusBadRequest
	case errors.Is(err, api.ErrStopped), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	case path == "/link": // understood, and it cannot be
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}

// answer finds out who asks, and what, and answers.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, path string) (any, error) {
	tokens := h.Tokens()
	if len(tokens) == 0 {
		return nil, words.Mend(refuse(http.StatusNotFound, "the HTTP API is off"),
			"write api.tokens into the configuration, as docs/api.md says")
	}
	if path == "/openapi.yaml" && r.Method == http.MethodGet {
		return docs.OpenAPI, nil
	}
	who, err := h.guard.who(r, tokens)
	if err != nil {
		if status := statusOf(err, path); status == http.StatusUnauthorized {
			h.Log.Debug("a request without a token, or with a wrong one", "from", addressOf(r))
		}
		return nil, err
	}
	methods, known := routes[path]
	if !known {
		return nil, words.Mend(refuse(http.StatusNotFound, "there is no %s%s", Prefix, strings.TrimPrefix(path, "/")),
			"see "+Prefix+"openapi.yaml, which lists what there is")
	}
	way, known := methods[r.Method]
	if !known {
		allowed := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
		w.Header().Set("Allow", allowed)
		return nil, refuse(http.StatusMethodNotAllowed, "%s%s is asked with %s", Prefix,
			strings.TrimPrefix(path, "/"), allowed)
	}
	if !slices.Contains(who.May, way.may) {
		return nil, words.Mend(refuse(http.StatusForbidden, "the token %s may not %s", who.Name, way.may),
			"write may: ["+strings.Join(append(slices.Clone(who.May), way.may), ", ")+"] beside it")
	}
	leave, err := h.enter(r.Context(), way.may)
	if err != nil {
		return nil, err
	}
	defer leave()
	if way.may == configs.MayAct {
		h.Log.Info("asked over HTTP", "by", who.Name, "for", strings.TrimPrefix(path, "/"))
	}
	return h.serve(w, r, way)
}

// enter waits for a place among those who are answered at once.
func (h *handler) enter(ctx context.Context, may string) (leave func(), err error) {
	places := h.places[may]
	late := time.NewTimer(queueTime)
	defer late.Stop()
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-late.C:
	case <-ctx.Done():
	}
	return nil, words.Mend(&refusal{status: http.StatusServiceUnavailable, after: queueTime,
		text: "zoomtag is busy with what others have asked for"}, againLater)
}

// serve reads the request, has it answered, and gives that the time that it may take.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, way route) (any, error) {
	timer := http.NewResponseController(w)
	now := time.Now()
	if err := timer.SetReadDeadline(now.Add(bodyTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	ask, err := way.read(r)
	if err != nil {
		return nil, err
	}
	// a read deadline that passes would end the request as one whose client has gone
	readLater, writeLater := timer.SetReadDeadline(time.Time{}), timer.SetWriteDeadline(now.Add(longest))
	if err := errors.Join(readLater, writeLater); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), longest)
	defer cancel()
	return ask(ctx, h.Service())
}
