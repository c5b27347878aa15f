package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/reason"
)

// answering is a service that knows one calendar and one event.
type answering struct{ api.Service }

func (answering) Sync(_ context.Context, r api.SyncRequest) (api.SyncReport, error) {
	if !r.Dry || len(r.Calendars) != 1 {
		return api.SyncReport{}, errors.New("the request has changed on its way")
	}
	return api.SyncReport{Requests: map[string]int{r.Calendars[0]: 1}}, nil
}

func (answering) Status(context.Context, api.StatusRequest) (api.StatusReport, error) {
	return api.StatusReport{Health: api.Degraded}, nil
}

func (answering) Log(context.Context, api.LogRequest) (api.LogReport, error) {
	return api.LogReport{}, words.Usage(words.Mend(errors.New("there is no such event"), "name another one"))
}

func (answering) Link(context.Context, api.LinkRequest) (api.LinkReport, error) {
	why := reason.NoHost.Because("nobody hosts in it").Mend("write host=")
	return api.LinkReport{}, fmt.Errorf("no link: %w", why)
}

func (answering) Backup(context.Context, api.TakeBackup) error {
	return words.Mend(words.Say(api.ErrStopped, "it was stopped; nothing is lost"),
		"start it again")
}

// TestExchange: requests, reports and errors cross the socket as they are, and so does whose mistake an error is.
func TestExchange(t *testing.T) {
	dir, err := os.MkdirTemp("", "z") //nolint:usetesting // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	state := filepath.Join(dir, "zoomtag.db")
	l, err := Listen(Path(state))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: Handler(func() api.Service { return answering{} }, slog.New(slog.DiscardHandler))}
	go server.Serve(l) // it ends when the test closes it
	t.Cleanup(func() { server.Close() })
	c, err := Dial(t.Context(), state)
	if err != nil || c == nil {
		t.Fatalf("no daemon: %v", err)
	}
	report, err := c.Sync(t.Context(), api.SyncRequest{Calendars: []string{"team"}, Dry: true})
	if err != nil || report.Requests["team"] != 1 {
		t.Errorf("sync: %+v, %v", report, err)
	}
	if _, err := c.Sync(t.Context(), api.SyncRequest{}); err == nil || words.IsUsage(err) ||
		err.Error() != "the request has changed on its way" {
		t.Errorf("a failure: %v, usage %v", err, words.IsUsage(err))
	}
	if s, err := c.Status(t.Context(), api.StatusRequest{}); err != nil || s.Health != api.Degraded {
		t.Errorf("status: %+v, %v", s, err)
	}
	if _, err := c.Log(t.Context(), api.LogRequest{}); !words.IsUsage(err) ||
		words.Cause(err) != "there is no such event" || words.Cure(err) != "name another one" || words.Of(err) != "there is no such event: name another one" {
		t.Errorf("a mistake of whoever asks: %v, usage %v", err, words.IsUsage(err))
	}
	if _, err := c.Link(t.Context(), api.LinkRequest{}); reason.In(err) != reason.NoHost ||
		words.Cause(err) != "nobody hosts in it" || words.Cure(err) != "write host=" || words.IsUsage(err) {
		t.Errorf("a reason: %v, code %q, cure %q", err, reason.In(err), words.Cure(err))
	}
	if err := c.Backup(t.Context(), nil); !errors.Is(err, api.ErrStopped) || words.Cure(err) != "start it again" ||
		words.Of(err) != "it was stopped; nothing is lost. Start it again" {
		t.Errorf("a daemon that was stopped: %v, cure %q", err, words.Cure(err))
	}
}

// brokenOff is a service that sends half of a copy.
type brokenOff struct{ api.Service }

func (brokenOff) Backup(_ context.Context, take api.TakeBackup) error {
	out, err := take(api.BackupReport{Bytes: 100_000})
	if err != nil {
		return err
	}
	_, err = out.Write(make([]byte, 50_000))
	return errors.Join(err, errors.New("the disk reports an error"))
}

// TestBackupBrokenOff: half of a copy is none, and neither is the answer of a daemon that knows no such question.
func TestBackupBrokenOff(t *testing.T) {
	handler := Handler(func() api.Service { return brokenOff{} }, slog.New(slog.DiscardHandler))
	for says, h := range map[string]http.Handler{"broke the copy off": handler,
		"another version": http.NotFoundHandler()} {
		server := httptest.NewServer(h)
		to := func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", server.Listener.Addr().String())
		}
		c := &Client{every: answerTime, http: &http.Client{Transport: &http.Transport{DialContext: to}}}
		err := c.Backup(t.Context(), func(api.BackupReport) (io.Writer, error) { return io.Discard, nil })
		if err == nil || !strings.Contains(err.Error(), says) || words.Cure(err) == "" {
			t.Errorf("%v, cure %q; want %s", err, words.Cure(err), says)
		}
		c.Close()
		server.Close()
	}
}

// TestReplyOfBefore: of a daemon that told cause and cure in one, people read the same.
func TestReplyOfBefore(t *testing.T) {
	old := reply{Error: "it is full: make room", Usage: true}
	if err := old.err(); words.Of(err) != old.Error || words.Cure(err) != "" || !words.IsUsage(err) {
		t.Errorf("%v", err)
	}
	if err := (&reply{}).err(); err != nil {
		t.Error(err)
	}
}
