package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Displaced returns, in a sentence, that the database was deleted or replaced while it is open here: what is saved from
// then on is seen by nobody who opens it anew. It is "" where the path still names the file that is open.
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
		return fmt.Sprintf("the state %s was deleted while zoomtag runs, and what it saves is lost when it ends: "+
			"restart zoomtag, which rebuilds "+
			"everything but the history from the marks in the events", s.path)
	case err != nil:
		return fmt.Sprintf("the state %s cannot be seen any more: %v; see to it that its folder is there, then "+
			"restart zoomtag", s.path, err)
	case !os.SameFile(mine, named):
		return fmt.Sprintf("the state %s was replaced while zoomtag runs, which goes on with the file before and "+
			"loses what it saves: restart "+
			"zoomtag, which then uses the file that is there now", s.path)
	}
	return ""
}
