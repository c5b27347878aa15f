package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar/google/googletest"
)

// The benchmarks of an organisation: people with a Google calendar of 50 events each, watched by one zoomtag with a
// service account. The emulator is a process of its own, which this test binary plays, and zoomtag is the built binary,
// so that what is measured is zoomtag alone. Where it is profiled, the test binary plays it as well:
//
//	go test ./cmd/zoomtag -run '^$' -bench 'CrowdDaemon/1000$|CrowdSync' -benchtime 1x
//	go test ./cmd/zoomtag -run '^$' -bench CrowdDaemon -benchtime 1x -timeout 2h
//
// One in twenty has a tagged event. Google's own quota is kept, which lets no more than 150 polls a second through: the
// larger sizes take a quarter of an hour and longer.
const (
	roleEnv     = "ZOOMTAG_BENCH_ROLE"
	profileEnv  = "ZOOMTAG_BENCH_PROFILE" // a folder for profiles of zoomtag
	afterEnv    = "ZOOMTAG_BENCH_AFTER"   // from when on a daemon is profiled; "" is when 1,000 calendars are at rest
	crowdEvents = 50
	crowdTagged = 20  // one person in so many
	crowdRate   = 100 // polls a second that the schedules add up to

	profileAfter = 15 * time.Second
)

// played plays the part that the environment names, in the place of tests.
func played() bool {
	role, args, _ := strings.Cut(os.Getenv(roleEnv), " ")
	switch role {
	case "google":
		size, err := strconv.Atoi(args)
		if err == nil {
			err = playGoogle(size)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "zoom":
		if err := playZoom(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "zoomtag":
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		profiled := profile(os.Getenv(profileEnv))
		code := execute(ctx, os.Args[1:], process{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv,
			own: true})
		profiled()
		stop()
		os.Exit(code)
	default:
		return false
	}
	return true
}

// profile writes profiles of this process into a folder. Those of a daemon are of its work from one round of polls on:
// the cost of a start is another matter.
func profile(dir string) (end func()) {
	if dir == "" {
		return func() {}
	}
	runtime.MemProfileRate = 4096
	file, err := os.Create(filepath.Join(dir, fmt.Sprintf("cpu-%d", os.Getpid())))
	begin := func() {
		heap, err := os.Create(filepath.Join(dir, fmt.Sprintf("heap-%d", os.Getpid())))
		if err == nil {
			runtime.GC()
			err = errors.Join(pprof.WriteHeapProfile(heap), heap.Close())
			runtime.MemProfileRate = 0 // it would be a tenth of all that is profiled
			err = errors.Join(err, pprof.StartCPUProfile(file))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "profiles:", err)
		}
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "profiles:", err)
	case slices.Contains(os.Args, "run"):
		after, err := time.ParseDuration(os.Getenv(afterEnv))
		if err != nil {
			after = profileAfter
		}
		time.AfterFunc(after, begin)
	default:
		begin()
	}
	return pprof.StopCPUProfile
}

func crowdPerson(i int) string { return fmt.Sprintf("person-%d@example.com", i) }

// playGoogle is Google with a crowd of people, until the standard input ends. It tells its address, and where its key
// is to be had and how many listings it has answered.
func playGoogle(size int) error {
	s := googletest.New(googletest.Options{})
	const model = "model"
	s.AddCalendar(model, googletest.Calendar{})
	start := time.Now().UTC().AddDate(0, 0, 1).Truncate(time.Hour)
	put := func(calendar, title string, at time.Time) {
		s.Put(calendar, gJSON{"summary": title, "location": "Room 12, 3rd floor",
			"description": strings.Repeat("What a person wrote about it, at some length. ", 6),
			"start":       gJSON{"dateTime": at.Format(time.RFC3339)},
			"end":         gJSON{"dateTime": at.Add(time.Hour).Format(time.RFC3339)}})
	}
	for i := range crowdEvents - 1 {
		put(model, fmt.Sprintf("Event number %d", i), start.Add(time.Duration(i)*time.Hour))
	}
	for i := range size {
		s.AddPerson(crowdPerson(i), model)
		title := "The last event"
		if i%crowdTagged == 0 {
			title += " #zoom"
		}
		put(crowdPerson(i), title, start)
	}
	var listed atomic.Int64
	if err := s.Listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/key":
			if _, err := w.Write(s.ServiceAccount()); err != nil {
				panic(err) // whoever asks has the key, or does not begin
			}
			return
		case r.URL.Path == "/listed":
			fmt.Fprint(w, listed.Load())
			return
		case strings.HasSuffix(r.URL.Path, "/events") && listed.Add(1)%1000 == 0:
			s.ResetRequests()
		}
		s.ServeHTTP(w, r)
	})); err != nil {
		return err
	}
	fmt.Println(s.URL())
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err == nil {
		return fmt.Errorf("unexpected input")
	}
	return s.Close()
}

