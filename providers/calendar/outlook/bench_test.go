//go:build unix

package outlook_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// The benchmark runs the emulator in a process of its own, so that what it measures is the client alone:
//
//	go test ./providers/calendar/outlook -run '^$' -bench . -benchtime 1x
const serverEnv = "ZOOMTAG_BENCH_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(serverEnv) != "" {
		if err := benchServer(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// benchEvents is the size of the benchmark's calendar; every fiftieth event is tagged.
const benchEvents = 10000

// benchServer serves until its standard input ends.
func benchServer() error {
	s := outlooktest.New(outlooktest.Options{})
	if err := s.Start(); err != nil {
		return err
	}
	start := time.Now().AddDate(0, 0, 1).Truncate(time.Hour).UTC()
	for i := range benchEvents {
		title := fmt.Sprintf("Event number %d", i)
		if i%50 == 0 {
			title += " #zoom"
		}
		s.Put("", json{"subject": title, "location": json{"displayName": "Room 12, 3rd floor"},
			"body": json{"contentType": "html", "content": "<p>" +
				strings.Repeat("What a person wrote about it, at some length. ", 12) + "</p>"},
			"attendees": []any{json{"type": "required", "emailAddress": json{"address": "dana@example.org"}}},
			"start":     at(start.Add(time.Duration(i)*time.Hour).Format("2006-01-02T15:04:05"), "UTC"),
			"end":       at(start.Add(time.Duration(i+1)*time.Hour).Format("2006-01-02T15:04:05"), "UTC")})
	}
	fmt.Println(strings.Join([]string{s.GraphURL(), s.LoginURL(), s.Mailbox(), s.Tenant(), s.ClientID(),
		s.ClientSecret()}, "\t"))
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err == nil {
		return fmt.Errorf("unexpected input")
	}
	return s.Close()
}

// BenchmarkFirstPass reads 10,000 events for the first time.
func BenchmarkFirstPass(b *testing.B) {
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), serverEnv+"=1"), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := in.Close(); err != nil {
			b.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	said := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
	config := outlook.Config{Auth: outlook.App, APIURL: said[0], LoginURL: said[1], User: said[2], Tenant: said[3],
		ClientID: said[4], ClientSecret: said[5],
		Interesting: func(ev *calendar.Event) bool { return strings.Contains(ev.Title, "#zoom") }}
	var walls []time.Duration
	before, _ := usage()
	for b.Loop() {
		runtime.GC()
		began := time.Now()
		c, err := outlook.New(config)
		if err != nil {
			b.Fatal(err)
		}
		changes, err := c.Changes(b.Context(), "")
		if err != nil || len(changes.List) != benchEvents {
			b.Fatalf("%d listed, %v", len(changes.List), err)
		}
		walls = append(walls, time.Since(began))
	}
	cpu, rss := usage()
	slices.Sort(walls)
	b.ReportMetric(float64(walls[len(walls)/2].Milliseconds()), "wall-ms")
	b.ReportMetric(float64((cpu-before).Milliseconds())/float64(len(walls)), "cpu-ms")
	b.ReportMetric(float64(rss)/1024, "rss-MiB")
}

// usage is the processor time of this process, and the largest resident set so far.
func usage() (cpu time.Duration, rssKB int64) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Maxrss
}
