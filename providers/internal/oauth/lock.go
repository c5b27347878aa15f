package oauth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockWait is how long a lock that another process holds is left alone before it is tried again.
const lockWait = 20 * time.Millisecond

// Lock keeps every other process, and everybody else in this one, from renewing or replacing the sign-in in a file,
// until unlock is called or the process ends. The lock is a file of its own beside it, because the sign-in's file is
// replaced by each saving.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the sign-in cannot be locked: %w", err)
	}
	lock := flock.New(path+".lock", flock.SetFlag(os.O_RDWR|os.O_CREATE|noFollow), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockWait); err != nil {
		if ctx.Err() != nil {
			return nil, errors.Join(ctx.Err(), lock.Close())
		}
		return nil, errors.Join(fmt.Errorf("the sign-in cannot be locked: %w", err), lock.Close())
	}
	return func() { _ = lock.Close() }, nil // closing it lets go of it
}
