package doctor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
	"zoomtag/sync/doctor"
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
	{"hidden by a checker, on a stranger's host", func(f *doctor.Facts) {
		*f = foreign("https://protect-eu.mimecast.com/s/AbC?domain=zoom.us.evil.example")
	}, []string{doctor.LookAlike}, "zoom.us.evil.example"},
	{"an event of Zoom Events", func(f *doctor.Facts) {
		*f = foreign("https://events.zoom.us/ev/AbC")
	}, []string{doctor.ForeignLink, doctor.Registration}, "host"},
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
	ev := &calendar.Event{Title: "zoom.us/j/86000000005", Elsewhere: []string{`<a href="https://zoom.us/j/86000000006">x</a>`},
		Description: "https://us02web.zoom.us/j/86000000001?pwd=a " +
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
	want := []string{"https://zoom.us/j/86000000005 false", "https://us02web.zoom.us/j/86000000001?pwd=*** false",
		"https://us02web.zoom.us/s/86000000001?zak=*** true",
		"https://zoom.us.example.com/j/86000000002 true", "https://example.zoom.us/my/alice false",
		"https://zoom.us/j/86000000006 false", "https://zoom.us/w/860000004?tk=*** true"}
	if !slices.Equal(got, want) {
		t.Errorf("shown are %q", got)
	}
}

func TestMask(t *testing.T) {
	for link, want := range map[string]string{
		joinURL: "https://us02web.zoom.us/j/86000000001?pwd=***",
		"https://zoom.us/w/860000000?tk=a&amp;pwd=b&uname=c#success":                     "https://zoom.us/w/860000000?tk=***&pwd=***&uname=***",
		"https://www.google.com/url?q=https%3A%2F%2Fzoom.us%2Fj%2F860000000%3Fpwd%3Dabc": "https://zoom.us/j/860000000?pwd=***",
		"us02web.zoom.us%2Fj%2F86000000001%3Fpwd%3DSECRET":                               "https://us02web.zoom.us/j/86000000001?pwd=***",
		"https%253A%252F%252Fzoom.us%252Fj%252F86000000001%253Fpwd%253DSECRET":           "https://zoom.us/j/86000000001?pwd=***",
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
