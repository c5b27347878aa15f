package plan

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

const zoomsText = "Alice is inviting you to a scheduled Zoom meeting.\r\n\r\nTopic: Weekly\r\nTime: Dec 1, 2026 " +
	"09:00 AM\r\n\r\n\r\n\r\nJoin Zoom Meeting\r\nhttps://us02web.zoom.us/j/85000000001?pwd=x.1\r\n\r\n" +
	"Meeting ID: 850 0000 0001\r\nPasscode: 481516\r\n---\r\nOne tap " +
	"mobile\r\n+496971049922,,85000000001#,,,,*481516# Germany\r\n"

func wording(t *testing.T, text, tag string, change func(m *meeting.Meeting, s *Settings)) string {
	t.Helper()
	ev := calendar.Event{Title: "Weekly " + tag, Start: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	rec := record.Record{MeetingID: 85000000001, Meeting: meeting.Meeting{ID: 85000000001,
		JoinURL: "https://us02web.zoom.us/j/85000000001?pwd=x.1", Passcode: "481516",
		Topic: "Weekly", Host: "alice@example.com", Invitation: zoomsText,
		DialIn: []meeting.Phone{{Number: "+49 69 7104 9922", Place: "Frankfurt"}}}}
	s := Settings{Rules: testRules, Text: text}
	if change != nil {
		change(&rec.Meeting, &s)
	}
	return block(&ev, FindWish(&ev, s.Rules), &rec, &s)
}

// TestBlocks: whatever text it is, the block begins and ends as always and shows the link so that it is found again.
func TestBlocks(t *testing.T) {
	template, err := NewTemplate("join.txt", "Hier entlang: {{.JoinURL}}\n{{with .Passcode}}Kenncode "+
		"{{.}}{{end}}\n{{range .DialIn}}{{.Place}} {{.Number}}\n{{end}}{{.Start.Format \"15:04\"}} {{.Note}}")
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://us02web.zoom.us/j/85000000001?pwd=x.1"
	for _, c := range []struct {
		name, text, tag string
		change          func(m *meeting.Meeting, s *Settings)
		want            string
	}{
		{name: "short", text: "short", tag: "#zoom", want: "Join: " + url +
			"\nMeeting ID: 850 0000 0001\nPasscode: 481516"},
		{name: "nothing said", tag: "#zoom", want: "Join: " + url + "\nMeeting ID: 850 0000 0001\nPasscode: 481516"},
		{name: "note", text: "short", tag: "#zoom",
			change: func(_ *meeting.Meeting, s *Settings) { s.Note = "needs Zoom 6.0" },
			want:   "Passcode: 481516\nneeds Zoom 6.0"},
		{name: "invitation", text: "invitation", tag: "#zoom",
			want: "Time: Dec 1, 2026 09:00 AM\n\nJoin Zoom Meeting\nJoin: " + url + "\n\nMeeting ID"},
		{name: "by tag", text: "short", tag: "#zoom(invitation)", want: "One tap mobile\n+496971049922"},
		{name: "short by tag", text: "invitation", tag: "#zoom(short)", want: calendar.BlockFirst + "\nJoin: " + url},
		{name: "it lacks the link", text: "invitation", tag: "#zoom",
			change: func(m *meeting.Meeting, _ *Settings) { m.Invitation = "Hello" }, want: "Join: " + url + "\nHello"},
		{name: "guests register", text: "invitation", tag: "#zoom",
			change: func(m *meeting.Meeting,
				_ *Settings) {
				m.RegisterURL = "https://us02web.zoom.us/meeting/register/t1"
			},
			want: "Register: https://us02web.zoom.us/meeting/register/t1\nAlice"},
		{name: "there is none", text: "invitation", tag: "#zoom",
			change: func(m *meeting.Meeting, _ *Settings) { m.Invitation = "" }, want: "Join: " + url + "\nMeeting ID"},
		{name: "template", text: "template:join.txt", tag: "#zoom",
			change: func(_ *meeting.Meeting, s *Settings) { s.Template, s.Note = template, "bis bald" },
			want: "Hier entlang: " + url + "\nKenncode 481516\nFrankfurt +49 69 7104 9922\n09:00 bis bald\n" +
				calendar.BlockLast},
		{name: "very long", text: "invitation", tag: "#zoom",
			change: func(m *meeting.Meeting,
				_ *Settings) {
				m.Invitation += strings.Repeat("a line of words\r\n", 1000)
			}, want: "\n…\n" + calendar.BlockLast},
		{name: "the link behind too many words", text: "invitation", tag: "#zoom",
			change: func(m *meeting.Meeting, _ *Settings) {
				m.Invitation = strings.Repeat("This is what a lawyer has to say, see https://example.com/legal and "+
					"read on.\r\n", 90) + m.Invitation
			}, want: calendar.BlockFirst + "\nJoin: " + url + "\nThis is what"},
		{name: "one endless line", text: "invitation", tag: "#zoom", change: func(m *meeting.Meeting, _ *Settings) {
			m.Invitation = strings.Repeat("words ", 2000) + "\n" + m.Invitation
		},
			want: calendar.BlockFirst + "\nJoin: " + url + "\n…"},
		{name: "the link in a sentence", text: "invitation", tag: "#zoom",
			change: func(m *meeting.Meeting, _ *Settings) { m.Invitation = "Come to " + url + " then" },
			want:   calendar.BlockFirst + "\nJoin: " + url + "\nCome to"},
		{name: "another label", text: "invitation", tag: "#zoom",
			change: func(m *meeting.Meeting, _ *Settings) { m.Invitation = "Join: us all\n" + m.Invitation },
			want:   calendar.BlockFirst + "\nJoin: " + url + "\nJoin: us all"},
	} {
		got := wording(t, c.text, c.tag, c.change)
		start, end, ok := calendar.FindBlock(got)
		if !ok || start != 0 || end != len(got) || !strings.Contains(got, c.want) || len(got) > maxWords+200 {
			t.Errorf("%s:\n%s\nlacks\n%s", c.name, got, c.want)
		}
		if link := calendar.BlockURL(got); !strings.HasPrefix(link, "https://us02web.zoom.us/") {
			t.Errorf("%s: the link is found as %q", c.name, link)
		}
		if strings.Contains(got, "\r") || !calendar.SameBlock(got, got) || len(calendar.Typed(got, got)) > 0 {
			t.Errorf("%s: it is not the same as itself", c.name)
		}
	}
}

// TestUnevenWords: whatever spaces and unseen characters a text comes with, each kind of description shows it as it was
// written, so that the link is not taken for a stale one.
func TestUnevenWords(t *testing.T) {
	template, err := NewTemplate("join.txt", "Thema:\u00a0{{.Topic}}  \n\t- "+
		"{{.JoinURL}}\u2003\n\n\u00a0\n\n{{.Note}}\x00")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{Short, Invitation, "template:join.txt"} {
		for _, odd := range []string{"a  b", "a\tb", "a \t b", "a\u00a0b", "a \u00a0b", "a\u202fb", "a\u2009 b", "a\vb",
			"a\fb", "a\u2028b", "a\u0085b", "a \x00 b",
			"a\x00\x7f\x1b b", "a b \u00a0", "\u00a0a b", "a b\xff", "a b\n\u00a0\n\x00\n\nc"} {
			got := wording(t, text, "#zoom", func(m *meeting.Meeting, s *Settings) {
				m.Topic, s.Note = odd, odd
				m.Invitation = strings.ReplaceAll(zoomsText, "Weekly", odd)
				if s.Text == "template:join.txt" {
					s.Template = template
				}
			})
			if !strings.Contains(got, "a b") || strings.ContainsAny(got, "\u00a0\u2028\u202f\t\x00\x7f\v\f") ||
				strings.Contains(got, "  ") || strings.Contains(got, " \n") {
				t.Errorf("%s, %q: the block is %q", text, odd, got)
			}
			for _, before := range []string{"", "mine<br>", "<html><body><p>mine</p></body></html>"} {
				start, end, with := calendar.SpliceHTML(before, calendar.Link{Mark: "m", Block: got})
				if _, _, found, ok := calendar.FindBlockHTML(before[:start] + with + before[end:]); !ok ||
					!calendar.SameBlock(found, got) || len(calendar.Typed(found, got)) > 0 {
					t.Errorf("%s, %q, in %q: it is found as %q", text, odd, before, found)
				}
			}
		}
	}
	got := wording(t, Invitation, "#zoom", func(m *meeting.Meeting, _ *Settings) { m.Invitation = "\u00a0\x00" })
	if !strings.Contains(got, "\nMeeting ID: ") {
		t.Errorf("an empty invitation: %q", got)
	}
}

// TestTemplateMistakes are found before any event is written, with their line.
func TestTemplateMistakes(t *testing.T) {
	for source, want := range map[string]string{
		"a\n{{.JoinURL":                                  "join.txt:2",
		"a\n\n{{.JoinUrl}}":                              "join.txt:3",
		"no link":                                        "first address",
		"{{.JoinURL}}\nGr\xfc\xdfe":                      "join.txt:2: it is not UTF-8",
		"https://example.com {{.JoinURL}}":               "first address",
		"{{range .DialIn}}{{end}}":                       "shows nothing",
		"{{.JoinURL}}\n" + calendar.BlockLast:            "first or last line",
		"{{.JoinURL}}" + strings.Repeat("x", 2*maxWords): "longer than",
	} {
		if _, err := NewTemplate("join.txt", source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
	}
	one, err := NewTemplate("a", "{{.JoinURL}}")
	if err != nil {
		t.Fatal(err)
	}
	two, err := NewTemplate("a", "-> {{.JoinURL}}")
	if err != nil {
		t.Fatal(err)
	}
	a, errA := json.Marshal(Settings{Template: one})
	b, errB := json.Marshal(Settings{Template: two})
	if errA != nil || errB != nil || string(a) == string(b) {
		t.Errorf("another template is the same configuration: %v, %v", errA, errB)
	}
}

// TestInvitationIsReadFirst: the text is read once, before the link is written, and again when the meeting was told
// something new.
func TestInvitationIsReadFirst(t *testing.T) {
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	ev := calendar.Event{ID: "id", UID: "uid", Title: "Weekly #zoom", Start: now.AddDate(0, 0, 3),
		End: now.AddDate(0, 0, 3).Add(time.Hour), Until: now.AddDate(0, 0, 3).Add(time.Hour)}
	s := Settings{Rules: testRules, Host: "a@example.com", Account: AccountHash("a"), Text: Invitation}
	spec, _, _ := specFor(&ev, FindWish(&ev, s.Rules), &s, nil)
	rec := record.Record{EventID: "id", UID: "uid", Host: "a@example.com", Mark: NewMark(s.Account, "uid", [10]byte{1}),
		MeetingID: 85000000001, Told: &spec,
		Meeting: meeting.Meeting{ID: 85000000001, JoinURL: "https://us02web.zoom.us/j/85000000001?pwd=x.1"}}
	next := func() Decision { return Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s}) }
	if d := next(); d.Do != Word {
		t.Errorf("first: %q", d.Do)
	}
	rec.Meeting.Invitation = zoomsText
	if d := next(); d.Do != SetLink || !strings.Contains(d.Link.Block, "One tap mobile") {
		t.Errorf("then: %q\n%s", d.Do, d.Link.Block)
	}
	rec.Meeting.Invitation, rec.Meeting.NoInvitation = "", "no scope"
	if d := next(); d.Do != SetLink || !strings.Contains(strings.Join(d.Notes, ";"), "no scope") ||
		!strings.Contains(d.Link.Block, "Join: ") {
		t.Errorf("without: %q %q", d.Do, d.Notes)
	}
}

