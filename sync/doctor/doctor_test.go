package doctor_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
	"zoomtag/sync/doctor"
)

var (
	now   = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	start = now.Add(7 * 24 * time.Hour)
)

const (
	host    = "alice@example.com"
	token   = "kAbC-dEf0123456789.1"
	joinURL = "https://us02web.zoom.us/j/86000000001?pwd=" + token
)

// healthy is a link against which nothing is known.
func healthy() doctor.Facts {
	m := meeting.Meeting{ID: 86_000_000_001, Host: host, JoinURL: joinURL, Passcode: "s3cret", Start: start,
		Duration: time.Hour}
	return doctor.Facts{
		Now: now, Calendar: "team", Link: joinURL,
		Event: &calendar.Event{ID: "a.ics", UID: "a", Title: "Budget #zoom(passcode=s3cret)", Start: start,
			End: start.Add(time.Hour)},
		Details: &calendar.Details{Organizer: calendar.Person{Address: host},
			Attendees: []calendar.Person{{Address: "bob@example.com"}, {Address: "carol@example.org"},
				{Address: "room@example.com", Kind: calendar.Resource},
				{Address: "dan@example.net", Status: calendar.Declined}}},
		Record: &record.Record{Calendar: "team", EventID: "a.ics", Title: "Budget", Host: host, MeetingID: m.ID,
			Meeting: m,
			Told:    &meeting.Spec{Host: host, Kind: meeting.Scheduled, Start: start, Duration: time.Hour}},
		Meeting: &meeting.Inspection{Meeting: m, Created: now.Add(-time.Hour), WaitingRoom: new(false),
			JoinBeforeHost: new(true), SignIn: new(false), Registration: "none",
			Recording: "none", Mute: new(false)},
		Host: &meeting.HostFacts{Plan: meeting.Licensed, Status: "active", Capacity: 100, Concurrent: 1, Guessed: true,
			EmbedPasscode: new(true)},
	}
}

// foreign is somebody else's link, as it was given.
func foreign(text string) doctor.Facts {
	return doctor.Facts{Now: now, Link: doctor.LinkIn(text), Text: text}
}

