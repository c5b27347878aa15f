package oauth_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
)

// old is the refresh token that a service has refused; newer are those of people who sign in meanwhile.
const old, newer = oauth.Secret("old"), oauth.Secret("newer")

// refuse notes that the service has refused the grant, as it is done after each answer that says so.
func refuse(t *testing.T, path string) {
	g := oauth.Grant{RefreshToken: old, Refused: time.Unix(1e9, 0), Reason: "revoked"}
	if err := (oauth.Grants{}).Replace(t.Context(), g, path, old); err != nil {
		t.Error(err)
	}
}

func signIn(t *testing.T, path string) {
	if err := (oauth.Grants{}).Install(t.Context(), oauth.Grant{RefreshToken: newer}, path); err != nil {
		t.Error(err)
	}
}

// begun is a file with the old grant.
func begun(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "outlook.grant")
	if err := (oauth.Grant{RefreshToken: old}).Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// stays fails unless the new sign-in is what is left.
func stays(t *testing.T, when, path string) {
	t.Helper()
	now, err := oauth.LoadGrant(path)
	if err != nil || now.RefreshToken != newer || !now.Refused.IsZero() {
		t.Errorf("%s: somebody has signed in, and the file holds %q, refused %v (%v)", when, now.RefreshToken.Reveal(),
			now.Refused, err)
	}
}

// TestReplaceAndInstall: a sign-in that is saved while others note that the one before was refused is what is left.
func TestReplaceAndInstall(t *testing.T) {
	for round := range 50 {
		path := begun(t)
		var start, wg sync.WaitGroup
		start.Add(1)
		for _, do := range []func(*testing.T, string){refuse, signIn, refuse} {
			wg.Go(func() {
				start.Wait()
				do(t, path)
			})
		}
		start.Done()
		wg.Wait()
		stays(t, fmt.Sprintf("round %d", round), path)
	}
}

// childVariable makes the test binary one of the processes of TestReplaceAcrossProcesses.
const childVariable = "ZOOMTAG_OAUTH_TEST_FILES"

// TestReplaceAcrossProcesses: the same, with a daemon that refuses and a command that signs in.
func TestReplaceAcrossProcesses(t *testing.T) {
	if files := os.Getenv(childVariable); files != "" {
		fmt.Println("begins")
		for _, path := range strings.Split(files, "\n") {
			refuse(t, path)
		}
		return
	}
	var files []string
	for range 30 {
		files = append(files, begun(t))
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReplaceAcrossProcesses$")
	child.Env = append(os.Environ(), childVariable+"="+strings.Join(files, "\n"))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(out)
	if line, err := said.ReadString('\n'); err != nil {
		t.Errorf("the other process says %q, %v", line, err)
	}
	for _, path := range files {
		signIn(t, path)
	}
	rest, err := io.ReadAll(said)
	if err := errors.Join(err, child.Wait()); err != nil {
		t.Fatalf("%v\n%s", err, rest)
	}
	for i, path := range files {
		stays(t, fmt.Sprintf("file %d", i), path)
	}
}
