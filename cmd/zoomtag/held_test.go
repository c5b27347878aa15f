package main

import (
	"encoding/json"
	"strings"
	"testing"

	"zoomtag/sync/api"
	"zoomtag/sync/reason"
)

// TestHeldEventsShow: an event that is held before anything is made for it, and an option that is left out, are seen in
// status, log and journal, not only in the pass that found them; and no longer once they are mended.
func TestHeldEventsShow(t *testing.T) {
	w := newCrashWorld(t)
	status := func() (s api.StatusReport) {
		t.Helper()
		out, errs, code := w.zoomtag("status", "--json")
		if err := json.Unmarshal([]byte(out), &s); code != exitOK || err != nil {
			t.Fatalf("exit %d, %v\n%s%s", code, err, out, errs)
		}
		return s
	}
	journal := func(id string) (list []api.LogEntry) {
		t.Helper()
		out, errs, code := w.zoomtag("log", "--json", id)
		report := map[string][]api.LogEntry{}
		if err := json.Unmarshal([]byte(out), &report); code != exitOK || err != nil {
			t.Fatalf("exit %d, %v\n%s%s", code, err, out, errs)
		}
		for _, entries := range report {
			list = append(list, entries...)
		}
		return list
	}
	w.put("a", "Alpha #zoom(waiting-room, join-before-host)", "", "")
	w.put("b", "Beta #zoom(waitingroom)", "", "")
	said, code, _ := w.sync()
	if code != exitOK || !strings.Contains(said, `"state": "held"`) || !strings.Contains(said, "contradict") ||
		!strings.Contains(said, `"code": "tag-conflict"`) || !strings.Contains(said, `"cure": "Correct the tag."`) {
		t.Fatalf("exit %d\n%s", code, said)
	}
	s := status()
	if len(s.Events) != 1 || s.Events[0].State != "held" || s.Events[0].Title != "Alpha" ||
		!strings.Contains(s.Events[0].Reason, "contradict") || s.Events[0].Code != reason.TagConflict ||
		s.Events[0].Cure != reason.TagConflict.Cure() ||
		len(s.Notes) != 1 || s.Notes[0].Title != "Beta" ||
		!strings.Contains(s.Notes[0].Reason, `"waitingroom" is not understood`) || s.Health != api.Degraded {
		t.Errorf("%+v", s)
	}
	if out, _, _ := w.zoomtag("status"); !strings.Contains(out, "contradict") ||
		!strings.Contains(out, "is not understood") {
		t.Errorf("status shows\n%s", out)
	}
	if out, _, _ := w.zoomtag("doctor", "--no-network", "--json"); !strings.Contains(out, `"reason_code": "tag-conflict"`) {
		t.Errorf("doctor says\n%s", out)
	}
	for range 2 { // once is enough, also when the file is saved again as it was
		w.put("a", "Alpha #zoom(waiting-room, join-before-host)", "words", "")
		w.sync()
	}
	if a, b := journal("a.ics"), journal("b.ics"); len(a) != 1 || !strings.HasPrefix(a[0].Reason, "held: ") ||
		a[0].Code != reason.TagConflict || len(b) != 3 {
		t.Errorf("the journal has\n%+v\n%+v", a, b)
	}
	if out, _, _ := w.zoomtag("log", "--code", "tag-conflict"); strings.Count(out, "\n") != 2 {
		t.Errorf("the journal has with the code\n%s", out)
	}
	if _, errs, code := w.zoomtag("log", "--code", "tag-conflicts"); code != exitUsage ||
		!strings.Contains(errs, `did you mean "tag-conflict"?`) {
		t.Errorf("exit %d: %s", code, errs)
	}
	w.put("a", "Alpha #zoom(waiting-room)", "", "")
	w.put("b", "Beta #zoom(waiting-room)", "", "")
	w.sync()
	if s := status(); len(s.Events)+len(s.Notes) > 0 || s.Health != api.OK {
		t.Errorf("mended: %+v", s)
	}
	w.put("c", "Gamma #zoom(passcode=äöü)", "", "")
	w.sync()
	w.put("c", "Gamma", "", "")
	w.sync()
	if s := status(); len(s.Events) > 0 {
		t.Errorf("untagged: %+v", s)
	}
}