func codesOf(findings []doctor.Finding) []string {
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// linkCases are facts and exactly the codes that they lead to.
var linkCases = []struct {
	name string
	make func(f *doctor.Facts)
	want []string
	says string // part of what the first finding says
}{
	{"healthy", func(*doctor.Facts) {}, nil, ""},
	{"another service", func(f *doctor.Facts) { *f = foreign("see https://meet.google.com/abc-defg-hij") },
		[]string{doctor.NotZoom}, "Google Meet"},
	{"some page", func(f *doctor.Facts) { *f = foreign("example.com/page") }, []string{doctor.NotZoom}, "example.com"},
	{"look-alike", func(f *doctor.Facts) { *f = foreign("https://zoom.us.example.com/j/86000000001?pwd=x") },
		[]string{doctor.LookAlike}, "zoom.us.example.com"},
	{"look-alike by a digit", func(f *doctor.Facts) { *f = foreign("https://us02web.z0om.us/j/86000000001") },
		[]string{doctor.LookAlike}, "z0om"},
	{"look-alike in Cyrillic", func(f *doctor.Facts) { *f = foreign("https://zооm.us/j/86000000001") },
		[]string{doctor.LookAlike}, ""},
	{"a name with zoom in it", func(f *doctor.Facts) { *f = foreign("https://www.zoominfo.com/c/acme") },
		[]string{doctor.NotZoom}, "zoominfo"},
	{"a mail system's link checker", func(f *doctor.Facts) {
		*f = foreign("https://urldefense.com/v3/__https://us02web.zoom.us/j/86000000001?pwd=a__;!!x$")
	}, []string{doctor.WrappedLink, doctor.ForeignLink}, "urldefense.com"},
	{"a link checker that hides the target", func(f *doctor.Facts) {
		*f = foreign("https://protect-eu.mimecast.com/s/AbC?domain=us02web.zoom.us")
	}, []string{doctor.WrappedLink}, "mimecast.com"},
	{"a stranger behind a link checker", func(f *doctor.Facts) {
		*f = foreign("https://urldefense.com/v3/__https://zoom.us.evil.example/j/86000000001?pwd=a__;!!x$")
	}, []string{doctor.LookAlike}, "zoom.us.evil.example"},
	{"a quotation mark glued to the passcode", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/j/86000000001?pwd=9c1v.1%3E")
	}, []string{doctor.BrokenLink}, "characters"},
	{"quoted-printable in the passcode", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/j/86000000001?pwd=3D9c1vQn2muelecB078.1")
	}, []string{doctor.BrokenLink}, "characters"},
	{"a passcode that begins like quoted-printable", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/j/86000000001?pwd=3D1vQn2muelecB078uz6AHeWelSK19.1")
	}, []string{doctor.ForeignLink}, ""},
	{"a word glued to the passcode", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/j/86000000001?pwd=9c1vQn2muelecB078uz6AHeWelSK19.112vfe3")
	}, []string{doctor.BrokenLink}, "characters"},
	{"a page to register on", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/webinar/register/WN_abcDEF-123_x")
	}, []string{doctor.ForeignLink, doctor.Registration}, ""},
	{"before a separator", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/j/86000000001?pwd=" + token + "\n==========\nAgenda")
	}, []string{doctor.ForeignLink}, ""},
	{"cut in the key", func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/j/86000000001?p\nwd=" + token) },
		[]string{doctor.BrokenLink}, "next line"},
	{"a look-alike before Zoom's own page", func(f *doctor.Facts) {
		*f = foreign("https://zoom.us.example.com/j/86000000001 https://zoom.us/privacy")
	}, []string{doctor.LookAlike}, ""},
	{"an invitation to a series", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/meeting/tZabc/ics?icsToken=x\nJoin: https://us02web.zoom.us/j/860000")
	}, []string{doctor.BrokenLink}, "6 digits"},
	{"to the app, behind letters that grow when they are small", func(f *doctor.Facts) {
		*f = foreign(strings.Repeat("Ⱥ", 30) + "İş zoommtg://zoom.us/join?confno=86000000001&pwd=a")
	}, []string{doctor.ForeignLink}, ""},
	{"look-alike behind a user",
		func(f *doctor.Facts) { *f = foreign("https://zoom.us@evil.example/j/86000000001?pwd=abc") },
		[]string{doctor.LookAlike}, "evil.example"},
	{"start link", func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/s/86000000001") },
		[]string{doctor.StartLink}, "to start"},
	{"zak", func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/j/86000000001?zak=secret") },
		[]string{doctor.StartLink}, "zak"},
	{"own link with zak", func(f *doctor.Facts) { f.Link += "&zak=secret" }, []string{doctor.StartLink}, "zak"},
	{"a registered person's",
		func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/w/86000000001?tk=abc&pwd=x1") },
		[]string{doctor.PersonalLink, doctor.ForeignLink}, "tk"},
	{"dots", func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/j/86000000001?pwd=abc… (more)") },
		[]string{doctor.BrokenLink}, "dots"},
	{"wrapped", func(f *doctor.Facts) { *f = foreign("Join: https://us02web.zoom.us/j/86000000001\n?pwd=abcdef.1") },
		[]string{doctor.BrokenLink}, "next line"},
	{"wrapped in the number", func(f *doctor.Facts) {
		*f = foreign("https://us02web.zoom.us/j/860000\r\n " +
			"00001?pwd=abcdef.1")
	}, []string{doctor.BrokenLink}, "next line"},
	{"short number", func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/j/860000") },
		[]string{doctor.BrokenLink}, "6 digits"},
	{"no number", func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/j/") }, []string{doctor.BrokenLink},
		"missing"},
	{"empty passcode", func(f *doctor.Facts) { *f = foreign("https://us02web.zoom.us/j/86000000001?pwd=") },
		[]string{doctor.BrokenLink}, "passcode"},
	{"own link cut in the passcode", func(f *doctor.Facts) { f.Link = strings.TrimSuffix(joinURL, ".1") },
		[]string{doctor.BrokenLink}, "missing"},
	{"foreign", func(f *doctor.Facts) { *f = foreign(joinURL) }, []string{doctor.ForeignLink}, ""},
	{"a second event", func(f *doctor.Facts) { *f = foreign(joinURL); f.Keeper = "Alpha in team" },
		[]string{doctor.SecondEvent}, "Alpha in team"},
	{"foreign app link", func(f *doctor.Facts) {
		*f = foreign("zoommtg://zoom.us/join?action=join&confno=86000000001&pwd=" + token)
	}, []string{doctor.ForeignLink}, ""},
	{"foreign room", func(f *doctor.Facts) { *f = foreign("https://example.zoom.us/my/alice") },
		[]string{doctor.ForeignLink}, ""},
	{"foreign without a passcode", func(f *doctor.Facts) { *f = foreign("zoom.us/j/86000000001") },
		[]string{doctor.ForeignLink, doctor.NoPasscode}, ""},
	{"wrapped by a checker", func(f *doctor.Facts) {
		*f = foreign("https://www.google.com/url?q=https%3A%2F%2Fzoom.us%2Fj%2F86000000001%3Fpwd%3D" + token)
	}, []string{doctor.WrappedLink, doctor.ForeignLink}, ""},
	{"HTML's ampersand is no wrap",
		func(f *doctor.Facts) { *f = foreign("https://zoom.us/j/86000000001?pwd=" + token + "&amp;uname=x") },
		[]string{doctor.ForeignLink}, ""},
	{"a page of Zoom's", func(f *doctor.Facts) { *f = foreign("https://www.zoomstatus.com/") },
		[]string{doctor.NotAJoinLink}, ""},
	{"a recording", func(f *doctor.Facts) { *f = foreign("https://zoom.us/rec/share/abc") },
		[]string{doctor.NotAJoinLink}, ""},
	{"two links", func(f *doctor.Facts) { f.Others = []string{"https://zoom.us/j/999999999?pwd=" + token} },
		[]string{doctor.SeveralLinks}, "999999999?pwd=***"},

	{"another meeting", func(f *doctor.Facts) { f.Link = strings.Replace(joinURL, "86000000001", "86000000002", 1) },
		[]string{doctor.OtherMeeting}, "86000000002"},
	{"no link", func(f *doctor.Facts) { f.Link = "" }, []string{doctor.LinkMissing}, "86000000001"},
	{"no link, and why", func(f *doctor.Facts) { f.Link, f.Event.Sealed = "", "its guests would be mailed" },
		[]string{doctor.LinkMissing}, "mailed"},
	{"deleted", func(f *doctor.Facts) { f.Meeting, f.Gone = nil, true }, []string{doctor.Deleted}, "was deleted"},
	{"a deleted series", func(f *doctor.Facts) { f.Meeting, f.Gone, f.Record.Told.Kind = nil, true, meeting.Lasting },
		[]string{doctor.Deleted}, "365 days"},
	{"expired", func(f *doctor.Facts) { f.Meeting, f.Gone, f.Now = nil, true, start.Add(31*24*time.Hour) },
		[]string{doctor.Expired}, "2027-01-07"},
	{"will have expired", func(f *doctor.Facts) { f.Meeting.Start = start.AddDate(0, 0, -40) },
		[]string{doctor.Expiring}, "before the event"},
	{"an old series", func(f *doctor.Facts) { f.Meeting.Recurring, f.Meeting.Created = true, now.AddDate(0, 0, -340) },
		[]string{doctor.Expiring}, "365 days"},
	{"a young series", func(f *doctor.Facts) { f.Meeting.Recurring, f.Meeting.Created = true, now.AddDate(0, 0, -300) },
		nil, ""},
	{"a series that is used", func(f *doctor.Facts) {
		f.Meeting.Recurring, f.Meeting.Created, f.Record.UsedAt = true, now.AddDate(0, 0, -340), now.AddDate(0, 0, -7)
	}, nil, ""},
	{"a series that nobody uses", func(f *doctor.Facts) {
		f.Meeting.Recurring, f.Meeting.Created, f.Record.UsedAt = true, now.AddDate(0, 0, -700), now.AddDate(0, 0, -340)
	}, []string{doctor.Expiring}, "a week before"},
	{"rotated", func(f *doctor.Facts) { f.Meeting.JoinURL = strings.Replace(joinURL, token, "other.1", 1) },
		[]string{doctor.Rotated}, "no longer"},
	{"passcode cut off", func(f *doctor.Facts) { f.Link, _, _ = strings.Cut(joinURL, "?") },
		[]string{doctor.NoPasscode}, "cut off"},
	{"passcode not embedded",
		func(f *doctor.Facts) { f.Link, _, _ = strings.Cut(joinURL, "?"); f.Meeting.JoinURL = f.Link },
		[]string{doctor.NoPasscode}, "leaves it out"},
	{"no passcode at all", func(f *doctor.Facts) {
		f.Link, _, _ = strings.Cut(joinURL, "?")
		f.Meeting.JoinURL, f.Meeting.Passcode = f.Link, ""
	}, nil, ""},
	{"moved in Zoom", func(f *doctor.Facts) { f.Meeting.Start = start.Add(time.Hour) }, []string{doctor.OtherTime},
		"10:00 UTC"},
	{"a tag's own time", func(f *doctor.Facts) { f.Event.AllDay, f.Event.Start = true, start.Truncate(24*time.Hour) },
		nil, ""},
	{"a tag's own time, moved in Zoom",
		func(f *doctor.Facts) { f.Event.AllDay, f.Meeting.Start = true, start.Add(time.Hour) },
		[]string{doctor.OtherTime}, "09:00 UTC"},
	{"a series has no time at Zoom", func(f *doctor.Facts) {
		f.Event.Series, f.Record.Told, f.Meeting.Start = true, nil, start.Add(time.Hour)
	}, nil, ""},
	{"not told, and moved", func(f *doctor.Facts) { f.Record.Told, f.Meeting.Start = nil, start.Add(time.Hour) },
		[]string{doctor.OtherTime}, ""},
	{"own link cut in the number, and deleted",
		func(f *doctor.Facts) { f.Link, f.Meeting, f.Gone = "https://us02web.zoom.us/j/860000", nil, true },
		[]string{doctor.BrokenLink, doctor.Deleted}, "6 digits"},
	{"own link cut in the number", func(f *doctor.Facts) { f.Link = "https://us02web.zoom.us/j/860000" },
		[]string{doctor.BrokenLink}, "6 digits"},
	{"own start link, and deleted",
		func(f *doctor.Facts) { f.Link, f.Meeting, f.Gone = "https://us02web.zoom.us/s/86000000001", nil, true },
		[]string{doctor.StartLink, doctor.Deleted}, ""},
	{"passcode not needed any more",
		func(f *doctor.Facts) { f.Meeting.JoinURL, _, _ = strings.Cut(joinURL, "?"); f.Meeting.Passcode = "" },
		nil, ""},
	{"cut off, and Zoom not asked", func(f *doctor.Facts) {
		f.Link, _, _ = strings.Cut(joinURL, "?")
		f.Meeting = nil
		f.Record.Meeting.JoinURL = f.Link
	}, []string{doctor.NoPasscode}, ""},
	{"a room by its name", func(f *doctor.Facts) {
		f.Link, f.Meeting, f.Record.Meeting.JoinURL = "https://example.zoom.us/my/alice", nil,
			"https://Example.zoom.us/my/alice/"
	}, nil, ""},
	{"another room", func(f *doctor.Facts) {
		f.Link, f.Meeting, f.Record.Meeting.JoinURL = "https://example.zoom.us/my/alice", nil,
			"https://example.zoom.us/my/bob"
	}, []string{doctor.OtherMeeting}, ""},
	{"nine digits", func(f *doctor.Facts) { *f = foreign("https://zoom.us/j/123456789?pwd=" + token) },
		[]string{doctor.ForeignLink}, ""},
	{"a private event", func(f *doctor.Facts) { f.Meeting.JoinBeforeHost, f.Details = new(false), &calendar.Details{} },
		nil, ""},
	{"a guest's event", func(f *doctor.Facts) {
		f.Meeting.JoinBeforeHost, f.Details.Organizer = new(false),
			calendar.Person{}
	}, []string{doctor.HostAway}, ""},
	{"unread", func(f *doctor.Facts) { f.Meeting, f.Unasked = nil, "Zoom is down" }, []string{doctor.Unread},
		"Zoom is down"},
	{"a room without the API", func(f *doctor.Facts) { f.Meeting, f.Host = nil, nil }, nil, ""},

	{"waiting room", func(f *doctor.Facts) { f.Meeting.WaitingRoom = new(true) }, []string{doctor.WaitingRoom},
		"lobby"},
	{"waiting room that nobody asked for", func(f *doctor.Facts) {
		f.Meeting.WaitingRoom, f.Record.Told.Options.Passcode, f.Meeting.Passcode = new(true), meeting.PasscodeNone, ""
		f.Meeting.JoinURL, _, _ = strings.Cut(joinURL, "?")
		f.Link = f.Meeting.JoinURL
	}, []string{doctor.WaitingRoom}, "which was not asked for: Zoom leaves no meeting without"},
	{"host not invited", func(f *doctor.Facts) {
		f.Meeting.JoinBeforeHost, f.Details.Organizer.Address = new(false), "bob@example.com"
	}, []string{doctor.HostAway}, host},
	{"host not invited, but anybody gets in", func(f *doctor.Facts) { f.Details.Organizer.Address = "bob@example.com" },
		nil, ""},
	{"host invited", func(f *doctor.Facts) { f.Meeting.JoinBeforeHost = new(false) }, nil, ""},
	{"alternative host invited", func(f *doctor.Facts) {
		f.Meeting.JoinBeforeHost, f.Details.Organizer.Address = new(false), "eve@example.com"
		f.Record.Told.Options.AlternativeHosts = []string{"Bob@example.com"}
	}, nil, ""},
	{"nobody knows who is invited", func(f *doctor.Facts) { f.Meeting.JoinBeforeHost, f.Details = new(false), nil },
		nil, ""},
	{"sign-in", func(f *doctor.Facts) { f.Meeting.SignIn = new(true) }, []string{doctor.SignIn}, "sign in"},
	{"sign-in of a domain, all inside", func(f *doctor.Facts) {
		f.Meeting.SignIn, f.Meeting.Domains = new(true), []string{"example.com", "*.org"}
	}, []string{doctor.SignIn}, "example.com"},
	{"sign-in of a domain, guests outside",
		func(f *doctor.Facts) { f.Meeting.SignIn, f.Meeting.Domains = new(true), []string{"example.com"} },
		[]string{doctor.WrongDomain}, "carol@example.org"},
	{"registration", func(f *doctor.Facts) { f.Meeting.Registration = "automatic" }, []string{doctor.Registration},
		"register"},
	{"registration as wished", func(f *doctor.Facts) {
		f.Link = "https://us02web.zoom.us/meeting/register/tabc"
		f.Meeting.Registration, f.Meeting.RegisterURL, f.Record.Told.Options.Registration = "manual", f.Link, "manual"
	}, []string{doctor.Registration}, "approves"},

	{"forty minutes", func(f *doctor.Facts) { f.Host.Plan = meeting.Basic }, []string{doctor.FortyMinutes}, "1h0m"},
	{"forty minutes are enough",
		func(f *doctor.Facts) { f.Host.Plan, f.Event.End = meeting.Basic, start.Add(40*time.Minute) }, nil, ""},
	{"too many", func(f *doctor.Facts) { f.Host.Capacity = 2 }, []string{doctor.TooMany}, "3 people"},
	{"just enough", func(f *doctor.Facts) { f.Host.Capacity = 3 }, nil, ""},
	{"locked", func(f *doctor.Facts) { f.Record.Told.Options.Mute = new(true) }, []string{doctor.Locked}, "muting"},
	{"locked, others", func(f *doctor.Facts) {
		o := &f.Record.Told.Options
		o.Recording = "cloud"
		o.Registration = "manual"
		o.Passcode = meeting.PasscodeNone
		o.JoinBeforeHost = new(-time.Minute)
	}, []string{doctor.Locked, doctor.Locked, doctor.Locked, doctor.Locked}, "joining before"},
}

