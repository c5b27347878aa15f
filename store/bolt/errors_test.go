package bolt

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"zoomtag/store/entries"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// TestSentences keeps the wording of what people see.
func TestSentences(t *testing.T) {
	const path = "/var/lib/zoomtag/zoomtag.db"
	s := &Engine{path: path, options: Options{Schema: 1}}
	old := s.compare(facts{head: head{generation: 12}}, stamp{generation: 40})
	other := s.compare(facts{id: [idSize]byte{1}}, stamp{})
	denied := func(owner, who string) error {
		cause, cure := notAllowed(path, owner, who)
		return &entries.Error{Doing: "open", Cause: cause, Remedy: cure}
	}
	var text strings.Builder
	for _, err := range []error{
		&DamagedError{Path: path, What: "is empty"},
		&DamagedError{Path: path, What: "is damaged", err: errNotBolt},
		&DamagedError{Path: path, What: "is damaged", err: fmt.Errorf("page 7: an entry of records: %w", entries.ErrChecksum)},
		old, other, locked(path),
		explain("save to", path, syscall.ENOSPC), explain("save to", path, syscall.EDQUOT),
		explain("save to", path, syscall.EFBIG), explainCopy(path+".20261201T120000.000Z.bak.new", syscall.ENOSPC),
		explain("open", path, syscall.EROFS), explain("open", path, syscall.EMFILE),
		explain("lock", path, syscall.ENOLCK), explain("read", path, syscall.EIO),
		explain("open", path, syscall.EISDIR),
		s.checkSchema(3), (&Engine{path: path, readOnly: true, options: Options{Schema: 2}}).checkSchema(1),
		fmt.Errorf("store: save to %s: %w", path, ErrReadOnly), fmt.Errorf("store: use %s: %w", path, ErrClosed),
		denied("zoomtag", "alice"), denied("#999", "#999"),
	} {
		fmt.Fprintln(&text, err)
	}
	golden := filepath.Join("testdata", "sentences.golden")
	if *updateGolden {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || text.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s\n(go test ./store/bolt -run Sentences -update writes it anew)", text.String(), want)
	}
}

// FuzzSidecar reads arbitrary bytes as a sidecar.
func FuzzSidecar(f *testing.F) {
	f.Add([]byte{})
	f.Add(stamp{generation: 7, lost: true}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if st, ok := decodeStamp(b); ok && !bytes.Equal(st.encode(), b) {
			t.Errorf("%x was read as %+v", b, st)
		}
	})
}
