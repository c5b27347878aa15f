package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkFirstPoll measures how long the daemon takes from the start of its process until it opens its folder of
// 1,000 files to read it, as the kernel sees it (inotify's IN_OPEN):
//
//	go test ./cmd/zoomtag -run '^$' -bench FirstPoll -benchtime 50x
//
// It reports the median and the slowest start. The goal is a median of 25 ms.
func BenchmarkFirstPoll(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "zoomtag")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary,
		".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	w := newBenchWorld(b, binary, 1000)
	b.Run("no-state", func(b *testing.B) {
		w.firstPolls(b, func() { w.must(os.RemoveAll(filepath.Join(w.dir, "tagged"))) })
	})
	w.sync("tagged.yaml")
	b.Run("ten-links", func(b *testing.B) { w.firstPolls(b, func() {}) })
}

// firstPolls starts and stops the daemon again and again.
func (w *benchWorld) firstPolls(b *testing.B, before func()) {
	var waits []time.Duration
	for range b.N {
		b.StopTimer()
		before()
		opened := w.watchFolder(b)
		cmd := exec.Command(w.binary, "--config", filepath.Join(w.dir, "tagged.yaml"), "run")
		b.StartTimer()
		begin := time.Now()
		w.must(cmd.Start())
		opened()
		waits = append(waits, time.Since(begin))
		b.StopTimer()
		w.must(cmd.Process.Signal(syscall.SIGTERM))
		w.must(cmd.Wait())
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(waits[len(waits)-1].Microseconds())/1000, "ms-max")
}

// watchFolder returns a function that waits until somebody opens the folder.
func (w *benchWorld) watchFolder(b *testing.B) (opened func()) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	w.must(err)
	events := os.NewFile(uintptr(fd), "inotify")
	_, err = unix.InotifyAddWatch(fd, filepath.Join(w.dir, "cal"), unix.IN_OPEN)
	w.must(err)
	return func() {
		w.must(events.SetReadDeadline(time.Now().Add(10 * time.Second)))
		if _, err := events.Read(make([]byte, 4096)); err != nil {
			b.Fatalf("the daemon did not read its folder: %v", err)
		}
		w.must(events.Close())
	}
}
