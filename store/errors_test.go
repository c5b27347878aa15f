package store

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// TestSentences keeps the wording of what people see.
func TestSentences(t *testing.T) {
	const path = "/var/lib/zoomtag/zoomtag.db"
	s := &Store{path: path}
	old := s.compare(facts{head: head{generation: 12}}, stamp{generation: 40})
	other := s.compare(facts{id: [idSize]byte{1}}, stamp{})
	denied := func(owner, who string) error {
		cause, cure := notAllowed(path, owner, who)
		return &sentence{doing: "open", plain: cause, cure: cure}
	}
	var text strings.Builder
	for _, err := range []error{
		&DamagedError{Path: path, What: "is empty"},
		&DamagedError{Path: path, What: "is damaged", err: errNotBolt},
		&DamagedError{Path: path, What: "is damaged", err: fmt.Errorf("page 7: an entry of records: %w", errChecksum)},
		old, other, locked(path),
		explain("save to", path, syscall.ENOSPC), explain("save to", path, syscall.EDQUOT),
		explain("save to", path, syscall.EFBIG),
		explain("open", path, syscall.EROFS), explain("open", path, syscall.EMFILE),
		explain("lock", path, syscall.ENOLCK), explain("read", path, syscall.EIO),
		explain("open", path, syscall.EISDIR),
		s.checkSchema(3, 1), (&Store{path: path, readOnly: true}).checkSchema(1, 2),
		checkNames("", "1"), checkNames("alice", strings.Repeat("x", 9000)),
		fmt.Errorf("store: save to %s: %w", path, ErrReadOnly), fmt.Errorf("store: use %s: %w", path, ErrClosed),
		denied("zoomtag", "alice"), denied("#999", "#999"),
	} {
		fmt.Fprintln(&text, err)
	}
	golden := filepath.Join("testdata", "sentences.golden")
	if *updateGolden {
		write(t, golden, []byte(text.String()))
	}
	if want := must[[]byte](t)(os.ReadFile(golden)); text.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s\n(go test ./store -run Sentences -update writes it anew)", text.String(), want)
	}
}
