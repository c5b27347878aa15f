package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStoreKey: persons' sign-ins in a shared store have to be sealed; without persons there is nothing to seal.
func TestStoreKey(t *testing.T) {
	const shared = "store: postgres://zoomtag:word@db/zoomtag\n"
	const server = "zoom: {account_id: a, client_id: b, host: a@example.com, client_secret: word}\n"
	const person = "zoom: {mode: user, client_id: b}\n"
	for _, c := range []struct{ text, problem string }{
		{shared + server + folder, ""},
		{person + folder, ""},
		{shared + person + folder, "store_key is missing"},
		{shared + "store_key: word\n" + person + folder, ""},
	} {
		path := filepath.Join(t.TempDir(), fileName)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadForStore(path, env())
		said := ""
		if err != nil {
			said = err.Error()
		}
		if (said == "") != (c.problem == "") || !strings.Contains(said, c.problem) {
			t.Errorf("%s: %v, want %q", c.text, err, c.problem)
		}
	}
}
