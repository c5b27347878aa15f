package caldav_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/caldav/caldavtest"
)

// likeDavical is a server that does not refuse sync tokens that it has forgotten.
var likeDavical = caldavtest.Options{BadToken: caldavtest.BadTokenAll, CTagOfLast: true}

// TestForgottenToken: where the server takes a token that it has forgotten for none, a deletion shows all the same.
func TestForgottenToken(t *testing.T) {
	w, s := emulated(t, likeDavical, nil)
	kept, deleted := w.Put(anEvent("Talk")), w.Put(anEvent("Call"))
	cursor := list(t, w.connect(), "").Cursor
	w.Delete(deleted)
	s.ExpireTokens()
	for name, c := range map[string]*caldav.Calendar{"the same process": w.last, "after a restart": w.connect()} {
		changes := list(t, c, cursor)
		if ch, ok := change(changes, deleted); !ok || !ch.Missing {
			t.Errorf("%s: the deletion is lost: %+v", name, changes.List)
		}
		if ch, ok := change(changes, kept); ok {
			t.Errorf("%s: what stands is listed as %+v", name, ch)
		}
	}
}

// TestDeletionIsProven: what the server calls deleted is more than missing, also where it was the last event, and its
// tokens are good for that as long as it knows them.
func TestDeletionIsProven(t *testing.T) {
	w, s := emulated(t, likeDavical, nil)
	id := w.Put(anEvent("Talk"))
	c := w.connect()
	cursor := list(t, c, "").Cursor
	w.Delete(id)
	if ch, ok := change(list(t, c, cursor), id); !ok || !ch.Deleted || ch.Missing {
		t.Errorf("deleted: %v %+v", ok, ch)
	}
	unknown := caldavtest.Refused(http.StatusForbidden, "valid-sync-token")
	unknown.Match = caldavtest.Reports("sync-collection")
	s.Break(unknown)
	if ch, ok := change(list(t, c, cursor), id); !ok || ch.Deleted || !ch.Missing {
		t.Errorf("deleted, and the token is refused: %v %+v", ok, ch)
	}
	s.Mend()
	failing := caldavtest.Blank(http.StatusBadGateway)
	failing.Match = unknown.Match
	s.Break(failing)
	if changes, err := c.Changes(t.Context(), cursor); err == nil {
		t.Errorf("deleted, and the answer is lost: %+v", changes)
	}
}

// TestTokensOfAnEarlierRelease: a cursor that rests on tokens that are not refused is given up within a day.
func TestTokensOfAnEarlierRelease(t *testing.T) {
	w, _ := emulated(t, likeDavical, nil)
	now := time.Now()
	w.config.Now = func() time.Time { return now }
	w.Put(anEvent("Talk"))
	compared := list(t, w.connect(), "").Cursor
	head, rest, _ := strings.Cut(compared, "\n")
	at, _, _ := strings.Cut(rest, "\n")
	earlier := strings.Replace(head, "ctag", "sync", 1) + "\n" + at + "\n\"\"\n"
	now = now.Add(25 * time.Hour)
	c := w.connect()
	if changes, err := c.Changes(t.Context(), earlier); !errors.Is(err, calendar.ErrCursor) {
		t.Errorf("%+v, %v", changes, err)
	}
	if again := list(t, c, "").Cursor; !strings.HasPrefix(again, "caldav 2 ctag ") {
		t.Errorf("then the cursor is %q", again)
	}
}

// TestCTagComesBack: what has changed between two writes of one object shows although the CTag is the same again.
func TestCTagComesBack(t *testing.T) {
	w, s := emulated(t, caldavtest.Options{BadToken: caldavtest.BadTokenAll, CTagOfLast: true,
		Save: caldavtest.LikeRadicale}, nil)
	other, last := w.Put(anEvent("Talk")), w.Put(anEvent("Call"))
	c := w.connect()
	cursor := list(t, c, "").Cursor
	raw, _ := s.Object("", last)
	s.Put("", last, strings.Replace(raw, "Call", "Ring", 1))
	w.Edit(other, func(e *calendar.Event) { e.Title = "Talk #zoom" })
	s.Put("", last, raw)
	if ch, ok := change(list(t, c, cursor), other); !ok || ch.Event == nil || ch.Event.Title != "Talk #zoom" {
		t.Errorf("the change is lost: %v %+v", ok, ch)
	}
}
