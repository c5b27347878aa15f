package icsdir

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

// TestWhyNothingIsRead: what stands against a folder or a file is one sentence with its mend.
func TestWhyNothingIsRead(t *testing.T) {
	for _, c := range []struct {
		err          error
		folder, file string
	}{
		{fs.ErrNotExist, "there is no folder /cal: mount or make it, or correct ics.path", ""},
		{fs.ErrPermission, "the folder /cal may not be read by the user that runs zoomtag: give that user the right",
			"the file a.ics may not be read by the user that runs zoomtag: give that user the right"},
		{syscall.ENOTDIR, "/cal is no folder, or leads through a file: write the folder", ""},
		{syscall.EIO, "the folder /cal cannot be opened: input/output error",
			"the disk cannot read the file a.ics: check the disk"},
	} {
		cause := &fs.PathError{Op: "open", Path: "/cal", Err: c.err}
		folder, file := absent("/cal", cause), unreadable("a.ics", cause)
		if got := words.Of(folder); !strings.HasPrefix(got, c.folder) || !errors.Is(folder, calendar.ErrAbsent) ||
			!errors.Is(folder, c.err) {
			t.Errorf("folder, %v: %q (%v)", c.err, got, folder)
		}
		if got := words.Of(file); !strings.HasPrefix(got, c.file) || strings.Contains(got, "icsdir") ||
			!errors.Is(file, c.err) {
			t.Errorf("file, %v: %q (%v)", c.err, got, file)
		}
	}
}
