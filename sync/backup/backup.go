// Package backup writes what zoomtag remembers into one file, and takes it out of there again: the state, and the
// sign-ins of persons beside it. The configuration and what it names are not in it: they are written by people,
// and kept by them.
//
// The file is a tar archive, readable by its owner alone, because it holds passcodes and sign-ins. Its first entry is
// the state, [stateName]; the others are sign-ins, by the names that they have beside the state. The state verifies
// itself. How many sign-ins there are stands in the header of the state, and the checksum of each in its own, so that a
// file which was cut off between two of them, or changed in one, is found out. Files of before have neither.
package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/files"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/store"
)

const (
	stateName = "zoomtag.db"
	// grantSuffix ends the names of sign-ins.
	grantSuffix = ".grant"
	// maxGrant and maxGrants bound the sign-ins of a file, in bytes and in number, and maxState the state, in bytes.
	maxGrant  = 1 << 20
	maxGrants = 100_000
	maxState  = 1 << 40
	// The keys in headers.
	countKey = "ZOOMTAG.grants"
	sumKey   = "ZOOMTAG.sha256"
)

// Check returns why a backup cannot be written to a path: what is there already is no backup, and would be lost.
func Check(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return files.WriteError(path, err)
	case info.IsDir():
		return words.Usage(words.Mend(errors.New(path+" is a folder"), "name the file that is to be written"))
	}
	if info.Mode().IsRegular() {
		file, _, err := open(path)
		if err == nil {
			return file.Close()
		}
	}
	return words.Usage(words.Mend(errors.New(path+" is there already, and is no backup of zoomtag's"),
		"name another file, or remove it first"))
}

// Write writes a copy of the state, and sign-ins, to a new file. An old backup there stays whole until the new one is.
func Write(path, copied string, signIns []string, now time.Time) error {
	if err := Check(path); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".zoomtag-*.tmp")
	if err != nil {
		return files.WriteError(path, err)
	}
	err = errors.Join(write(temp, path, copied, signIns, now), temp.Close())
	if err == nil {
		if err = os.Rename(temp.Name(), path); err == nil {
			return nil
		}
		err = files.WriteError(path, err)
	}
	return errors.Join(err, os.Remove(temp.Name()))
}

// write fills the file that is to become the one at path.
func write(temp *os.File, path, copied string, signIns []string, now time.Time) error {
	out := tar.NewWriter(temp)
	count := map[string]string{countKey: strconv.Itoa(len(signIns))}
	if err := add(out, stateName, copied, now, count); err != nil {
		return err
	}
	for _, signIn := range signIns {
		raw, err := os.ReadFile(signIn)
		if err != nil {
			return files.ReadError(signIn, err)
		}
		if err := add(out, filepath.Base(signIn), signIn, now, map[string]string{sumKey: sumOf(raw)}); err != nil {
			return err
		}
	}
	if err := errors.Join(out.Close(), temp.Sync()); err != nil {
		return files.WriteError(path, err)
	}
	return nil
}

// sumOf is the checksum of a sign-in.
func sumOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// add puts a file into an archive, with what its header says besides.
func add(out *tar.Writer, name, path string, now time.Time, says map[string]string) error {
	file, err := os.Open(path)
	if err != nil {
		return files.ReadError(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return files.ReadError(path, err)
	}
	header := &tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: now.UTC().Truncate(time.Second),
		Format: tar.FormatPAX, PAXRecords: says}
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	if _, err := io.Copy(out, file); err != nil {
		return words.Mend(fmt.Errorf("%s changed while it was copied: %w", path, err), "try again")
	}
	return nil
}

// errForeign says that a file was not written by Write.
var errForeign = words.Mend(errors.New("it is no backup of zoomtag's, or it is cut off"),
	"give a file that zoomtag backup has written")

// open opens a backup up to its state.
func open(path string) (*os.File, *tar.Reader, error) {
	file, in, _, err := begin(path)
	return file, in, err
}

// begin is open, and returns how many sign-ins the backup has; -1 where it does not say.
func begin(path string) (file *os.File, in *tar.Reader, signIns int, err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // which might never end
		return nil, nil, 0, words.Usage(words.Say(errForeign, path+": "+errForeign.Error()))
	}
	if file, err = os.Open(path); err != nil {
		return nil, nil, 0, files.ReadError(path, err)
	}
	in = tar.NewReader(file)
	first, err := in.Next()
	if err != nil || first.Name != stateName || first.Size > maxState {
		return nil, nil, 0, errors.Join(words.Usage(words.Say(errForeign, path+": "+errForeign.Error())), file.Close())
	}
	if signIns, err = strconv.Atoi(first.PAXRecords[countKey]); err != nil {
		signIns = -1
	}
	return file, in, signIns, nil
}

// Restored is what was taken out of a backup.
type Restored struct {
	State   string   `json:"state"`
	Old     string   `json:"old,omitempty"` // where the state is that was there before
	SignIns []string `json:"sign_ins"`      // that were not there
	Kept    []string `json:"kept"`          // sign-ins that were there, and may be newer
}

// Place is where a backup goes.
type Place struct {
	State  string // the file of the state; sign-ins are beside it
	Shared string // the URL of the database that has the state instead; "": there is none
	// Grants is where sign-ins are kept: beside the file, or sealed in the database.
	Grants signin.Grants
}

