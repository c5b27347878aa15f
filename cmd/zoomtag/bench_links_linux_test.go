package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting/zoom/zoomtest"
)

// The benchmarks of many new links at once, from their files to the last one written. zoomtag and Zoom's emulator are
// processes of their own (played). What is measured waits for the disk: TMPDIR has to be on one.
//
//	go test ./cmd/zoomtag -run '^$' -bench CrowdLinks -benchtime 3x -timeout 1h

// playZoom is Zoom, until the standard input ends. It tells its addresses.
func playZoom() error {
	s := zoomtest.New(zoomtest.Options{DailyLimit: 1 << 30})
	if err := s.Start(); err != nil {
		return err
	}
	fmt.Println(s.APIURL(), s.OAuthURL())
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err == nil {
		return fmt.Errorf("unexpected input")
	}
	return s.Close()
}

// benchObject is a file with an event that asks for a link.
func benchObject(i int) string {
	at := time.Now().UTC().AddDate(0, 0, 1+i%300).Truncate(time.Hour).Format("20060102T150405Z")
	return strings.Join([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", "BEGIN:VEVENT",
		fmt.Sprintf("UID:%08d@bench", i), "DTSTAMP:20260101T000000Z", fmt.Sprintf("SUMMARY:Event %d #zoom", i),
		"DTSTART:" + at, "DURATION:PT1H", "END:VEVENT", "END:VCALENDAR", ""}, "\r\n")
}

// folders writes folders of so many events, and a configuration of them with this of Zoom.
func (c *crowd) folders(zoom string, events int) {
	var config strings.Builder
	fmt.Fprintf(&config, "state: state/zoomtag.db\nlisten: \"\"\nzone: UTC\nzoom: { %s }\ncalendars:\n", zoom)
	for i := range c.size {
		dir := filepath.Join(c.dir, "c"+strconv.Itoa(i))
		c.must(os.Mkdir(dir, 0o700))
		for j := range events {
			c.write(filepath.Join("c"+strconv.Itoa(i), fmt.Sprintf("%05d.ics", j)), benchObject(i*events+j))
		}
		// a host for each: the limit of a day is not what this is about
		fmt.Fprintf(&config, "  - { name: c%d, host: h%d@example.com, ics: { path: %s } }\n", i, i, dir)
	}
	c.write("zoomtag.yaml", config.String())
}

// BenchmarkCrowdLinks is 1,000 folders with two new events each, and 10,000 new events in one folder, as a sync and a
// daemon find them. The one folder has a room that is always there, since Zoom makes no more than a hundred meetings a
// day for one host.
func BenchmarkCrowdLinks(b *testing.B) {
	const room = "mode: personal, personal_link: \"https://us02web.zoom.us/j/1234567890?pwd=abc\""
	for _, one := range []struct {
		name            string
		folders, events int
		room            string
	}{{"1000x2", 1000, 2, ""}, {"1x10000", 1, 10000, room}} {
		b.Run(one.name, func(b *testing.B) {
			var took, used time.Duration
			for b.Loop() {
				b.StopTimer()
				c := &crowd{b: b, size: one.folders, dir: b.TempDir()}
				c.build()
				zoom := one.room
				if zoom == "" {
					zoom = c.startZoom()
				}
				c.folders(zoom, one.events)
				cmd := c.zoomtag("sync")
				b.StartTimer()
				began := time.Now()
				c.must(cmd.Run())
				took += time.Since(began)
				b.StopTimer()
				used += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
				c.linked(one.events)
				b.StartTimer()
			}
			links := float64(b.N * one.folders * one.events)
			b.ReportMetric(took.Seconds()/float64(b.N), "s")
			b.ReportMetric(float64(took.Microseconds())/1000/links, "ms/link")
			b.ReportMetric(float64(used.Microseconds())/1000/links, "cpu-ms/link")
		})
	}
}

// startZoom starts Zoom's emulator, and returns what a configuration says of it.
func (c *crowd) startZoom() string {
	cmd := c.play("zoom")
	in, err := cmd.StdinPipe()
	c.must(err)
	out, err := cmd.StdoutPipe()
	c.must(err)
	c.must(cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	c.must(err)
	api, oauth, _ := strings.Cut(strings.TrimSpace(line), " ")
	c.b.Cleanup(func() {
		c.must(in.Close())
		c.must(cmd.Wait())
	})
	return fmt.Sprintf("account_id: account, client_id: client, client_secret: secret, host: a@example.com, "+
		"api_url: %q, oauth_url: %q", api, oauth)
}

// linked checks that each event has its link.
func (c *crowd) linked(events int) {
	for i := range c.size {
		for j := range events {
			raw, err := os.ReadFile(filepath.Join(c.dir, "c"+strconv.Itoa(i), fmt.Sprintf("%05d.ics", j)))
			c.must(err)
			if !strings.Contains(string(raw), "zoom.us/j/") {
				c.b.Fatalf("no link: %s", raw)
			}
		}
	}
}
