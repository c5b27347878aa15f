package keep

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/providers/files"
	"zoomtag/providers/ical"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// folder is a folder that holds one file for each invitation; "" is none.
type folder string

// FileName is the name of an invitation's file: the event's UID, or a hash where that would be no good name.
func FileName(raw []byte) string {
	outline, err := ical.Look(raw, ical.DefaultLimits)
	uid := ""
	if err == nil && len(outline.UIDs) > 0 {
		uid = outline.UIDs[0]
	}
	odd := strings.ContainsFunc(uid, isOdd)
	fits := uid != "" && len(uid) <= 120 && !odd
	if !fits || uid[0] == '.' || uid[0] == '-' {
		sum := sha256.Sum256([]byte(uid))
		uid = hex.EncodeToString(sum[:16])
	}
	return uid + ".ics"
}

// isOdd reports whether a character may mean something in the name of a file, on whichever system.
func isOdd(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	}
	return !strings.ContainsRune("-_.@+=", r)
}

// ours is how files begin that zoomtag has written.
var ours = []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//zoomtag//EN\r\n")

// The modes of the folder, where zoomtag makes it, and of the files in it: whoever reads an invitation can join, so
// that only the folder's group reads them, a web server for example, and who made the folder can let others in.
const (
	inviteDirMode = 0o750
	inviteMode    = 0o640
)

// foreignError is a file that stands where an invitation belongs, and that somebody else has put there.
type foreignError struct{ path string }

func (e *foreignError) Error() string { return words.Join(e.Plain(), e.Cure()) }

// Plain implements words.Plain.
func (e *foreignError) Plain() string {
	return e.path + " is somebody else's file, and is left as it is"
}

// Cure implements words.Curable.
func (e *foreignError) Cure() string {
	return "move it away, or choose a folder for invites.dir to which nothing else writes"
}

// whose looks at the file of an invitation: fs.ErrNotExist where there is none, a foreignError where it is not ours.
func whose(path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &foreignError{path}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|noWait, 0)
	if err != nil {
		return &foreignError{path} // ours can be read
	}
	defer f.Close()
	head := make([]byte, len(ours))
	if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, ours) {
		return &foreignError{path}
	}
	return nil
}

// apart refuses a folder that is one of the watched ones. It is asked before each change, since a link can be laid at
// any time.
func (d folder) apart(watched []string) error {
	own, err := os.Stat(string(d))
	if err != nil {
		return fmt.Errorf("invites.dir: %w", err)
	}
	for _, path := range watched {
		if other, err := os.Stat(path); err == nil && os.SameFile(own, other) {
			return words.Mend(fmt.Errorf("invites.dir: %s is the same folder as %s, which is watched: nothing is written "+
				"into it, because invitations would be read as events", d, path), "choose another folder")
		}
	}
	return nil
}

// put writes an invitation, unless its file says the same already or is somebody else's.
func (d folder) put(watched []string, raw []byte) error {
	if d == "" {
		return nil
	}
	if err := d.apart(watched); err != nil {
		return err
	}
	path := filepath.Join(string(d), FileName(raw))
	if err := whose(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return files.Replace(path, raw, inviteMode)
}

// remove removes the file of an invitation. One that is somebody else's stays.
func (d folder) remove(watched []string, name string) error {
	if d == "" {
		return nil
	}
	if err := d.apart(watched); err != nil {
		return err
	}
	path := filepath.Join(string(d), name)
	var foreign *foreignError
	err := whose(path)
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.As(err, &foreign) {
		return fmt.Errorf("an invitation that is no longer good cannot be removed: %w", err)
	}
	return nil
}

// mirror makes the folder hold these invitations, and no other ones of ours. A foreignError says which one cannot be
// there; all else that could be done is done then.
func (d folder) mirror(watched []string, kept []store.Invite) error {
	if d == "" {
		return nil
	}
	if err := MakeDir(string(d)); err != nil {
		return fmt.Errorf("invites.dir: %w", err)
	}
	if err := d.apart(watched); err != nil {
		return err
	}
	names := map[string]bool{}
	var taken []error
	for _, i := range kept {
		name := FileName(i.ICS)
		if names[name] { // an event that stands in two calendars
			continue
		}
		names[name] = true
		err := d.put(watched, i.ICS)
		var foreign *foreignError
		switch {
		case errors.As(err, &foreign):
			taken = append(taken, err)
		case err != nil:
			return err
		}
	}
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return fmt.Errorf("invites.dir: %w", err)
	}
	for _, e := range entries {
		if names[e.Name()] || !strings.HasSuffix(e.Name(), ".ics") {
			continue
		}
		if err := d.remove(watched, e.Name()); err != nil {
			return err
		}
	}
	return errors.Join(taken...)
}
