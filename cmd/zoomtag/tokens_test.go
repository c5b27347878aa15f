package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestTokensAreKept: what the services of apps have given out serves the next command too, plan included, which itself
// keeps none. What is turned down is asked for anew, once; doctor always asks.
func TestTokensAreKept(t *testing.T) {
	w := newGoogleWorld(t)
	kept := filepath.Join(w.dir, "state", "zoomtag.db.tokens")
	before := 0
	zoomAsked := func() (n int) {
		for _, r := range w.zoom.Requests() {
			if strings.HasSuffix(r.Path, "/token") {
				n++
			}
		}
		return n
	}
	asked := func(what string, google, zoom int) {
		t.Helper()
		if n := len(w.google.TokenRequests()); n != google {
			t.Errorf("%s: Google was asked for %d tokens, not %d", what, n, google)
		}
		if n := zoomAsked() - before; n != zoom {
			t.Errorf("%s: Zoom was asked for %d tokens, not %d", what, n, zoom)
		}
		w.google.ResetRequests()
		before = zoomAsked()
	}
	w.pass("plan", exitOK)
	if _, err := os.Stat(kept); err == nil {
		t.Error("plan has written into the state's folder")
	}
	asked("plan", 1, 0)
	w.google.Put("", gJSON{"summary": "Review #zoom"})
	w.pass("sync", exitOK)
	asked("the first sync", 1, 1)
	if info, err := os.Stat(kept); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("the tokens: %v, %v", info, err)
	}
	w.pass("sync", exitOK)
	w.pass("plan", exitOK)
	w.google.Put("", gJSON{"summary": "Another #zoom"})
	w.pass("sync", exitOK)
	asked("later ones", 0, 0)
	w.google.KillTokens()
	w.pass("sync", exitOK)
	asked("after a token was turned down", 1, 0)
	w.pass("sync", exitOK)
	asked("after that", 0, 0)
	if _, errs, code := w.run("doctor"); code != exitOK && code != exitFailed {
		t.Errorf("doctor: exit %d\n%s", code, errs)
	}
	if n := len(w.google.TokenRequests()); n == 0 {
		t.Error("doctor did not ask whether Google gives out a token")
	}
	w.google.ResetRequests()
	before = zoomAsked()
	if err := os.Remove(kept); err != nil {
		t.Fatal(err)
	}
	w.pass("sync", exitOK)
	asked("without the file", 1, 0)
}
