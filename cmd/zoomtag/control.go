package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
)

// socketPath is where the daemon listens: beside the state file.
func socketPath(state string) string { return filepath.Join(filepath.Dir(state), "zoomtag.sock") }

// A socket's path must fit into 108 bytes on Linux (unix(7)).
const maxSocketPath = 107

// controlRequest is what a command asks of the daemon; the path says what it wants.
type controlRequest struct {
	Calendars []string       `json:"calendars,omitempty"`
	Dry       bool           `json:"dry,omitempty"`
	Event     string         `json:"event,omitempty"`
	Calendar  string         `json:"calendar,omitempty"`
	Link      *linkRequest   `json:"link,omitempty"`
	Invite    *inviteRequest `json:"invite,omitempty"`
	Doctor    doctorRequest  `json:"doctor,omitzero"`
	Meetings  []int64        `json:"meetings,omitempty"`
	Retry     retryRequest   `json:"retry,omitzero"`
}

type controlAnswer struct {
	Error string          `json:"error,omitempty"`
	Usage bool            `json:"usage,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
}

// maxControl bounds what is read from the control socket, in bytes.
const maxControl = 64 << 20

// listenControl opens the control socket, readable by its owner only. The caller holds the store, so a socket that lies
// there is a leftover.
func listenControl(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the control socket %s cannot be opened: its path is longer than %d bytes; choose a shorter path for state", path, maxSocketPath)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the control socket cannot be opened: %w", err)
	}
	l, err := (&net.ListenConfig{Control: ownersOnly}).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, fmt.Errorf("the control socket cannot be opened: %w", err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != os.ModeSocket|socketMode {
		return nil, errors.Join(fmt.Errorf("the control socket %s is not the owner's alone: its file system has no modes, or somebody has replaced it; "+
			"choose another folder for state", path), err, l.Close())
	}
	return l, nil
}

// socketMode lets in the owner only.
const socketMode = 0o600

// ownersOnly gives a socket its mode before it has a path: at no moment can others connect, and no path has to be changed, which might lead
// elsewhere by then (unix(7): the mode of the socket's file is that of the descriptor).
func ownersOnly(_, _ string, raw syscall.RawConn) (err error) {
	refused := raw.Control(func(fd uintptr) { err = syscall.Fchmod(int(fd), socketMode) })
	return errors.Join(refused, err)
}

// controlHandler answers for current, which may change when the configuration is read again.
func controlHandler(current func() office, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	handle := func(path string, f func(context.Context, controlRequest) (any, error)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			var req controlRequest
			var answer controlAnswer
			err := readRequest(w, r, &req)
			if err == nil {
				var value any
				if value, err = f(r.Context(), req); err == nil {
					answer.Value, err = json.Marshal(value)
				}
			}
			if err != nil {
				var usage *usageError
				answer = controlAnswer{Error: words.Of(err), Usage: errors.As(err, &usage)}
			}
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(answer); err != nil {
				log.Debug("the command did not wait for its answer", "reason", err)
			}
		})
	}
	handle("/alive", func(context.Context, controlRequest) (any, error) { return nil, nil })
	handle("/sync", func(ctx context.Context, r controlRequest) (any, error) {
		return current().Sync(ctx, r.Calendars, r.Dry)
	})
	handle("/status", func(ctx context.Context, _ controlRequest) (any, error) { return current().Status(ctx) })
	handle("/links", func(ctx context.Context, _ controlRequest) (any, error) { return current().Links(ctx) })
	handle("/log", func(ctx context.Context, r controlRequest) (any, error) { return current().Log(ctx, r.Event) })
	handle("/invite", func(ctx context.Context, r controlRequest) (any, error) {
		if r.Invite == nil {
			r.Invite = &inviteRequest{}
		}
		return current().Invite(ctx, *r.Invite)
	})
	handle("/link", func(ctx context.Context, r controlRequest) (any, error) {
		if r.Link == nil {
			r.Link = &linkRequest{}
		}
		return current().Link(ctx, *r.Link)
	})
	handle("/doctor", func(ctx context.Context, r controlRequest) (any, error) { return current().Doctor(ctx, r.Doctor) })
	handle("/release", func(ctx context.Context, r controlRequest) (any, error) { return current().Release(ctx, r.Calendar) })
	handle("/retry", func(ctx context.Context, r controlRequest) (any, error) { return current().Retry(ctx, r.Retry) })
	handle("/cancel", func(ctx context.Context, r controlRequest) (any, error) { return current().Cancel(ctx, r.Meetings) })
	return mux
}

// readRequest reads what a command asks for: commands send it at once.
func readRequest(w http.ResponseWriter, r *http.Request, req *controlRequest) error {
	rc := http.NewResponseController(w)
	if err := rc.SetReadDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, maxControl)).Decode(req); err != nil {
		return err
	}
	return rc.SetReadDeadline(time.Time{})
}

// answerTime is how long a daemon that lives may take to say so: it has nothing to look up for that.
const answerTime = 5 * time.Second

// remote is the daemon, asked through its control socket.
type remote struct {
	http  *http.Client
	every time.Duration // the daemon is asked whether it lives, and may take as long to say so
}

// errSilent says that there is a daemon, and that it hangs.
var errSilent = errors.New("the running zoomtag does not answer: it hangs or is stopped; restart it (systemctl restart zoomtag, or end its process)")

// dialDaemon returns the daemon that listens beside state, or nil if none does.
func dialDaemon(ctx context.Context, state string) (*remote, error) {
	path := socketPath(state)
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, nil //nolint:nilerr // without a socket there is no daemon
	case info.Mode()&os.ModeSymlink != 0:
		return nil, fmt.Errorf("%s is a symbolic link, which is not followed to a daemon: look who made it, then remove it", path)
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	r := &remote{every: answerTime, http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
	err = r.alive(ctx)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTSOCK):
		return nil, nil // a leftover
	case err != nil:
		return nil, err
	}
	return r, nil
}

// alive asks the daemon whether it is there. That it is, and asks to be left alone, is an answer as well.
func (r *remote) alive(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, r.every)
	defer cancel()
	err := r.post(limited, "/alive", controlRequest{}, nil)
	var late net.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, syscall.EAGAIN), errors.As(err, &late) && late.Timeout():
		return errSilent
	}
	return err
}

// watched is ctx until the daemon answers no more.
func (r *remote) watched(ctx context.Context) (watched context.Context, release func()) {
	watched, cancel := context.WithCancelCause(ctx)
	go func() {
		tick := time.NewTicker(r.every)
		defer tick.Stop()
		for {
			select {
			case <-watched.Done():
				return
			case <-tick.C:
			}
			if err := r.alive(watched); errors.Is(err, errSilent) {
				cancel(err)
			}
		}
	}()
	return watched, func() { cancel(nil) }
}

// ask posts a request to the daemon and decodes its answer into value. The answer may take long, as long as the daemon lives.
func (r *remote) ask(ctx context.Context, path string, req controlRequest, value any) error {
	watched, release := r.watched(ctx)
	defer release()
	err := r.post(watched, path, req, value)
	if silent := context.Cause(watched); err != nil && errors.Is(silent, errSilent) {
		return silent
	}
	return err
}

// post is one exchange with the daemon; a value of nil wants no answer but that there is one.
func (r *remote) post(ctx context.Context, path string, req controlRequest, value any) error {
	body, err := json.Marshal(req)
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://zoomtag"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := r.http.Do(post)
	if err != nil {
		return fmt.Errorf("the running zoomtag did not answer: %w", err)
	}
	defer resp.Body.Close()
	if value == nil {
		return nil
	}
	var answer controlAnswer
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxControl)).Decode(&answer); err != nil {
		return fmt.Errorf("the running zoomtag did not answer: %w", err)
	}
	switch {
	case answer.Usage:
		return &usageError{errors.New(answer.Error)}
	case answer.Error != "":
		return errors.New(answer.Error)
	}
	return json.Unmarshal(answer.Value, value)
}

// Sync has the daemon make a pass now.
func (r *remote) Sync(ctx context.Context, calendars []string, dry bool) (report syncReport, err error) {
	err = r.ask(ctx, "/sync", controlRequest{Calendars: calendars, Dry: dry}, &report)
	return report, err
}

// Status asks the daemon how it is.
func (r *remote) Status(ctx context.Context) (report statusReport, err error) {
	err = r.ask(ctx, "/status", controlRequest{}, &report)
	return report, err
}

// Links asks the daemon for the links it keeps.
func (r *remote) Links(ctx context.Context) (report linksReport, err error) {
	err = r.ask(ctx, "/links", controlRequest{}, &report)
	return report, err
}

// Log asks the daemon for its journal.
func (r *remote) Log(ctx context.Context, event string) (entries []store.Entry, err error) {
	err = r.ask(ctx, "/log", controlRequest{Event: event}, &entries)
	return entries, err
}

// Release has the daemon lift a brake.
func (r *remote) Release(ctx context.Context, calendar string) (report releaseReport, err error) {
	err = r.ask(ctx, "/release", controlRequest{Calendar: calendar}, &report)
	return report, err
}

// Close lets go of the connection.
func (r *remote) Close() error {
	r.http.CloseIdleConnections()
	return nil
}
