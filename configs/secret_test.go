package configs

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestSecretNeverPrints(t *testing.T) {
	secret := newSecret(canary)
	type hidden struct{ secret Secret } // fmt cannot call methods on an unexported field
	type shown struct {
		Secret  Secret
		Pointer *Secret
		Map     map[string]Secret
	}
	values := map[string]any{
		"value": secret, "pointer": &secret, "slice": []Secret{secret}, "array": [1]Secret{secret},
		"unexported":  hidden{secret},
		"in a struct": shown{secret, &secret, map[string]Secret{"a": secret}}, "interface": any(secret),
		"error": fmt.Errorf("with %v", secret), "calendar": Calendar{Outlook: &Outlook{ClientSecret: secret}},
		"config": &Config{Zoom: Accounts{{ClientSecret: secret}}},
	}
	leaks := func(t *testing.T, how, out string) {
		t.Helper()
		for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary),
			fmt.Sprintf("%d", []byte(canary))} {
			if strings.Contains(out, form) {
				t.Errorf("%s shows it: %s", how, out)
			}
		}
	}
	for name, v := range values {
		t.Run(name, func(t *testing.T) {
			for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X % x %#x %d %c %U %T %20s %-5.2v %b %o %t %e %p") {
				leaks(t, verb, fmt.Sprintf(verb, v))
			}
			leaks(t, "Sprint", fmt.Sprint(v)+fmt.Sprintln(v))
			if data, err := json.Marshal(v); err == nil {
				leaks(t, "json", string(data))
			}
			if data, err := xml.Marshal(v); err == nil {
				leaks(t, "xml", string(data))
			}
			if data, err := yaml.Marshal(v); err == nil {
				leaks(t, "yaml", string(data))
			}
			var out bytes.Buffer
			if err := gob.NewEncoder(&out).Encode(v); err == nil {
				leaks(t, "gob", out.String())
			}
			out.Reset()
			slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", v)
			slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", v)
			leaks(t, "slog", out.String())
		})
	}
	if secret.String() != "***" || secret.GoString() != "***" || secret.Reveal() != canary {
		t.Errorf("got %q, %q, %q", secret.String(), secret.GoString(), secret.Reveal())
	}
	if got, err := json.Marshal(map[Secret]int{secret: 1}); err == nil {
		leaks(t, "json key", string(got))
	}
}

func TestSecretForms(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	put("good", "secret word\n", 0o600)
	put("group", "group word\r\n", 0o640)
	put("open", canary, 0o644)
	put("empty", "\n", 0o600)
	put("huge", strings.Repeat("x", maxSecret+1), 0o600)
	put("dav", "credential word\n", 0o444)
	getenv := env("DAV", "env word", "EMPTY", "", "CREDENTIALS_DIRECTORY", dir)
	for _, c := range []struct{ written, want, problem string }{
		{"literal word", "literal word", ""},
		{"file:" + filepath.Join(dir, "good"), "secret word", ""},
		{"file:good", "secret word", ""},
		{"file:group", "group word", ""},
		{"file:open", "", "chmod 600 " + filepath.Join(dir, "open")},
		{"file:empty", "", "empty"},
		{"file:huge", "", "larger than 64 KiB"},
		{"file:nowhere", "", "there is no file " + filepath.Join(dir, "nowhere")},
		{"file:.", "", "is a folder"},
		{"file:", "", "needs a name"},
		{"env:DAV", "env word", ""},
		{"env:EMPTY", "", "EMPTY is not set"},
		{"env:", "", "needs a name"},
		{"credential:dav", "credential word", ""},
		{"credential:nowhere", "", "there is no file"},
		{"credential:../dav", "", "is no path"},
		{"credential:..", "", "is no path"},
	} {
		t.Run(c.written, func(t *testing.T) {
			path := filepath.Join(dir, fileName)
			text := "zoom: {account_id: a, client_id: b, host: a@example.com, client_secret: \"" + c.written +
				"\"}\n" + folder
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			config, err := Load(path, getenv)
			switch {
			case c.problem != "":
				if err == nil || !strings.Contains(err.Error(), c.problem) || strings.Contains(err.Error(), canary) {
					t.Errorf("got %v, want an error about %q", err, c.problem)
				}
			case err != nil:
				t.Error(err)
			case config.Zoom[0].ClientSecret.Reveal() != c.want:
				t.Errorf("got %q, want %q", config.Zoom[0].ClientSecret.Reveal(), c.want)
			}
		})
	}
}

func TestCredentialOutsideSystemd(t *testing.T) {
	path := write(t, "zoom: {account_id: a, client_id: b, host: a@example.com, client_secret: credential:zoom}\n"+
		folder, 0o644)
	if _, err := Load(path, env()); err == nil || !strings.Contains(err.Error(), "LoadCredential=zoom:PATH") {
		t.Errorf("got %v", err)
	}
	c, err := LoadWithoutSecrets(path, env())
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Zoom[0].ClientSecret; s.Reveal() != "" || s.Source() != "credential:zoom" || s.IsZero() {
		t.Errorf("got %q from %q", s.Reveal(), s.Source())
	}
}

func TestLiteralSecretsNeedAPrivateFile(t *testing.T) {
	text := "zoom: {account_id: a, client_id: b, host: a@example.com, client_secret: " + canary + "}\n" + folder
	for mode, good := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o644: false} {
		path := write(t, text, mode)
		for name, load := range map[string]func(string, func(string) string) (*Config, error){
			"Load": Load, "LoadWithoutSecrets": LoadWithoutSecrets,
		} {
			_, err := load(path, env())
			if good != (err == nil) {
				t.Errorf("%s with mode %04o: %v", name, mode, err)
			}
			if err != nil && (!strings.Contains(err.Error(), "chmod 600 "+path) ||
				strings.Contains(err.Error(), canary)) {
				t.Errorf("%s with mode %04o: %v", name, mode, err)
			}
		}
	}
	if _, err := Load(write(t, personal+folder, 0o644), env()); err != nil {
		t.Errorf("a configuration without secrets need not be private: %v", err)
	}
}
