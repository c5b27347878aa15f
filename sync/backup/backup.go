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
	"io/fs"
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

// File is a backup that is being written. What was at its path before stays whole until it is.
type File struct {
	path string
	temp *os.File
	tar  *tar.Writer
	now  time.Time
}

// Create begins a backup, beside its place. It ends with Finish or Drop.
func Create(path string, now time.Time) (*File, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".zoomtag-*.tmp")
	if err != nil {
		return nil, files.WriteError(path, err)
	}
	return &File{path: path, temp: temp, tar: tar.NewWriter(temp), now: now}, nil
}

// State begins the state, of so many bytes, and says how many sign-ins will come behind it. The bytes are to be written
// to what it returns.
func (f *File) State(size int64, signIns int) (io.Writer, error) {
	if err := f.header(stateName, size, map[string]string{countKey: strconv.Itoa(signIns)}); err != nil {
		return nil, err
	}
	return f, nil
}

// Write implements io.Writer for what State has begun.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.tar.Write(b)
	if err != nil {
		return n, files.WriteError(f.path, err)
	}
	return n, nil
}

// header begins an entry, with what its header says besides.
func (f *File) header(name string, size int64, says map[string]string) error {
	err := f.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size,
		ModTime: f.now.UTC().Truncate(time.Second), Format: tar.FormatPAX, PAXRecords: says})
	if err != nil {
		return files.WriteError(f.path, err)
	}
	return nil
}

// Finish adds the sign-ins, and puts the backup to its place.
func (f *File) Finish(signIns []string) error {
	for _, signIn := range signIns {
		raw, err := os.ReadFile(signIn)
		if err != nil {
			return files.ReadError(signIn, err)
		}
		err = f.header(filepath.Base(signIn), int64(len(raw)), map[string]string{sumKey: sumOf(raw)})
		if err != nil {
			return err
		}
		if _, err := f.Write(raw); err != nil {
			return err
		}
	}
	err := errors.Join(f.tar.Close(), f.temp.Sync(), f.temp.Close())
	if err == nil {
		err = os.Rename(f.temp.Name(), f.path)
	}
	if err != nil {
		return files.WriteError(f.path, err)
	}
	return nil
}

// Drop gives up a backup that Finish has not put to its place; after that it does nothing.
func (f *File) Drop() error {
	_ = f.temp.Close() // it may be closed already, and nobody needs what is in it
	if err := os.Remove(f.temp.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return files.WriteError(f.path, err)
	}
	return nil
}

// sumOf is the checksum of a sign-in.
func sumOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// errForeign says that a file was not written by Write.
var errForeign = words.Mend(errors.New("it is no backup of zoomtag's, or it is cut off"),
	"give a file that zoomtag backup has written")

// open opens a backup up to its state.
func open(path string) (*os.File, *tar.Reader, error) {
	file, in, _, _, err := begin(path)
	return file, in, err
}

// begin is open, and returns how large the state is, and how many sign-ins there are; -1 where that is not said.
func begin(path string) (file *os.File, in *tar.Reader, size int64, signIns int, err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // which might never end
		return nil, nil, 0, 0, foreign(path)
	}
	if file, err = os.Open(path); err != nil {
		return nil, nil, 0, 0, files.ReadError(path, err)
	}
	in = tar.NewReader(file)
	first, err := in.Next()
	if err != nil || first.Name != stateName || first.Size > maxState {
		return nil, nil, 0, 0, errors.Join(foreign(path), file.Close())
	}
	if signIns, err = strconv.Atoi(first.PAXRecords[countKey]); err != nil {
		signIns = -1
	}
	return file, in, first.Size, signIns, nil
}

// foreign says that a file was not written by zoomtag.
func foreign(path string) error {
	return words.Usage(words.Say(errForeign, path+": "+errForeign.Error()))
}

// verifyState verifies the state in a backup that was read up to there. It is read where it is: there may be no room
// for it elsewhere.
func verifyState(file *os.File, path string, size int64) (s store.Summary, err error) {
	at, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return s, files.ReadError(path, err)
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		return s, files.ReadError(path, err)
	case info.Size()-at < size:
		return s, words.Mend(fmt.Errorf("%s is cut off: of the %d bytes of its state there are %d", path, size,
			info.Size()-at), "use another backup")
	}
	if s, err = store.VerifyIn(io.NewSectionReader(file, at, size), size); err != nil {
		return s, words.Mend(words.Say(err, "the state in "+path+" is damaged"), "use another backup")
	}
	return s, nil
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
	file, in, size, wanted, err := begin(path)
	if err != nil {
		return s, 0, err
	}
	defer file.Close()
	if s, err = verifyState(file, path, size); err != nil {
		return s, 0, err
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
