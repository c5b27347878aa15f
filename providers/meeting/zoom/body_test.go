package zoom

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCreateBody pins down what a create says to Zoom, for the specs that matter.
func TestCreateBody(t *testing.T) {
	start := time.Date(2026, 12, 1, 9, 0, 0, 123, time.UTC)
	base := meeting.Spec{Host: "alice@example.com", Topic: "Weekly review", Kind: meeting.Scheduled, Start: start,
		Zone: "Europe/Berlin", Duration: 45 * time.Minute}
	with := func(change func(*meeting.Spec)) meeting.Spec {
		s := base
		change(&s)
		return s
	}
	tests := []struct {
		name string
		spec meeting.Spec
	}{
		{"plain", base},
		{"unknown zone", with(func(s *meeting.Spec) { s.Zone = "Europe/Vilnius" })},
		{"no zone", with(func(s *meeting.Spec) { s.Zone = "" })},
		{"dated zone name", with(func(s *meeting.Spec) { s.Zone = "Asia/Ho_Chi_Minh" })},
		{"the hour that the clocks show twice",
			with(func(s *meeting.Spec) { s.Start = time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) })},
		{"part of a minute", with(func(s *meeting.Spec) { s.Duration = 10 * time.Second })},
		{"no topic", with(func(s *meeting.Spec) { s.Topic = " \n " })},
		{"lasting", meeting.Spec{Host: base.Host, Topic: "Standup", Kind: meeting.Lasting}},
		{"personal", meeting.Spec{Host: base.Host, Topic: "Talk", Kind: meeting.Personal,
			Options: meeting.Options{Passcode: meeting.PasscodeAuto}}},
		{"passcode auto", with(func(s *meeting.Spec) { s.Options.Passcode = meeting.PasscodeAuto })},
		{"passcode none", with(func(s *meeting.Spec) { s.Options.Passcode = meeting.PasscodeNone })},
		{"everything", with(func(s *meeting.Spec) {
			s.Options = meeting.Options{
				WaitingRoom: new(false), JoinBeforeHost: new(10 * time.Minute), Passcode: "abc123",
				Registration: "manual", SignIn: new(true),
				Mute: new(true), Recording: "cloud", AlternativeHosts: []string{"carol@example.com", "Bob@example.com"},
				Mail: true,
			}
		})},
	}
	var got strings.Builder
	for _, tt := range tests {
		terms, err := termsOf(tt.spec)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		body, err := json.MarshalIndent(terms.createBody("zt-mark", tt.spec.Options.Passcode == meeting.PasscodeAuto &&
			tt.spec.Kind != meeting.Personal), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString("# " + tt.name + "\n" + string(body) + "\n")
	}
	golden(t, "create.golden", got.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew); got:\n%s", path, got)
	}
}

