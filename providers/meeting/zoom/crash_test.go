package zoom_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// victimVariable holds what a process needs to know that is killed: this binary is run again as one.
const victimVariable = "ZOOMTAG_TEST_VICTIM"

type victim struct {
	API, OAuth, Grant string
	Now               time.Time
	Point             string
	Meeting           int64
}

func TestMain(m *testing.M) {
	if text := os.Getenv(victimVariable); text != "" {
		fmt.Println(perish(text))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// perish reads a meeting, and is killed when the renewal of the sign-in reaches a point, as by a power cut.
func perish(text string) error {
	var v victim
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return err
	}
	hook := func(point string) {
		if point != v.Point {
			return
		}
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		select {} // the signal is on its way
	}
	s, err := zoom.New(zoom.Config{Mode: zoom.User, ClientID: "public", GrantFile: v.Grant, APIURL: v.API,
		OAuthURL: v.OAuth,
		Now:      func() time.Time { return v.Now }, Hook: hook})
	if err == nil {
		_, err = s.Get(context.Background(), v.Meeting)
	}
	return fmt.Errorf("alive: %w", err)
}

// TestKilledWhileRenewing: whatever refresh token Zoom would still take, zoomtag still has.
func TestKilledWhileRenewing(t *testing.T) {
	for _, c := range []struct {
		point   string
		patient bool
		doubt   bool // is in the file
		lost    bool // Zoom has spent the one token, and the next one never reached the disk
	}{
		{"zoom.refresh.begin", false, false, false},
		{"zoom.refresh.asked", false, true, false},
		{"zoom.refresh.answered", true, true, false},
		{"zoom.refresh.answered", false, true, true},
		{"zoom.refresh.saved", false, false, false},
	} {
		t.Run(fmt.Sprintf("%s, patient %v", c.point, c.patient), func(t *testing.T) {
			f := newPerson(t, zoomtest.Options{Patient: c.patient})
			m := f.create(t, f.spec())
			f.clock.Advance(time.Hour)
			f.kill(t, c.point, m.ID)
			g := f.kept(t)
			if usable := f.server.Usable(g.RefreshToken.Reveal()) ||
				f.server.Usable(g.Previous.Reveal()); usable == c.lost || g.Asked.IsZero() == c.doubt {
				t.Errorf("usable %v, asked %v", usable, g.Asked)
			}
			err := f.read(t.Context(), m.ID)
			if !c.lost {
				if err != nil {
					t.Errorf("after the restart: %v", err)
				}
				return
			}
			if !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), "was lost") {
				t.Errorf("after the restart: %v", err)
			}
			f.signIn(t)
			if err := f.read(t.Context(), m.ID); err != nil {
				t.Errorf("after signing in again: %v", err)
			}
		})
	}
}

// kill runs a process that reads a meeting and is killed at a point.
func (f *fixture) kill(t *testing.T, point string, id int64) {
	t.Helper()
	text, err := json.Marshal(victim{API: f.config.APIURL, OAuth: f.config.OAuthURL, Grant: f.config.GrantFile,
		Now: f.clock.Now(), Point: point, Meeting: id})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimVariable+"="+string(text))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("it was not killed: %v\n%s", err, out)
	}
}
