package daemon

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// TestReloadWantsRestart: a good configuration with another state is told from a wrong one.
func TestReloadWantsRestart(t *testing.T) {
	dir := t.TempDir()
	cfg, fault := &configs.Config{State: filepath.Join(dir, "other.db")}, error(nil)
	d := &daemon{control: filepath.Join(dir, "zoomtag.db"),
		Options: Options{Load: func() (*configs.Config, error) { return cfg, fault }}}
	err := d.reload(t.Context())
	if !errors.As(err, new(*restartError)) || !strings.HasSuffix(words.Of(err), "other.db: restart zoomtag") {
		t.Errorf("another state: %v", err)
	}
	cfg, d.address = &configs.Config{State: d.control}, "postgres://x@127.0.0.1/zoomtag"
	if err := d.reload(t.Context()); !errors.As(err, new(*restartError)) {
		t.Errorf("another store: %v", err)
	}
	fault = errors.New("there is no key shedule")
	if err := d.reload(t.Context()); errors.As(err, new(*restartError)) || err == nil {
		t.Errorf("a mistake: %v", err)
	}
}
