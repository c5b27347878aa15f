package engine

import (
	"errors"
	"strings"
	"testing"
)

// TestUnreadInTheSamePass: an item that could not be read in this very pass may be the event that is gone in it.
func TestUnreadInTheSamePass(t *testing.T) {
	b := newBench(t)
	b.cal.Bare = true
	id := b.put("Talk #zoom", week)
	b.pass()
	b.cal.Delete(id)
	b.pass()
	b.now = b.now.Add(b.config.Settings.Grace)
	other := b.put("Talk #zoom", week)
	b.cal.Hook = func(call, phase, id string) error {
		if call == "get" && phase == "before" && id == other {
			return errors.New("it is being written")
		}
		return nil
	}
	b.pass()
	if rec := b.record(id); !strings.Contains(rec.Reason, "may be the same event under another name") {
		t.Errorf("%s: %s", rec.State, rec.Reason)
	}
	b.meetings(1)
}
