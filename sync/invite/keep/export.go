package keep

import (
	"os"
	"path/filepath"
	"strings"

	"zoomtag/providers/files"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// Export writes invitations to a path: all of them into one file where it ends in .ics, else each into a file of a
// folder, which is made. It returns in which file each lies.
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
		return paths, files.Replace(to, raw, 0o600)
	}
	if err := MakeDir(to); err != nil {
		return nil, err
	}
	for i := range list {
		paths[i] = filepath.Join(to, FileName(list[i]))
		if err := files.Replace(paths[i], list[i], 0o600); err != nil {
			return nil, err
		}
	}
	return paths, nil
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
