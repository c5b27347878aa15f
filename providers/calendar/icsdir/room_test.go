package icsdir

import (
	"os"
	"strings"
	"testing"
)

// TestLeastRoom: the bound below which a disk counts as full is named to whoever has more than nothing free, and in the
// docs.
func TestLeastRoom(t *testing.T) {
	const bound = "less than 256 KiB are free"
	if got := noRoom("/cal"); got.cause != bound+" where /cal lies" || got.cure == "" {
		t.Errorf("%+v", got)
	}
	if page, err := os.ReadFile("../../../docs/folders.md"); err != nil || !strings.Contains(string(page), bound) {
		t.Errorf("docs/folders.md does not say %q, %v", bound, err)
	}
}
