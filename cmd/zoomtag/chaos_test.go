package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
	"zoomtag/sync/reason"
)

// The chaos test has the daemon at work while everything around it fails:
//
//	go test ./cmd/zoomtag -run Chaos -chaos.time=30m -v
var chaosTime = flag.Duration("chaos.time", 5*time.Second, "for how long the services of the chaos test misbehave")

// chaosSeed is what happens by chance.
var chaosSeed = flag.Uint64("chaos.seed", 7, "for what the chaos test leaves to chance")

// chaos is the daemon on a Google calendar and Zoom, both of which misbehave, and a receiver of what it tells.
type chaos struct {
	*crashWorld
	google *googletest.Server
	listen string
	rng    *rand.Rand
	made   int // events
	tagged map[string]bool

	mu       sync.Mutex
	open     map[string]bool // problems that were told and are not over
	twice    []string        // what was told though it was known
	breaks   int
	kills    int
	reloads  int
	releases int
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	c := &chaos{rng: rand.New(rand.NewPCG(*chaosSeed, 8)), tagged: map[string]bool{}, open: map[string]bool{}}
	c.crashWorld = newCrashWorldOf(t, newCrashGoogle)
	g, ok := c.crashCalendar.(*crashGoogle)
	if !ok {
		t.Fatal("this world has no Google calendar")
	}
	c.google = g.server
	hook := httptest.NewServer(http.HandlerFunc(c.told))
	t.Cleanup(hook.Close)
	c.listen = quietPort(t)
	c.configureCalendars(fmt.Sprintf("schedule: \"@every 1s\"\nnotify: [ { webhook: { url: %q, secret: "+
		"0123456789abcdef } } ]\napi: { tokens: [ { name: test, token: 0123456789abcdef0123456789abcdef, may: [read] "+
		"} ] }\n", hook.URL), "name: f, "+c.config())
	text, err := os.ReadFile(c.configFile())
	c.must(err)
	c.must(os.WriteFile(c.configFile(),
		[]byte(strings.Replace(string(text), "listen: \"\"", "listen: "+c.listen, 1)), 0o600))
	return c
}

