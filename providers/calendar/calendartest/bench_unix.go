//go:build unix

package calendartest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// benchEnv holds, in the process of an emulator, what its benchmark has asked for.
const benchEnv = "ZOOMTAG_BENCH_SERVER"

// Main is TestMain for a package whose benchmarks run the emulator in a process of its own, so that what they measure
// is the client alone. serve starts it, as asked for, and returns the line by which it is reached.
func Main(m *testing.M, serve func(asked string) (line string, stop func() error, err error)) {
	asked, is := os.LookupEnv(benchEnv)
	if !is {
		os.Exit(m.Run())
	}
	if err := serveAlone(asked, serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serveAlone serves until the standard input ends.
func serveAlone(asked string, serve func(string) (string, func() error, error)) error {
	line, stop, err := serve(asked)
	if err != nil {
		return err
	}
	fmt.Println(line)
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err == nil {
		err = errors.New("unexpected input")
		return errors.Join(err, stop())
	}
	return stop()
}

// Alone starts the emulator of Main until the benchmark is over, and returns its line.
func Alone(b *testing.B, asked string) string {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), benchEnv+"="+asked), os.Stderr
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
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			b.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// Usage is the processor time of this process, and the largest resident set so far.
func Usage() (cpu time.Duration, rssKB int64) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Maxrss
}

// FirstPass measures how a new adapter reads a calendar of so many events for the first time.
func FirstPass(b *testing.B, events int, list func() (listed int, err error)) {
	b.Helper()
	var walls []time.Duration
	before, _ := Usage()
	for b.Loop() {
		runtime.GC()
		began := time.Now()
		if n, err := list(); err != nil || n != events {
			b.Fatalf("%d listed, %v", n, err)
		}
		walls = append(walls, time.Since(began))
	}
	cpu, rss := Usage()
	slices.Sort(walls)
	b.ReportMetric(float64(walls[len(walls)/2].Milliseconds()), "wall-ms")
	b.ReportMetric(float64((cpu-before).Milliseconds())/float64(len(walls)), "cpu-ms")
	b.ReportMetric(float64(rss)/1024, "rss-MiB")
}
