//go:build peers

package pgtest

import (
	"io"
	"os/exec"
	"syscall"
)

// clearUp waits until nobody holds its input any more: the tests have ended, perhaps by a signal, or at Go's time-out,
// where no test ends what it has started. Then it ends the server whose folder it is told, if there still is one. One
// that is paused needs no signal to go on: the kernel sends it when the parent is gone.
const clearUp = `cat >/dev/null
cd "$1" || exit 0
if read -r pid <data/postmaster.pid && [ "/proc/$pid/cwd" -ef data ]; then
  kill -QUIT "$pid"
  while [ "/proc/$pid/cwd" -ef data ]; do sleep 0.05; done
fi
rm -rf "$1"`

// keeper is the process that does so.
type keeper struct {
	cmd   *exec.Cmd
	input io.Closer
}

func keep(folder string) (*keeper, error) {
	cmd := exec.Command("/bin/sh", "-c", clearUp, "sh", folder)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &keeper{cmd: cmd, input: input}, nil
}

// dismiss ends it, after its folder is gone.
func (k *keeper) dismiss() error {
	if err := k.input.Close(); err != nil {
		return err
	}
	return k.cmd.Wait()
}
