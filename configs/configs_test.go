package configs

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// env makes a getenv of pairs.
func env(pairs ...string) func(string) string {
	values := map[string]string{"HOME": "/home/alice"}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return values[name] }
}

// write puts a configuration into a fresh folder.
func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fileName)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // the umask may have taken bits away
		t.Fatal(err)
	}
	return path
}

// parsed parses a configuration that must be good.
func parsed(t *testing.T, text string) *Config {
	t.Helper()
	d := newDecoder(fileName, "/etc/zoomtag", "/home/alice")
	c := d.parse([]byte(text))
	if err := d.errs.orNil(); err != nil {
		t.Fatalf("refused:\n%v", err)
	}
	return c
}

const personal = "zoom: {mode: personal, personal_link: \"https://us02web.zoom.us/j/1234567890?pwd=abc\"}\n"

const folder = "calendars: [{name: team, ics: {path: team}}]\n"

func TestDefaults(t *testing.T) {
	c := parsed(t, personal+folder)
	want := defaults()
	want.Zoom[0].Mode, want.Zoom[0].PersonalLink = Personal, "https://us02web.zoom.us/j/1234567890?pwd=abc"
	want.Calendars = []Calendar{{Name: "team", ICS: &ICS{Path: "/etc/zoomtag/team"}}}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	yes, no := true, false
	effective := c.For(c.Calendars[0])
	if want := (Effective{Schedule: "@every 1m", Meeting: Meeting{Kind: "scheduled", Series: "lasting", Mail: &no},
		Link: Link{Location: "if-empty", Text: "short", Announce: "none",
			Meet: "leave"}}); !reflect.DeepEqual(effective, want) {
		t.Errorf("effective: got %+v, want %+v", effective, want)
	}
	c.Meeting.Mail = &yes
	if e := c.For(c.Calendars[0]); !*e.Meeting.Mail {
		t.Error("meeting.mail: true is lost")
	}
}

