package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	home := t.TempDir()
	system := filepath.Join(t.TempDir(), fileName)
	own := filepath.Join(home, ".config", "zoomtag", fileName)
	elsewhere := filepath.Join(home, "xdg", "zoomtag", fileName)
	put := func(path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what, want, explicit string, pairs ...string) {
		t.Helper()
		got, err := find(explicit, env(append([]string{"HOME", home}, pairs...)...), system)
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", what, got, err, want)
		}
	}
	if _, err := find("", env("HOME", home), system); err == nil || !strings.Contains(err.Error(), own) ||
		!strings.Contains(err.Error(), system) {
		t.Errorf("nothing there: got %v", err)
	}
	if _, err := find("", env("HOME", ""), system); err == nil || !strings.Contains(err.Error(), system) {
		t.Errorf("nothing there, no home: got %v", err)
	}
	check("flag", "a.yaml", "a.yaml", "ZOOMTAG_CONFIG", "b.yaml")
	check("variable", "b.yaml", "", "ZOOMTAG_CONFIG", "b.yaml")
	put(system)
	check("system", system, "")
	put(own)
	check("own", own, "")
	put(elsewhere)
	check("XDG", elsewhere, "", "XDG_CONFIG_HOME", filepath.Join(home, "xdg"))
	check("relative XDG does not count", own, "", "XDG_CONFIG_HOME", "xdg")
	if got, err := Find("x", env()); got != "x" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestStateDefault(t *testing.T) {
	for _, c := range []struct {
		name, written, want string
		env                 []string
	}{
		{"home", "", "/home/alice/.local/state/zoomtag/zoomtag.db", nil},
		{"XDG", "", "/x/zoomtag/zoomtag.db", []string{"XDG_STATE_HOME", "/x"}},
		{"relative XDG does not count", "", "/home/alice/.local/state/zoomtag/zoomtag.db",
			[]string{"XDG_STATE_HOME", "x"}},
		{"systemd", "", "/var/lib/zoomtag/zoomtag.db", []string{"STATE_DIRECTORY", "/var/lib/zoomtag", "XDG_STATE_HOME",
			"/x"}},
		{"systemd with two", "", "/var/lib/a/zoomtag.db", []string{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"}},
		{"written", "state: /s/z.db\n", "/s/z.db", []string{"STATE_DIRECTORY", "/var/lib/zoomtag"}},
		{"written with ~", "state: ~/z.db\n", "/home/alice/z.db", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, err := Load(write(t, c.written+personal+folder, 0o644), env(c.env...))
			if err != nil {
				t.Fatal(err)
			}
			if config.State != c.want {
				t.Errorf("got %s, want %s", config.State, c.want)
			}
		})
	}
	if _, err := Load(write(t, personal+folder, 0o644), env("HOME", "")); err == nil ||
		!strings.Contains(err.Error(), "write state") {
		t.Errorf("without a home: got %v", err)
	}
	if _, err := Load(write(t, "state: ~/z.db\n"+personal+folder, 0o644), env("HOME", "")); err == nil ||
		!strings.Contains(err.Error(), "$HOME") {
		t.Errorf("~ without a home: got %v", err)
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	path := write(t, personal+folder, 0o644)
	t.Chdir(filepath.Dir(path))
	c, err := Load(fileName, env())
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(here, "team"); c.Calendars[0].ICS.Path != want || c.Path != filepath.Join(here, fileName) {
		t.Errorf("got %s in %s, want %s", c.Calendars[0].ICS.Path, c.Path, want)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	huge := filepath.Join(dir, "huge.yaml")
	if err := os.WriteFile(huge, make([]byte, maxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "nowhere.yaml"): "there is no such file",
		dir:                                "this is a folder",
		huge:                               "larger than 16384 KiB",
		"a\x00b":                           "cannot be read",
	} {
		if _, err := Load(path, env()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error about %q", path, err, want)
		}
	}
}

// hostileParts are what files hold that have nothing else in them, again and again.
var hostileParts = map[string]string{
	"lists": "[", "mappings": "{a: ", "comments": "#\n", "comment lines in a list": "- a #x\n", "keys": "? ",
	"dashes":  "- ",
	"anchors": "- &a x\n", "aliases": "- &a [*a]\n", "quotes": "\"", "documents": "---\n", "spaces": " ",
	"plain":        "a ",
	"unknown keys": "a: b\n", "carriage returns": "\r", "tags": "!a ", "block": "|\n", "indent": "a:\n ",
}

// TestHostileFiles: each is refused or read, also where it has a megabyte. BenchmarkLinear times them.
func TestHostileFiles(t *testing.T) {
	for name, part := range hostileParts {
		t.Run(name, func(t *testing.T) {
			d := newDecoder(fileName, "/", "")
			if c := d.parse([]byte(strings.Repeat(part, 1<<20/len(part)))); c != nil && len(c.Calendars) > 0 {
				t.Errorf("it has %d calendars", len(c.Calendars))
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Example)
	f.Add([]byte(uncommented()))
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "testdata/everything.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := newDecoder(fileName, "/etc/zoomtag", "/home/alice")
		c := d.parse(data)
		err := d.errs.orNil()
		if c == nil && err == nil {
			t.Fatal("neither a configuration nor a mistake")
		}
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x00\x1b\r") {
				t.Errorf("an error with control characters: %q", err)
			}
			return
		}
		if len(c.Calendars) == 0 {
			t.Error("a configuration without calendars was accepted")
		}
		for _, cal := range c.Calendars {
			if e := c.For(cal); cal.Provider() == "" || e.Schedule == "" || e.Meeting.Mail == nil || e.Link.Text == "" {
				t.Errorf("an incomplete calendar was accepted: %+v %+v", cal, e)
			}
		}
	})
}

// TestPagePassword: one that comes from elsewhere is looked at when it is there, and never shown.
func TestPagePassword(t *testing.T) {
	text := "zoom: { mode: personal, personal_link: \"https://us02web.zoom.us/j/1\" }\npage: { password: \"env:PAGE\" " +
		"}\ncalendars:\n- { name: a, ics: { path: /srv/a } }\n"
	bcrypt := "$2y$10$" + strings.Repeat("abcdeABCDE0", 4) + "abcdeABCD"
	argon := "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$" + strings.Repeat("abcdeABCDE0", 3)
	for password, good := range map[string]bool{"short67": false, "longer-8": true, "pässword": true, bcrypt: true,
		bcrypt[1:]: true, bcrypt[:40]: false, argon: true, argon[:30]: false,
		strings.ReplaceAll(argon, "id", "i"): false, strings.ReplaceAll(argon, "65536", "262144"): true,
		strings.ReplaceAll(argon, "65536", "262145"): false, strings.ReplaceAll(argon, "65536", "1048576"): false,
		strings.ReplaceAll(argon, "t=3", "t=17"): false, strings.ReplaceAll(argon, "p=4", "p=0"): false,
		strings.ReplaceAll(bcrypt, "$10$", "$31$"): false, strings.ReplaceAll(bcrypt, "$10$", "$03$"): false,
		"$apr1$abcdefgh$0123456789abcdefghijkl": false, "$6$abcdefgh$0123456789abcdefghijkl": false,
		"{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=": false, "$ecret-words": true, "{curly} words": true} {
		_, err := Load(write(t, text, 0o600),
			func(name string) string { return map[string]string{"PAGE": password, "HOME": "/home/alice"}[name] })
		if (err == nil) != good || err != nil && (!strings.Contains(err.Error(), ":2:") ||
			strings.Contains(err.Error(), password)) {
			t.Errorf("%s: %v", password, err)
		}
	}
}

// TestNetwork: an address is a network of one, however it is written.
func TestNetwork(t *testing.T) {
	for text, want := range map[string]string{"10.1.2.3": "10.1.2.3/32", "10.0.0.0/8": "10.0.0.0/8", "::1": "::1/128",
		"::ffff:10.1.2.3": "10.1.2.3/32", "desk": "", "10.0.0.0/99": "", "": ""} {
		got, err := Network(text)
		if (err != nil) != (want == "") || err == nil && got.String() != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

// TestFeedToken: one that comes from elsewhere is looked at when it is there.
func TestFeedToken(t *testing.T) {
	text := "zoom: { mode: personal, personal_link: \"https://us02web.zoom.us/j/1\" }\ninvites: { feed_token: " +
		"\"env:FEED\" }\ncalendars:\n- { name: a, ics: { path: /srv/a } }\n"
	for token, good := range map[string]bool{"short": false, "0123456789abcdef": true, "0123456789abcdef/../x": false} {
		_, err := Load(write(t, text, 0o600),
			func(name string) string { return map[string]string{"FEED": token, "HOME": "/home/alice"}[name] })
		if (err == nil) != good || err != nil && (!strings.Contains(err.Error(), ":2:") ||
			strings.Contains(err.Error(), token+" ")) {
			t.Errorf("%s: %v", token, err)
		}
	}
}
