package zoom_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// TestLostAnswer: the old refresh token is tried once more, and where Zoom does not forgive, the cause is named and
// nobody asks again until somebody has signed in.
func TestLostAnswer(t *testing.T) {
	for name, forgiving := range map[string]bool{"Zoom forgives": true, "Zoom does not": false} {
		t.Run(name, func(t *testing.T) {
			f := newPerson(t, zoomtest.Options{Patient: forgiving})
			m := f.create(t, f.spec())
			f.clock.Advance(time.Hour)
			f.server.Break(lostAnswer(1))
			if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrNotSent) {
				t.Errorf("lost: %v", err)
			}
			f.clock.Advance(2 * time.Minute)
			f.Service = f.connect(t) // a restart forgets nothing of it
			err := f.read(t.Context(), m.ID)
			if forgiving {
				if g := f.kept(t); err != nil || !g.Asked.IsZero() || g.Previous != "" || !g.Refused.IsZero() {
					t.Errorf("tried once more: %v, %+v", err, g)
				}
				return
			}
			if !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), "the answer to its renewal of "+
				"2026-11-30 23:15 UTC was lost") || !strings.Contains(err.Error(), command) {
				t.Errorf("tried once more: %v", err)
			}
			asked := f.renewals()
			for range 5 {
				f.clock.Advance(time.Hour)
				if err := f.connect(t).CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) {
					t.Errorf("dead: %v", err)
				}
			}
			if n := f.renewals(); n != asked {
				t.Errorf("%d more questions about a dead sign-in", n-asked)
			}
			if s, ok := f.config.Grants.Standing(f.config.GrantFile); !ok || s.Refused.IsZero() ||
				!strings.Contains(s.Reason, "lost") || s.Email != host {
				t.Errorf("stands: %+v", s)
			}
			f.signIn(t)
			if err := f.read(t.Context(), m.ID); err != nil { // the same Service: a daemon notices
				t.Errorf("after signing in again: %v", err)
			}
		})
	}
}

// TestLostAnswersAreNotHurried: while Zoom's sign-in does not answer, it is asked less and less often.
func TestLostAnswersAreNotHurried(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.clock.Advance(time.Hour)
	f.server.Break(zoomtest.Fault{Match: zoomtest.SignIn, Status: http.StatusBadGateway})
	before := f.renewals()
	for range 120 {
		if err := f.read(t.Context(), m.ID); err == nil {
			t.Fatal("no error")
		}
		f.clock.Advance(time.Minute)
	}
	if n := f.renewals() - before; n < 8 || n > 30 {
		t.Errorf("asked %d times in two hours", n)
	}
	f.server.Mend()
	f.clock.Advance(15 * time.Minute)
	if err := f.read(t.Context(), m.ID); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// TestPreviousTokenIsTriedLast: a new refresh token that was never any good.
func TestPreviousTokenIsTriedLast(t *testing.T) {
	f := newPerson(t, zoomtest.Options{Patient: true})
	g := f.kept(t)
	g.Previous, g.RefreshToken, g.Access = g.RefreshToken, "never-heard-of", ""
	if err := g.Save(f.config.GrantFile); err != nil {
		t.Fatal(err)
	}
	f.create(t, f.spec())
	if after := f.kept(t); after.Previous != "" || !f.server.Usable(after.RefreshToken.Reveal()) {
		t.Errorf("kept: %+v", after)
	}
}

// TestRenewalThatCannotBeSaved is not used, and not lost either; and what could not be kept is not asked for.
func TestRenewalThatCannotBeSaved(t *testing.T) {
	for point, questions := range map[string]int{"zoom.refresh.begin": 0, "zoom.refresh.answered": 1} {
		t.Run(point, func(t *testing.T) {
			f := newPerson(t, zoomtest.Options{})
			m := f.create(t, f.spec())
			f.clock.Advance(time.Hour)
			before := f.renewals()
			dir := filepath.Dir(f.config.GrantFile)
			aside := dir + "-aside"
			f.config.Hook = func(p string) {
				if p == point { // the disk is full, say
					if err := errors.Join(os.Rename(dir, aside), os.WriteFile(dir, nil, 0o600)); err != nil {
						t.Error(err)
					}
				}
			}
			f.Service = f.connect(t)
			if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrNotSent) {
				t.Errorf("error %v", err)
			}
			if n := f.renewals() - before; n != questions {
				t.Errorf("%d questions", n)
			}
			if err := errors.Join(os.Remove(dir), os.Rename(aside, dir)); err != nil {
				t.Fatal(err)
			}
			point = ""
			if err := f.read(t.Context(), m.ID); err != nil {
				t.Errorf("when the disk is well again: %v", err)
			}
			if n := f.renewals() - before; n != 1 || !f.server.Usable(f.kept(t).RefreshToken.Reveal()) {
				t.Errorf("%d questions, %v", n, f.kept(t))
			}
		})
	}
}

// TestRenewalOutlivesItsCaller: a daemon that is told to stop still saves what Zoom has given.
func TestRenewalOutlivesItsCaller(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.clock.Advance(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	f.config.Hook = func(point string) {
		if point == "zoom.refresh.asked" {
			cancel()
		}
	}
	f.Service = f.connect(t)
	if err := f.read(ctx, m.ID); err == nil {
		t.Error("no error")
	}
	if g := f.kept(t); !g.Asked.IsZero() || !f.server.Usable(g.RefreshToken.Reveal()) {
		t.Errorf("kept %v, asked %v", g, g.Asked)
	}
}