// Restore puts the state of a backup to its place, and its sign-ins beside it, but for those that are there already.
// Nothing changes unless the state in it is whole. A state in use is store.ErrLocked.
func Restore(ctx context.Context, path string, to Place, o store.Options) (r Restored, err error) {
	if _, _, err := Verify(path); err != nil {
		return r, err
	}
	file, in, err := open(path)
	if err != nil {
		return r, err
	}
	defer file.Close()
	r = Restored{State: to.State, SignIns: []string{}, Kept: []string{}}
	if to.Shared != "" {
		err = r.restoreShared(ctx, in, to, o)
	} else {
		r.Old, err = store.Restore(to.State, in, o)
	}
	if err != nil {
		return r, err
	}
	for range maxGrants {
		header, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return r, words.Mend(words.Say(err,
				"the state is restored, and the sign-ins behind it in "+path+" cannot be read"),
				"sign in again with zoomtag auth")
		}
		if err := r.signIn(header, in, to); err != nil {
			return r, err
		}
	}
	return r, nil
}

// restoreShared puts a state into a database. What is there is kept as a file beside the place that a state of this
// machine alone would have.
func (r *Restored) restoreShared(ctx context.Context, in io.Reader, to Place, o store.Options) (err error) {
	dir, err := files.TempDir("zoomtag-restore")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	state := filepath.Join(dir, stateName)
	if err := unpack(in, state); err != nil {
		return words.Say(err, "there is no space in the folder for temporary files to unpack the backup; nothing was "+
			"changed")
	}
	done, err := store.Copy(ctx, state, to.Shared, o, store.CopyOptions{Keep: true})
	if errors.Is(err, store.ErrOccupied) {
		if r.Old, err = keepShared(ctx, to, o); err != nil {
			return err
		}
		done, err = store.Copy(ctx, state, to.Shared, o, store.CopyOptions{Keep: true, Replace: true})
	}
	r.State = done.To
	return err
}

// keepShared copies what is in a database into a file on this machine.
func keepShared(ctx context.Context, to Place, o store.Options) (path string, err error) {
	s, err := store.OpenReadOnly(to.Shared, o)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.BackupBeside(ctx, to.State)
}

// signIn takes a sign-in out of a backup, unless there is one.
func (r *Restored) signIn(header *tar.Header, in io.Reader, place Place) error {
	if err := checkSignIn(header); err != nil {
		return err
	}
	to := filepath.Join(filepath.Dir(place.State), header.Name)
	if place.Grants.Exists(to) {
		r.Kept = append(r.Kept, place.Grants.Place(to))
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxGrant))
	if err != nil {
		return fmt.Errorf("a sign-in could not be read out of the backup: %w", err)
	}
	r.SignIns = append(r.SignIns, place.Grants.Place(to))
	if place.Shared == "" {
		return files.Replace(to, raw, 0o600)
	}
	return sealSignIn(raw, to, place.Grants)
}

// sealSignIn puts a sign-in into a database.
func sealSignIn(raw []byte, to string, grants signin.Grants) (err error) {
	dir, err := files.TempDir("zoomtag-restore")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	open := filepath.Join(dir, filepath.Base(to))
	if err := files.Replace(open, raw, 0o600); err != nil {
		return err
	}
	_, err = signin.Grants{}.CopyTo(grants, open, to)
	return err
}

// checkSignIn returns why an entry behind the state is none that Write makes.
func checkSignIn(header *tar.Header) error {
	plain := header.Typeflag == tar.TypeReg && filepath.Base(header.Name) == header.Name
	if !plain || !strings.HasSuffix(header.Name, grantSuffix) || header.Size > maxGrant {
		return words.Mend(fmt.Errorf("the backup holds %.80q, which is no sign-in: somebody has changed it",
			header.Name), "use another backup")
	}
	return nil
}

// Verify verifies the state in a backup, and counts the sign-ins in it.
func Verify(path string) (s store.Summary, signIns int, err error) {
	file, in, wanted, err := begin(path)
	if err != nil {
		return s, 0, err
	}
	defer file.Close()
	dir, err := files.TempDir("zoomtag-verify")
	if err != nil {
		return s, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	state := filepath.Join(dir, stateName)
	if err := unpack(in, state); err != nil {
		return s, 0, words.Say(err, path+" is cut off, or there is no space in the folder for temporary files to unpack "+
			"it; nothing was changed")
	}
	if s, err = store.Verify(state); err != nil {
		return s, 0, words.Mend(words.Say(err, "the state in "+path+" is damaged"), "use another backup")
	}
	for ; signIns < maxGrants; signIns++ {
		header, err := in.Next()
		switch {
		case errors.Is(err, io.EOF) && wanted >= 0 && signIns != wanted:
			return s, signIns, words.Mend(fmt.Errorf("%s is cut off: of %d sign-ins there are %d", path, wanted, signIns),
				"use another backup")
		case errors.Is(err, io.EOF):
			return s, signIns, nil
		case err != nil:
			return s, signIns, words.Mend(words.Say(err, path+" is cut off behind its state"),
				"use another backup")
		}
		if err := checkSignIn(header); err != nil {
			return s, signIns, err
		}
		raw, err := io.ReadAll(io.LimitReader(in, maxGrant))
		if err != nil {
			return s, signIns, words.Mend(words.Say(err, path+" is cut off behind its state"),
				"use another backup")
		}
		if sum := header.PAXRecords[sumKey]; sum != "" && sum != sumOf(raw) {
			return s, signIns, words.Mend(fmt.Errorf("a sign-in in %s is damaged", path), "use another backup")
		}
	}
	return s, signIns, errForeign
}

// unpack writes what is left of an entry to a new file.
func unpack(in io.Reader, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, in)
	return errors.Join(err, file.Close())
}
