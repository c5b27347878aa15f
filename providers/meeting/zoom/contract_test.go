package zoom_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// clock is a clock that only waiting moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 30, 22, 15, 20, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Wait is what the adapter waits with.
func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	c.Advance(d)
	return ctx.Err()
}

// fixture is a Service and the emulator behind it, on a real socket.
type fixture struct {
	*zoom.Service
	server  *zoomtest.Server
	clock   *clock
	offline atomic.Bool
	client  *http.Transport
	config  zoom.Config
}

const host = "alice@example.com"

func newFixture(t *testing.T, o zoomtest.Options) *fixture {
	t.Helper()
	f := &fixture{clock: newClock()}
	o.Now = f.clock.Now
	f.server = zoomtest.New(o)
	if err := f.server.Start(); err != nil {
		t.Fatal(err)
	}
	dialer := net.Dialer{}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if f.offline.Load() {
			return nil, errors.New("network is unreachable")
		}
		return dialer.DialContext(ctx, network, address)
	}}
	f.client = transport
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := f.server.Close(); err != nil {
			t.Error(err)
		}
		for _, complaint := range f.server.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	f.config = zoom.Config{
		AccountID: "account", ClientID: "client", ClientSecret: "secret", APIURL: f.server.APIURL(),
		OAuthURL: f.server.OAuthURL(),
		HTTP:     f.client, Now: f.clock.Now, Wait: f.clock.Wait,
	}
	f.Service = f.connect(t)
	return f
}

// connect makes another Service of the same configuration.
func (f *fixture) connect(t *testing.T) *zoom.Service {
	t.Helper()
	s, err := zoom.New(f.config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	meetingtest.Run(t, func(t *testing.T) *meetingtest.World {
		return newFixture(t, zoomtest.Options{PageLimit: 2, ListTwice: true}).world()
	})
}

// world is what the suite sees of the fixture.
func (f *fixture) world() *meetingtest.World {
	return &meetingtest.World{
		Class: meetingtest.Remote, Service: f, Host: host, Now: f.clock.Now, Live: f.live,
		OwnerDelete: f.server.OwnerDelete,
		OwnerRename: func(id int64, topic string) {
			f.server.OwnerEdit(id, func(m *zoomtest.Meeting) { m.Topic = topic })
		},
		Break: f.breakWith,
		Mend:  func() { f.server.Mend(); f.offline.Store(false) },
	}
}

func (f *fixture) live() []meetingtest.Live {
	var all []meetingtest.Live
	for _, m := range f.server.Meetings() {
		mark, _, _ := strings.Cut(m.Agenda, " ")
		all = append(all, meetingtest.Live{ID: m.ID, Mark: mark, Host: m.Host, JoinURL: m.JoinURL, Passcode: m.Passcode,
			Created: m.Created,
			Spec:    meeting.Spec{Topic: m.Topic, Start: m.Start, Duration: m.Duration}})
	}
	return all
}

// breakWith makes the emulator misbehave as the suite wants it.
func (f *fixture) breakWith(trouble meetingtest.Trouble) {
	if trouble == meetingtest.NoConnection {
		f.client.CloseIdleConnections()
		f.offline.Store(true)
		return
	}
	f.server.Break(faultOf(trouble, f.clock.Now()))
}

func faultOf(trouble meetingtest.Trouble, now time.Time) zoomtest.Fault {
	const page = "<!DOCTYPE html><html><body>Please sign in to the guest network</body></html>"
	list := func(more string) func(*http.Request) bool {
		return func(r *http.Request) bool {
			return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/meetings") &&
				(more == "" || r.URL.Query().Has(more))
		}
	}
	switch later := now.Add(meetingtest.RetryIn).UTC(); trouble {
	case meetingtest.Unauthorized:
		return zoomtest.Fault{Status: 401, Body: `{"code":124,"message":"Invalid access token."}`}
	case meetingtest.Forbidden:
		return zoomtest.Fault{Status: 403, Body: `{"code":9000,"message":"No permission."}`}
	case meetingtest.WrongMissing:
		return zoomtest.Fault{Status: 404, Body: page}
	case meetingtest.PerSecond:
		return zoomtest.PerSecond()
	case meetingtest.WaitSeconds:
		return zoomtest.RetryAfter("7200")
	case meetingtest.WaitDate:
		return zoomtest.RetryAfter(later.Format(http.TimeFormat))
	case meetingtest.WaitISO:
		return zoomtest.DailyAccount(later.Format("2006-01-02T15:04:05Z"))
	case meetingtest.WaitNonsense:
		return zoomtest.RetryAfter("in a while")
	case meetingtest.HostLimit:
		return zoomtest.HostLimit()
	case meetingtest.ServerError:
		return zoomtest.Fault{Status: 502, Body: page}
	case meetingtest.Hangup:
		return zoomtest.Fault{Cut: true}
	case meetingtest.EndlessPages:
		return zoomtest.Fault{Match: list(""), Status: 200, Body: `{"next_page_token":"again","meetings":[]}`}
	case meetingtest.SecondPage:
		return zoomtest.Fault{Match: list("next_page_token"), Status: 500, Body: "{}"}
	case meetingtest.Garbled:
		return zoomtest.Fault{After: true, Status: 200, Body: page}
	case meetingtest.XML:
		return zoomtest.Fault{After: true, Status: 200, Body: "<result><code>300</code><message>Bad</message></result>"}
	case meetingtest.Empty:
		return zoomtest.Fault{After: true, Status: 200}
	case meetingtest.Strange:
		return zoomtest.Fault{After: true, Replace: func(string) string { return "{}" }}
	case meetingtest.Half:
		return zoomtest.Fault{After: true, Half: true}
	case meetingtest.LostAnswer:
		return zoomtest.Fault{After: true, Cut: true}
	}
	return zoomtest.Fault{After: true, Deaf: true} // meetingtest.Deaf
}
