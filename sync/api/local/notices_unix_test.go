//go:build unix

package local

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zoomtag/store"
	"zoomtag/sync/engine"
)

// TestNotices: what the store has to tell is one sentence, with its cure, in the document as well.
func TestNotices(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	must(t, os.Mkdir(dir, 0o700))
	must(t, os.Chmod(dir, 0o777))
	st, err := store.Open(filepath.Join(dir, "zoomtag.db"), store.Options{NoSync: true})
	must(t, err)
	r := reader{st: st, calendars: map[string]*engine.Calendar{}, now: time.Now}
	report, err := r.status(nil)
	must(t, err)
	want := "others may write to the folder " + dir + " (mode 0777) and could replace the state and the sign-ins in it: " +
		"run chmod go-w " + dir
	if !slices.Equal(report.Notices, []string{want}) {
		t.Errorf("notices %q, want %q", report.Notices, want)
	}
	must(t, st.Close())
}
