package configs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// explained are the lines "key = value (from)" of a configuration.
func explained(t *testing.T, text string, env map[string]string) map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "zoomtag.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, settings, err := Explain(path, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "canary") {
		t.Errorf("a secret is shown: %s", raw)
	}
	lines := map[string]string{}
	for _, s := range settings {
		if _, twice := lines[s.Key]; twice {
			t.Errorf("%s is explained twice", s.Key)
		}
		lines[s.Key] = s.Text() + " (" + strings.Replace(s.From, path, "FILE", 1) + ")"
	}
	return lines
}

const twoAccounts = `zoom:
- { name: work, account_id: a, client_id: b, client_secret: "canary", host: w@example.com }
- { name: room, mode: personal, personal_link: "https://us02web.zoom.us/j/1234567890?pwd=canary" }
meeting:
  mute: true
  join_before_host: false
link: { location: append }
calendars:
- name: home
  ics: { path: /srv/home, owner: [a@example.com] }
  meeting: { mute: false }
- name: dav
  account: room
  host: c@example.com
  caldav: { url: "https://dav.example.com/", username: u, password: "env:canary_free" }
`

// TestExplain: what a calendar has from elsewhere is shown with the line there, what is written nowhere as a default or
// not at all.
func TestExplain(t *testing.T) {
	got := explained(t, strings.ReplaceAll(twoAccounts, "canary_free", "DAV"),
		map[string]string{"HOME": "/home/you", "STATE_DIRECTORY": "/var/lib/zt"})
	for key, want := range map[string]string{
		"schedule":                                "@every 1m (default)",
		"state":                                   "/var/lib/zt/zoomtag.db ($STATE_DIRECTORY)",
		"grace":                                   "10m (default)",
		"zoom[work].mode":                         "server-to-server (default)",
		"zoom[work].client_secret":                "*** (FILE:2)",
		"zoom[room].personal_link":                "https://us02web.zoom.us/j/1234567890?*** (FILE:3)",
		"zoom[room].api_url":                      "",
		"zoom[room].host":                         "",
		"calendars[home].ics.path":                "/srv/home (FILE:10)",
		"calendars[home].ics.owner":               "[a@example.com] (FILE:10)",
		"calendars[home].host":                    "w@example.com (FILE:2)",
		"calendars[home].schedule":                "@every 1m (default)",
		"calendars[home].meeting.mute":            "false (FILE:11)",
		"calendars[home].meeting.kind":            "scheduled (default)",
		"calendars[home].link.location":           "append (FILE:7)",
		"calendars[dav].meeting.mute":             "true (FILE:5)",
		"calendars[dav].host":                     "c@example.com (FILE:14)",
		"calendars[dav].caldav.password":          "*** (FILE:15, kept in env:DAV)",
		"calendars[dav].caldav.quiet":             "false (default)",
		"calendars[dav].google.calendar":          "",
		"calendars[dav].meeting.waiting_room":     "",
		"meeting.join_before_host":                "false (FILE:6)",
		"calendars[dav].meeting.passcode":         "",
		"calendars[home].meeting.sign_in":         "",
		"calendars[dav].meeting.join_before_host": "false (FILE:6)",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}

// TestExplainEverything: each key of the schema that is written is explained, by the line that it is written in.
func TestExplainEverything(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got := explained(t, string(text), map[string]string{"HOME": "/home/you"})
	path := filepath.Join(t.TempDir(), "zoomtag.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, d, err := read(path, func(string) string { return "/home/you" })
	if err != nil {
		t.Fatal(err)
	}
	for place := range d.places {
		key := place
		for i, cal := range c.Calendars {
			key = strings.Replace(key, "calendars["+string(rune('0'+i))+"]", "calendars["+cal.Name+"]", 1)
		}
		for i, token := range c.API.Tokens {
			key = strings.Replace(key, "tokens["+string(rune('0'+i))+"]", "tokens["+token.Name+"]", 1)
		}
		found := strings.HasSuffix(key, "]") || key == "calendars" // an item of a list is shown with the list
		for shown := range got {
			found = found || shown == key || strings.HasPrefix(shown, key+".") || strings.HasPrefix(shown, key+"[")
		}
		if !found {
			t.Errorf("%s is written and not explained", place)
		}
	}
}

// TestExplainMistakes: a configuration with mistakes is not explained, it is mended first.
func TestExplainMistakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.yaml")
	if err := os.WriteFile(path, []byte("zoom: { mode: nobody }\ncalendars: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, settings, err := Explain(path, func(string) string { return "/home/you" }); err == nil || settings != nil {
		t.Errorf("it is explained as %v, %v", settings, err)
	}
}
