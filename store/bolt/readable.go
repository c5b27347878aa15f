package bolt

import (
	"os"

	"zoomtag/providers/words"
)

// Readable returns, as words.Pair makes it, that others than the owner may read the database, which holds passcodes; ""
// where they may not, or it cannot be looked at.
func (s *Engine) Readable() string {
	info, err := os.Stat(s.path)
	if err != nil || !modes || info.Mode().Perm()&0o077 == 0 { // whoever uses it is told of the error
		return ""
	}
	return words.Pair(s.path+" can be read by others and holds passcodes", "run chmod 600 "+s.path)
}
