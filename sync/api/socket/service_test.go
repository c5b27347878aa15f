package socket_test

import (
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
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/icsdir"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/personal"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/api/socket"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// asked is a service on a folder of one event and a personal room, with what is behind it.
type asked struct {
	api.Service
	t      *testing.T
	dir    string
	behind api.Service        // the one that does the work
	end    context.CancelFunc // ends what the service is at, from its own side
	mine   context.Context    //nolint:containedctx // for questions
}

const talk = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\nUID:talk\r\nDTSTAMP:20260101T000000Z\r\n" +
	"DTSTART:20380105T100000Z\r\nDTEND:20380105T110000Z\r\nSUMMARY:Talk #zoom\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// newAsked makes the service that does the work itself, or the one that asks it through the socket.
func newAsked(t *testing.T, through bool) *asked {
	t.Helper()
	dir, err := os.MkdirTemp("", "z") //nolint:usetesting // a socket's path has to be short
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	a := &asked{t: t, dir: dir}
	must(t, os.Mkdir(filepath.Join(dir, "cal"), 0o700))
	a.write("cal/talk.ics", talk)
	a.write("zoomtag.yaml", "state: zoomtag.db\nlisten: \"\"\nzone: UTC\nzoom: {mode: personal, personal_link: "+
		"\"https://us02web.zoom.us/j/5551234567?pwd=abc\"}\ncalendars: [{name: home, ics: {path: cal, owner: \"*\"}}]\n")
	cfg, err := configs.Load(filepath.Join(dir, "zoomtag.yaml"), func(string) string { return "" })
	must(t, err)
	st, err := store.Open(cfg.State, store.Options{NoSync: true})
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	service, err := local.New(local.Options{Config: cfg, Store: st, Log: log, Version: "1", Now: time.Now,
		Kinds: assemble.Kinds{
			Calendars: map[string]assemble.CalendarKind{"ics": {
				Open: func(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
					return icsdir.New(icsdir.Config{Path: c.ICS.Path, Owners: []string{"*"}, Needles: b.Needles(s)})
				}}},
			Personal: func(link string) (meeting.Service, error) { return personal.New(link) },
			File: func(_ *assemble.Builder, dir string) (calendar.Calendar, error) {
				return icsdir.New(icsdir.Config{Path: dir, Owners: []string{"*"}})
			},
		}})
	must(t, err)
	t.Cleanup(func() { must(t, service.Close()) })
	own, end := context.WithCancel(t.Context())
	a.Service, a.behind = service, service
	a.mine, a.end = own, end
	if !through {
		return a
	}
	l, err := socket.Listen(socket.Path(cfg.State))
	must(t, err)
	server := &http.Server{Handler: socket.Handler(func() api.Service { return service }, log),
		BaseContext: func(net.Listener) context.Context { return own }}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		must(t, server.Close())
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	c, err := socket.Dial(t.Context(), cfg.State)
	must(t, err)
	if c == nil {
		t.Fatal("nobody answers")
	}
	if c.Config() != cfg.Sum || cfg.Sum == "" {
		t.Errorf("it works with the configuration %q, and says %q", cfg.Sum, c.Config())
	}
	t.Cleanup(func() { must(t, c.Close()) })
	a.Service, a.mine = c, t.Context()
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// second is the error of an answer.
func second[A any](_ A, err error) error { return err }

func (a *asked) write(name, text string) {
	a.t.Helper()
	must(a.t, os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o600))
}

func (a *asked) read(name string) string {
	a.t.Helper()
	raw, err := os.ReadFile(filepath.Join(a.dir, name))
	must(a.t, err)
	return string(raw)
}

// both has a test asked of both services.
func both(t *testing.T, test func(t *testing.T, a *asked)) {
	t.Helper()
	for name, through := range map[string]bool{"by itself": false, "through the socket": true} {
		t.Run(name, func(t *testing.T) { test(t, newAsked(t, through)) })
	}
}

// TestServices: whoever answers, what can be asked does the same.
func TestServices(t *testing.T) {
	both(t, func(t *testing.T, a *asked) {
		ctx := a.mine
		planned, err := a.Sync(ctx, api.SyncRequest{Dry: true})
		must(t, err)
		r := planned.Calendars[0]
		if len(r.Events) != 1 || r.Events[0].State != plan.Linked || a.read("cal/talk.ics") != talk {
			t.Fatalf("planned %+v", r)
		}
		done, err := a.Sync(ctx, api.SyncRequest{Calendars: []string{"home"}})
		must(t, err)
		if ev := done.Calendars[0].Events[0]; ev.State != plan.Linked || done.Failed() ||
			!strings.Contains(a.read("cal/talk.ics"), "/j/5551234567") {
			t.Fatalf("done %+v", ev)
		}
		status, err := a.Status(ctx, api.StatusRequest{})
		must(t, err)
		if len(status.Calendars) != 1 || status.Calendars[0].Links != 1 {
			t.Errorf("status %+v", status.Calendars)
		}
		links, err := a.Links(ctx)
		must(t, err)
		if len(links.Links) != 1 || links.Links[0].UID != "talk" || links.Links[0].Start == nil {
			t.Errorf("links %+v", links)
		}
		entries, err := a.Log(ctx, api.LogRequest{Limit: 10})
		must(t, err)
		if len(entries.Log) == 0 {
			t.Error("the journal is empty")
		}
		invited, err := a.Invite(ctx, api.InviteRequest{Events: []string{"Talk"}})
		must(t, err)
		if len(invited.Invites) != 1 || !strings.Contains(string(invited.Invites[0].ICS), "UID:talk") {
			t.Errorf("invited to %+v", invited)
		}
		linked, err := a.Link(ctx, api.LinkRequest{ICS: []byte(strings.Replace(talk, "UID:talk", "UID:alone", 1))})
		must(t, err)
		if !strings.Contains(string(linked.ICS), "/j/5551234567") {
			t.Errorf("linked %+v", linked.Event)
		}
		again, err := a.Retry(ctx, api.RetryRequest{})
		must(t, err)
		if !slices.Equal(again.Calendars, []string{"home"}) {
			t.Errorf("retried %+v", again)
		}
		released, err := a.Release(ctx, api.ReleaseRequest{Calendar: "home"})
		must(t, err)
		if released.Calendar != "home" || released.Held {
			t.Errorf("released %+v", released)
		}
		judged, err := a.Doctor(ctx, api.DoctorRequest{NoNetwork: true})
		must(t, err)
		if len(judged.Findings)+len(judged.Passed) == 0 {
			t.Error("doctor says nothing")
		}
		_, err = a.Conditions(ctx)
		must(t, err)
		must(t, a.backup(ctx))
		if verified, err := a.Verify(ctx); err != nil || verified.File == "" {
			t.Errorf("verified %+v, %v", verified, err)
		}
		left, err := a.Remove(ctx, api.RemoveRequest{})
		must(t, err)
		if left.Failed() || strings.Contains(a.read("cal/talk.ics"), "/j/") {
			t.Errorf("removed %+v:\n%s", left, a.read("cal/talk.ics"))
		}
	})
}

// backup takes a backup, and verifies that it is whole and that nothing was written beside the state.
func (a *asked) backup(ctx context.Context) error {
	path := filepath.Join(a.t.TempDir(), "copy")
	file, err := os.Create(path)
	must(a.t, err)
	defer file.Close()
	before, err := os.ReadDir(a.dir)
	must(a.t, err)
	var report api.BackupReport
	err = a.Backup(ctx, func(r api.BackupReport) (io.Writer, error) { report = r; return file, nil })
	if err != nil {
		return err
	}
	summary, err := store.Verify(path)
	if err == nil && summary.Bytes != report.Bytes {
		err = fmt.Errorf("%d bytes came, and %d were promised", summary.Bytes, report.Bytes)
	}
	after, listed := os.ReadDir(a.dir)
	must(a.t, listed)
	if len(after) != len(before) {
		a.t.Errorf("beside the state are %v, and were %v", after, before)
	}
	return err
}

// full is a place without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestBackupWithoutRoom: why a copy cannot be written is told to whoever takes it, as it is; the service goes on.
func TestBackupWithoutRoom(t *testing.T) {
	both(t, func(t *testing.T, a *asked) {
		err := a.Backup(a.mine, func(api.BackupReport) (io.Writer, error) { return full{}, nil })
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("no room: %v", err)
		}
		err = a.Backup(a.mine, func(api.BackupReport) (io.Writer, error) { return nil, syscall.EROFS })
		if !errors.Is(err, syscall.EROFS) {
			t.Errorf("no place: %v", err)
		}
		must(t, a.backup(a.mine))
	})
}

