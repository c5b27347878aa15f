package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// answerTime is how long a daemon that lives may take to say so: it has nothing to look up for that.
const answerTime = 5 * time.Second

// Client is the daemon, asked through its control socket.
type Client struct {
	http  *http.Client
	every time.Duration // the daemon is asked whether it lives, and may take as long to say so
	life  life          // as it was when it was found
}

// Config is the sum of the configuration that the daemon works with (configs.Config); "" where it does not say.
func (r *Client) Config() string { return r.life.Config }

// ErrSilent says that there is a daemon, and that it hangs.
var ErrSilent = words.Mend(errors.New("the running zoomtag does not answer: it hangs or is stopped"),
	"restart it (systemctl restart zoomtag, or end its process)")

// Dial returns the daemon that listens beside state, or nil if none does.
func Dial(ctx context.Context, state string) (*Client, error) {
	path := Path(state)
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, nil //nolint:nilerr // without a socket there is no daemon
	case info.Mode()&os.ModeSymlink != 0:
		return nil, words.Mend(fmt.Errorf("%s is a symbolic link, which is not followed to a daemon", path),
			"look who made it, then remove it")
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	r := &Client{every: answerTime,
		http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
	r.life, err = r.alive(ctx)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTSOCK):
		return nil, nil // a leftover
	case hungUp(err):
		return nil, nil // it ends just now: whether it still holds the store shows when that is opened
	case err != nil:
		return nil, err
	}
	return r, nil
}

// hungUp reports whether whoever listens has closed the connection without an answer. net/http has no name for the last
// of its ways to say so.
func hungUp(err error) bool {
	closed := errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF)
	return closed || err != nil && strings.Contains(err.Error(), "server closed idle connection")
}

// alive asks the daemon whether it is there. That it is, and asks to be left alone, is an answer as well.
func (r *Client) alive(ctx context.Context) (said life, err error) {
	limited, cancel := context.WithTimeout(ctx, r.every)
	defer cancel()
	err = r.post(limited, "/alive", nothing{}, &said)
	var late net.Error
	switch {
	case ctx.Err() != nil:
		return said, ctx.Err()
	case errors.Is(err, syscall.EAGAIN), errors.As(err, &late) && late.Timeout():
		return said, ErrSilent
	}
	return said, err
}

// watched is ctx until the daemon answers no more.
func (r *Client) watched(ctx context.Context) (watched context.Context, release func()) {
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
			if _, err := r.alive(watched); errors.Is(err, ErrSilent) {
				cancel(err)
			}
		}
	}()
	return watched, func() { cancel(nil) }
}

// call asks the daemon. The answer may take long, as long as the daemon lives.
func call[A any](ctx context.Context, r *Client, path string, req any) (answer A, err error) {
	watched, release := r.watched(ctx)
	defer release()
	err = r.post(watched, path, req, &answer)
	if silent := context.Cause(watched); err != nil && errors.Is(silent, ErrSilent) {
		return answer, silent
	}
	return answer, err
}

// send begins an exchange with the daemon. Whoever calls it closes the body of the answer.
func (r *Client) send(ctx context.Context, path string, body []byte) (*http.Response, error) {
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://zoomtag"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := r.http.Do(post)
	if err != nil {
		return nil, fmt.Errorf("the running zoomtag did not answer: %w", err)
	}
	return resp, nil
}

