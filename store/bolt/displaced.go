package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"zoomtag/providers/words"
)

// Displaced returns, as words.Pair makes it, that the database was deleted or replaced while it is open here: what is
// saved from then on is seen by nobody who opens it anew. It is "" where the path still names the file that is open.
func (s *Engine) Displaced() string {
	if s.db == nil || s.closed.Load() {
		return ""
	}
	mine, err := s.file.Stat()
	if err != nil { // closed meanwhile
		return ""
	}
	named, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return words.Pair(fmt.Sprintf("the state %s was deleted while zoomtag runs, and what it saves is lost when it "+
			"ends", s.path), "restart zoomtag, which rebuilds everything but the history from the marks in the events")
	case err != nil:
		return words.Pair(fmt.Sprintf("the state %s cannot be seen any more: %v", s.path, err),
			"see to it that its folder is there, then restart zoomtag")
	case !os.SameFile(mine, named):
		return words.Pair(fmt.Sprintf("the state %s was replaced while zoomtag runs, which goes on with the file before "+
			"and loses what it saves", s.path), "restart zoomtag, which then uses the file that is there now")
	}
	return ""
}