// crowd is an organisation and the configuration that watches it.
type crowd struct {
	b    *testing.B
	size int
	url  string
	dir  string
	// binary is zoomtag; "" where the test binary plays it.
	binary string
}

// newCrowd starts the emulator, and writes a configuration.
func newCrowd(b *testing.B, size int) *crowd {
	b.Helper()
	c := &crowd{b: b, size: size, dir: b.TempDir()}
	c.build()
	cmd := c.play("google " + strconv.Itoa(size))
	in, err := cmd.StdinPipe()
	c.must(err)
	out, err := cmd.StdoutPipe()
	c.must(err)
	c.must(cmd.Start())
	b.Cleanup(func() {
		c.must(in.Close())
		c.must(cmd.Wait())
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	c.must(err)
	c.url = strings.TrimSpace(line)
	c.write("key.json", c.get("/key"))
	var config strings.Builder
	fmt.Fprintf(&config, "state: state/zoomtag.db\nlisten: \"\"\nzone: UTC\nschedule: \"@every %ds\"\n"+
		"zoom: { mode: personal, personal_link: \"https://us02web.zoom.us/j/1234567890?pwd=abc\" }\ncalendars:\n",
		max(10, size/crowdRate))
	for i := range size {
		fmt.Fprintf(&config, "  - { name: person-%d, google: { credentials: key.json, subject: %s, "+
			"api_url: \"%s\" } }\n", i, crowdPerson(i), c.url+"/calendar/v3/")
	}
	c.write("zoomtag.yaml", config.String())
	return c
}

// play is a process that plays a part.
func (c *crowd) play(role string, args ...string) *exec.Cmd {
	binary, err := os.Executable()
	c.must(err)
	cmd := exec.Command(binary, args...)
	cmd.Env, cmd.Stderr = append(os.Environ(), roleEnv+"="+role), os.Stderr
	return cmd
}

// build builds zoomtag, unless it is profiled.
func (c *crowd) build() {
	if os.Getenv(profileEnv) != "" {
		return
	}
	c.binary = filepath.Join(c.b.TempDir(), "zoomtag")
	out, err := exec.Command("go", "build", "-o", c.binary, ".").CombinedOutput()
	if err != nil {
		c.b.Fatalf("%v: %s", err, out)
	}
}

// zoomtag is zoomtag with its configuration.
func (c *crowd) zoomtag(args ...string) *exec.Cmd {
	args = append([]string{"--config", filepath.Join(c.dir, "zoomtag.yaml")}, args...)
	if c.binary == "" {
		return c.play("zoomtag", args...)
	}
	cmd := exec.Command(c.binary, args...)
	cmd.Stderr = os.Stderr
	return cmd
}

func (c *crowd) must(err error) {
	c.b.Helper()
	if err != nil {
		c.b.Fatal(err)
	}
}

func (c *crowd) write(name, text string) {
	c.b.Helper()
	c.must(os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600))
}

func (c *crowd) get(path string) string {
	c.b.Helper()
	req, err := http.NewRequestWithContext(c.b.Context(), http.MethodGet, c.url+path, http.NoBody)
	c.must(err)
	resp, err := http.DefaultClient.Do(req)
	c.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	c.must(err)
	return string(body)
}

// listed is how many listings the emulator has answered.
func (c *crowd) listed() int {
	n, err := strconv.Atoi(c.get("/listed"))
	c.must(err)
	return n
}

// await waits until so many listings more were answered than at a time.
func (c *crowd) await(from, more int) {
	c.b.Helper()
	patience, tick := time.After(time.Hour), time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for c.listed() < from+more {
		select {
		case <-tick.C:
		case <-patience:
			c.b.Fatalf("%d listings of %d", c.listed()-from, more)
		}
	}
}

// usedOf is the processor time of a process.
func (c *crowd) usedOf(pid int) time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	c.must(err)
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	user, err := strconv.Atoi(fields[11])
	c.must(err)
	system, err := strconv.Atoi(fields[12])
	c.must(err)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// residentOf is what a process has in memory now, in MiB, as a line of its status says.
func (c *crowd) residentOf(pid int, line string) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	c.must(err)
	for text := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(text, line+":"); ok {
			kB, err := strconv.Atoi(strings.Fields(rest)[0])
			c.must(err)
			return float64(kB) / 1024
		}
	}
	c.b.Fatalf("no %s", line)
	return 0
}

