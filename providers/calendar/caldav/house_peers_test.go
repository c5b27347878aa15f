//go:build peers

package caldav_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// guest is the second person on a server that knows several. The password is that of the owner.
const guest = "guest"

// house is the folder of a server that does not run as root, and the user that it runs as: its own one, or whoever runs
// the tests.
type house struct {
	t    testing.TB
	dir  string
	name string              // of the user
	as   *syscall.Credential // nil is whoever runs the tests
	env  []string            // what its programs find beside the usual
}

// newHouse makes the folder.
func newHouse(t testing.TB, account string) *house {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil { // the server's user has to get there
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, dir: dir, name: me.Username}
	if me.Uid == "0" {
		h.settle(account)
	}
	return h
}

// settle hands the folder over to an account that the server's package has made.
func (h *house) settle(account string) {
	h.t.Helper()
	u, err := user.Lookup(account)
	if err != nil {
		h.t.Fatalf("the server is not installed: %v", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		h.t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		h.t.Fatal(err)
	}
	h.name, h.as = account, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	h.own(h.dir)
}

func (h *house) own(path string) {
	h.t.Helper()
	if h.as == nil {
		return
	}
	if err := os.Chown(path, int(h.as.Uid), int(h.as.Gid)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) path(name string) string { return filepath.Join(h.dir, name) }

func (h *house) file(name, text string) {
	h.t.Helper()
	write(h.t, h.path(name), text)
	h.own(h.path(name))
}

func (h *house) folder(names ...string) {
	h.t.Helper()
	for _, name := range names {
		if err := os.Mkdir(h.path(name), 0o700); err != nil {
			h.t.Fatal(err)
		}
		h.own(h.path(name))
	}
}

// command is a program that runs as the server's user, in its folder.
func (h *house) command(program string, args ...string) *exec.Cmd {
	h.t.Helper()
	cmd := exec.Command(installed(h.t, program), args...)
	cmd.Dir = h.dir
	cmd.Env = append(os.Environ(), append([]string{"HOME=" + h.dir, "LC_ALL=C.UTF-8"}, h.env...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: h.as}
	return cmd
}

// finish runs a command to its end; it has to succeed.
func (h *house) finish(cmd *exec.Cmd) {
	h.t.Helper()
	if said, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("%q: %v\n%s", cmd.Args, err, said)
	}
}
