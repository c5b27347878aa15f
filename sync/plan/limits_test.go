package plan

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// TestForbiddenOptions: an option that is not allowed is left out and told, whatever it is; all others count.
func TestForbiddenOptions(t *testing.T) {
	for _, tt := range []struct {
		allowed, hosts []string
		tag            string
		left           string // the option that is left out, and by what; "" is none
	}{
		{nil, nil, "#zoom(host=eve@example.com, record=cloud, no-waiting-room, 45m)", ""},
		{[]string{"mute"}, nil, "#zoom(mute)", ""},
		{[]string{"mute"}, nil, "#zoom(MUTE, no-mute)", `"no-mute" tag.options`},
		{[]string{"mute"}, nil, "#zoom(mute, no-waiting-room)", `"no-waiting-room" tag.options`},
		// and no contradiction
		{[]string{"waiting-room"}, nil, "#zoom(waiting-room, join-before-host)", `"join-before-host" tag.options`},
		{[]string{}, nil, "#zoom(personal)", `"personal" tag.options`},
		{[]string{}, nil, "#zoom(account=club)", `"account=club" tag.options`},
		{[]string{}, nil, "#zoom(host=nobody)", `"host=nobody" tag.options`}, // and it does not hold the event
		{[]string{}, nil, "#zoom(passcode=secret)", `"passcode=***" tag.options`},
		{[]string{}, nil, "#zoom(45m)", `"45m" tag.options`},
		{[]string{"45m"}, nil, "#zoom(45m)", ""},
		{[]string{"0h45m"}, nil, "#zoom(45m)", ""},
		{[]string{"45m"}, nil, "#zoom(50m)", `"50m" tag.options`},
		{[]string{"length"}, nil, "#zoom(50m)", ""},
		{[]string{"length"}, nil, "#zoom(09:30)", `"09:30" tag.options`},
		{[]string{"9:30"}, nil, "#zoom(09:30)", ""},
		{[]string{"start"}, nil, "#zoom(9:30)", ""},
		{[]string{"record=local"}, nil, "#zoom(record=local)", ""},
		{[]string{"record=local"}, nil, "#zoom(record=cloud)", `"record=cloud" tag.options`},
		{[]string{"record"}, nil, "#zoom(record=cloud)", ""},
		{[]string{"register"}, nil, "#zoom(register=manual)", ""},
		{[]string{"register=manual"}, nil, "#zoom(register)", `"register" tag.options`},
		{nil, []string{"Bob@example.com"}, "#zoom(host=bob@example.com, alt=BOB@example.com)", ""},
		{nil, []string{"bob@example.com"}, "#zoom(host=eve@example.com)", `"host=eve@example.com" tag.hosts`},
		{nil, []string{"bob@example.com"}, "#zoom(alt=eve@example.com)", `"alt=eve@example.com" tag.hosts`},
		{nil, []string{"*@example.com"}, "#zoom(host=eve@example.com)", ""},
		{nil, []string{"*@example.com"}, "#zoom(host=eve@bad-example.com)", `"host=eve@bad-example.com" tag.hosts`},
		{nil, []string{"*@example.com"}, "#zoom(host=eve@sub.example.com)", `"host=eve@sub.example.com" tag.hosts`},
		{nil, []string{}, "#zoom(alt=bob@example.com)", `"alt=bob@example.com" tag.hosts`},
		{nil, []string{"*@Example.com"}, "#zoom(host=bob@example.COM)", ""},
		{nil, []string{"*@example.com"}, "#zoom(alt=@example.com)", `"alt=@example.com" tag.hosts`},
		{[]string{"Mute"}, nil, "#zoom(mute)", ""},
		{[]string{"record=Local"}, nil, "#zoom(record=local)", ""},
		{[]string{"45M"}, nil, "#zoom(45m)", ""},
		{[]string{"mute"}, []string{"*@example.com"}, "#zoom(host=bob@example.com)",
			`"host=bob@example.com" tag.options`},
	} {
		rules := testRules
		rules.Allowed, rules.Hosts = tt.allowed, tt.hosts
		w := FindWish(&calendar.Event{Title: "Talk " + tt.tag}, rules)
		var want []string
		if option, by, ok := strings.Cut(tt.left, " "); ok {
			want = []string{"option " + option + " is not allowed in this calendar and was left out (" + by + ")"}
		}
		if !slices.Equal(w.Problems, want) || w.Conflict != "" {
			t.Errorf("%v %v %s: %q, conflict %q", tt.allowed, tt.hosts, tt.tag, w.Problems, w.Conflict)
		}
	}
}

