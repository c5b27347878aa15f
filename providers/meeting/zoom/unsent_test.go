package zoom_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// What was never sent is given back to the host's budget of a day, and nothing else may be: Zoom counts what reaches
// it.

// writes are the calls that may count.
var writes = map[string]func(ctx context.Context, f *fixture, id int64) error{
	"create": func(ctx context.Context, f *fixture, _ int64) error {
		_, err := f.Create(ctx, "zt-abcdef-ghijklmn-bbbbbbbbbbbbbbbb", f.spec())
		return err
	},
	"update": func(ctx context.Context, f *fixture, id int64) error {
		to := f.spec()
		to.Topic = "Renamed"
		_, err := f.Update(ctx, id, f.spec(), to)
		return err
	},
	"cancel": func(ctx context.Context, f *fixture, id int64) error { return f.Cancel(ctx, id) },
}

// line is the network of a fixture. While cut is set, it is called instead of connecting.
type line struct{ cut atomic.Pointer[func() error] }

// dialled gives a fixture a network of its own.
func dialled(t *testing.T, f *fixture) *line {
	l := &line{}
	var dialer net.Dialer
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network,
		address string) (net.Conn, error) {
		if cut := l.cut.Load(); cut != nil {
			return nil, (*cut)()
		}
		return dialer.DialContext(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	f.config.HTTP = transport
	f.Service = f.connect(t)
	return l
}

// aWrite matches requests that may count.
func aWrite(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.HasPrefix(r.URL.Path, "/oauth/")
}

// scene is what a failure is made of: the fixture, its network, and a context that can be ended.
type scene struct {
	*fixture
	line   *line
	cancel context.CancelFunc
}

func (s *scene) cut(err func() error) { s.line.cut.Store(&err) }

// noToken makes every request for a token fail, after a restart.
func (s *scene) noToken(t *testing.T, f zoomtest.Fault) {
	f.Match = zoomtest.SignIn
	s.server.Break(f)
	s.Service = s.connect(t)
}

// arrivals counts the writes as they arrive: who hangs up does not wait until the server has noted what it answered.
func (s *scene) arrivals() *atomic.Int32 {
	reached := &atomic.Int32{}
	s.server.Break(zoomtest.Fault{Match: func(r *http.Request) bool {
		if aWrite(r) {
			reached.Add(1)
		}
		return false
	}})
	return reached
}

// breaks is a failure of the writes.
func (s *scene) breaks(f zoomtest.Fault) {
	f.Match = aWrite
	s.server.Break(f)
}

var failures = []struct {
	name   string
	unsent bool
	make   func(t *testing.T, s *scene)
}{
	{"cancelled before it began", true, func(_ *testing.T, s *scene) { s.cancel() }},
	{"the name of the server is not known", true, func(_ *testing.T, s *scene) {
		s.cut(func() error { return &net.DNSError{Err: "no such host", Name: "api.zoom.us", IsNotFound: true} })
	}},
	{"no route", true, func(_ *testing.T,
		s *scene) {
		s.cut(func() error { return errors.New("network is unreachable") })
	}},
	{"cancelled while it connects", true, func(_ *testing.T, s *scene) {
		s.cut(func() error {
			s.cancel()
			return context.Canceled
		})
	}},
	{"no TLS", true, func(t *testing.T, s *scene) {
		s.config.APIURL = strings.Replace(s.config.APIURL, "http://", "https://", 1)
		s.Service = s.connect(t)
	}},
	{"the sign-in is down", true,
		func(t *testing.T, s *scene) { s.noToken(t, zoomtest.Fault{Status: 503, Body: "<html>"}) }},
	{"the sign-in refuses", true, func(t *testing.T, s *scene) {
		s.noToken(t, zoomtest.Fault{Status: 400,
			Body: `{"reason":"Invalid client_id or client_secret","error":"invalid_client"}`})
	}},
	{"the sign-in wants a pause", true, func(t *testing.T, s *scene) { s.noToken(t, zoomtest.RetryAfter("60")) }},
	{"the answer of the sign-in is lost", true,
		func(t *testing.T, s *scene) { s.noToken(t, zoomtest.Fault{After: true, Cut: true}) }},
	{"cancelled while a token is asked for", true, func(t *testing.T, s *scene) {
		s.noToken(t, zoomtest.Fault{After: true, Replace: func(body string) string {
			s.cancel()
			return body
		}})
	}},

	{"not accepted", false, func(_ *testing.T, s *scene) {
		s.breaks(zoomtest.Fault{Status: 400, Body: `{"code":300,"message":"Invalid field."}`})
	}},
	{"not allowed", false, func(_ *testing.T, s *scene) {
		s.breaks(zoomtest.Fault{Status: 403, Body: `{"code":9000,"message":"No permission."}`})
	}},
	{"too many in a second", false, func(_ *testing.T, s *scene) { s.breaks(zoomtest.PerSecond()) }},
	{"the day's calls are used up", false, func(_ *testing.T, s *scene) { s.breaks(zoomtest.HostLimit()) }},
	{"Zoom is down", false, func(_ *testing.T, s *scene) { s.breaks(zoomtest.Fault{Status: 502, Body: "<html>"}) }},
	{"hung up at once", false, func(_ *testing.T, s *scene) { s.breaks(zoomtest.Fault{Cut: true}) }},
	{"hung up when it was done", false,
		func(_ *testing.T, s *scene) { s.breaks(zoomtest.Fault{After: true, Cut: true}) }},
	{"half an answer", false, func(_ *testing.T, s *scene) { s.breaks(zoomtest.Fault{After: true, Half: true}) }},
	{"somebody else's answer", false,
		func(_ *testing.T, s *scene) { s.breaks(zoomtest.Fault{After: true, Status: 200, Body: "<html>"}) }},
	{"cancelled while it waits for the answer", false, func(_ *testing.T, s *scene) {
		s.server.Break(zoomtest.Fault{Match: func(r *http.Request) bool {
			if aWrite(r) {
				s.cancel()
				<-r.Context().Done() // that the client has hung up
			}
			return false
		}})
	}},
	{"too many in a second, then no connection", false, func(_ *testing.T, s *scene) {
		f := zoomtest.PerSecond()
		f.Match = func(r *http.Request) bool {
			if aWrite(r) {
				s.cut(func() error { return errors.New("network is unreachable") })
			}
			return aWrite(r)
		}
		s.server.Break(f)
	}},
}

func TestUnsent(t *testing.T) {
	for call, do := range writes {
		for _, failure := range failures {
			t.Run(call+", "+failure.name, func(t *testing.T) {
				f := newFixture(t, zoomtest.Options{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s := &scene{f, dialled(t, f), cancel}
				m := f.create(t, f.spec())
				spent, reached := f.server.Spent(host), s.arrivals()
				failure.make(t, s)
				err := do(ctx, f, m.ID)
				if errors.Is(err, meeting.ErrNotSent) != failure.unsent || err == nil {
					t.Errorf("error %v; unsent: %v", err, failure.unsent)
				}
				if failure.unsent != (reached.Load() == 0) || failure.unsent && f.server.Spent(host) != spent {
					t.Errorf("%d requests reached Zoom, which counts %d", reached.Load(), f.server.Spent(host)-spent)
				}
			})
		}
	}
}

// TestUnsentByItself: what the adapter refuses, or cannot find out first, was not sent either.
func TestUnsentByItself(t *testing.T) {
	refuse := func(body string) zoomtest.Fault {
		return zoomtest.Fault{Match: func(r *http.Request) bool { return r.Method == http.MethodGet }, Status: 403,
			Body: body}
	}
	for name, do := range map[string]func(f *fixture, id int64) error{
		"nobody hosts": func(f *fixture, _ int64) error {
			s := f.spec()
			s.Host = ""
			_, err := f.Create(t.Context(), mark, s)
			return err
		},
		"a series without its dates": func(f *fixture, _ int64) error {
			s := f.spec()
			s.Kind = meeting.Fixed
			_, err := f.Create(t.Context(), mark, s)
			return err
		},
		"a series in a zone without a name": func(f *fixture, id int64) error {
			from, to := weekly(t, 4), weekly(t, 4)
			m, err := f.Create(t.Context(), "zt-abcdef-ghijklmn-cccccccccccccccc", from)
			if err != nil {
				return fmt.Errorf("before: %w", err)
			}
			to.Zone, to.Start = "Mars/Base", to.Start.Add(time.Hour)
			_, err = f.Update(t.Context(), m.ID, from, to)
			return err
		},
		"another host": func(f *fixture, id int64) error {
			to := f.spec()
			to.Host = "other." + host
			_, err := f.Update(t.Context(), id, f.spec(), to)
			return err
		},
		"what is to be changed may not be read": func(f *fixture, id int64) error {
			f.server.Break(refuse(`{"code":9000,"message":"No permission."}`))
			_, err := f.Update(t.Context(), id, meeting.Spec{}, f.spec())
			return err
		},
		"a series that may not be read": func(f *fixture, _ int64) error {
			s := weekly(t, 4)
			m, err := f.Create(t.Context(), "zt-abcdef-ghijklmn-cccccccccccccccc", s)
			if err != nil {
				return fmt.Errorf("before: %w", err)
			}
			to := s
			to.Topic = "Renamed"
			f.server.Break(refuse(`{"code":9000,"message":"No permission."}`))
			_, err = f.Update(t.Context(), m.ID, s, to)
			return err
		},
	} {
		f := newFixture(t, zoomtest.Options{})
		m := f.create(t, f.spec())
		if err := do(f, m.ID); !errors.Is(err, meeting.ErrNotSent) || !meeting.Refused(err) ||
			!errors.Is(err, meeting.ErrInvalid) && !errors.Is(err, meeting.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnsentUpdate: an update with which nothing was sent says so, and no other does.
func TestUnsentUpdate(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	single := f.spec()
	id := f.create(t, single).ID
	series := weekly(t, 4)
	m, err := f.Create(t.Context(), "zt-abcdef-ghijklmn-cccccccccccccccc", series)
	if err != nil {
		t.Fatal(err)
	}
	moved := series
	moved.Schedule = &meeting.Schedule{Rule: series.Schedule.Rule, Moved: []meeting.Move{
		{From: series.Starts()[1], Start: series.Starts()[1].Add(time.Hour), Duration: time.Hour}}}
	waiting, renamed := single, single
	waiting.Options.WaitingRoom, renamed.Topic = new(true), "Renamed"
	for _, c := range []struct {
		what     string
		id       int64
		from, to meeting.Spec
		unsent   bool
	}{
		{"from nothing, and all is well", id, meeting.Spec{}, single, true},
		{"nothing differs", id, single, single, true},
		{"from nothing, a switch that no list of times shows", id, meeting.Spec{}, waiting, false},
		{"another topic", id, waiting, renamed, false},
		{"a series from nothing, and all is well", m.ID, meeting.Spec{}, series, true},
		{"one date was moved", m.ID, series, moved, false},
	} {
		spent := f.server.Spent(host)
		got, err := f.Update(t.Context(), c.id, c.from, c.to)
		if err != nil || got.Unsent != c.unsent || got.Unsent != (f.server.Spent(host) == spent) {
			t.Errorf("%s: unsent is %v, counted are %d (%v)", c.what, got.Unsent, f.server.Spent(host)-spent, err)
		}
	}
}