func TestJudgeLink(t *testing.T) {
	for _, tt := range linkCases {
		t.Run(tt.name, func(t *testing.T) {
			f := healthy()
			tt.make(&f)
			got := doctor.JudgeLink(f)
			for _, g := range got {
				if f.Link != "" && g.Link != doctor.Mask(f.Link) {
					t.Errorf("it does not name the link: %+v", g)
				}
			}
			if !slices.Equal(codesOf(got), tt.want) || len(got) > 0 && !strings.Contains(got[0].What, tt.says) {
				t.Errorf("judged %+v, want %q with %q", got, tt.want, tt.says)
			}
			for _, g := range got {
				if text := fmt.Sprint(g); strings.Contains(text, token) || strings.Contains(text, "secret") ||
					strings.Contains(text, "s3cret") {
					t.Errorf("a secret is shown: %s", text)
				}
				if f.Record != nil && (g.Calendar != "team" || g.EventID != "a.ics" ||
					g.Title != "Budget #zoom(passcode=***)") {
					t.Errorf("it does not say where: %+v", g)
				}
			}
		})
	}
}

// TestMilder: the same fact, where it is as somebody wished, or meets nobody.
func TestMilder(t *testing.T) {
	for name, tt := range map[string]struct {
		make func(f *doctor.Facts)
		want doctor.Severity
	}{
		"sign-in with guests": {func(f *doctor.Facts) { f.Meeting.SignIn = new(true) }, doctor.Warning},
		"sign-in, nobody knows": {func(f *doctor.Facts) { f.Meeting.SignIn, f.Details = new(true), nil },
			doctor.Warning},
		"sign-in without guests": {func(f *doctor.Facts) { f.Meeting.SignIn, f.Details.Attendees = new(true), nil },
			doctor.Note},
		"registration": {func(f *doctor.Facts) { f.Meeting.Registration = "manual" }, doctor.Warning},
		"registration as wished": {func(f *doctor.Facts) {
			f.Link = "https://us02web.zoom.us/meeting/register/tabc"
			f.Meeting.Registration, f.Meeting.RegisterURL = "automatic", f.Link
		}, doctor.Note},
		"an old series": {func(f *doctor.Facts) {
			f.Meeting.Recurring, f.Meeting.Created = true,
				now.AddDate(0, 0, -340)
		}, doctor.Note},
		"will have expired": {func(f *doctor.Facts) { f.Meeting.Start = start.AddDate(0, 0, -40) }, doctor.Warning},
	} {
		f := healthy()
		tt.make(&f)
		if got := doctor.JudgeLink(f); len(got) != 1 || got[0].Severity != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestHosts(t *testing.T) {
	links := []string{"", joinURL, joinURL, "https://example.com/j/1", "https://a.zoom.us/j/1", "https://b.zoom.us/j/1",
		"https://c.zoom.us/j/1", "https://d.zoom.us/j/1", "https://e.zoom.us/j/1"}
	if got := doctor.Hosts(links); strings.Join(got, " ") != "us02web.zoom.us a.zoom.us b.zoom.us c.zoom.us d.zoom.us" {
		t.Errorf("hosts %q", got)
	}
	if got := doctor.Hosts(nil); !slices.Equal(got, []string{"zoom.us"}) {
		t.Errorf("of no links: %q", got)
	}
	for want, h := range map[string]*meeting.HostFacts{
		"": {Status: "active"},
		"a: plan Basic, 100 people in a meeting, meetings at once: 1": {Plan: meeting.Basic, Capacity: 100,
			Concurrent: 1},
		"a: plan Licensed, meetings at once: 2, as far as can be seen": {Plan: meeting.Licensed, Concurrent: 2,
			Guessed: true},
		"a: 100 people in a meeting": {Capacity: 100},
	} {
		if got := doctor.DescribeHost("a", h); got != want {
			t.Errorf("%+v: %q", h, got)
		}
	}
	if got := doctor.DescribeHost("a", nil); got != "" {
		t.Errorf("of nobody: %q", got)
	}
}

func TestSameMeeting(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{joinURL, "https://zoom.us/wc/join/86000000001?pwd=other", true},
		{joinURL, "https://zoom.us/j/86000000002", false},
		{joinURL, "https://zoom.us/my/alice", false},
		{"https://zoom.us/my/alice?pwd=a", "https://zoom.us/my/alice/", true},
		{"https://zoom.us/my/alice", "https://zoom.us/my/bob", false},
		{joinURL, strings.Replace(joinURL, "zoom.us", "zoom.us.example.com", 1), false},
	} {
		if got := doctor.SameMeeting(tt.a, tt.b); got != tt.want {
			t.Errorf("SameMeeting(%q, %q) = %t", tt.a, tt.b, got)
		}
	}
}

func TestLostAt(t *testing.T) {
	f := healthy()
	f.Meeting, f.Gone, f.Record.LostAt = nil, true, now
	if got := doctor.JudgeLink(f); len(got) != 1 || !strings.Contains(got[0].Mend, "until 2026-12-08") {
		t.Errorf("%+v", got)
	}
}

// TestShown: which links of an event are looked at, and which of them by themselves.
func TestShown(t *testing.T) {
	ev := &calendar.Event{Description: "https://us02web.zoom.us/j/86000000001?pwd=a " +
		"<b>https://us02web.zoom.us/s/86000000001?zak=b</b>\n" +
		"https://zoominfo.com/meeting/new https://zoom.us/rec/play/1 https://meet.google.com/abc-defg-hij " +
		"https://zoom.us.example.com/j/86000000002\n" +
		calendar.BlockFirst + "\nJoin: https://us02web.zoom.us/j/86000000003\n" + calendar.BlockLast,
		Location: "https://us02web.zoom.us/j/86000000001", URL: "https://example.zoom.us/my/alice",
		Conferences: []string{"Teams", "https://zoom.us/w/860000004?tk=c"}}
	var got []string
	for _, link := range doctor.Shown(ev) {
		got = append(got, fmt.Sprint(doctor.Mask(link), " ", doctor.Apart(link)))
	}
	want := []string{"https://us02web.zoom.us/j/86000000001?pwd=*** false",
		"https://us02web.zoom.us/s/86000000001?zak=*** true",
		"https://zoom.us.example.com/j/86000000002 true", "https://example.zoom.us/my/alice false",
		"https://zoom.us/w/860000004?tk=*** true"}
	if !slices.Equal(got, want) {
		t.Errorf("shown are %q", got)
	}
}

func TestMask(t *testing.T) {
	for link, want := range map[string]string{
		joinURL: "https://us02web.zoom.us/j/86000000001?pwd=***",
		"https://zoom.us/w/860000000?tk=a&amp;pwd=b&uname=c#success":                     "https://zoom.us/w/860000000?tk=***&pwd=***&uname=***",
		"https://www.google.com/url?q=https%3A%2F%2Fzoom.us%2Fj%2F860000000%3Fpwd%3Dabc": "https://zoom.us/j/860000000?pwd=***",
		"https://me:secret@zoom.us/j/1":                                                  "https://***@zoom.us/j/1",
		"https://zoom.us/j/860000000":                                                    "https://zoom.us/j/860000000",
		"https://zoom.us/j/86000000001%3Fpwd%3DSECRET":                                   "https://zoom.us/j/***",
		"https://zoom.us/j/86000000001?SECRET":                                           "https://zoom.us/j/86000000001?***",
		"https://zoom.us/rec/share/TOKEN1.x":                                             "https://zoom.us/rec/share/***",
		"https://example.zoom.us/my/alice.smith":                                         "https://example.zoom.us/my/alice.smith",
		"":                                                                               "",
	} {
		if got := doctor.Mask(link); got != want {
			t.Errorf("Mask(%q) = %q", link, got)
		}
	}
}

// slotAt is a healthy event at a time, with a meeting of its own.
func slotAt(title string, at time.Time, id int64) doctor.Facts {
	f := healthy()
	f.Event.Title, f.Event.Start, f.Event.End = title, at, at.Add(time.Hour)
	f.Record.Meeting.JoinURL, f.Record.MeetingID = fmt.Sprintf("https://us02web.zoom.us/j/%d", id), id
	return f
}

func TestJudgeOverlaps(t *testing.T) {
	half := 30 * time.Minute
	with := func(h meeting.HostFacts, all ...doctor.Facts) []doctor.Facts {
		for i := range all {
			all[i].Host = &h
		}
		return all
	}
	basic, pro := meeting.HostFacts{Plan: meeting.Basic, Concurrent: 1}, meeting.HostFacts{Concurrent: 1, Guessed: true}
	business := meeting.HostFacts{Concurrent: 2, Guessed: true}
	running := slotAt("Running", now.Add(-2*time.Hour), 86_000_000_009)
	running.Meeting.Running = true
	running.Event.Start, running.Event.End = now.Add(time.Hour), now.Add(2*time.Hour)
	other := slotAt("Other host", start.Add(half), 86_000_000_005)
	other.Record.Host = "zoe@example.com"
	a, b, c := slotAt("A", start, 86_000_000_001), slotAt("B", start.Add(half), 86_000_000_002),
		slotAt("C", start.Add(half), 86_000_000_003)
	for _, tt := range []struct {
		name string
		all  []doctor.Facts
		want []string
	}{
		{"one after the other", with(basic, a, slotAt("B", start.Add(time.Hour), 86_000_000_002)), nil},
		{"basic", with(basic, a, b), []string{"ZT-402 error", "ZT-402 error"}},
		{"pro, perhaps", with(pro, a, b), []string{"ZT-402 warning", "ZT-402 warning"}},
		{"nobody knows", []doctor.Facts{a, b}, []string{"ZT-402 warning", "ZT-402 warning"}},
		{"business", with(business, a, b), nil},
		{"business, three", with(business, a, b, c), []string{"ZT-402 error", "ZT-402 error", "ZT-402 error"}},
		{"two hosts", with(basic, a, other), nil},
		{"one room", with(basic, a, slotAt("B", start.Add(half), 86_000_000_001)),
			[]string{"ZT-406 warning", "ZT-406 warning"}},
		{"one that is over", with(basic, slotAt("A", now.Add(-3*time.Hour), 1),
			slotAt("B", now.Add(-3*time.Hour), 2)), nil},
		{"overrun", with(basic, running, slotAt("Now", now.Add(-half), 86_000_000_004)),
			[]string{"ZT-402 error", "ZT-402 error"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range doctor.JudgeOverlaps(tt.all) {
				got = append(got, f.Code+" "+string(f.Severity))
				if f.Title == "" || !strings.Contains(f.What, "in team") {
					t.Errorf("%+v", f)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("judged %q, want %q", got, tt.want)
			}
		})
	}
}

func TestJudgeHost(t *testing.T) {
	for _, tt := range []struct {
		facts   *meeting.HostFacts
		unknown bool
		want    []string
	}{
		{nil, false, nil},
		{nil, true, []string{doctor.HostUnknown}},
		{&meeting.HostFacts{Status: "active", Plan: meeting.Licensed}, false, nil},
		{&meeting.HostFacts{}, false, nil},
		{&meeting.HostFacts{Status: "inactive"}, false, []string{doctor.HostInactive}},
		{&meeting.HostFacts{Status: "pending", Plan: meeting.NoPlan}, false,
			[]string{doctor.HostInactive, doctor.NoLicence}},
		{&meeting.HostFacts{Client: "5.9.6.4993(mac)"}, false, []string{doctor.ClientVersion}},
	} {
		if got := codesOf(doctor.JudgeHost(host, tt.facts, tt.unknown)); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %q, want %q", tt.facts, got, tt.want)
		}
	}
}

// setupCases are set-ups and the codes that they lead to.
var setupCases = []struct {
	name  string
	setup doctor.Setup
	want  []string
}{
	{"well", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Skewed: true, Skew: time.Minute}, nil},
	{"refused", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no"}}}, []string{"ZT-502 error"}},
	{"a person", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Person: &doctor.CalendarFacts{Name: "Zoom",
		Provider: "zoom", SignsIn: true, SignedIn: now.AddDate(0, 0, -3)}}}, Now: now}, nil},
	{"a person refused", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no",
		Person: &doctor.CalendarFacts{Name: "Zoom", Provider: "zoom", SignsIn: true, SignedIn: now.AddDate(0, 0, -3),
			Refused: now}}}}, []string{"ZT-505 error"}},
	{"no person", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no",
		Person: &doctor.CalendarFacts{Name: "Zoom", Provider: "zoom", SignsIn: true}}}}, []string{"ZT-507 error"}},
	{"an unusable person", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Error: "no",
		Person: &doctor.CalendarFacts{Name: "Zoom", Provider: "zoom", SignsIn: true, Unusable: "run: chmod 600 x"}}}},
		[]string{"ZT-502 error"}},
	{"scopes", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true,
		Lacking: meeting.Scopes{Needed: []meeting.Scope{{Name: "a", For: "b"}, {Name: "c", For: "d"}},
			Useful: []meeting.Scope{{Name: "e", For: "f"}}}}}}, []string{"ZT-503 error", "ZT-503 error",
		"ZT-503 note"}},
	{"skew", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Skewed: true, Skew: -3 * time.Minute},
		[]string{"ZT-504 warning"}},
	{"great skew", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Skewed: true, Skew: 6 * time.Minute},
		[]string{"ZT-504 error"}},
	{"personal", doctor.Setup{Accounts: []doctor.AccountFacts{{}}}, []string{"ZT-512 note"}},
	{"budget", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Budget: []doctor.BudgetFacts{{host, "", 80, 100}, {"b", "", 79, 100}}}, []string{"ZT-511 warning"}},
	{"event", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Events: []doctor.EventFacts{{Calendar: "team", ID: "a", Title: "A", Reason: "no"}}},
		[]string{"ZT-515 warning"}},
	{"a folder open to others", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Exposed: "others may write to /tmp"}, []string{"ZT-518 warning"}},
	{"a meeting without an event", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Leftovers: []doctor.LeftoverFacts{{ID: "123", Topic: "Tea", Mend: "zoomtag cancel 123"}}},
		[]string{"ZT-519 warning"}},
	{"the state is gone", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Displaced: "the state was deleted"}, []string{"ZT-520 error"}},
	{"a way of telling people fails", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Ways: []doctor.WayFacts{{Name: "mail to a@example.com", Error: "the server does not answer"}}},
		[]string{"ZT-521 warning"}},
	{"a list that cannot be read", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Lists: []doctor.ListFacts{{Name: "people.csv", Error: "there is no file"}}}, []string{"ZT-522 warning"}},
	{"waiting room and joining early", doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}},
		Contradictory: []string{"team", "home"}}, []string{"ZT-516 note"}},
	{"overdue", of(doctor.CalendarFacts{Name: "team", Overdue: "no pass has ended for 10m"}), []string{"ZT-517 error"}},
	{"nobody", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, Error: "nobody has signed in"}),
		[]string{"ZT-507 error"}},
	{"unusable", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, Unusable: "run: chmod 600 x",
		Error: "run: chmod 600 x"}), []string{"ZT-508 error"}},
	{"refused sign-in", of(doctor.CalendarFacts{Provider: "outlook", SignsIn: true, SignedIn: now.AddDate(0, 0, -20),
		Refused: now}), []string{"ZT-505 error"}},
	{"died after a week", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -8),
		Refused: now.AddDate(0, 0, -1)}), []string{"ZT-506 error"}},
	{"died later", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -20),
		Refused: now}), []string{"ZT-505 error"}},
	{"young", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -3),
		Said: "can be read"}), []string{"ZT-506 note"}},
	{"grown up", of(doctor.CalendarFacts{Provider: "google", SignsIn: true, SignedIn: now.AddDate(0, 0, -30),
		Said: "can be read"}), nil},
	{"unreadable", of(doctor.CalendarFacts{Error: "no"}), []string{"ZT-508 error"}},
	{"read only", of(doctor.CalendarFacts{Said: "not changed", ReadOnly: true}), []string{"ZT-509 error"}},
	{"held", of(doctor.CalendarFacts{Held: "many are missing"}), []string{"ZT-510 warning"}},
	{"mailbox", of(doctor.CalendarFacts{Provider: "outlook", App: true, Denied: true, Error: "403"}),
		[]string{"ZT-513 error"}},
	{"certificate ended", of(doctor.CalendarFacts{CertificateEnd: now.Add(-time.Hour)}), []string{"ZT-514 error"}},
	{"certificate ends", of(doctor.CalendarFacts{CertificateEnd: now.AddDate(0, 0, 10)}), []string{"ZT-514 warning"}},
	{"certificate is good", of(doctor.CalendarFacts{CertificateEnd: now.AddDate(0, 0, 100)}), nil},
}

