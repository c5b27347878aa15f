package keep

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/providers/files"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/invite"
)

// Export writes invitations to a path: all of them into one file where it ends in .ics, else each into a file of a
// folder, which is made. It returns in which file each lies. Nothing is written where a file that is there already is
// none of ours: what it holds would be lost.
func Export(list [][]byte, to string) (paths []string, err error) {
	paths = make([]string, len(list))
	if strings.HasSuffix(strings.ToLower(to), ".ics") && !isDir(to) {
		raw, err := Together(list)
		if err != nil {
			return nil, words.Usage(err)
		}
		for i := range paths {
			paths[i] = to
		}
		if err := replaceable(to); err != nil {
			return nil, err
		}
		return paths, files.Replace(files.Target(to), raw, 0o600)
	}
	if info, err := os.Stat(to); err == nil && !info.IsDir() {
		return nil, words.Usage(words.Mend(errors.New(to+" is a file"), "name a folder, or a file as NAME.ics"))
	}
	if err := MakeDir(to); err != nil {
		return nil, files.WriteError(to, err)
	}
	for i := range list {
		paths[i] = filepath.Join(to, FileName(list[i]))
		if err := replaceable(paths[i]); err != nil {
			return nil, err
		}
	}
	for i := range list {
		if err := files.Replace(paths[i], list[i], 0o600); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// replaceable returns why an invitation cannot be written to a path: somebody else's file is there already.
func replaceable(path string) error {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return files.WriteError(path, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, int64(invite.Beginning)))
	if err != nil {
		return files.ReadError(path, err)
	}
	if invite.Wrote(raw) {
		return nil
	}
	return words.Usage(words.Mend(errors.New(path+" is there already, and is no invitation of zoomtag's"),
		"name another file, or remove it first"))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Together is one calendar with all invitations.
func Together(list [][]byte) ([]byte, error) {
	if len(list) == 1 {
		return list[0], nil
	}
	kept := make([]store.Invite, len(list))
	for i := range list {
		kept[i].ICS = list[i]
	}
	raw, err := Join(kept)
	if err != nil {
		return nil, words.Mend(err, "name a folder with -o, for one file each")
	}
	return raw, nil
}
