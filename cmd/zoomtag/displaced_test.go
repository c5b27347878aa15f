package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"zoomtag/store"
	"zoomtag/sync/assemble"
)

// TestReadingOnAReadOnlyMount: what only reads needs no right to write.
func TestReadingOnAReadOnlyMount(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom")
	w.sync()
	refuse := func(path string, _ store.Options) (*store.Store, error) {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.EROFS}
	}
	for args, want := range map[string]string{"status": "team", "links": "Alpha", "log": "create"} {
		var out, errs strings.Builder
		code := execute(t.Context(), []string{"--config", w.path("zoomtag.yaml"), args},
			process{in: strings.NewReader(""), out: &out, err: &errs,
				env: func(string) string { return "" }, hurry: assemble.Haste{Open: refuse}})
		if code != exitOK || !strings.Contains(out.String(), want) {
			t.Errorf("%s: exit %d\n%s\n%s", args, code, out.String(), errs.String())
		}
	}
}