// run starts the daemon and returns when it is at work, and how long that took. stop ends it.
func (c *crowd) run() (pid int, took, used time.Duration, stop func()) {
	c.b.Helper()
	cmd := c.zoomtag("run")
	cmd.Stderr = nil
	said, err := cmd.StderrPipe()
	c.must(err)
	began := time.Now()
	c.must(cmd.Start())
	lines := bufio.NewReader(said)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			c.b.Fatalf("the daemon has ended: %s", line)
		}
		if strings.Contains(line, "zoomtag runs") {
			took, used = time.Since(began), c.usedOf(cmd.Process.Pid)
			break
		}
		fmt.Fprint(os.Stderr, line)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if !strings.Contains(line, "level=INFO") {
				fmt.Fprint(os.Stderr, line)
			}
		}
	}()
	return cmd.Process.Pid, took, used, func() {
		c.must(cmd.Process.Signal(syscall.SIGTERM))
		<-ended
		c.must(cmd.Wait())
	}
}

// BenchmarkCrowdSync is zoomtag sync over 1,000 calendars in which nothing has changed.
func BenchmarkCrowdSync(b *testing.B) {
	c := newCrowd(b, 1000)
	c.must(c.zoomtag("sync").Run())
	var spent []time.Duration
	for b.Loop() {
		cmd := c.zoomtag("sync")
		c.must(cmd.Run())
		spent = append(spent, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	slices.Sort(spent)
	b.ReportMetric(float64(spent[len(spent)/2].Milliseconds()), "cpu-ms")
}

// BenchmarkCrowdDaemon is the daemon in an organisation at rest: what its start takes, what a poll costs, and what it
// has in memory.
func BenchmarkCrowdDaemon(b *testing.B) {
	for _, size := range []int{1000, 10000, 50000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			c := newCrowd(b, size)
			for b.Loop() {
				c.atRest()
			}
		})
	}
}

// status measures what zoomtag status takes, the whole command, beside the daemon.
func (c *crowd) status() {
	var walls, spent []time.Duration
	for range 11 {
		cmd := c.zoomtag("status")
		began := time.Now()
		c.must(cmd.Run())
		walls = append(walls, time.Since(began))
		spent = append(spent, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	slices.Sort(walls)
	slices.Sort(spent)
	c.b.ReportMetric(float64(walls[len(walls)/2].Milliseconds()), "status-ms")
	c.b.ReportMetric(float64(spent[len(spent)/2].Milliseconds()), "status-cpu-ms")
}

// atRest measures. The first process reads everything, the second one finds nothing new.
func (c *crowd) atRest() {
	from := c.listed()
	_, first, _, stop := c.run()
	c.await(from, c.size+c.size/crowdTagged)
	stop()
	from = c.listed()
	pid, second, spent, stop := c.run()
	c.await(from, c.size)
	from = c.listed()
	before := c.usedOf(pid)
	c.await(from, min(max(c.size/2, 3000), 5000))
	used := c.usedOf(pid) - before
	polls := c.listed() - from
	c.b.ReportMetric(first.Seconds(), "first-start-s")
	c.b.ReportMetric(second.Seconds(), "start-s")
	c.b.ReportMetric(spent.Seconds(), "start-cpu-s")
	c.b.ReportMetric(float64(used.Microseconds())/1000/float64(polls), "cpu-ms/poll")
	c.b.ReportMetric(c.residentOf(pid, "VmRSS"), "rss-MiB")
	c.b.ReportMetric(c.residentOf(pid, "VmHWM"), "peak-MiB")
	c.b.ReportMetric(c.residentOf(pid, "RssFile"), "file-MiB")
	c.status()
	stop()
}