func of(c doctor.CalendarFacts) doctor.Setup {
	c.Name = "alice"
	return doctor.Setup{Accounts: []doctor.AccountFacts{{API: true}}, Now: now, Calendars: []doctor.CalendarFacts{c}}
}

func TestJudgeSetup(t *testing.T) {
	for _, tt := range setupCases {
		findings, well := doctor.JudgeSetup(tt.setup)
		var got []string
		for _, f := range findings {
			got = append(got, f.Code+" "+string(f.Severity))
		}
		if !slices.Equal(got, tt.want) || len(got)+len(well) == 0 {
			t.Errorf("%s: judged %q, want %q; well: %q", tt.name, got, tt.want, well)
		}
	}
}

// TestSignInsSayWhy: a sign-in that cannot be read is not called a missing one, and why one is refused is said before
// the mend.
func TestSignInsSayWhy(t *testing.T) {
	for _, provider := range []string{"zoom", "google", "outlook"} {
		for _, c := range []doctor.CalendarFacts{
			{Unusable: "the file can be read by others; run: chmod 600 x"},
			{SignedIn: now.AddDate(0, 0, -20), Refused: now, Reason: "somebody has signed in on another machine"},
		} {
			c.Provider, c.SignsIn = provider, true
			s := of(c)
			if provider == "zoom" {
				s = doctor.Setup{Accounts: []doctor.AccountFacts{{API: true, Person: &c}}, Now: now}
			}
			findings, _ := doctor.JudgeSetup(s)
			if len(findings) != 1 || !strings.Contains(findings[0].What, c.Unusable+c.Reason) ||
				c.Unusable != "" && strings.Contains(findings[0].Mend, "auth") || c.Reason != "" &&
				!strings.HasPrefix(findings[0].Mend, "See to the reason first. Run zoomtag auth") {
				t.Errorf("%s: %+v", provider, findings)
			}
		}
	}
}

