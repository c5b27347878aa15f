package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor/examine"
)

// strait stands between the program and all services, as a proxy. It knows which kinds of requests there were, and lets
// one of them get no answer that ends.
type strait struct {
	t       *testing.T
	server  *httptest.Server
	onwards http.Transport

	mu    sync.Mutex
	seen  []string // the kinds, in the order of their first requests
	stuck string   // the kind that gets no answer; "" is none
	how   func(conn net.Conn, over <-chan struct{})
	hit   chan struct{} // closed at the first request that got none
	over  chan struct{} // closed at the end of the test
	conns sync.WaitGroup
}

func newStrait(t *testing.T) *strait {
	g := &strait{t: t, hit: make(chan struct{}), over: make(chan struct{})}
	g.server = httptest.NewServer(g)
	t.Cleanup(func() {
		close(g.over)
		g.conns.Wait()
		g.server.Close()
		g.onwards.CloseIdleConnections()
	})
	return g
}

// changing is what differs between two requests of a kind.
var changing = regexp.MustCompile(`/[^/]*[0-9A-Z=%@][^/]*`)

// kindOf names what a request is for.
func kindOf(r *http.Request) string {
	path := changing.ReplaceAllString(strings.ReplaceAll(r.URL.Path, "/v2/", "/v-two/"), "/*")
	return r.Method + " " + path
}

// ServeHTTP passes a request on, or lets it get stuck.
func (g *strait) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := kindOf(r)
	g.mu.Lock()
	if !slices.Contains(g.seen, kind) {
		g.seen = append(g.seen, kind)
	}
	stuck, how := g.stuck == kind, g.how
	if stuck && !isClosed(g.hit) {
		close(g.hit)
	}
	g.mu.Unlock()
	if stuck {
		g.strand(w, how)
		return
	}
	r.RequestURI = ""
	res, err := g.onwards.RoundTrip(r)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(res.StatusCode)
	_, _ = io.Copy(w, res.Body) // whoever asked may have gone away
}

func (g *strait) strand(w http.ResponseWriter, how func(net.Conn, <-chan struct{})) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		g.t.Error(err)
		return
	}
	g.conns.Add(1)
	go func() {
		defer g.conns.Done()
		defer conn.Close()
		how(conn, g.over)
	}()
}

// let has the requests of a kind get stuck from here on.
func (g *strait) let(kind string, how func(net.Conn, <-chan struct{})) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stuck, g.how, g.seen = kind, how, nil
}

func (g *strait) kinds() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.seen)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// The ways of not answering.
const answerHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"

type wayToHang struct {
	name string
	how  func(conn net.Conn, over <-chan struct{})
}

var waysToHang = []wayToHang{
	{"silent", func(_ net.Conn, over <-chan struct{}) { <-over }},
	{"dripping", func(conn net.Conn, over <-chan struct{}) { drip(conn, answerHead, over) }},
	{"dripping before it answers", func(conn net.Conn, over <-chan struct{}) {
		drip(conn, "HTTP/1.1 200 "+
			"OK\r\nX-Padding: ", over)
	}},
	{"half an answer", func(conn net.Conn, over <-chan struct{}) {
		_, _ = io.WriteString(conn, answerHead+`{"access_token":"half`)
		<-over
	}},
	{"eaten", func(net.Conn, <-chan struct{}) {}},
}

// drip writes a byte now and then, for ever.
func drip(conn net.Conn, head string, over <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	text := head
	for {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
		text = " "
		select {
		case <-tick.C:
		case <-over:
			return
		}
	}
}

// hangWorld is one place where calls are made: a calendar and Zoom, and what brings the calls about.
type hangWorld struct {
	t      *testing.T
	strait *strait
	config string
	in     io.Reader
	out    io.Writer
}

// hurried is the shortest bound that lets an emulator answer on a busy machine.
const hurried = 700 * time.Millisecond

// run runs a command until it ends by itself.
func (h *hangWorld) run(ctx context.Context, args ...string) (text string, code int) {
	h.t.Helper()
	return h.runWithin(ctx, hurried, args...)
}