// TestTemplateFails for one meeting only: the owner hears why that event has the short text.
func TestTemplateFails(t *testing.T) {
	now := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	ev := calendar.Event{ID: "id", UID: "uid", Title: "Weekly #zoom", Start: now.AddDate(0, 0, 3),
		End: now.AddDate(0, 0, 3).Add(time.Hour), Until: now.AddDate(0, 0, 3).Add(time.Hour)}
	s := Settings{Rules: testRules, Host: "a@example.com", Account: AccountHash("a"), Text: "template:join.txt"}
	spec, _, _ := specFor(&ev, FindWish(&ev, s.Rules), &s, nil)
	for _, c := range []struct {
		source, url, block, note string
		id                       int64
		dialIn                   []meeting.Phone
	}{
		{source: "Mine: {{.JoinURL}} {{index .DialIn 0}}", note: "the template failed (join.txt:1:",
			block: "Meeting ID: "},
		{source: "Mine: {{.JoinURL}} {{(index .DialIn 0).Number}}",
			dialIn: []meeting.Phone{{Number: "+49 69 7104 9922"}},
			block:  "Mine: https://us02web.zoom.us/j/85000000001?pwd=x.1 +49"},
		{source: "{{with .DialIn}}{{else}}https://example.com {{end}}Mine: {{.JoinURL}}",
			note: "join.txt: the first address that it shows is not the link", block: "Meeting ID: "},
		{source: "Mine: {{.JoinURL}}", id: -1, url: "(a new link)", block: "Mine: (a new link)"},
		{source: "Mine: {{.JoinURL}} {{index .DialIn 0}}", id: -1, url: "(a new link)", block: "Join: (a new link)"},
	} {
		template, err := NewTemplate("join.txt", c.source)
		if err != nil {
			t.Fatal(err)
		}
		if c.id == 0 {
			c.id, c.url = 85000000001, "https://us02web.zoom.us/j/85000000001?pwd=x.1"
		}
		s.Template = template
		rec := record.Record{EventID: "id", UID: "uid", Host: "a@example.com",
			Mark: NewMark(s.Account, "uid", [10]byte{1}), MeetingID: c.id, Told: &spec,
			Meeting: meeting.Meeting{ID: c.id, JoinURL: c.url, DialIn: c.dialIn}}
		d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s})
		notes := strings.Join(d.Notes, ";")
		if d.Do != SetLink || !strings.Contains(d.Link.Block, c.block) || !strings.Contains(notes, c.note) ||
			c.note == "" && notes != "" || c.note != "" && !strings.Contains(notes, "the short text is used") {
			t.Errorf("%s: %q, notes %q, the block\n%s", c.source, d.Do, notes, d.Link.Block)
		}
	}
}