var networkCases = []struct {
	name  string
	facts doctor.NetworkFacts
	want  []string
}{
	{"well", doctor.NetworkFacts{Probes: []doctor.Probe{{Host: "api.zoom.us", Issuer: "DigiCert Inc"}},
		Media: []doctor.Port{{Address: "zoom.us:8801"}}, Status: "none"}, nil},
	{"no name", doctor.NetworkFacts{Probes: []doctor.Probe{{NameError: "no such host"}}}, []string{"ZT-601 error"}},
	{"no connection", doctor.NetworkFacts{Probes: []doctor.Probe{{Error: "refused"}}}, []string{"ZT-602 error"}},
	{"no connection through a proxy",
		doctor.NetworkFacts{Probes: []doctor.Probe{{Error: "refused", Proxy: "proxy:3128"}, {Proxy: "proxy:3128"}}},
		[]string{"ZT-605 note", "ZT-602 error"}},
	{"untrusted", doctor.NetworkFacts{Probes: []doctor.Probe{{Untrusted: "unknown authority", Issuer: "Fortinet"}}},
		[]string{"ZT-603 error"}},
	{"intercepted", doctor.NetworkFacts{Probes: []doctor.Probe{{Issuer: "Zscaler Inc."}}}, []string{"ZT-604 warning"}},
	{"unusual", doctor.NetworkFacts{Probes: []doctor.Probe{{Issuer: "Example Corp"}}}, []string{"ZT-604 note"}},
	{"media", doctor.NetworkFacts{Media: []doctor.Port{{Address: "zoom.us:8801", Error: "timeout"},
		{Address: "zoom.us:8802"}}}, []string{"ZT-606 note"}},
	{"trouble", doctor.NetworkFacts{Status: "major", Says: "Partial outage"}, []string{"ZT-607 warning"}},
	{"no status", doctor.NetworkFacts{StatusError: "timeout"}, []string{"ZT-608 note"}},
}

