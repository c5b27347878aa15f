package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"zoomtag/providers/meeting/zoom/zoomtest"
)

// TestScripts plays with the built binary what people do, and what they do wrong, from
// testdata/script: a command, what it must answer, and the files it finds.
// $ZOOM_API and $ZOOM_OAUTH in a configuration are an emulated Zoom that knows the app "client" of the account "account".
func TestScripts(t *testing.T) {
	builtForCrash.Store(true)
	binary, err := crashBinary()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			server := zoomtest.New(zoomtest.Options{})
			if err := server.Start(); err != nil {
				return err
			}
			env.Defer(func() {
				if err := server.Close(); err != nil {
					t.Error(err)
				}
			})
			env.Setenv("PATH", filepath.Dir(binary)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("SECRET", "secret")
			return fillIn(env.WorkDir, strings.NewReplacer("$ZOOM_API", server.APIURL(), "$ZOOM_OAUTH", server.OAuthURL()))
		},
	})
}

// fillIn writes the addresses of the emulated Zoom into the configurations.
func fillIn(dir string, addresses *strings.Replacer) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(addresses.Replace(string(text))), 0o600); err != nil {
			return err
		}
	}
	return nil
}
