//go:build unix

package oauth

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// noFollow has an open fail at a symbolic link, which somebody else may have laid.
const noFollow = syscall.O_NOFOLLOW

// modes says that the mode of a file tells who may read it.
const modes = true

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	return nil
}
