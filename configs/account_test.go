package configs

import (
	"slices"
	"strings"
	"testing"
)

const severalAccounts = `zoom:
  - {name: work, account_id: a, client_id: b, client_secret: "env:WORK", host: alice@example.com}
  - name: Club
    mode: user
    client_id: d
    client_secret: env:CLUB
    api_url: http://127.0.0.1:1/v2
  - {name: room, mode: personal, personal_link: "https://us02web.zoom.us/j/1234567890"}
calendars:
  - {name: one, ics: {path: one}}
  - {name: two, account: club, host: carol@example.com, ics: {path: two}}
  - {name: three, account: ROOM, ics: {path: three}}
  - {name: four, account: work, host: bob@example.com, ics: {path: four}}
`

// TestSeveralAccounts: each account has its own keys and defaults; a calendar has the first one, or the one that it
// names.
func TestSeveralAccounts(t *testing.T) {
	c, err := Load(write(t, severalAccounts, 0o600), env("WORK", "secret of work", "CLUB", "secret of the club"))
	if err != nil {
		t.Fatal(err)
	}
	if names := c.Zoom.Names(); !slices.Equal(names, []string{"work", "Club", "room"}) {
		t.Errorf("names: %q", names)
	}
	work, club := c.Zoom[0], c.Zoom[1]
	if work.Mode != ServerToServer || work.APIURL != "https://api.zoom.us/v2" || club.Mode != User ||
		club.APIURL != "http://127.0.0.1:1/v2" || club.OAuthURL != work.OAuthURL {
		t.Errorf("%+v\n%+v", work, club)
	}
	if work.ClientSecret.Reveal() != "secret of work" || club.ClientSecret.Reveal() != "secret of the club" {
		t.Error("each has its own secret")
	}
	for i, want := range []struct{ account, host string }{{"work", "alice@example.com"}, {"Club", "carol@example.com"},
		{"room", ""}, {"work", "bob@example.com"}} {
		cal := c.Calendars[i]
		if z := c.AccountOf(cal); z.Name != want.account || c.For(cal).Host != want.host {
			t.Errorf("%s: account %s, host %s; want %+v", cal.Name, z.Name, c.For(cal).Host, want)
		}
	}
	if z := c.AccountOf(Calendar{}); z.Name != "work" {
		t.Errorf("the default is %q", z.Name)
	}
}

// TestSameSection: a list of one account is the section with a name, and says the same otherwise.
func TestSameSection(t *testing.T) {
	section := parsed(t, personal+folder)
	list := parsed(t, strings.NewReplacer("{mode", "[{name: a, mode", "\"}", "\"}]").Replace(personal)+folder)
	list.Zoom[0].Name = ""
	if len(section.Zoom) != 1 || section.Zoom[0].PersonalLink != list.Zoom[0].PersonalLink ||
		section.Zoom[0].Mode != list.Zoom[0].Mode {
		t.Errorf("%+v\n%+v", section.Zoom, list.Zoom)
	}
}

func TestAccountNames(t *testing.T) {
	for name, good := range map[string]bool{"a": true, "Work-2_b": true, "0": true, "-a": false, "a b": false,
		"ä": false, "a/b": false, "a,b": false,
		strings.Repeat("a", 64): true, strings.Repeat("a", 65): false} {
		if err := checkAccount(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
