package socket

import (
	"path/filepath"
)

// Path is where the daemon listens: beside the state file.
func Path(state string) string { return filepath.Join(filepath.Dir(state), "zoomtag.sock") }
