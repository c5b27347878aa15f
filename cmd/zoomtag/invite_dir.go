package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/providers/ical"
	"zoomtag/store"
)

// inviteDir is a folder that holds one file for each invitation; "" is none.
type inviteDir string

// inviteName is the name of an invitation's file: the event's UID, or a hash where that would be no good name.
func inviteName(raw []byte) string {
	outline, err := ical.Look(raw, ical.DefaultLimits)
	uid := ""
	if err == nil && len(outline.UIDs) > 0 {
		uid = outline.UIDs[0]
	}
	odd := strings.IndexFunc(uid, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.@+=", r)
	}) >= 0
	if uid == "" || odd || len(uid) > 120 || uid[0] == '.' || uid[0] == '-' {
		sum := sha256.Sum256([]byte(uid))
		uid = hex.EncodeToString(sum[:16])
	}
	return uid + ".ics"
}

// ours is how files begin that zoomtag has written.
var ours = []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//zoomtag//EN\r\n")

// inviteMode is the mode of files in the folder, which is there for others to read, a web server for example.
const inviteMode = 0o644

// put writes an invitation, unless its file says the same already.
func (d inviteDir) put(raw []byte) error {
	if d == "" {
		return nil
	}
	return writeFile(filepath.Join(string(d), inviteName(raw)), raw, inviteMode)
}

// remove removes the file of an invitation.
func (d inviteDir) remove(name string) error {
	if d == "" {
		return nil
	}
	if err := os.Remove(filepath.Join(string(d), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("an invitation that is no longer good cannot be removed: %w", err)
	}
	return nil
}

// mirror makes the folder hold these invitations, and no other ones of ours.
func (d inviteDir) mirror(kept []store.Invite) error {
	if d == "" {
		return nil
	}
	if err := makeDir(string(d)); err != nil {
		return fmt.Errorf("invites.dir: %w", err)
	}
	names := map[string]bool{}
	for _, i := range kept {
		names[inviteName(i.ICS)] = true
		if err := d.put(i.ICS); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return fmt.Errorf("invites.dir: %w", err)
	}
	for _, e := range entries {
		if names[e.Name()] || !strings.HasSuffix(e.Name(), ".ics") || !e.Type().IsRegular() {
			continue
		}
		if raw, err := os.ReadFile(filepath.Join(string(d), e.Name())); err != nil || !bytes.HasPrefix(raw, ours) {
			continue // it is somebody else's
		}
		if err := d.remove(e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// writeFile replaces a file at once, so that nobody ever reads half of it. One that holds these bytes already stays as it is.
func writeFile(path string, raw []byte, mode fs.FileMode) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, raw) {
		return nil
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".zoomtag-*.tmp")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	_, err = temp.Write(raw)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		os.Remove(temp.Name())
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return nil
}