func (h *hangWorld) runWithin(ctx context.Context, within time.Duration, args ...string) (text string, code int) {
	h.t.Helper()
	proxy, err := url.Parse(h.strait.server.URL)
	if err != nil {
		h.t.Fatal(err)
	}
	var said safeBuffer
	out := io.Writer(&said)
	if h.out != nil {
		out = io.MultiWriter(&said, h.out)
	}
	code = execute(ctx, append([]string{"--config", h.config}, args...), process{in: h.in, out: out, err: &said,
		env: func(string) string { return "" },
		hurry: assemble.Haste{Aloof: true, Within: within, Proxy: http.ProxyURL(proxy),
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}})
	return said.String(), code
}

// person signs in: opens the address that is shown in a browser of another machine, and pastes the one at which it
// ends.
func (h *hangWorld) person() {
	typed, typing := io.Pipe()
	shown := make(chan string, 1)
	h.in, h.out = typed, addressReader{shown}
	go func() {
		browser := http.Client{CheckRedirect: func(*http.Request,
			[]*http.Request) error {
			return http.ErrUseLastResponse
		}}
		for {
			var address string
			select {
			case address = <-shown:
			case <-h.strait.over:
				return
			}
			res, err := browser.Get(address)
			if err != nil {
				h.t.Error(err)
				return
			}
			_ = res.Body.Close()
			// read if the command asks for it
			go func() { _, _ = io.WriteString(typing, res.Header.Get("Location")+"\n") }()
		}
	}()
}

// mustRun runs a command that has to go well.
func (h *hangWorld) mustRun(args ...string) {
	h.t.Helper()
	if text, code := h.runWithin(h.t.Context(), 0, args...); code != exitOK {
		h.t.Fatalf("%q: exit %d: %s", args, code, text)
	}
}

// place is a set-up, and a command which makes calls there. That a calendar is watched there is for those of which
// daemons are run.
type place struct {
	name   string
	make   func(t *testing.T) *hangWorld
	asks   []string
	daemon bool
	// forgiving says that the command can do without some answers.
	forgiving bool
	// known are calls that are the same in another place.
	known *regexp.Regexp
}

