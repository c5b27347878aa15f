package setup

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"zoomtag/configs"
)

// TestMachine: the configuration of the machine says where its state is, any other leaves it to the person's folders.
func TestMachine(t *testing.T) {
	t.Parallel()
	c := choice{name: "home", kind: "ics", keys: []key{{"path", "/srv/calendar"}}}
	s := source{mode: configs.Personal, host: "you@example.com", keys: []key{{"mode", configs.Personal},
		{"personal_link", "https://us02web.zoom.us/j/1234567890?pwd=abc"}}}
	for path, wanted := range map[string]bool{
		configs.System: runtime.GOOS == "linux",
		filepath.Join(t.TempDir(), "zoomtag.yaml"): false,
	} {
		text := whole(path, c, s)
		if said := strings.Contains(text, "\nstate: /var/lib/zoomtag/zoomtag.db "); said != wanted {
			t.Errorf("%s: says the state %v, want %v:\n%s", path, said, wanted, text)
		}
	}
}