// quietPort is an address that nobody listens on, and that no system gives to who asks for any: between two daemons
// another test could get it otherwise.
func quietPort(t *testing.T) string {
	t.Helper()
	for i := range 1000 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20_000+(os.Getpid()+i)%10_000))
		if l, err := net.Listen("tcp", address); err == nil {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// told notes what the daemon tells.
func (c *chaos) told(_ http.ResponseWriter, r *http.Request) {
	var m struct {
		Type string
		Data struct{ ID, Text string }
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &m) != nil {
		c.t.Errorf("%q, %v", body, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[m.Data.ID] == (m.Type == "problem") {
		c.twice = append(c.twice, string(body))
	}
	c.open[m.Data.ID] = m.Type == "problem"
}

// unsettled are the problems that were told and are not over.
func (c *chaos) unsettled() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, open := range c.open {
		if open {
			n++
		}
	}
	return n
}

// breakSomething has one of the services misbehave for some requests.
func (c *chaos) breakSomething() {
	c.breaks++
	times, after := 1+c.rng.IntN(4), c.rng.IntN(2) == 0
	kind, status := c.rng.IntN(4), []int{500, 502, 503, 429}[c.rng.IntN(4)]
	cut, half := kind == 0, kind == 1
	header, body := http.Header{}, "<html>no</html>"
	if cut || half {
		status, body = 0, ""
	}
	if status == http.StatusTooManyRequests {
		after = false // who asks too often has nothing done: this is no lost answer
		header.Set("Retry-After", "1")
	}
	if c.rng.IntN(2) == 0 {
		c.zoom.Break(zoomtest.Fault{Times: times, After: after, Cut: cut, Half: half, Status: status, Header: header,
			Body: body})
		return
	}
	c.google.Break(googletest.Fault{Times: times, After: after, Cut: cut, Half: half, Status: status, Header: header,
		Body: body})
}

// act is one thing that the owner does. Each event is made once; what was deleted stays so.
func (c *chaos) act() {
	if len(c.tagged) < 20 {
		name := "e" + strconv.Itoa(c.made)
		c.made++
		c.put(name, c.title(name), "words", "")
		c.tagged[name] = true
		return
	}
	there := slices.Sorted(maps.Keys(c.tagged))
	name := there[c.rng.IntN(len(there))]
	switch c.rng.IntN(8) {
	case 0:
		c.retitle(name, "Talk "+name)
		c.tagged[name] = false
	case 1:
		c.remove(name)
		delete(c.tagged, name)
	default:
		c.retitle(name, c.title(name))
		c.tagged[name] = true
	}
}

// title is that of an event that is tagged, with a host of its own: all are at the same time, and the limit of a day is
// far away.
func (c *chaos) title(name string) string {
	return fmt.Sprintf("Talk %s #zoom(host=%s@example.com)", name, name)
}

// status is what zoomtag says of itself. An owner who deletes much while nobody looks is asked whether that is right,
// and says so.
func (c *chaos) status() (s api.StatusReport, text string, ok bool) {
	text, _, code := c.zoomtag("status", "--json")
	if json.Unmarshal([]byte(text), &s) != nil {
		return s, text, false
	}
	for _, calendar := range s.Calendars {
		if calendar.Code == reason.Brake {
			c.releases++
			_, _, _ = c.zoomtag("release", calendar.Name) // asked again if it did not come through
		}
	}
	return s, text, code == exitOK
}

// get asks the daemon over HTTP.
func (c *chaos) get(path string) string {
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, "http://"+c.listen+path, http.NoBody)
	c.must(err)
	req.Header.Set("Authorization", "Bearer 0123456789abcdef0123456789abcdef")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	c.must(err)
	return string(body)
}

// TestChaos: services fail in every way, the owner goes on editing, the daemon is killed and reloads. When all is well
// again, each event that wants a link has one and no other meeting is left, and page, metrics, API, status and messages
// say the same.
func TestChaos(t *testing.T) {
	t.Parallel()
	c := newChaos(t)
	var log safeBuffer
	run := func() *exec.Cmd {
		cmd := exec.Command(c.binary, "--config", c.configFile(), "run")
		cmd.Stderr = &log
		c.must(cmd.Start())
		return cmd
	}
	cmd := run()
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test ends early
	off := 0                                     // for so many ticks nobody is there
	over := time.After(*chaosTime)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for calm := false; !calm; {
		select {
		case <-over:
			calm = true
		case <-tick.C:
		}
		if off--; off == 0 {
			cmd = run()
		}
		switch n := c.rng.IntN(100); {
		case n < 45:
			c.act()
		case n < 60:
			c.breakSomething()
		case n < 62 && off < 0:
			c.kills++
			c.must(cmd.Process.Kill())
			_ = cmd.Wait() // it says that it was killed
			off = 1
			if c.rng.IntN(4) == 0 { // the machine is off for longer
				off = 300
			}
		case n < 64:
			_, _, _ = c.zoomtag("retry") // what services asked for is waited for
			c.status()
		case n < 66 && strings.Contains(c.get("/healthz"), "{"): // a process that has only just begun is ended by it
			c.reloads++
			c.must(cmd.Process.Signal(syscall.SIGHUP))
		}
	}
	if off > 0 {
		cmd = run()
	}
	c.zoom.Mend()
	c.google.Mend()
	mended := time.Now()
	want := 0
	for _, is := range c.tagged {
		if is {
			want++
		}
	}
	out := ""
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%d links are wanted; the last status:\n%s\n%s", want, out, log.String())
		}
	})
	eventually(t, "all is well", 5*time.Minute, func() bool {
		_, _, _ = c.zoomtag("retry") // what services asked for is waited for
		status, text, ok := c.status()
		if out = text; !ok {
			return false
		}
		links := 0
		for _, s := range status.Calendars {
			links += s.Links
		}
		return status.Health == api.OK && links == want && len(status.Waiting) == 0
	})
	t.Logf("%d events, %d at the end, %d faults, %d kills, %d reloads, %d releases; %d links", c.made, len(c.tagged),
		c.breaks, c.kills, c.reloads, c.releases, want)
	well := time.Since(mended)
	c.checkTruth(want)
	agreed := time.Since(mended)
	eventually(t, "what was told is over", 5*time.Minute, func() bool { return c.unsettled() == 0 })
	t.Logf("after %s all was well, after %s all said so, after %s what was told was over", well, agreed,
		time.Since(mended))
	c.must(cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
	if len(c.twice) > 0 {
		t.Errorf("told again, or as over without having been told: %q", c.twice)
	}
	noSecrets(t, c.crashWorld, log.String())
}

// checkTruth compares what is there with what each of those says who can be asked.
func (c *chaos) checkTruth(want int) {
	t := c.t
	for name, tagged := range c.tagged {
		ev, err := c.read(name)
		if err != nil || (ev.Link.Mark != "") != tagged {
			t.Errorf("%s: tagged %v, link %q, %v", name, tagged, ev.Link.Mark, err)
		}
	}
	var links api.LinksReport
	var conditions api.ConditionsReport
	c.must(json.Unmarshal([]byte(c.get("/api/v1/links")), &links))
	c.must(json.Unmarshal([]byte(c.get("/api/v1/conditions")), &conditions))
	marks := map[string]bool{}
	for _, m := range c.zoom.Meetings() {
		marks[strconv.FormatInt(m.ID, 10)] = true
	}
	linked := 0
	for _, l := range links.Links {
		if l.State != "linked" {
			continue // its meeting ends
		}
		linked++
		if !marks[l.MeetingID] {
			t.Errorf("the link of %s leads to meeting %s, which there is not", l.Title, l.MeetingID)
		}
	}
	if linked != want || len(conditions.Conditions) > 0 {
		t.Errorf("the API tells of %d links, want %d, and of %+v", linked, want, conditions.Conditions)
	}
	eventually(t, "the metrics say so", time.Minute, func() bool {
		text := c.get("/metrics")
		n, ok := 0, strings.Contains(text, `zoomtag_health{status="ok"} 1`)
		for _, m := range regexp.MustCompile(`(?m)^zoomtag_links\{.*state="linked"\} (\d+)$`).FindAllStringSubmatch(text, -1) {
			k, err := strconv.Atoi(m[1])
			c.must(err)
			n += k
		}
		return ok && n == want
	})
	eventually(t, "the page says so", time.Minute, func() bool {
		page := c.get("/")
		return strings.Contains(page, "All is well") && strings.Contains(page, "Nothing needs you.")
	})
}
