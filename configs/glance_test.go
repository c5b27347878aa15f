package configs

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGlance: a glance finds the state where a whole reading does, and tells every other content of the file, and other
// permissions, from those that were read.
func TestGlance(t *testing.T) {
	const rest = "zoom: { mode: personal, personal_link: \"https://us02web.zoom.us/j/1234567890?pwd=abc\" }\n" +
		"calendars: [ { name: f, ics: { path: cal } } ]\n"
	env := func(key string) string { return map[string]string{"HOME": "/home/alice"}[key] }
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "cal"), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "zoomtag.yaml")
	sums := map[string]string{}
	for _, text := range []string{
		rest,
		"state: zoomtag.db\n" + rest,
		rest + "state: \"other.db\"   # quoted\n",
		"# state: commented.db\nstate: ~/states/zoomtag.db\n" + rest,
		"state: /var/lib/zoomtag/zoomtag.db\r\n" + rest,
		rest + "  # state: indented.db\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := Load(path, env)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		state, sum := Glance(path, env)
		if state != cfg.State || sum != cfg.Sum || sum == "" || sums[sum] != "" {
			t.Errorf("%s: %s %s, want %s %s", text, state, sum, cfg.State, cfg.Sum)
		}
		sums[sum] = text
	}
	_, before := Glance(path, env)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, now := Glance(path, env); now == before {
		t.Error("other permissions are not noticed")
	}
	for _, text := range []string{"state: [\n", "state: { a: b }\n", "\xff"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if state, _ := Glance(path, func(string) string { return "" }); state != "" {
			t.Errorf("%q: %s", text, state)
		}
	}
}
