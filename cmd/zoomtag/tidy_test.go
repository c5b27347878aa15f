package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/sync/api/local"
)

// stateFolder describes every file beside the state, but for that with the times of passes: name, size, time of the
// last write, content.
func stateFolder(w *crashWorld) string {
	w.t.Helper()
	var said strings.Builder
	err := filepath.Walk(filepath.Dir(w.state), func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if info.IsDir() || strings.HasSuffix(path, ".passes") { // that is for the time of the last pass
			return nil
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&said, "%s %d %s %x\n", path, info.Size(), info.ModTime(), text)
		return err
	})
	w.must(err)
	return said.String()
}

// copies are the copies of the state.
func copies(w *crashWorld) []string {
	w.t.Helper()
	found, err := filepath.Glob(w.state + ".*.bak")
	w.must(err)
	return found
}

// TestSyncTidies: where no daemon runs, sync copies the state once a day and drops what is too old. On the passes
// between it writes nothing.
func TestSyncTidies(t *testing.T) {
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom", "", "")
	w.put("b", "Beta #zoom", "", "")
	w.sync()
	if n := len(copies(w)); n != 1 {
		t.Fatalf("%d copies after the first pass, want 1", n)
	}
	w.sync() // sees its own writes
	before := stateFolder(w)
	w.sync()
	if stateFolder(w) != before {
		t.Error("a pass without news wrote something beside the state")
	}
	w.retitle("b", "Beta")
	for range 3 { // the ending, the grace period, the cancellation
		w.ahead += 25 * time.Hour
		w.sync()
	}
	if n := len(copies(w)); n != 3 {
		t.Errorf("%d copies after four days, want the last 3", n)
	}
	if out, _, _ := w.zoomtag("log", "Beta"); !strings.Contains(out, "cancel") {
		t.Fatalf("the meeting was not cancelled:\n%s", out)
	}
	w.ahead += local.KeepFor + time.Hour
	w.sync()
	// it is unknown by now
	if out, said, code := w.zoomtag("log", "Beta"); code != exitUsage || strings.Contains(out+said, "cancel") {
		t.Errorf("the journal still tells of what is older than %s:\n%s", local.KeepFor, out)
	}
}