func TestEverythingIsRead(t *testing.T) {
	c := parsed(t, readFixture(t, "testdata/everything.yaml"))
	yes := true
	no := false
	five := 5 * time.Minute
	never := time.Duration(-1)
	want := &Config{
		Schedule: "CRON_TZ=Europe/Berlin */5 7-19 * * MON-FRI", State: "/var/lib/zoomtag/zoomtag.db",
		Grace:         90 * time.Second,
		ListenWritten: true, Zone: "Europe/Berlin",
		Zoom: Accounts{{Mode: ServerToServer, AccountID: "0123", ClientID: "def",
			ClientSecret: Secret{source: "file:zoom-secret"},
			Host:         "alice@example.com", APIURL: "http://127.0.0.1:8080/v2", OAuthURL: "http://[::1]:8080/oauth",
			PersonalLink: "https://us02web.zoom.us/j/1234567890?pwd=abc"}},
		Tag: Tag{Words: []string{"#zoom", "#call"}, Not: []string{}, Categories: []string{"Zoom meeting"},
			Locations: []string{},
			Colors:    []string{"11"}},
		Meeting: Meeting{Kind: "personal", Series: "fixed", WaitingRoom: &yes, JoinBeforeHost: &five, Passcode: "auto",
			Registration: "manual", SignIn: &no, Mute: &yes, Recording: "cloud",
			AlternativeHosts: []string{"bob@example.com"}, Mail: &yes},
		Link:    Link{Location: "append", Text: "template:/etc/zoomtag/block.txt", Announce: "all", Meet: "replace"},
		Invites: Invites{Dir: "/home/alice/invites"},
		API: API{Tokens: []Token{
			{Name: "dashboard", Token: Secret{source: "file:api-token"}, May: []string{MayRead}},
			{Name: "robot", Token: Secret{source: "env:ROBOT"}, May: []string{MayRead, MayAct}}}},
		Limits: Limits{Events: 1, Pages: 2, Megabytes: 3, FileMegabytes: 4},
		Page: Page{Password: Secret{source: "file:page-password"}, TrustedHeader: "X-Forwarded-User",
			TrustedPeers: []string{"10.1.2.3", "2001:db8::/32"}},
		Calendars: []Calendar{
			{Name: "alice", Google: &Google{Calendar: "primary", Auth: "service-account",
				Credentials: "/etc/zoomtag/google.json",
				Subject:     "alice@example.com", AsGuest: true, APIURL: "https://www.googleapis.com/calendar/v3/"},
				Host: "carol@example.com", Schedule: "*/5 * * * *",
				Meeting: &Meeting{WaitingRoom: &no, JoinBeforeHost: &never, AlternativeHosts: []string{}},
				Link:    &Link{Text: "invitation"}},
			{Name: "office", Outlook: &Outlook{User: "bob@example.com", Auth: "app",
				Tenant:   "00000000-0000-0000-0000-000000000000",
				ClientID: "ghi", ClientSecret: Secret{source: "env:OUTLOOK_SECRET"},
				APIURL:   "https://graph.microsoft.com/v1.0",
				LoginURL: "https://login.microsoftonline.com"}},
			{Name: "archive", Outlook: &Outlook{User: "carol@example.com", Auth: "app", Tenant: "example.com",
				ClientID:          "ghi",
				ClientCertificate: "/etc/zoomtag/app.pem", APIURL: "https://graph.microsoft.com/v1.0",
				LoginURL: "https://login.microsoftonline.com"}},
			{Name: "own", Outlook: &Outlook{Auth: "user", ClientID: "jkl", APIURL: "https://graph.microsoft.com/v1.0",
				LoginURL: "https://login.microsoftonline.com"}},
			{Name: "home", CalDAV: &CalDAV{URL: "https://dav.example.com/alice/personal/", Username: "alice",
				Password: Secret{source: "credential:dav"}, Owner: Owners{"alice@example.com", "alice@example.org"}}},
			{Name: "team", ICS: &ICS{Path: "/srv/calendars/team", Owner: Owners{AnyOwner}}},
		},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	first := c.For(c.Calendars[0])
	if first.Host != "carol@example.com" || first.Schedule != "*/5 * * * *" || *first.Meeting.WaitingRoom ||
		*first.Meeting.JoinBeforeHost != never || first.Meeting.Recording != "cloud" ||
		len(first.Meeting.AlternativeHosts) != 0 ||
		first.Link.Text != "invitation" || first.Link.Location != "append" {
		t.Errorf("a calendar's settings are not laid over the rest key by key: %+v", first)
	}
	if second := c.For(c.Calendars[1]); second.Host != "alice@example.com" || !*second.Meeting.WaitingRoom {
		t.Errorf("one calendar's settings reach another: %+v", second)
	}
	if !*c.Meeting.WaitingRoom {
		t.Error("For changed the configuration")
	}
}

func TestProviders(t *testing.T) {
	c := parsed(t, readFixture(t, "testdata/everything.yaml"))
	var got []string
	for _, cal := range c.Calendars {
		got = append(got, cal.Provider())
	}
	if want := []string{"google", "outlook", "outlook", "outlook", "caldav", "ics"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p := (Calendar{}).Provider(); p != "" {
		t.Errorf("a calendar of no kind is %q", p)
	}
}

// setting is a line of the example that is commented out: unlike in prose, no single space follows the #.
var setting = regexp.MustCompile(`(?m)^( *)#(\S|  +\S)`)

// filled is a configuration of the instructions with values of somebody's own in it.
func filled(text string) string {
	return strings.NewReplacer("…", "abc", "your-", "my-", "pwd=example", "pwd=abc").Replace(text)
}

// TestPlaceholdersAreRefused: what the instructions leave to be filled in is named, each with its line.
func TestPlaceholdersAreRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{string(Example), "zoom.client_id: \"your-client-id\" is a placeholder; put your own value there"},
		{strings.ReplaceAll(personal, "pwd=abc", "pwd=…") + folder, "zoom.personal_link"},
		{strings.ReplaceAll(personal, "pwd=abc", "pwd=example") + folder, "zoom.personal_link"},
	} {
		d := newDecoder(fileName, "/etc/zoomtag", "/home/alice")
		d.parse([]byte(c.text))
		if err := d.errs.orNil(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestExampleIsGoodWhenFilledIn(t *testing.T) {
	c := parsed(t, filled(string(Example)))
	written := defaults()
	if c.Schedule != written.Schedule || c.Grace != written.Grace || c.Listen != written.Listen {
		t.Errorf("the example changes defaults: %+v", c)
	}
	if _, err := LoadWithoutSecrets(write(t, filled(string(Example)), 0o644), env()); err != nil {
		t.Errorf("the example is refused as a file: %v", err)
	}
}

// uncommented is the example with every setting in force.
func uncommented() string { return filled(setting.ReplaceAllString(string(Example), "$1$2")) }

var itemNumber = regexp.MustCompile(`\[[0-9]+\]`)

func TestExampleShowsEveryKey(t *testing.T) {
	d := newDecoder(fileName, "/etc/zoomtag", "/home/alice")
	c := d.parse([]byte(uncommented()))
	if err := d.errs.orNil(); err != nil {
		t.Fatalf("with every # taken away:\n%v\n%s", err, uncommented())
	}
	walkSchema(reflect.TypeFor[Config](), "", func(section string, f reflect.StructField) {
		key, found := join(section, f.Tag.Get("yaml")), false
		for path := range d.places {
			found = found || path == key || itemNumber.ReplaceAllString(path, "") == key ||
				strings.HasPrefix(path, "calendars[") && section != "" &&
					"calendars."+strings.SplitN(path+".", "].", 2)[1] == key+"."
		}
		// The sections of one calendar are those of the whole configuration, where they are shown in full; those of a
		// template are a calendar's.
		again := strings.HasPrefix(key, "calendars.meeting.") || strings.HasPrefix(key, "calendars.link.") ||
			strings.HasPrefix(section, "calendars_from.template.")
		// What is for several Zoom accounts only stands in a comment: it does not go with the account that the example
		// has.
		several := key == "zoom.name" && strings.Contains(string(Example), "\n# - { name: club, ") ||
			key == "calendars.account" && strings.Contains(string(Example), "# account: club\n")
		// It stands in the place of schedule, which the example has.
		shown := strings.Contains(string(Example), "\n# poll: { min: 1m, max: ")
		instead := shown && (key == "poll" || section == "poll")
		if !found && !again && !several && !instead {
			t.Errorf("the example lacks %s", key)
		}
	})
	base := defaults()
	for _, same := range []struct {
		key       string
		got, want any
	}{
		{"schedule", c.Schedule, base.Schedule},
		{"listen", c.Listen, base.Listen},
		{"grace", c.Grace, base.Grace},
		{"limits", c.Limits, base.Limits},
		{"zoom.api_url", c.Zoom[0].APIURL, base.Zoom[0].APIURL},
		{"zoom.oauth_url", c.Zoom[0].OAuthURL, base.Zoom[0].OAuthURL},
		{"tag", c.Tag.Words[0] + c.Tag.Not[0] + c.Tag.Categories[0] + c.Tag.Locations[0], "#zoom#nozoomZoomZoom"},
		{"meeting", c.Meeting.Kind + c.Meeting.Series, defaultKind + defaultSeries},
		{"link", c.Link, Link{Location: defaultLocation, Text: defaultText, Announce: defaultAnnounce,
			Meet: defaultMeet}},
	} {
		if !reflect.DeepEqual(same.got, same.want) {
			t.Errorf("%s: the example shows %v as the default, it is %v", same.key, same.got, same.want)
		}
	}
}

func readFixture(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestDocumentedConfigurations: what README and pages tell people to write is right. A part of a configuration is tried
// with the rest around it.
func TestDocumentedConfigurations(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../README.md") {
		for _, block := range regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```").FindAllStringSubmatch(readFixture(t,
			page), -1) {
			found++
			text := strings.ReplaceAll("\n"+block[2], "\n"+block[1], "\n")
			if !strings.Contains(text, "\nzoom:") {
				text = personal + text
			}
			if !strings.Contains(text, "\ncalendars:") {
				text += "\n" + folder
			}
			t.Run(filepath.Base(page), func(t *testing.T) { parsed(t, filled(text)) })
		}
	}
	if found < 12 {
		t.Errorf("the pages show %d configurations", found)
	}
}