// TestForbiddenChoosesNothing: what is left out has no effect at all, and what does not exist is told as before.
func TestForbiddenChoosesNothing(t *testing.T) {
	rules := testRules
	rules.Allowed = []string{}
	all := append(slices.Clone(wordOptions), "join-before-host=5m", "passcode=abc", "register=manual", "record=cloud",
		"host=eve@example.com", "account=club",
		"alt=eve@example.com", `topic="T"`, `template="T"`, "45m", "09:30")
	for _, option := range all {
		w := FindWish(&calendar.Event{Title: "Talk #zoom(" + option + ")"}, rules)
		if c := w.Choice; len(w.Problems) != 1 || c.Kind != "" || c.Series != "" || c.Host != "" || c.Account != nil ||
			c.Topic != "" || c.Length != 0 ||
			c.At != "" || c.Text != "" || c.ReplaceMeet || !reflect.DeepEqual(c.Options, meeting.Options{}) {
			t.Errorf("%s: %+v, %q", option, c, w.Problems)
		}
		if free := FindWish(&calendar.Event{Title: "Talk #zoom(" + option + ")"}, testRules); len(free.Problems) > 0 ||
			free.Conflict != "" {
			t.Errorf("%s is no option: %q %q", option, free.Problems, free.Conflict)
		}
	}
	for _, option := range []string{"mtue", "45m=1", "09:30=x"} {
		if w := FindWish(&calendar.Event{Title: "#zoom(" + option + ")"}, rules); len(w.Problems) != 1 ||
			!strings.Contains(w.Problems[0], "not understood") {
			t.Errorf("%s: %q", option, w.Problems)
		}
	}
}

// TestLimitChangesNoMeeting: a limit that is written later leaves the meeting that there is as it was made: in the
// personal room, or with the dates of its series, with its host and in its account. One that was made otherwise does
// not become so.
func TestLimitChangesNoMeeting(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	hour := time.Hour
	for _, tt := range []struct {
		tag    string
		series bool
		was    meeting.Kind // of the configuration
		told   meeting.Kind
		want   meeting.Kind
	}{
		{"#zoom(personal)", false, meeting.Scheduled, meeting.Personal, meeting.Personal},
		{"#zoom(personal)", false, meeting.Scheduled, meeting.Scheduled, meeting.Scheduled},
		{"#zoom(scheduled)", false, meeting.Personal, meeting.Scheduled, meeting.Scheduled},
		{"#zoom(scheduled)", false, meeting.Personal, meeting.Personal, meeting.Personal},
		{"#zoom(fixed)", true, meeting.Scheduled, meeting.Fixed, meeting.Fixed},
		{"#zoom(fixed)", true, meeting.Scheduled, meeting.Lasting, meeting.Lasting},
		// what it was told is not known: Zoom showed dates
		{"#zoom(fixed)", true, meeting.Scheduled, "", meeting.Fixed},
		{"#zoom(personal)", false, meeting.Scheduled, "", meeting.Personal},
	} {
		ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk " + tt.tag, Start: start, End: start.Add(hour),
			Series: tt.series, Until: start.Add(hour)}
		s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Kind: tt.was}
		s.Rules.Allowed = []string{}
		rec := record.Record{Mark: NewMark(s.Account, ev.UID, [10]byte{}), MeetingID: 5, Host: "eve@example.com"}
		rec.Meeting.JoinURL = "https://zoom.us/j/5"
		switch {
		case tt.told != "":
			rec.Told = &meeting.Spec{Kind: tt.told}
		case tt.want == meeting.Fixed:
			rec.Meeting.Occurrences = []meeting.Occurrence{{Start: start}}
		default:
			rec.Meeting.JoinURL = "https://zoom.us/j/7770001112"
		}
		schedule := &Schedule{Spec: meeting.Spec{Start: start, Duration: hour}}
		d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s, Schedule: schedule})
		stays := slices.ContainsFunc(d.Notes,
			func(n string) bool { return strings.Contains(n, "stays as it was made") })
		name := strings.Trim(strings.TrimPrefix(tt.tag, "#zoom"), "()")
		if kept := tt.want != kindWithout(tt.was, tt.series); d.Spec.Kind != tt.want || d.Spec.Host != rec.Host ||
			kept && !stays {
			t.Errorf("%s (%s), told %q: %s, %s %s, %q", name, tt.was, tt.told, d.Do, d.Spec.Kind, d.Spec.Host, d.Notes)
		}
	}
}