func TestJudgeNetwork(t *testing.T) {
	for _, tt := range networkCases {
		findings, _ := doctor.JudgeNetwork(tt.facts)
		var got []string
		for _, f := range findings {
			got = append(got, f.Code+" "+string(f.Severity))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: judged %q, want %q", tt.name, got, tt.want)
		}
	}
}

// stable are the codes that were given out. A line is added here, never changed.
var stable = strings.Fields(`ZT-101 ZT-102 ZT-103 ZT-104 ZT-105 ZT-106 ZT-107 ZT-108 ZT-109 ZT-110 ZT-201 ZT-202 ZT-203 ZT-204 ZT-205 ZT-206 ZT-207 ZT-208 ZT-209
	ZT-301 ZT-302 ZT-303 ZT-304 ZT-305 ZT-401 ZT-402 ZT-403 ZT-404 ZT-405 ZT-406 ZT-407 ZT-408 ZT-409
	ZT-501 ZT-502 ZT-503 ZT-504 ZT-505 ZT-506 ZT-507 ZT-508 ZT-509 ZT-510 ZT-511 ZT-512 ZT-513 ZT-514 ZT-515
	ZT-516 ZT-517 ZT-518 ZT-519 ZT-520 ZT-521 ZT-522
	ZT-601 ZT-602 ZT-603 ZT-604 ZT-605 ZT-606 ZT-607 ZT-608`)

