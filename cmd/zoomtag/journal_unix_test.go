//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestJournalPriorities: what goes to systemd's journal begins with its priority, and has no time of its own; what goes
// elsewhere does not.
func TestJournalPriorities(t *testing.T) {
	t.Parallel()
	builtForCrash.Store(true)
	binary, err := crashBinary()
	if err != nil {
		t.Fatal(err)
	}
	for _, journal := range []bool{true, false} {
		dir := shortDir(t)
		config := filepath.Join(dir, "zoomtag.yaml")
		text := "state: zoomtag.db\nlisten: \"\"\nzoom: {mode: personal, personal_link: \"https://us02web.zoom.us/j/1234567890?pwd=abc\"}\n" +
			"calendars: [{name: home, ics: {path: gone}}]\n"
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		log, err := os.Create(filepath.Join(dir, "log"))
		if err != nil {
			t.Fatal(err)
		}
		info, err := log.Stat()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(binary, "run", "--config", config)
		cmd.Stderr = log
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && journal {
			cmd.Env = append(os.Environ(), fmt.Sprintf("JOURNAL_STREAM=%d:%d", stat.Dev, stat.Ino))
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		said := func() string {
			raw, err := os.ReadFile(log.Name())
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		eventually(t, "the missing folder is told", 30*time.Second,
			func() bool { return strings.Contains(said(), "calendar=home") })
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
		info6 := regexp.MustCompile(`(?m)^<6>msg="zoomtag runs"`).MatchString(said())
		warned := regexp.MustCompile(`(?m)^<[34]>msg=.*calendar=home`).MatchString(said())
		plain := regexp.MustCompile(`(?m)^time=.* level=INFO msg="zoomtag runs"`).MatchString(said())
		if info6 != journal || warned != journal || plain == journal {
			t.Errorf("journal %v:\n%s", journal, said())
		}
	}
}