func TestSpecsThatZoomWouldRefuse(t *testing.T) {
	good := meeting.Spec{Host: "a", Kind: meeting.Scheduled, Start: time.Unix(1e9, 0), Duration: time.Hour}
	for name, change := range map[string]func(*meeting.Spec){
		"no start":           func(s *meeting.Spec) { s.Start = time.Time{} },
		"no kind":            func(s *meeting.Spec) { s.Kind = "" },
		"odd join time":      func(s *meeting.Spec) { s.Options.JoinBeforeHost = new(7 * time.Minute) },
		"odd recording":      func(s *meeting.Spec) { s.Options.Recording = "tape" },
		"odd registration":   func(s *meeting.Spec) { s.Options.Registration = "maybe" },
		"nothing is changed": nil,
	} {
		s := good
		if change != nil {
			change(&s)
		}
		if _, err := termsOf(s); (err != nil) != (change != nil) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestChange(t *testing.T) {
	yes, no := true, false
	from := meeting.Spec{Host: "a", Topic: "T", Kind: meeting.Scheduled, Start: time.Date(2026, 12, 1, 9, 0, 0, 0,
		time.UTC), Zone: "UTC", Duration: time.Hour}
	tests := []struct {
		name         string
		before, then func(*meeting.Spec)
		want         string
	}{
		{"nothing", nil, nil, `{}`},
		{"beyond the limit of the topic", func(s *meeting.Spec) { s.Topic = strings.Repeat("x", 250) },
			func(s *meeting.Spec) { s.Topic = strings.Repeat("x", 300) }, `{}`},
		{"topic", nil, func(s *meeting.Spec) { s.Topic = "U" }, `{"topic":"U"}`},
		{"length", nil, func(s *meeting.Spec) { s.Duration = time.Minute },
			`{"start_time":"2026-12-01T09:00:00Z","timezone":"UTC","duration":1}`},
		{"zone", nil, func(s *meeting.Spec) { s.Zone = "Europe/Rome" },
			`{"start_time":"2026-12-01T10:00:00","timezone":"Europe/Rome","duration":60}`},
		{"same time in other words", nil,
			func(s *meeting.Spec) { s.Start = s.Start.In(time.FixedZone("", 3600)) }, `{}`},
		{"waiting room on", nil, func(s *meeting.Spec) { s.Options.WaitingRoom = &yes },
			`{"settings":{"waiting_room":true}}`},
		{"waiting room no longer asked for", func(s *meeting.Spec) { s.Options.WaitingRoom = &yes }, nil, `{}`},
		{"join before host off", func(s *meeting.Spec) { s.Options.JoinBeforeHost = new(time.Duration(0)) },
			func(s *meeting.Spec) { s.Options.JoinBeforeHost = new(time.Duration(-1)) },
			`{"settings":{"join_before_host":false}}`},
		{"other join time", func(s *meeting.Spec) { s.Options.JoinBeforeHost = new(time.Duration(0)) },
			func(s *meeting.Spec) { s.Options.JoinBeforeHost = new(5 * time.Minute) },
			`{"settings":{"join_before_host":true,"jbh_time":5}}`},
		{"same alternative hosts",
			func(s *meeting.Spec) { s.Options.AlternativeHosts = []string{"B@x.org", "a@x.org"} },
			func(s *meeting.Spec) { s.Options.AlternativeHosts = []string{"a@x.org", "b@x.org"} }, `{}`},
		{"new alternative hosts are not mailed", nil,
			func(s *meeting.Spec) { s.Options.AlternativeHosts = []string{"a@x.org"} },
			`{"settings":{"alternative_hosts":"a@x.org"}}`},
		{"alternative hosts no longer asked for",
			func(s *meeting.Spec) { s.Options.AlternativeHosts = []string{"a@x.org"} }, nil,
			`{"settings":{"alternative_hosts":""}}`},
		{"registration no longer asked for", func(s *meeting.Spec) { s.Options.Registration = "manual" }, nil,
			`{"settings":{"approval_type":2}}`},
		{"passcode taken away", func(s *meeting.Spec) { s.Options.Passcode = "abc" },
			func(s *meeting.Spec) { s.Options.Passcode = meeting.PasscodeNone }, `{"password":""}`},
		{"passcode left to Zoom", func(s *meeting.Spec) { s.Options.Passcode = "abc" },
			func(s *meeting.Spec) { s.Options.Passcode = meeting.PasscodeAuto }, `{}`},
		{"mute off", func(s *meeting.Spec) { s.Options.Mute = &yes }, func(s *meeting.Spec) { s.Options.Mute = &no },
			`{"settings":{"mute_upon_entry":false}}`},
		{"now lasting", nil, func(s *meeting.Spec) { *s = meeting.Spec{Host: "a", Topic: "T", Kind: meeting.Lasting} },
			`{"type":3}`},
		{"now personal", nil, func(s *meeting.Spec) {
			*s = meeting.Spec{Host: "a", Topic: "T",
				Kind: meeting.Personal}
		}, `{"type":3,"settings":{"use_pmi":true}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := from, from
			if tt.before != nil {
				tt.before(&a)
			}
			if tt.then != nil {
				tt.then(&b)
			}
			before, errA := termsOf(a)
			asked, errB := termsOf(b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			diff := change(before, asked)
			got, err := json.Marshal(diff.body())
			if err != nil || string(got) != tt.want {
				t.Errorf("sends %s, %v; want %s", got, err, tt.want)
			}
			whole, err := json.Marshal(diff.updateBody(asked))
			if quiet := `"email_notification":false,"alternative_hosts_email_notification":false}}`; err != nil ||
				!strings.HasSuffix(string(whole), quiet) {
				t.Errorf("sends %s, %v; want that nobody is mailed", whole, err)
			}
			if diff.empty() != (tt.want == "{}") {
				t.Errorf("empty = %t for %s", diff.empty(), got)
			}
		})
	}
}

func TestCarries(t *testing.T) {
	const mark = "zt-abc-def"
	tests := []struct {
		agenda string
		want   bool
	}{
		{mark, true}, {agenda(mark), true}, {"see (" + mark + ")", true}, {"x\n" + mark + ".", true},
		{"<p>" + mark + "</p>", true},
		{mark + "a", false}, {"a" + mark, false}, {mark + "-b", false}, {mark[:9], false}, {"", false},
		{mark + "a " + mark, true},
	}
	for _, tt := range tests {
		if got := carries(tt.agenda, mark); got != tt.want {
			t.Errorf("carries(%q) = %t", tt.agenda, got)
		}
	}
	if carries("anything", "") {
		t.Error("an empty mark is carried by everything")
	}
	if n := strings.Index(agenda(mark), mark); n != 0 || markOf(agenda(mark)) != mark ||
		markOf("x "+agenda(mark)) != "" {
		t.Error("the mark is not at the very start of the agenda")
	}
}

func TestTopic(t *testing.T) {
	if got := topic(strings.Repeat("會", 300)); got != strings.Repeat("會", 200) {
		t.Errorf("cut to %d characters", len([]rune(got)))
	}
	if got := topic("a\xff\tb\r\nc"); got != "a\uFFFD b c" {
		t.Errorf("%q", got)
	}
}
