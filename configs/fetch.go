package configs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"zoomtag/providers/words"
)

// maxSecret is the largest secret that is read from a file, in bytes.
const maxSecret = 64 << 10

// guardLiterals reports secrets that stand in a configuration which others may read.
func (d *decoder) guardLiterals(mode fs.FileMode) {
	if !keepsPermissions || mode.Perm()&0o044 == 0 {
		return
	}
	for _, path := range slices.Sorted(maps.Keys(d.secrets)) {
		if d.secrets[path].literal() {
			d.failAt(path, "%s stands here in plain sight of other users (mode %04o)", display(path),
				mode.Perm()).
				mend("run chmod 600 %s", d.file)
		}
	}
}

// keepsPermissions says that file modes mean something here: on Windows every file looks readable by all.
const keepsPermissions = runtime.GOOS != "windows"

// fetchSecrets reads the secrets that live elsewhere.
func (d *decoder) fetchSecrets(getenv func(string) string) {
	for _, path := range slices.Sorted(maps.Keys(d.secrets)) {
		d.fetchSecret(path, getenv)
	}
}

// fetchSecret reads the secret of a key, if it lives elsewhere.
func (d *decoder) fetchSecret(path string, getenv func(string) string) {
	s := d.secrets[path]
	if s == nil || s.literal() {
		return
	}
	value, err := d.fetch(s.source, getenv)
	if err == nil && value == "" {
		err = words.Mend(fmt.Errorf("%s is empty", s.source), "put the secret there")
	}
	if err != nil {
		d.failAt(path, "%s: %s", display(path), words.Cause(err)).by(words.Cure(err))
		return
	}
	s.value = &value
}

// fetch reads one secret. Its errors never hold any of it.
func (d *decoder) fetch(source string, getenv func(string) string) (string, error) {
	form, name, _ := strings.Cut(source, ":")
	if name == "" {
		return "", fmt.Errorf("%s: needs a name behind the colon", form)
	}
	switch form {
	case "env":
		value := getenv(name)
		if value == "" {
			return "", words.Mend(fmt.Errorf("the environment variable %s is not set", name),
				"set it for the daemon, or use file:PATH")
		}
		return value, nil
	case "credential":
		folder := getenv("CREDENTIALS_DIRECTORY")
		if folder == "" {
			return "", words.Mend(fmt.Errorf(
				"%s is a systemd credential, but zoomtag does not run as a systemd unit that passes any", source), fmt.Sprintf(
				"add LoadCredential=%s:PATH to the unit", name))
		}
		if name != filepath.Base(name) || name == ".." || name == "." {
			return "", fmt.Errorf("%s: the name of a credential is no path", source)
		}
		return readSecret(filepath.Join(folder, name), false)
	default:
		path, err := d.path(name)
		if err != nil {
			return "", err
		}
		return readSecret(path, true)
	}
}

// handedIn are folders that a service manager or container runtime fills for one service alone; the modes in them are
// its business.
var handedIn = []string{"/run/credentials/", "/run/secrets/"}

// readSecret reads a file that holds nothing but a secret.
func readSecret(path string, guard bool) (string, error) {
	file, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", words.Mend(fmt.Errorf("there is no file %s", path),
			"put the secret into it, readable by zoomtag only")
	case errors.Is(err, fs.ErrPermission):
		return "", words.Mend(fmt.Errorf("%s may not be read by this user", path),
			"give the file to the user who runs zoomtag")
	case err != nil:
		return "", err
	}
	defer func() { _ = file.Close() }() // read only: nothing can be lost
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", words.Mend(fmt.Errorf("%s is a folder", path), "name the file with the secret")
	}
	own := slices.ContainsFunc(handedIn, func(folder string) bool { return strings.HasPrefix(path, folder) })
	if guard && keepsPermissions && !own && info.Mode().Perm()&0o004 != 0 {
		return "", words.Mend(fmt.Errorf("%s can be read by every user of this machine (mode %04o)", path,
			info.Mode().Perm()), "run chmod 600 "+path)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSecret {
		return "", fmt.Errorf("%s is larger than %d KiB: it is not a secret", path, maxSecret>>10)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
