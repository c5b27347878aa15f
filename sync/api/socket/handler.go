package socket

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/reason"
)

// A socket's path must fit into 108 bytes on Linux (unix(7)).
const maxPath = 107

// reply is what the daemon answers: a value, or why there is none.
type reply struct {
	Error   string          `json:"error,omitempty"` // all of it, as people are told
	Cause   string          `json:"cause,omitempty"` // the cause of it alone, its cure, and its code (sync/reason)
	Cure    string          `json:"cure,omitempty"`
	Code    reason.Code     `json:"code,omitempty"`
	Usage   bool            `json:"usage,omitempty"`   // it is a mistake of whoever asks
	Stopped bool            `json:"stopped,omitempty"` // it is, or wraps, api.ErrStopped
	Value   json.RawMessage `json:"value,omitempty"`
}

// Listen opens the control socket, readable by its owner only. The caller holds the store, so a socket that lies
// there is a leftover.
func Listen(path string) (net.Listener, error) {
	if len(path) > maxPath {
		return nil, words.Mend(fmt.Errorf(
			"the control socket %s cannot be opened: its path is longer than %d bytes", path, maxPath),
			"choose a shorter path for state")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the control socket cannot be opened: %w", err)
	}
	l, err := (&net.ListenConfig{Control: ownersOnly}).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, fmt.Errorf("the control socket cannot be opened: %w", err)
	}
	if owned, err := ownersAlone(path); !owned {
		return nil, errors.Join(words.Mend(fmt.Errorf("the control socket %s is not the owner's alone: its "+
			"file system has no modes, or somebody has replaced it", path), "choose another folder for state"), err, l.Close())
	}
	return l, nil
}

// Handler answers for current, which may change when the configuration is read again.
func Handler(current func() api.Service, log *slog.Logger) http.Handler {
	h := &handler{current: current, log: log}
	serve(h, "/alive", func(s api.Service, _ context.Context, _ nothing) (life, error) {
		configured, _ := s.(interface{ ConfigSum() string })
		if configured == nil {
			return life{}, nil
		}
		return life{Config: configured.ConfigSum()}, nil
	})
	serve(h, "/sync", api.Service.Sync)
	serve(h, "/status", api.Service.Status)
	serve(h, "/members", api.Service.Members)
	serve(h, "/conditions", only(api.Service.Conditions))
	serve(h, "/dismiss", api.Service.Dismiss)
	serve(h, "/links", only(api.Service.Links))
	serve(h, "/log", api.Service.Log)
	serve(h, "/retry", api.Service.Retry)
	serve(h, "/release", api.Service.Release)
	serve(h, "/remove", api.Service.Remove)
	serve(h, "/cancel", api.Service.Cancel)
	serve(h, "/invite", api.Service.Invite)
	serve(h, "/link", api.Service.Link)
	serve(h, "/doctor", api.Service.Doctor)
	h.mux.HandleFunc("POST "+copyPath, h.copy)
	serve(h, "/verify", only(api.Service.Verify))
	return &h.mux
}

// handler is what answers all requests.
type handler struct {
	mux     http.ServeMux
	current func() api.Service
	log     *slog.Logger
}

// life is what a daemon says of itself.
type life struct {
	Config string `json:"config,omitempty"` // the sum of its configuration (configs.Config)
}

// nothing is what is asked, or answered, where the path says all.
type nothing struct{}

// only makes of a question without a request one with an empty one.
func only[A any](ask func(api.Service, context.Context) (A, error)) func(api.Service, context.Context,
	nothing) (A, error) {
	return func(s api.Service, ctx context.Context, _ nothing) (A, error) { return ask(s, ctx) }
}

// serve answers requests for a path with what the service says to a question.
func serve[Q, A any](h *handler, path string, ask func(api.Service, context.Context, Q) (A, error)) {
	h.mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		var answer reply
		var request Q
		err := readRequest(w, r, &request)
		if err == nil {
			var value A
			if value, err = ask(h.current(), r.Context(), request); err == nil {
				answer.Value, err = json.Marshal(value)
			}
		}
		if err != nil {
			answer = replyOf(err)
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			h.log.Debug("the command did not wait for its answer", "reason", err)
		}
	})
}

// replyOf is an error as it crosses the socket: its parts stay apart.
func replyOf(err error) reply {
	return reply{Error: words.Of(err), Cause: words.Cause(err), Cure: words.Cure(err), Code: reason.In(err),
		Usage: words.IsUsage(err), Stopped: errors.Is(err, api.ErrStopped)}
}

// err is the error that a reply tells of, or nil. A daemon of before has told cause and cure in one.
func (r *reply) err() error {
	if r.Error == "" {
		return nil
	}
	cause := cmp.Or(r.Cause, r.Error)
	err := errors.New(cause)
	if r.Stopped {
		err = words.Say(api.ErrStopped, cause)
	}
	err = words.Mend(err, r.Cure)
	if r.Code != "" {
		err = r.Code.Of(err)
	}
	if r.Usage {
		err = words.Usage(err)
	}
	return err
}

// readRequest reads what a command asks for: commands send it at once.
func readRequest(w http.ResponseWriter, r *http.Request, req any) error {
	rc := http.NewResponseController(w)
	if err := rc.SetReadDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, api.MaxBytes)).Decode(req); err != nil {
		return err
	}
	return rc.SetReadDeadline(time.Time{})
}
