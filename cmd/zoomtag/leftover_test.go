package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"zoomtag/sync/api"
)

// TestLeftover: after a lost state, the meeting of an event that was deleted meanwhile is told with the command that
// cancels it, and that command cancels no other.
func TestLeftover(t *testing.T) {
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom", "words, and more", "")
	w.put("b", "Beta #zoom", "", "")
	w.sync()
	ids := map[string]int64{}
	for _, m := range w.zoom.Meetings() {
		ids[m.Topic] = m.ID
	}
	w.must(os.RemoveAll(filepath.Dir(w.state)))
	w.remove("a")
	if out, errs, code := w.zoomtag("sync"); code != exitOK {
		t.Fatalf("sync: exit %d\n%s%s", code, out, errs)
	}
	if n := len(w.zoom.Meetings()); n != 2 {
		t.Fatalf("%d meetings: nothing is cancelled by itself", n)
	}

	command := fmt.Sprintf("zoomtag cancel %d", ids["Alpha"])
	if out, errs, code := w.zoomtag("status"); code != exitOK || !strings.Contains(out, command) ||
		!strings.Contains(out, "Alpha") {
		t.Errorf("status: exit %d, lacks %q\n%s%s", code, command, out, errs)
	}
	if s := w.status(); len(s.Leftovers) != 1 || s.Leftovers[0].Topic != "Alpha" ||
		!strings.HasSuffix(s.Leftovers[0].Mend, command) {
		t.Errorf("status: %+v", s.Leftovers)
	}
	w.refused("no number", exitUsage, "zoomtag status", "cancel", "Alpha")
	w.refused("the meeting of an event", exitFailed, "zoomtag status", "cancel", strconv.FormatInt(ids["Beta"], 10))
	w.refused("a meeting that there is not", exitFailed, "zoomtag status", "cancel", "12345678901")

	if out, errs, code := w.zoomtag(strings.Fields(command)[1:]...); code != exitOK ||
		!strings.Contains(out, "is cancelled") {
		t.Fatalf("%s: exit %d\n%s%s", command, code, out, errs)
	}
	w.check(map[string]string{"b": "Beta"})
	if s := w.status(); len(s.Leftovers) > 0 {
		t.Errorf("status still tells of %+v", s.Leftovers)
	}
	w.journalled(ids["Alpha"])
	w.refused("a meeting that is cancelled already", exitFailed, "zoomtag status", "cancel",
		strconv.FormatInt(ids["Alpha"], 10))
}

// refused runs a command that must say no, in one sentence that holds a text.
func (w *crashWorld) refused(what string, want int, text string, args ...string) {
	w.t.Helper()
	before := len(w.zoom.Meetings())
	out, errs, code := w.zoomtag(args...)
	if code != want || out != "" || !strings.HasPrefix(errs, "zoomtag: ") || !strings.Contains(errs, text) ||
		strings.Count(errs, "\n") != 1 {
		w.t.Errorf("%s: exit %d\n%s%s", what, code, out, errs)
	}
	if len(w.zoom.Meetings()) != before {
		w.t.Errorf("%s: a meeting was cancelled", what)
	}
}

// journalled looks for the one cancellation in the journal.
func (w *crashWorld) journalled(id int64) {
	w.t.Helper()
	out, errs, code := w.zoomtag("log", "--json")
	var report map[string][]api.LogEntry
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitOK {
		w.t.Fatalf("log: exit %d, %v\n%s%s", code, err, out, errs)
	}
	found := 0
	for _, e := range report["log"] {
		if e.Step != "cancel" {
			continue
		}
		found++
		if e.MeetingID != strconv.FormatInt(id, 10) || e.Title != "Alpha" || e.Reason == "" {
			w.t.Errorf("the journal says %+v", e)
		}
	}
	if found != 1 {
		w.t.Errorf("%d cancellations in the journal:\n%s", found, out)
	}
}