// post is one exchange with the daemon. Of its life it is enough that there is an answer.
func (r *Client) post(ctx context.Context, path string, req, value any) error {
	body, err := json.Marshal(req)
	if err != nil {
		return err
	}
	resp, err := r.send(ctx, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if said, is := value.(*life); is {
		said.read(resp.Body)
		return nil
	}
	var answer reply
	if err := json.NewDecoder(io.LimitReader(resp.Body, api.MaxBytes)).Decode(&answer); err != nil {
		return fmt.Errorf("the running zoomtag did not answer: %w", err)
	}
	if err := answer.err(); err != nil {
		return err
	}
	return json.Unmarshal(answer.Value, value)
}

// read reads what a daemon says of itself. One of before says nothing, and one that asks to be left alone neither: its
// configuration is then not known.
func (l *life) read(body io.Reader) {
	var answer reply
	if json.NewDecoder(io.LimitReader(body, api.MaxBytes)).Decode(&answer) != nil ||
		json.Unmarshal(answer.Value, l) != nil {
		*l = life{}
	}
}

// Sync has the daemon make a pass now.
func (r *Client) Sync(ctx context.Context, q api.SyncRequest) (api.SyncReport, error) {
	return call[api.SyncReport](ctx, r, "/sync", q)
}

// Status asks the daemon how it is.
func (r *Client) Status(ctx context.Context, q api.StatusRequest) (api.StatusReport, error) {
	return call[api.StatusReport](ctx, r, "/status", q)
}

// Members has the daemon ask its lists.
func (r *Client) Members(ctx context.Context, q api.MembersRequest) (api.MembersReport, error) {
	return call[api.MembersReport](ctx, r, "/members", q)
}

// Conditions asks the daemon what needs a person.
func (r *Client) Conditions(ctx context.Context) (api.ConditionsReport, error) {
	return call[api.ConditionsReport](ctx, r, "/conditions", nothing{})
}

// Dismiss has the daemon say no more of a condition.
func (r *Client) Dismiss(ctx context.Context, q api.DismissRequest) (api.ConditionsReport, error) {
	return call[api.ConditionsReport](ctx, r, "/dismiss", q)
}

// Links asks the daemon for the links it keeps.
func (r *Client) Links(ctx context.Context) (api.LinksReport, error) {
	return call[api.LinksReport](ctx, r, "/links", nothing{})
}

// Log asks the daemon for its journal.
func (r *Client) Log(ctx context.Context, q api.LogRequest) (api.LogReport, error) {
	return call[api.LogReport](ctx, r, "/log", q)
}

// Retry has the daemon try again.
func (r *Client) Retry(ctx context.Context, q api.RetryRequest) (api.RetryReport, error) {
	return call[api.RetryReport](ctx, r, "/retry", q)
}

// Release has the daemon lift a brake.
func (r *Client) Release(ctx context.Context, q api.ReleaseRequest) (api.ReleaseReport, error) {
	return call[api.ReleaseReport](ctx, r, "/release", q)
}

// Remove has the daemon leave calendars.
func (r *Client) Remove(ctx context.Context, q api.RemoveRequest) (api.SyncReport, error) {
	return call[api.SyncReport](ctx, r, "/remove", q)
}

// Cancel has the daemon cancel meetings that no event has.
func (r *Client) Cancel(ctx context.Context, q api.CancelRequest) (api.CancelReport, error) {
	return call[api.CancelReport](ctx, r, "/cancel", q)
}

// Invite asks the daemon for invitations.
func (r *Client) Invite(ctx context.Context, q api.InviteRequest) (api.InviteReport, error) {
	return call[api.InviteReport](ctx, r, "/invite", q)
}

// Link has the daemon make the meeting.
func (r *Client) Link(ctx context.Context, q api.LinkRequest) (api.LinkReport, error) {
	return call[api.LinkReport](ctx, r, "/link", q)
}

// Doctor asks the daemon for its judgement.
func (r *Client) Doctor(ctx context.Context, q api.DoctorRequest) (api.DoctorReport, error) {
	return call[api.DoctorReport](ctx, r, "/doctor", q)
}

// Verify has the daemon verify its state.
func (r *Client) Verify(ctx context.Context) (api.VerifyReport, error) {
	return call[api.VerifyReport](ctx, r, "/verify", nothing{})
}

// Close lets go of the connection.
func (r *Client) Close() error {
	r.http.CloseIdleConnections()
	return nil
}
