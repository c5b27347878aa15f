//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHangUpAtTheStart: SIGHUP while the daemon still reads its configuration does not end it. That is read again.
func TestHangUpAtTheStart(t *testing.T) {
	t.Parallel()
	builtForCrash.Store(true)
	binary, err := crashBinary()
	if err != nil {
		t.Fatal(err)
	}
	dir := shortDir(t)
	config := filepath.Join(dir, "zoomtag.yaml")
	text := "state: zoomtag.db\nlisten: \"\"\n" +
		"zoom: {mode: personal, personal_link: \"https://us02web.zoom.us/j/1234567890?pwd=abc\"}\n" +
		"calendars: [{name: home, ics: {path: gone}}]\n"
	if err := syscall.Mkfifo(config, 0o600); err != nil {
		t.Fatal(err)
	}
	var log safeBuffer
	cmd := exec.Command(binary, "--config", config, "run")
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test ends early
	// The pipe can be opened as soon as the daemon reads it. From then on there is a file in its place.
	pipe, err := os.OpenFile(config, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	file := config + ".new"
	err = errors.Join(cmd.Process.Signal(syscall.SIGHUP), os.WriteFile(file, []byte(text), 0o600),
		os.Rename(file, config))
	_, written := pipe.WriteString(text)
	if err := errors.Join(err, written, pipe.Close()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the daemon ends, or reads it again", time.Minute, func() bool {
		select {
		case err := <-ended:
			t.Fatalf("the daemon ended: %v\n%s", err, log.String())
		default:
		}
		return strings.Contains(log.String(), "the configuration was read again")
	})
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
}