// TestServiceMistakes: a mistake of whoever asks is told as one, and nothing is done.
func TestServiceMistakes(t *testing.T) {
	both(t, func(t *testing.T, a *asked) {
		ctx, nobody := a.mine, []string{"nobody"}
		for name, ask := range map[string]func() error{
			"sync":       func() error { return second(a.Sync(ctx, api.SyncRequest{Calendars: nobody})) },
			"remove":     func() error { return second(a.Remove(ctx, api.RemoveRequest{Calendars: nobody})) },
			"release":    func() error { return second(a.Release(ctx, api.ReleaseRequest{Calendar: "nobody"})) },
			"retry":      func() error { return second(a.Retry(ctx, api.RetryRequest{Calendars: nobody})) },
			"retry what": func() error { return second(a.Retry(ctx, api.RetryRequest{What: "nothing"})) },
			"log":        func() error { return second(a.Log(ctx, api.LogRequest{Calendar: "nobody"})) },
			"link":       func() error { return second(a.Link(ctx, api.LinkRequest{Calendar: "nobody", Event: "x"})) },
			"link both": func() error {
				return second(a.Link(ctx, api.LinkRequest{Calendar: "home", Event: "x", ICS: []byte(talk)}))
			},
			"invite":  func() error { return second(a.Invite(ctx, api.InviteRequest{Events: nobody})) },
			"dismiss": func() error { return second(a.Dismiss(ctx, api.DismissRequest{ID: "nothing"})) },
			"doctor": func() error {
				return second(a.Doctor(ctx, api.DoctorRequest{About: "nobody", NoNetwork: true}))
			},
		} {
			if err := ask(); !words.IsUsage(err) || words.Of(err) == "" {
				t.Errorf("%s: %v, a mistake of whoever asks: %v", name, err, words.IsUsage(err))
			}
		}
		if a.read("cal/talk.ics") != talk {
			t.Error("the event was written")
		}
	})
}

