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

	"zoomtag/sync/api"

	"zoomtag/providers/words"
)

// socketPath is where the daemon listens: beside the state file.
func socketPath(state string) string { return filepath.Join(filepath.Dir(state), "zoomtag.sock") }

// A socket's path must fit into 108 bytes on Linux (unix(7)).
const maxSocketPath = 107

// controlAnswer is what the daemon answers: a value, or why there is none.
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
func controlHandler(current func() api.Service, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	serve(mux, log, "/alive", func(context.Context, nothing) (nothing, error) { return nothing{}, nil })
	serve(mux, log, "/sync", func(ctx context.Context, r api.SyncRequest) (api.SyncReport, error) { return current().Sync(ctx, r) })
	serve(mux, log, "/status", func(ctx context.Context, _ nothing) (api.StatusReport, error) { return current().Status(ctx) })
	serve(mux, log, "/links", func(ctx context.Context, _ nothing) (api.LinksReport, error) { return current().Links(ctx) })
	serve(mux, log, "/log", func(ctx context.Context, r api.LogRequest) (api.LogReport, error) { return current().Log(ctx, r) })
	serve(mux, log, "/invite", func(ctx context.Context, r api.InviteRequest) (api.InviteReport, error) {
		return current().Invite(ctx, r)
	})
	serve(mux, log, "/link", func(ctx context.Context, r api.LinkRequest) (api.LinkReport, error) { return current().Link(ctx, r) })
	serve(mux, log, "/doctor", func(ctx context.Context, r api.DoctorRequest) (api.DoctorReport, error) {
		return current().Doctor(ctx, r)
	})
	serve(mux, log, "/release", func(ctx context.Context, r api.ReleaseRequest) (api.ReleaseReport, error) {
		return current().Release(ctx, r)
	})
	serve(mux, log, "/retry", func(ctx context.Context, r api.RetryRequest) (api.RetryReport, error) { return current().Retry(ctx, r) })
	serve(mux, log, "/cancel", func(ctx context.Context, r api.CancelRequest) (api.CancelReport, error) {
		return current().Cancel(ctx, r)
	})
	return mux
}

// nothing is what is asked, or answered, where the path says all.
type nothing struct{}

// serve answers requests for a path with what f says.
func serve[Q, A any](mux *http.ServeMux, log *slog.Logger, path string, f func(context.Context, Q) (A, error)) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		var answer controlAnswer
		var req Q
		err := readRequest(w, r, &req)
		if err == nil {
			var value A
			if value, err = f(r.Context(), req); err == nil {
				answer.Value, err = json.Marshal(value)
			}
		}
		if err != nil {
			answer = controlAnswer{Error: words.Of(err), Usage: words.IsUsage(err)}
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			log.Debug("the command did not wait for its answer", "reason", err)
		}
	})
}

// readRequest reads what a command asks for: commands send it at once.
func readRequest(w http.ResponseWriter, r *http.Request, req any) error {
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
	err := r.post(limited, "/alive", nothing{}, nil)
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

// call asks the daemon. The answer may take long, as long as the daemon lives.
func call[A any](ctx context.Context, r *remote, path string, req any) (answer A, err error) {
	watched, release := r.watched(ctx)
	defer release()
	err = r.post(watched, path, req, &answer)
	if silent := context.Cause(watched); err != nil && errors.Is(silent, errSilent) {
		return answer, silent
	}
	return answer, err
}

// post is one exchange with the daemon; a value of nil wants no answer but that there is one.
func (r *remote) post(ctx context.Context, path string, req, value any) error {
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
		return words.Usage(errors.New(answer.Error))
	case answer.Error != "":
		return errors.New(answer.Error)
	}
	return json.Unmarshal(answer.Value, value)
}

// Sync has the daemon make a pass now.
func (r *remote) Sync(ctx context.Context, q api.SyncRequest) (api.SyncReport, error) {
	return call[api.SyncReport](ctx, r, "/sync", q)
}

// Status asks the daemon how it is.
func (r *remote) Status(ctx context.Context) (api.StatusReport, error) {
	return call[api.StatusReport](ctx, r, "/status", nothing{})
}

// Links asks the daemon for the links it keeps.
func (r *remote) Links(ctx context.Context) (api.LinksReport, error) {
	return call[api.LinksReport](ctx, r, "/links", nothing{})
}

// Log asks the daemon for its journal.
func (r *remote) Log(ctx context.Context, q api.LogRequest) (api.LogReport, error) {
	return call[api.LogReport](ctx, r, "/log", q)
}

// Retry has the daemon try again.
func (r *remote) Retry(ctx context.Context, q api.RetryRequest) (api.RetryReport, error) {
	return call[api.RetryReport](ctx, r, "/retry", q)
}

// Release has the daemon lift a brake.
func (r *remote) Release(ctx context.Context, q api.ReleaseRequest) (api.ReleaseReport, error) {
	return call[api.ReleaseReport](ctx, r, "/release", q)
}

// Cancel has the daemon cancel meetings that no event has.
func (r *remote) Cancel(ctx context.Context, q api.CancelRequest) (api.CancelReport, error) {
	return call[api.CancelReport](ctx, r, "/cancel", q)
}

// Invite asks the daemon for invitations.
func (r *remote) Invite(ctx context.Context, q api.InviteRequest) (api.InviteReport, error) {
	return call[api.InviteReport](ctx, r, "/invite", q)
}

// Link has the daemon make the meeting.
func (r *remote) Link(ctx context.Context, q api.LinkRequest) (api.LinkReport, error) {
	return call[api.LinkReport](ctx, r, "/link", q)
}

// Doctor asks the daemon for its judgement.
func (r *remote) Doctor(ctx context.Context, q api.DoctorRequest) (api.DoctorReport, error) {
	return call[api.DoctorReport](ctx, r, "/doctor", q)
}

// Close lets go of the connection.
func (r *remote) Close() error {
	r.http.CloseIdleConnections()
	return nil
}
