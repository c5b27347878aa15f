package store

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
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
	var text strings.Builder
	for _, err := range []error{
		&DamagedError{Path: path, What: "is empty"},
		&DamagedError{Path: path, What: "is damaged", err: errNotBolt},
		&DamagedError{Path: path, What: "is damaged", err: fmt.Errorf("page 7: an entry of records: %w", errChecksum)},
		old, other, locked(path),
		explain("save to", path, syscall.ENOSPC), explain("save to", path, syscall.EDQUOT), explain("save to", path, syscall.EFBIG),
		explain("open", path, syscall.EROFS), explain("open", path, syscall.EMFILE),
		explain("lock", path, syscall.ENOLCK), explain("read", path, syscall.EIO), explain("open", path, syscall.EISDIR),
		s.checkSchema(3, 1), (&Store{path: path, readOnly: true}).checkSchema(1, 2),
		checkNames("", "1"), checkNames("alice", strings.Repeat("x", 9000)),
		fmt.Errorf("store: save to %s: %w", path, ErrReadOnly), fmt.Errorf("store: use %s: %w", path, ErrClosed),
		&sentence{text: "store: open: " + notAllowed(path, "zoomtag", "alice")}, &sentence{text: "store: open: " + notAllowed(path, "#999", "#999")},
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

// TestWhoseState: whoever may not use the state is told whose it is, also where only a folder above it can be seen.
func TestWhoseState(t *testing.T) {
	dir := t.TempDir()
	me := userName(os.Geteuid())
	for _, path := range []string{dir, filepath.Join(dir, "none", "zoomtag.db")} {
		if got := ownerOf(path); got != me {
			t.Errorf("%s belongs to %q, want %q", path, got, me)
		}
		if err := explain("open", path, syscall.EACCES); !strings.HasPrefix(err.Error(), "store: open: the state "+path+" may not be read and written by "+me+": ") {
			t.Error(err)
		}
	}
	if got := userName(1<<31 - 7); got != "#2147483641" {
		t.Errorf("a user without a name is %q", got)
	}
}

// TestFullDisk lets a child process grow its store until the file may not grow any further, which the system reports
// where a full disk would be. What was saved before is kept, and the store goes on when there is room.
func TestFullDisk(t *testing.T) {
	if path := os.Getenv("ZOOMTAG_STORE_FULL"); path != "" {
		growUntilFull(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	child := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	child.Env = append(os.Environ(), "ZOOMTAG_STORE_FULL="+path)
	if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "went on") {
		t.Fatalf("%v\n%s", err, out)
	}
	s := openAt(t, path)
	if r := must[*Record](t)(s.Record("team", "afterwards")); r == nil {
		t.Error("what was saved after there was room again is lost")
	}
}

func growUntilFull(t *testing.T, path string) {
	s := openAt(t, path)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	set := func(cur uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: cur, Max: limit.Max}); err != nil {
			t.Fatal(err)
		}
	}
	set(1 << 20)
	saved := 0
	var err error
	for ; err == nil && saved < 1000; saved++ {
		err = s.Update(func(tx *Tx) error {
			r := example("team", fmt.Sprint("event", saved))
			r.Block = strings.Repeat("x", 10_000)
			return put(tx, r)
		})
	}
	if !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("after %d: %v", saved, err)
	}
	if list := must[[]*Record](t)(s.Records("team")); len(list) != saved-1 {
		t.Errorf("%d records, want %d", len(list), saved-1)
	}
	set(limit.Cur)
	update(t, s, func(tx *Tx) error { return put(tx, example("team", "afterwards")) })
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	t.Log("went on")
}