// TestLimitKeepsNoMore: what stays as it was made is what a limit has left out, of a meeting that there is. Whatever
// else the tag or the configuration says counts.
func TestLimitKeepsNoMore(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	const own, room, registration = "https://zoom.us/j/5", "https://zoom.us/j/7770001112",
		"https://zoom.us/meeting/register/abc"
	for _, tt := range []struct {
		name, tag string
		allowed   []string
		config    Settings
		link      string       // "" is no meeting yet
		told      meeting.Kind // "" is not known
		series    bool
		want      meeting.Kind
	}{
		{name: "no meeting yet", tag: "#zoom(scheduled)", config: Settings{Kind: meeting.Personal},
			want: meeting.Personal},
		{name: "nothing left out", tag: "#zoom", config: Settings{Kind: meeting.Personal}, link: own,
			told: meeting.Scheduled, want: meeting.Personal},
		{name: "another choice", tag: "#zoom(scheduled, personal)", allowed: []string{"personal"}, link: own,
			told:   meeting.Scheduled,
			config: Settings{Kind: meeting.Scheduled}, want: meeting.Personal},
		{name: "another choice for a series", tag: "#zoom(fixed, lasting)", allowed: []string{"lasting"}, link: own,
			told: meeting.Fixed, series: true,
			config: Settings{Kind: meeting.Scheduled}, want: meeting.Lasting},
		{name: "lasting", tag: "#zoom(lasting)", config: Settings{Kind: meeting.Scheduled, Series: "fixed"}, link: own,
			told: meeting.Lasting, series: true,
			want: meeting.Lasting},
		{name: "a strange link", tag: "#zoom(personal)", config: Settings{Kind: meeting.Scheduled}, link: room,
			told: meeting.Scheduled, want: meeting.Scheduled},
		{name: "a registration", tag: "#zoom(personal)", config: Settings{Kind: meeting.Scheduled}, link: registration,
			want: meeting.Scheduled},
		{name: "its own link", tag: "#zoom(personal)", config: Settings{Kind: meeting.Scheduled}, link: own,
			want: meeting.Scheduled},
	} {
		ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk " + tt.tag, Start: start, End: start.Add(time.Hour),
			Series: tt.series, Until: start.Add(time.Hour)}
		s := tt.config
		s.Rules, s.Host, s.Account = testRules, "alice@example.com", AccountHash("ours")
		s.Rules.Allowed = append([]string{}, tt.allowed...)
		rec := record.Record{Mark: NewMark(s.Account, ev.UID, [10]byte{}), Host: s.Host}
		if rec.Meeting.JoinURL = tt.link; tt.link != "" {
			rec.MeetingID = 5
		}
		if tt.told != "" {
			rec.Told = &meeting.Spec{Kind: tt.told}
		}
		d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s,
			Schedule: &Schedule{Spec: meeting.Spec{Start: start, Duration: time.Hour}}})
		if d.Spec.Kind != tt.want {
			t.Errorf("%s: %s %s, want %s, %q", tt.name, d.Do, d.Spec.Kind, tt.want, d.Notes)
		}
	}
}

// kindWithout is the kind of meeting that an event gets whose tag says nothing.
func kindWithout(configured meeting.Kind, series bool) meeting.Kind {
	if series {
		return meeting.Lasting
	}
	return configured
}