// TestServiceStopped: a service that is stopped in the middle says so, and that can be told from a fault.
func TestServiceStopped(t *testing.T) {
	both(t, func(t *testing.T, a *asked) {
		a.end()
		for name, ask := range map[string]func() error{
			"sync":   func() error { return second(a.Sync(a.mine, api.SyncRequest{})) },
			"remove": func() error { return second(a.Remove(a.mine, api.RemoveRequest{})) },
			"link": func() error {
				return second(a.Link(a.mine, api.LinkRequest{Calendar: "home", Event: "talk.ics"}))
			},
		} {
			if err := ask(); !errors.Is(err, api.ErrStopped) || words.Of(err) != api.ErrStopped.Error() {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// stamps are times to below the second, of which one answer may have a later one.
var stamps = regexp.MustCompile(`"20[0-9-]+T[0-9:]+\.[0-9]+Z?"|"seconds":[0-9.]+`)

// TestSameAnswers: what only reads says the same through the socket, to the byte of its document.
func TestSameAnswers(t *testing.T) {
	a := newAsked(t, true)
	_, err := a.Sync(a.mine, api.SyncRequest{})
	must(t, err)
	a.write("cal/held.ics", strings.NewReplacer("UID:talk", "UID:held", "DTSTART:20380105T100000Z",
		"DTSTART;TZID=Nowhere/Land:20380105T100000").Replace(talk))
	_, err = a.Sync(a.mine, api.SyncRequest{})
	must(t, err)
	document := func(v any, err error) string {
		must(t, err)
		raw, err := json.Marshal(v)
		must(t, err)
		return string(raw)
	}
	for name, ask := range map[string]func(s api.Service) string{
		"status": func(s api.Service) string {
			r, err := s.Status(t.Context(), api.StatusRequest{})
			return document(r, err)
		},
		"conditions": func(s api.Service) string { r, err := s.Conditions(t.Context()); return document(r, err) },
		"links":      func(s api.Service) string { r, err := s.Links(t.Context()); return document(r, err) },
		"log": func(s api.Service) string {
			r, err := s.Log(t.Context(), api.LogRequest{Limit: 100})
			return document(r, err)
		},
		"plan": func(s api.Service) string {
			r, err := s.Sync(t.Context(), api.SyncRequest{Dry: true})
			return document(r, err)
		},
	} {
		through, itself := ask(a), ask(a.behind)
		if stamps.ReplaceAllString(through, "") != stamps.ReplaceAllString(itself, "") || len(itself) < 10 {
			t.Errorf("%s: through the socket\n%s\nand by itself\n%s", name, through, itself)
		}
	}
}
