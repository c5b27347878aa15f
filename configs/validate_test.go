package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInvitesElsewhere: invitations must not come among the events, by whichever way their folder leads there.
func TestInvitesElsewhere(t *testing.T) {
	base := t.TempDir()
	for _, err := range []error{os.Mkdir(filepath.Join(base, "in"), 0o700),
		os.Symlink("in", filepath.Join(base, "link")), os.Symlink(".", filepath.Join(base, "here"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for dir, good := range map[string]bool{"in": false, "in/": false, "link": false, "here/in": false,
		"here/link": false,
		"out":       true, "here/out": true, "in/out": true, "link/out": true, ".": true} {
		if got := invitesAre(t, base, "in", dir); (got == nil) != good {
			t.Errorf("%s: %v", dir, got)
		}
	}
	// Neither is there yet.
	if got := invitesAre(t, base, "later", "here/later"); got == nil ||
		!strings.Contains(got.Error(), "invites.dir is the folder of the calendar") {
		t.Errorf("a folder that is made later: %v", got)
	}
}

// invitesAre reads a configuration with a watched folder and one for invitations.
func invitesAre(t *testing.T, base, watched, dir string) error {
	t.Helper()
	d := newDecoder(fileName, base, base)
	d.parse([]byte(personal + "invites: {dir: " + dir + "}\ncalendars: [{name: a, ics: {path: " + watched + "}}]\n"))
	return d.errs.orNil()
}