func places() []place {
	var list []place
	zoomCalls := regexp.MustCompile(`/v-two/|/oauth/`)
	none := regexp.MustCompile(`^$`)
	for _, kind := range crashKinds {
		known := zoomCalls
		if kind.name == "folder" {
			known = none
		}
		fresh := func(t *testing.T) (*crashWorld, *hangWorld) {
			t.Helper()
			w := newCrashWorldOf(t, kind.make)
			for _, name := range []string{"b", "c"} {
				w.put(name, name+" #zoom", "", "")
			}
			w.configureQuick()
			return w, &hangWorld{t: t, strait: newStrait(t), config: w.configFile()}
		}
		later := func(t *testing.T) *hangWorld {
			t.Helper()
			w, h := fresh(t)
			h.mustRun("sync")
			w.put("a", "Alpha #zoom", "", "")
			w.retitle("b", "Beta #zoom")
			w.remove("c")
			return h
		}
		list = append(list,
			place{kind.name + " first", func(t *testing.T) *hangWorld { t.Helper(); _, h := fresh(t); return h },
				[]string{"sync"}, true, true, known},
			place{kind.name + " later", later, []string{"sync"}, true, false, known},
			place{kind.name + " doctor", later, []string{"doctor"}, false, true, known})
	}
	google := func(t *testing.T) *hangWorld {
		t.Helper()
		w := newGoogleWorld(t)
		w.configure("credentials: client.json, auth: user", "schedule: \"@every 1s\"\n")
		h := &hangWorld{t: t, strait: newStrait(t), config: filepath.Join(w.dir, "zoomtag.yaml")}
		h.person()
		return h
	}
	outlook := func(t *testing.T) *hangWorld {
		t.Helper()
		d := newOutlookDoor(t)
		d.only("mine")
		h := &hangWorld{t: t, strait: newStrait(t), config: filepath.Join(d.dir, "zoomtag.yaml")}
		h.person()
		return h
	}
	zoom := func(t *testing.T) *hangWorld {
		t.Helper()
		d := newZoomDoor(t, "client_id: public")
		d.quick()
		h := &hangWorld{t: t, strait: newStrait(t), config: filepath.Join(d.dir, "zoomtag.yaml")}
		h.person()
		return h
	}
	signed := func(make func(*testing.T) *hangWorld, args ...string) func(*testing.T) *hangWorld {
		return func(t *testing.T) *hangWorld {
			t.Helper()
			h := make(t)
			h.mustRun(args...)
			return h
		}
	}
	signIn := []string{"auth", "google", "--no-browser"}
	signInOutlook := []string{"auth", "outlook", "--calendar", "mine", "--no-browser"}
	signInZoom := []string{"auth", "zoom", "--no-browser"}
	stale := func(t *testing.T) *hangWorld { // the access token in the file has had its time
		t.Helper()
		h := signed(zoom, signInZoom...)(t)
		path := filepath.Join(filepath.Dir(h.config), "state", "zoom.grant")
		text, err := os.ReadFile(path)
		if err == nil {
			text = regexp.MustCompile(`"fresh_until": "\d+`).ReplaceAll(text, []byte(`"fresh_until": "2000`))
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	withCode := func(t *testing.T) *hangWorld {
		t.Helper()
		d := newOutlookDoor(t)
		return &hangWorld{t: t, strait: newStrait(t), config: filepath.Join(d.dir, "zoomtag.yaml"),
			out: codeReader{d.server.Approve}}
	}
	return append(list,
		place{"sign-in at google", google, signIn, false, false, none},
		place{"person at google", signed(google, signIn...), []string{"sync"}, true, true, zoomCalls},
		place{"sign-in at outlook", outlook, signInOutlook, false, false, none},
		place{"code at outlook", withCode, []string{"auth", "outlook", "--calendar", "mine", "--device-code"}, false,
			false, none},
		place{"person at outlook", signed(outlook, signInOutlook...), []string{"sync"}, true, false, zoomCalls},
		place{"sign-in at zoom", zoom, signInZoom, false, false, none},
		place{"person at zoom", stale, []string{"sync"}, true, true, none})
}

// quick has daemons look often.
func (d *zoomDoor) quick() {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, "zoomtag.yaml"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.write("zoomtag.yaml", "schedule: \"@every 1s\"\n"+string(text))
}

// only leaves one calendar in the configuration.
func (d *outlookDoor) only(name string) {
	d.t.Helper()
	path := filepath.Join(d.dir, "zoomtag.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.SplitAfter(string(text), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "- { name: "+name+",")
	})
	if err := os.WriteFile(path, []byte("listen: \"\"\nschedule: \"@every 1s\"\n"+
		strings.Replace(strings.Join(lines, ""), "/j/1", "/j/1234567890", 1)), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// configureQuick is configure for daemons that look often and cancel at once.
func (w *crashWorld) configureQuick() {
	w.t.Helper()
	w.configure("schedule: \"@every 1s\"\n")
	text, err := os.ReadFile(w.configFile())
	w.must(err)
	w.must(os.WriteFile(w.configFile(), bytes.Replace(text, []byte("grace: 1m"), []byte("grace: 0s"), 1), 0o600))
}

// atOnce is how many worlds are played at the same time: they wait most of the time.
const atOnce = 12

// TestEveryCallEnds: whichever call gets no answer that ends, the command ends, and says so. A daemon that has met such
// a service goes on when there are answers again, and it ends when it is told to.
func TestEveryCallEnds(t *testing.T) {
	t.Parallel()
	for _, p := range places() {
		t.Run(p.name, func(t *testing.T) {
			h := p.make(t)
			h.strait.let("", nil)
			h.mustRun(p.asks...)
			kinds := slices.DeleteFunc(h.strait.kinds(), func(kind string) bool { return p.known.MatchString(kind) })
			if len(kinds) == 0 {
				t.Fatal("no call was made")
			}
			t.Logf("%q", kinds)
			var wg sync.WaitGroup
			seats := make(chan struct{}, atOnce)
			play := func(cell func()) {
				seats <- struct{}{}
				wg.Go(func() {
					defer func() { <-seats }()
					cell()
				})
			}
			for _, kind := range kinds {
				ways := waysToHang
				if p.daemon {
					play(func() { p.goesOn(t, kind, ways[0]) })
					play(func() { p.stops(t, kind, ways[1]) })
					ways = ways[2:]
				}
				for _, way := range ways {
					play(func() { p.ends(t, kind, way) })
				}
			}
			wg.Wait()
		})
	}
}

// ends runs the command while a kind of call gets no answer. On a machine with much else to do, calls before it may not
// be answered in time: then there is more of it.
func (p *place) ends(t *testing.T, kind string, way wayToHang) {
	t.Helper()
	var h *hangWorld
	var text string
	var code int
	for within := hurried; within <= 16*hurried && (h == nil || !isClosed(h.strait.hit)); within *= 4 {
		h = p.make(t)
		h.strait.let(kind, way.how)
		text, code = h.runWithin(t.Context(), within, p.asks...)
	}
	// What a batch does not bring is asked for by itself; of an event whose link works it is noted what Zoom could not
	// be told.
	forgiving := p.forgiving || strings.HasSuffix(kind, "/$batch") || strings.HasPrefix(kind, "PATCH /v-two/") ||
		strings.HasPrefix(kind, "GET /v-two/")
	if !isClosed(h.strait.hit) {
		t.Errorf("%s, %s %s: there was no such call", p.name, kind, way.name)
	}
	if code == exitOK && !forgiving {
		t.Errorf("%s, %s %s: exit %d: %s", p.name, kind, way.name, code, text)
	}
}

// daemonRun is a daemon at work.
func (h *hangWorld) daemonRun() (stop context.CancelFunc, ended <-chan int) {
	ctx, stop := context.WithCancel(h.t.Context())
	done := make(chan int, 1)
	go func() {
		_, code := h.run(ctx, "run")
		done <- code
	}()
	return stop, done
}

// goesOn lets a service answer again.
func (p *place) goesOn(t *testing.T, kind string, way wayToHang) {
	t.Helper()
	h := p.make(t)
	h.strait.let(kind, way.how)
	stop, ended := h.daemonRun()
	defer stop()
	<-h.strait.hit
	h.strait.let("", nil)
	opened := time.Now()
	eventually(t, p.name+", "+kind+": a pass after there were answers again", time.Minute, func() bool {
		var status api.StatusReport
		text, _ := h.run(t.Context(), "status", "--json")
		return json.Unmarshal([]byte(text), &status) == nil && len(status.Calendars) == 1 &&
			status.Calendars[0].LastSuccess != nil &&
			status.Calendars[0].LastSuccess.After(opened)
	})
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("%s, %s: the daemon ended with %d", p.name, kind, code)
	}
}

// stops tells a daemon to stop while it waits for an answer.
func (p *place) stops(t *testing.T, kind string, way wayToHang) {
	t.Helper()
	h := p.make(t)
	h.strait.let(kind, way.how)
	stop, ended := h.daemonRun()
	defer stop()
	<-h.strait.hit
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("%s, %s: the daemon ended with %d", p.name, kind, code)
	}
}

// TestProbesEnd: so do doctor's looks at the network, whoever is there and does not answer.
func TestProbesEnd(t *testing.T) {
	for _, way := range waysToHang {
		g := newStrait(t)
		g.let("HEAD /", way.how)
		p := examine.NewProber(time.Now, hurried)
		p.Status = g.server.URL + "/status"
		list := []examine.Target{{URL: g.server.URL + "/", Purpose: "API"}}
		if facts := p.Look(t.Context(), list, []string{strings.TrimPrefix(g.server.URL, "http://")},
			false); facts.Probes[0].Error == "" && way.name[:4] != "half" && way.name != "dripping" {
			t.Errorf("%s: %+v", way.name, facts)
		}
		g.let("GET /status", way.how)
		if facts := p.Look(t.Context(), nil, nil, true); facts.StatusError == "" {
			t.Errorf("%s: %+v", way.name, facts)
		}
	}
}
