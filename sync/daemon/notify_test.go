package daemon

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/configs"
)

// TestDigestOverAReload: a way that has told something rests for its digest, also where the configuration is read again
// meanwhile.
func TestDigestOverAReload(t *testing.T) {
	var log logText
	synctest.Test(t, func(t *testing.T) {
		d, dir, cfg := listDaemon(t, &roster{}, &log)
		told, tell := filepath.Join(dir, "told"), filepath.Join(dir, "tell")
		must(t, os.WriteFile(tell, []byte("#!/bin/sh\ncat > /dev/null\necho >> "+told+"\n"), 0o700))
		cfg.CalendarsFrom = nil
		for _, name := range []string{"ann", "bob"} {
			cfg.Calendars = append(cfg.Calendars, configs.Calendar{Name: name,
				ICS: &configs.ICS{Path: filepath.Join(dir, name)}})
		}
		cfg.Notify = []configs.Notice{{Command: tell, Digest: 4 * time.Hour}}
		reload := make(chan os.Signal)
		d.Reload, d.Load = reload, func() (*configs.Config, error) { return cfg, nil }
		must(t, d.build(t.Context(), cfg))
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.generations(ctx, cfg) }()
		heard := func(after time.Duration) int {
			<-time.After(after)
			synctest.Wait()
			text, err := os.ReadFile(told)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			return strings.Count(string(text), "\n")
		}
		must(t, os.RemoveAll(filepath.Join(dir, "ann")))
		if n := heard(30 * time.Minute); n != 1 {
			t.Fatalf("of a folder that is gone, %d messages\n%s", n, log.String())
		}
		reload <- os.Interrupt
		must(t, os.RemoveAll(filepath.Join(dir, "bob")))
		if n := heard(time.Hour); n != 1 {
			t.Errorf("within the digest, after a reload: %d messages", n)
		}
		if n := heard(4 * time.Hour); n != 2 {
			t.Errorf("after the digest: %d messages", n)
		}
		end()
		must(t, <-done)
	})
}
