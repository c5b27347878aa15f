//go:build peers

package pgtest

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// debian is where Debian keeps the programs of each version.
const debian = "/usr/lib/postgresql"

// programs are those of one PostgreSQL, and who runs them.
type programs struct {
	folder string
	as     *syscall.Credential // nil is whoever runs the tests
}

// find finds the newest PostgreSQL of those below root, or else the one on the path.
func find(root string) (programs, error) {
	found, err := filepath.Glob(filepath.Join(root, "*", "bin", "postgres"))
	if err != nil {
		return programs{}, err
	}
	p := programs{}
	if len(found) > 0 {
		p.folder = filepath.Dir(slices.MaxFunc(found, byVersion))
	} else {
		onPath, err := exec.LookPath("postgres")
		if err != nil {
			return programs{}, errors.New("PostgreSQL is not installed: apt-get install --no-install-recommends postgresql")
		}
		p.folder = filepath.Dir(onPath)
	}
	if os.Getuid() == 0 {
		p.as, err = credential("postgres")
	}
	return p, err
}

// byVersion compares the paths of two versions' programs.
func byVersion(a, b string) int {
	return cmp.Or(cmp.Compare(version(a), version(b)), cmp.Compare(a, b))
}

// version is the 15 of /usr/lib/postgresql/15/bin/postgres; 0 is a folder that is called otherwise.
func version(path string) float64 {
	v, err := strconv.ParseFloat(filepath.Base(filepath.Dir(filepath.Dir(path))), 64)
	if err != nil {
		return 0
	}
	return v
}

// credential is that of a user whom the server's package has made.
func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("root's tests run PostgreSQL as the user %s, whom its package makes: %w", name, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// command is one of the programs, at work in a folder. Of the environment it finds nothing but the path: PGHOST and its
// like belong to whoever runs the tests.
func (p programs) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.folder, name), args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as, Setpgid: true} // Ctrl-C is for the tests, which end it
	return cmd
}

// finish runs one of the programs to its end.
func (p programs) finish(cmd *exec.Cmd) error {
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s failed (%w): %s", filepath.Base(cmd.Path), err, said)
	}
	return nil
}

// own hands a file over to who runs the programs.
func (p programs) own(path string) error {
	if p.as == nil {
		return nil
	}
	return os.Chown(path, int(p.as.Uid), int(p.as.Gid))
}
