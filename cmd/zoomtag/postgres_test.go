//go:build peers

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/store/postgres/pgtest"
)

// TestPostgresMove: the state and the sign-in of a person move into a database and back, a backup of it is made and
// restored, and no meeting is made twice.
func TestPostgresMove(t *testing.T) {
	server := pgtest.Start(t)
	d := newZoomDoor(t, "client_id: public")
	if out, errs, code := d.auth(); code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if state, failure := d.pass(exitOK, "review"); state != "linked" {
		t.Fatalf("%s %s", state, failure)
	}
	run := func(want int, args ...string) string {
		t.Helper()
		out, errs, code := d.run(nil, io.Discard, args...)
		if code != want {
			t.Fatalf("%q: exit %d, not %d\n%s%s", args, code, want, out, errs)
		}
		return out + errs
	}
	says := func(text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in %s", part, text)
			}
		}
	}
	links := run(exitOK, "links", "--json")
	state, url := filepath.Join(d.dir, "state", "zoomtag.db"), "file:"+filepath.Join(d.dir, "url")
	d.write("url", server.Database(t))
	key := filepath.Join(d.dir, "key")
	says(run(exitUsage, "store", "copy", "--to", url), "1 sign-in of persons cannot be moved", "--key file:PATH")
	says(run(exitOK, "store", "key", key), "store_key: file:"+key)
	says(run(exitUsage, "store", "key", key), "is there already")
	says(run(exitOK, "store", "copy", "--to", url, "--key", "file:"+key), "sign-ins moved: zoom.grant", "write store:")
	if _, err := os.Stat(filepath.Join(d.dir, "state", "zoom.grant")); !os.IsNotExist(err) {
		t.Errorf("the sign-in is still a file: %v", err)
	}
	says(run(exitFailed, "sync"), "the state "+state+" has moved to postgres://")

	raw, err := os.ReadFile(filepath.Join(d.dir, "zoomtag.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	alone := string(raw)
	d.write("zoomtag.yaml", "store: "+url+"\n"+alone)
	says(run(exitUsage, "config", "check"), "store_key is missing", "zoomtag store key PATH")
	shared := "store: " + url + "\nstore_key: file:" + key + "\n" + alone
	d.write("zoomtag.yaml", shared)
	run(exitOK, "config", "check")
	if got := run(exitOK, "links", "--json"); got != links {
		t.Errorf("the links became\n%s, from\n%s", got, links)
	}
	says(run(exitOK, "auth", "list", "--ask"), "accepted")
	says(run(exitOK, "verify"), "is whole")
	file := filepath.Join(d.dir, "all.backup")
	says(run(exitOK, "backup", file), "is written", "1 sign-in")
	if left, err := filepath.Glob(filepath.Join(d.dir, "state", "*.backup-*")); err != nil || len(left) > 0 {
		t.Errorf("opened sign-ins are left: %q, %v", left, err)
	}

	// Another key is refused, whatever is asked for.
	run(exitOK, "store", "key", key+".other")
	d.write("zoomtag.yaml", strings.Replace(shared, key, key+".other", 1))
	says(run(exitFailed, "status"), "sealed with another key", "copy the file of store_key")
	d.write("zoomtag.yaml", shared)

	// A new database gets all of it out of the backup, and the one before keeps what it had.
	says(run(exitOK, "auth", "logout", "zoom", "--only-here"), "Signed out")
	says(run(exitOK, "restore", file), "is restored", "sign-ins restored", "zoom.grant")
	if got := run(exitOK, "links", "--json"); got != links {
		t.Errorf("the restored links are\n%s, not\n%s", got, links)
	}
	says(run(exitOK, "auth", "list", "--ask"), "accepted")

	says(run(exitOK, "store", "copy", "--to", state), "sign-ins moved: zoom.grant", "take store: out")
	says(run(exitFailed, "links"), "has moved to "+state)
	d.write("zoomtag.yaml", alone)
	if got := run(exitOK, "links", "--json"); got != links {
		t.Errorf("the links that came back are\n%s, not\n%s", got, links)
	}
	if state, failure := d.pass(exitOK, "review"); state != "" {
		t.Errorf("something was done: %s %s", state, failure)
	}
	if _, errs, code := d.auth(); code != exitOK {
		t.Errorf("exit %d: %s", code, errs)
	}
}
