package configs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadMembers: lists in files, as people and spreadsheets write them.
func TestReadMembers(t *testing.T) {
	for _, c := range []struct{ name, text, want, rows, err string }{
		{"plain.csv", "subject\na@x.com\nB@x.com\n", "a@x.com=a@x.com b@x.com=B@x.com", "", ""},
		{"all.csv", "name,provider,subject,host\nAnn,google,a@x.com,h@x.com\n", "Ann=a@x.com google host h@x.com", "", ""},
		{"excel.csv", "\ufeffSubject;Name\r\n\"a@x.com\"; Ann \r\n# not this\r\n", "Ann=a@x.com", "", ""},
		{"short.csv", "subject,name\na@x.com\n", "a@x.com=a@x.com", "", ""},
		{"folders.csv", "subject\n/srv/Team A/\n", "team-a=/srv/Team A/", "", ""},
		{"empty.csv", "", "", "", ""},
		{"rows.csv", "subject,name,host\na@x.com,,\na@x.com,,h@x.com\n,Ann,\nb@x.com,b,c,d\n-,,\n", "a@x.com=a@x.com",
			`line 3: "a@x.com" stands in line 2 already: delete one of the two, or give each a name; ` +
				"line 4: it says no subject: write whose calendar it is; " +
				"line 5: it has 4 columns, and the first line names 3; " +
				`line 6: it says no name, and none can be made of "-": write one`, ""},
		{"copied.csv", "subject,host\na@x.com,h@x.com\nb@x.com,\na@x.com,h@x.com\n",
			"a@x.com=a@x.com  host h@x.com b@x.com=b@x.com", "", ""},
		{"column.csv", "subjct\n", "", "",
			`the first line names the columns, and "subjct" is none: did you mean "subject"?`},
		{"twice.csv", "name,name\n", "", "", `"name" is there twice`},
		{"quote.csv", "subject\n\"a@x.com\nb@x.com\n", "", "", "this is not CSV"},
		{"binary.csv", "subject\n\xff\n", "", "", "is not UTF-8 text"},
		{"list.txt", "a@x.com", "", "", "give it a name that ends in .csv or .yaml"},
		{"list.yaml", "- a@x.com\n- {subject: b@x.com, name: Bo, calendar: team}\n", "a@x.com=a@x.com Bo=b@x.com/team", "", ""},
		{"odd.yaml", "- a@x.com\n- [b]\n- {subjct: c}\n- {subject: [d]}\n- &x {subject: e}\n- *x\n", "a@x.com=a@x.com e=e",
			`line 2: it is neither an address nor a section; line 3: "subjct" is none: did you mean "subject"?; ` +
				`line 4: "subject" must be one value; line 6: it is neither an address nor a section`, ""},
		{"comment.csv", "# our people, by IT, monthly\n\nsubject;name\na@x.com;Ann\n", "Ann=a@x.com", "", ""},
		{"sep.csv", "\ufeffsep=;\r\nsubject;name\r\n;Ann\r\na@x.com;A\r\n", "A=a@x.com",
			"line 3: it says no subject: write whose calendar it is", ""},
		{"tabs.csv", "subject\tname\na@x.com\tA, B\n", "A, B=a@x.com", "", ""},
		{"mac.csv", "subject,name\ra@x.com,A\rb@x.com,\r", "A=a@x.com b@x.com=b@x.com", "", ""},
		{"wide.csv", "subject,name,,\na@x.com,,,\n,,,\n ;\nb@x.com,b,,c\n", "a@x.com=a@x.com ;=;",
			"line 5: it has 4 columns, and the first line names 2", ""},
		{"host.csv", "subject,host\na@x.com,Organizer\n", "a@x.com=a@x.com  host organizer", "", ""},
		{"several.yaml", "- a@x.com\n---\n- b@x.com\n", "", "", "holds more than one document"},
		{"behind.yaml", "- a@x.com\n---\n{\n", "", "", "holds more than one document"},
		{"none.yaml", "# nobody yet\n", "", "", ""},
		{"one.yaml", "---\n- a@x.com\n...\n", "a@x.com=a@x.com", "", ""},
		{"map.yml", "a: b\n", "", "", "has to be a list"},
		{"broken.yaml", "- {\n", "", "", "is not YAML"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.name)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			list, rows, err := ReadMembers(path)
			var got, wrong []string
			for _, m := range list {
				text := m.Name + "=" + m.Subject
				if m.Calendar != "" {
					text += "/" + m.Calendar
				}
				if m.Provider+m.Host != "" {
					text += " " + m.Provider + " host " + m.Host
				}
				got = append(got, text)
			}
			for _, row := range rows {
				wrong = append(wrong, row.Error())
				if strings.Contains(row.Text, ": ") {
					t.Errorf("a cure stands behind its cause: %q", row.Text)
				}
			}
			if g, w := strings.Join(got, " "), strings.Join(wrong, "; "); g != c.want || w != c.rows {
				t.Errorf("%q\n%q", g, w)
			}
			if text := fmt.Sprint(err); c.err == "" && err != nil || !strings.Contains(text, c.err) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, _, err := ReadMembers(filepath.Join(t.TempDir(), "no.csv")); err == nil ||
		!strings.Contains(err.Error(), "put the list there") {
		t.Errorf("%v", err)
	}
}

// TestMemberCalendars: what becomes of a member of each kind, and what is refused.
func TestMemberCalendars(t *testing.T) {
	c := parsed(t, `zoom: {mode: personal, personal_link: "https://us02web.zoom.us/j/1234567890?pwd=abc"}
calendars_from:
- name: mixed
  file: people.csv
  template:
    google: {credentials: /key.json, as_guest: true}
    outlook: {tenant: t, client_id: c, client_secret: "env:X"}
    caldav: {url: "https://dav.example.com/cal", username: u, password: "env:Y", quiet: true}
    ics: {path: /srv}
    host: h@x.com
- google: {domain: example.com, unit: /Sales/North, credentials: /key.json, admin: admin@example.com}
- outlook: {tenant: t, group: g@x.com, client_id: c, client_secret: "env:X", api_url: "https://graph.example.com"}
  template: {outlook: {calendar: Team}, schedule: "@hourly"}
- caldav: {url: "https://dav.example.com/", username: u, password: "env:Y"}
  template: {caldav: {quiet: true}}
`)
	for _, want := range []struct {
		list   int
		name   string
		member Member
		said   string // what it is read with, or the mistake
	}{
		{0, "mixed", Member{Name: "a", Provider: "google", Subject: "a@x.com"}, `google "/key.json" "a@x.com" "primary" h@x.com`},
		{0, "mixed", Member{Name: "a", Provider: "google", Subject: "a@x.com", Calendar: "c1", Host: "z@x.com"},
			`google "/key.json" "a@x.com" "c1" z@x.com`},
		{0, "mixed", Member{Name: "a", Provider: "outlook", Subject: "A@x.com"}, `outlook "a@x.com" "" h@x.com`},
		{0, "mixed", Member{Name: "a", Provider: "caldav", Subject: "a/home/"},
			`caldav "https://dav.example.com/cal/a/home" "u" "" h@x.com`},
		{0, "mixed", Member{Name: "a", Provider: "caldav", Subject: "https://evil.example.com/a"},
			"is not at the server"},
		{0, "mixed", Member{Name: "a", Provider: "ics", Subject: "a"}, `ics "/srv/a" h@x.com`},
		{0, "mixed", Member{Name: "a", Provider: "ics", Subject: "../etc"}, "leads out of the template's folder"},
		{0, "mixed", Member{Name: "a", Subject: "a@x.com"}, "it says no provider"},
		{0, "mixed", Member{Name: "a", Provider: "gogle", Subject: "a@x.com"}, `did you mean "google"?`},
		{0, "mixed", Member{Name: "a b", Provider: "google", Subject: "a@x.com"}, "holds a space"},
		{0, "mixed", Member{Name: "a", Provider: "google", Subject: "a"}, "is not a mail address"},
		{0, "mixed", Member{Name: "a", Provider: "google", Subject: "a@x.com\u200b"}, "a character that nobody sees"},
		{0, "mixed", Member{Name: "a", Provider: "google", Subject: "a\x00@x.com"}, "a character that nobody sees"},
		{0, "mixed", Member{Name: "a", Provider: "google", Subject: "Mailto:a@x.com"}, "leave that out"},
		{0, "mixed", Member{Name: "a", Provider: "google", Subject: "a@x.com", Host: "h"}, "is not a Zoom user"},
		{1, "example.com-Sales-North", Member{Name: "a", Subject: "a@x.com"}, `google "/key.json" "a@x.com" "primary" `},
		{2, "g@x.com", Member{Name: "a", Subject: "a@x.com"}, `outlook "a@x.com" "Team" `},
		{3, "dav.example.com", Member{Name: "home", Calendar: "home"}, `caldav "https://dav.example.com" "u" "home" `},
	} {
		f := &c.CalendarsFrom[want.list]
		cal, err := f.Calendar(want.member)
		said := cal.Source() + " " + cal.Host
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, want.said) || f.Name != want.name {
			t.Errorf("list %s, %+v: %s", f.Name, want.member, said)
		}
	}
	if cal, err := c.CalendarsFrom[2].Calendar(Member{Name: "a", Subject: "a"}); err != nil ||
		cal.Outlook.APIURL != "https://graph.example.com" || cal.Schedule != "@hourly" || cal.List != "g@x.com" {
		t.Errorf("%+v, %v", cal, err)
	}
	if cal, err := c.CalendarsFrom[3].Calendar(Member{Name: "a", Calendar: "a"}); err != nil || !cal.CalDAV.Quiet {
		t.Errorf("%+v, %v", cal, err)
	}
}

// TestTakes: patterns are for addresses and names, in any case.
func TestTakes(t *testing.T) {
	f := From{Include: []string{"*@Example.com"}, Exclude: []string{"room-*", "*/shared/*"}}
	for called, want := range map[string]bool{"ann@example.COM": true, "ann@example.org": false,
		"room-1@example.com": false, "ann@example.com /x/shared/y": false} {
		if got := f.Takes(strings.Fields(called)...); got != want {
			t.Errorf("%s: %t", called, got)
		}
	}
	if !(&From{}).Takes("anybody") {
		t.Error("without patterns nobody is taken")
	}
}
