package icsdir

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// How long the folder must be still before a nudge, and how long a writer that never pauses can put it off; and how
// often a folder that cannot be watched is tried again.
const (
	watchQuiet = 100 * time.Millisecond
	watchLimit = time.Second
	watchRetry = 10 * time.Second
)

// Watch nudges after each change of an .ics file in the folder. A folder that is not there, or is replaced, is looked
// for again.
func (d *Dir) Watch(ctx context.Context, nudge func()) error {
	for {
		err := d.watchOnce(ctx, nudge)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // that ctx ends is how a watch is meant to end
		}
		d.cfg.Log.Debug("the folder is not watched just now", "path", d.cfg.Path, "reason", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchRetry):
			nudge() // what happened meanwhile
		}
	}
}

// errReplaced ends a watch whose folder is no longer there.
var errReplaced = errors.New("the folder was moved or removed")

// watchOnce watches the folder as it is now.
func (d *Dir) watchOnce(ctx context.Context, nudge func()) (err error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("icsdir: the folder cannot be watched: %w", err)
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.Add(d.cfg.Path); err != nil {
		return fmt.Errorf("icsdir: the folder cannot be watched: %w", err)
	}
	var quiet, limit <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, ok := <-w.Events:
			switch {
			case !ok:
				return errors.New("icsdir: the watch has ended")
			case event.Name == d.cfg.Path && event.Has(fsnotify.Remove|fsnotify.Rename):
				nudge()
				return errReplaced
			case !isItem(filepath.Base(event.Name)) || event.Op == fsnotify.Chmod:
				continue
			}
			quiet = time.After(watchQuiet)
			if limit == nil {
				limit = time.After(watchLimit)
			}
			continue
		case err, ok := <-w.Errors:
			if ok && !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("icsdir: the folder cannot be watched: %w", err)
			}
		case <-quiet:
		case <-limit:
		}
		quiet, limit = nil, nil
		nudge()
	}
}