// TestCodes: the table is complete and stable, each code is in some case above, and docs/doctor.md says the same.
func TestCodes(t *testing.T) {
	var got []string
	// the first is tested with the command
	tested := map[string]bool{doctor.Configuration: true, doctor.HostBusy: true, doctor.SharedRoom: true}
	for _, tt := range linkCases {
		for _, code := range tt.want {
			tested[code] = true
		}
	}
	for _, cases := range [][]string{{doctor.HostUnknown, doctor.HostInactive, doctor.NoLicence,
		doctor.ClientVersion}} {
		for _, code := range cases {
			tested[code] = true
		}
	}
	for _, tt := range setupCases {
		for _, want := range tt.want {
			tested[want[:6]] = true
		}
	}
	for _, tt := range networkCases {
		for _, want := range tt.want {
			tested[want[:6]] = true
		}
	}
	doc, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range doctor.Codes() {
		got = append(got, c.Code)
		if c.Severity == "" || c.Side == "" || !strings.HasSuffix(c.Meaning, ".") || !strings.HasSuffix(c.Mend, ".") {
			t.Errorf("the row of %s is not complete: %+v", c.Code, c)
		}
		if !tested[c.Code] {
			t.Errorf("no case leads to %s", c.Code)
		}
		line := fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", c.Code, c.Severity, c.Side, c.Meaning, c.Mend)
		if !strings.Contains(string(doc), line) {
			t.Errorf("docs/doctor.md lacks the line\n%s", line)
		}
	}
	if !slices.Equal(got, stable) {
		t.Errorf("the codes are %q", got)
	}
	named := map[string]bool{}
	for _, code := range regexp.MustCompile(`ZT-\d+`).FindAllString(string(doc), -1) {
		named[code] = true
	}
	if all := slices.Sorted(maps.Keys(named)); !slices.Equal(all, stable) {
		t.Errorf("docs/doctor.md names %q", all)
	}
}

// BenchmarkJudgeOverlaps: events of one host that are all at the same time, which is the worst case.
func BenchmarkJudgeOverlaps(b *testing.B) {
	all := make([]doctor.Facts, 2000)
	for i := range all {
		f := healthy()
		rec := *f.Record
		rec.EventID, rec.MeetingID = fmt.Sprint(i), int64(86_000_000_001+i)
		rec.Meeting.ID, rec.Meeting.JoinURL = rec.MeetingID, fmt.Sprintf("https://us02web.zoom.us/j/%d", rec.MeetingID)
		f.Record = &rec
		all[i] = f
	}
	for b.Loop() {
		if n := len(doctor.JudgeOverlaps(all)); n != len(all) {
			b.Fatal(n)
		}
	}
}
