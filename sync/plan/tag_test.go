package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

var testRules = Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Categories: []string{"Zoom"},
	Locations: []string{"Zoom"},
	Colors:    []string{"7"}, Keep: true}

func TestFindWishPlaces(t *testing.T) {
	block := calendar.BlockFirst + "\nJoin: https://us02web.zoom.us/j/85000000001\n" + calendar.BlockLast
	for _, tt := range []struct {
		name string
		ev   calendar.Event
		in   string // "" is no tag
	}{
		{"title", calendar.Event{Title: "Weekly #zoom"}, "title"},
		{"title alone", calendar.Event{Title: "#ZOOM"}, "title"},
		{"with punctuation", calendar.Event{Title: "Weekly (#Zoom), all"}, "title"},
		{"end of a sentence", calendar.Event{Description: "Please join, #zoom."}, "description"},
		{"colon before", calendar.Event{Title: "Weekly:#zoom"}, "title"},
		{"description", calendar.Event{Description: "line\n#zoom\n"}, "description"},
		{"category", calendar.Event{Categories: []string{"Work", "zoom"}}, "category"},
		{"location", calendar.Event{Location: " Zoom "}, "location"},
		{"tag as location", calendar.Event{Location: "#zoom"}, "location"},
		{"location beside a room", calendar.Event{Location: "Room 5; Zoom", Places: []string{"Room 5", "Zoom"}},
			"location"},
		{"one text that looks like two places", calendar.Event{Location: "Room 5; Zoom"}, ""},
		{"colour", calendar.Event{Color: "7"}, "color"},
		{"longer word", calendar.Event{Title: "#zoomies"}, ""},
		{"hyphenated word", calendar.Event{Title: "#zoom-in photos"}, ""},
		{"domain", calendar.Event{Title: "#zoom.us"}, ""},
		{"dash with space", calendar.Event{Title: "#zoom - weekly"}, "title"},
		{"inside a word", calendar.Event{Title: "a#zoom"}, ""},
		{"URL fragment", calendar.Event{Description: "see https://example.com/help#zoom now"}, ""},
		{"URL with slash", calendar.Event{Description: "<https://example.com/#zoom>"}, ""},
		{"bare URL", calendar.Event{Description: "example.com/(#zoom"}, ""},
		{"www", calendar.Event{Description: "www.example.com;#zoom"}, ""},
		{"quoted mail", calendar.Event{Description: "Hello\n> please #zoom\n>> #zoom"}, ""},
		{"forwarded mail", calendar.Event{Description: "Hello\n-----Original Message-----\n#zoom"}, ""},
		{"Outlook's ruler", calendar.Event{Description: "Hello\n________________________________\nFrom: a\n#zoom"}, ""},
		{"heading in dashes", calendar.Event{Description: "---- Agenda ----\n1. x\n#zoom"}, "description"},
		{"dashes over a mail header",
			calendar.Event{Description: "Hello\n----- Forwarded by A -----\nFrom: a\n#zoom"}, ""},
		{"ruler without mail", calendar.Event{Description: "Hello\n________________________________\n#zoom"},
			"description"},
		{"our block", calendar.Event{Description: strings.Replace(block, "Join", "#zoom\nJoin", 1)}, ""},
		{"below our block", calendar.Event{Description: block + "\n#zoom"}, "description"},
		{"other location", calendar.Event{Location: "Zoom room"}, ""},
		{"no", calendar.Event{Title: "Weekly"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := FindWish(&tt.ev, testRules)
			got := ""
			if len(w.Tags) > 0 {
				got = w.Tags[0].In
			}
			if got != tt.in || w.Asked != (tt.in != "") {
				t.Errorf("found in %q (asked %v), want %q", got, w.Asked, tt.in)
			}
		})
	}
}

func TestNotWinsOverEverything(t *testing.T) {
	for _, ev := range []calendar.Event{
		{Title: "#zoom", Description: "#nozoom"},
		{Title: "#zoom #NoZoom"},
		{Title: "x", Location: "Zoom", Categories: []string{"#nozoom"}},
	} {
		if w := FindWish(&ev, testRules); w.Asked || w.Refused != "#nozoom" {
			t.Errorf("%+v: asked %v, refused by %q", ev, w.Asked, w.Refused)
		}
	}
	if w := FindWish(&calendar.Event{Title: "#zoom #nozoomies"}, testRules); !w.Asked {
		t.Error("a longer word counts as no")
	}
}

func TestHiddenWish(t *testing.T) {
	ev := calendar.Event{Title: "Weekly", Link: calendar.Link{Mark: "m", Tag: "#zoom(45m)", Block: "b"}}
	w := FindWish(&ev, testRules)
	if !w.Asked || w.Choice.Length != 45*time.Minute {
		t.Errorf("a wish kept beside the mark is not seen: %+v", w)
	}
	ev.Link.Block = ""
	if FindWish(&ev, testRules).Asked {
		t.Error("deleting the block must end a wish that lives in the mark")
	}
}

func TestOptions(t *testing.T) {
	yes, no := true, false
	for _, tt := range []struct {
		tag      string
		check    func(c Choice) bool
		problems int
		conflict string // part of it
	}{
		{"#zoom", func(c Choice) bool { return c.Kind == "" && c.Options.WaitingRoom == nil }, 0, ""},
		{"#zoom(personal)", func(c Choice) bool { return c.Kind == "personal" }, 0, ""},
		{"#Zoom( No-Waiting-Room , 45m,alt=bob@example.com, alt=eve@example.com)", func(c Choice) bool {
			return *c.Options.WaitingRoom == no && c.Length == 45*time.Minute &&
				slices.Equal(c.Options.AlternativeHosts, []string{"bob@example.com", "eve@example.com"})
		}, 0, ""},
		{`#zoom(topic="Weekly review, all (really)", 09:30, 1h30m)`, func(c Choice) bool {
			return c.Topic == "Weekly review, all (really)" && c.At == "09:30" && c.Length == 90*time.Minute
		}, 0, ""},
		{"#zoom(waiting-room)", func(c Choice) bool { return *c.Options.WaitingRoom == yes }, 0, ""},
		{"#zoom(join-before-host=5m)", func(c Choice) bool { return *c.Options.JoinBeforeHost == 5*time.Minute },
			0, ""},
		{"#zoom(join-before-host=7m)", func(c Choice) bool { return c.Options.JoinBeforeHost == nil }, 1, ""},
		{"#zoom(no-join-before-host)", func(c Choice) bool { return *c.Options.JoinBeforeHost < 0 }, 0, ""},
		{"#zoom(passcode=aB3@-_*)", func(c Choice) bool { return c.Options.Passcode.Reveal() == "aB3@-_*" }, 0, ""},
		{"#zoom(passcode=12345678901)", nil, 0, "passcode"},
		{"#zoom(register=manual, sign-in, mute, record=cloud)", func(c Choice) bool {
			return c.Options.Registration == "manual" && *c.Options.SignIn && *c.Options.Mute &&
				c.Options.Recording == "cloud"
		}, 0, ""},
		{"#zoom(no-register, no-sign-in, no-mute, record=none)", func(c Choice) bool {
			return c.Options.Registration == "none" && !*c.Options.SignIn && !*c.Options.Mute &&
				c.Options.Recording == "none"
		}, 0, ""},
		{"#zoom(register, no-register)", nil, 0, "contradict"},
		{`#zoom(template="Weekly, all")`, func(c Choice) bool { return c.Options.Template == "Weekly, all" }, 0, ""},
		{"#zoom(template=)", nil, 0, "names no template"},
		{"#zoom(register=perhaps)", nil, 0, "register=perhaps"},
		{"#zoom(waiting-room, no-waiting-room)", nil, 0, "contradict"},
		{"#zoom(waiting-room, join-before-host)", nil, 0, "contradict"},
		{"#zoom(45m, 45m)", func(c Choice) bool { return c.Length == 45*time.Minute }, 0, ""},
		{"#zoom(45m, 50m)", nil, 0, "contradict"},
		{"#zoom(host=nobody)", nil, 0, "not a mail address"},
		{"#zoom(wiating-room)", func(c Choice) bool { return c.Options.WaitingRoom == nil }, 1, ""},
		{"#zoom(45", func(c Choice) bool { return c.Length == 0 }, 1, ""},
		{"#zoom (45m)", func(c Choice) bool { return c.Length == 0 }, 0, ""},
		{"#zoom()", func(c Choice) bool { return true }, 0, ""},
		{"#zoom(25:00)", func(c Choice) bool { return c.At == "" }, 1, ""},
		{"#zoom(-5m)", func(c Choice) bool { return c.Length == 0 }, 1, ""},
	} {
		t.Run(tt.tag, func(t *testing.T) {
			w := FindWish(&calendar.Event{Title: "Team " + tt.tag}, testRules)
			if !w.Asked || len(w.Problems) != tt.problems || (w.Conflict != "") != (tt.conflict != "") ||
				!strings.Contains(w.Conflict, tt.conflict) {
				t.Fatalf("asked %v, problems %q, conflict %q", w.Asked, w.Problems, w.Conflict)
			}
			if tt.check != nil && !tt.check(w.Choice) {
				t.Errorf("chose %+v", w.Choice)
			}
		})
	}
}

// What people read of a tag holds neither the passcode nor anything that is made from it: of six digits, any hash is
// undone in a second.
func TestNothingOfAPasscodeIsShown(t *testing.T) {
	const shown = "passcode=*** and passcode=*** contradict each other"
	conflict := func(one, two string) string {
		return FindWish(&calendar.Event{Title: "#zoom(passcode=" + one + ", passcode=" + two + ")"}, testRules).Conflict
	}
	for _, pair := range [][2]string{{"canary1", "canary2"}, {"482913", "482914"}, {"1", "2"}} {
		if got := conflict(pair[0], pair[1]); got != shown {
			t.Errorf("conflict of %v: %q", pair, got)
		}
	}
	if got := conflict("482913", "482913"); got != "" {
		t.Errorf("the same passcode twice: %q", got)
	}
	for _, tag := range []string{
		"passcode=canaryä", "passcode=canary-canary-canary", "Passcode = canary", "no-passcode, passcode=canary",
		"personal, passcode=canary",
		"password=canary", "passwort=canary", "passwd=canary", "pass=canary", "passcode: canary", "password:canary",
		`password="canary"`,
	} {
		w := FindWish(&calendar.Event{Title: "Talk #zoom(" + tag + ")"}, testRules)
		said := strings.Join(append(w.Problems, w.Conflict, w.Tags[0].String(),
			HidePasscode("Talk #zoom("+tag+")")), "\n")
		if strings.Contains(said, "canary") {
			t.Errorf("of %s is said: %s", tag, said)
		}
	}
}

// Nor does a title hold the passcode of a link that somebody has typed into it.
func TestPasscodesOfLinksInTitles(t *testing.T) {
	for in, want := range map[string]string{
		"see us02web.zoom.us?pwd=canary&x=1": "see us02web.zoom.us?pwd=***&x=1",
		"https://zoom.us/j/1?pwd=canary":     "https://zoom.us/j/1?pwd=***",
		"Kenncode: canary":                   "Kenncode: ***",
		"pwd: canary":                        "pwd: ***",
		"Passover: a history":                "Passover: a history",
	} {
		if got := HidePasscode(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestWithoutTags(t *testing.T) {
	for in, want := range map[string]string{
		"Weekly #zoom":                  "Weekly",
		"#zoom Weekly":                  "Weekly",
		"Weekly #zoom(45m) with Bob":    "Weekly with Bob",
		"#zoom":                         "",
		"#zoom a #zoom b":               "a b",
		"Weekly (#zoom)":                "Weekly ()",
		`Plan #zoom(topic="a ) b") now`: "Plan now",
	} {
		w := FindWish(&calendar.Event{Title: in}, testRules)
		if got := WithoutTags(in, "title", w.Tags); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestTagsOfSeveralWords: tags are cut out by where they stand, and one inside another one goes with it.
func TestTagsOfSeveralWords(t *testing.T) {
	for _, tt := range []struct {
		words       []string
		title, want string
	}{
		{[]string{"#zoom", "#video"}, "#video and #zoom talk with Bob and Ann", "and talk with Bob and Ann"},
		{[]string{"#zoom", "#Zoom"}, "#zoom Weekly review", "Weekly review"},
		{[]string{"#zoom"}, `#zoom(topic="all about #zoom here") Weekly review`, "Weekly review"},
	} {
		w := FindWish(&calendar.Event{Title: tt.title}, Rules{Words: tt.words})
		if got := WithoutTags(tt.title, "title", w.Tags); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.title, got, tt.want)
		}
	}
}

func TestTagsAreShownWithoutPasscode(t *testing.T) {
	w := FindWish(&calendar.Event{Title: `Talk #zoom(45m, passcode=canary1, mute)`}, testRules)
	if got := w.Tags[0].String(); got != "tag #zoom(45m, passcode=***, mute) in title" {
		t.Error(got)
	}
}

func TestConferences(t *testing.T) {
	for text, want := range map[string]string{
		"ȺȺȺȺȺ http": "",
		"İstanbul https://meet.google.com/abc-defg-hij":                                              "Google Meet",
		"see HTTPS://TEAMS.MICROSOFT.COM/l/meetup-join/19%3a":                                        "Microsoft Teams",
		"https://us02web.zoom.us/j/85000000001?pwd=a.b-1.1":                                          "Zoom",
		"https://evilzoom.us/j/85000000001 https://zoom.us.evil.com/j/85000000001":                   "",
		"https://www.google.com/url?q=https%3A%2F%2Fzoom.us%2Fj%2F85000000001&sa=D":                  "Zoom",
		"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fmy%2Falice&x=1": "Zoom",
		"https://zoom.us/rec/share/abc https://zoom.us/u/abc":                                        "",
		strings.Repeat("http ", 100000):                                                              "",
	} {
		got := ""
		if list := Conferences(&calendar.Event{Description: text}); len(list) > 0 {
			got = list[0].Name
		}
		if got != want {
			t.Errorf("%.60q holds %q, want %q", text, got, want)
		}
	}
}

// TestConferencesAnywhere: a place to meet counts wherever an app shows it, and our own block counts nowhere.
func TestConferencesAnywhere(t *testing.T) {
	const link = "https://us02web.zoom.us/j/85000000001?pwd=a.1"
	block := calendar.BlockFirst + "\nJoin: " + link + "\n" + calendar.BlockLast
	for name, tt := range map[string]struct {
		ev   calendar.Event
		want string
	}{
		"title":     {calendar.Event{Title: "Talk " + link}, "Zoom"},
		"no scheme": {calendar.Event{Location: "us02web.zoom.us/j/85000000001"}, "Zoom"},
		"the app's": {calendar.Event{URL: "zoommtg://zoom.us/join?confno=85000000001"}, "Zoom"},
		"twin": {calendar.Event{Description: "x", Elsewhere: []string{"<a href=\"" + link + "\">x</a>"}},
			"Zoom"},
		"a twin of ours": {calendar.Event{Description: block,
			Elsewhere: []string{"<p>" + strings.ReplaceAll(block, "\n", "<br>") + "</p>"}}, ""},
		"conference data": {calendar.Event{Conferences: []string{"https://acme.webex.com/meet/a"}}, "Webex"},
		"a name":          {calendar.Event{Conferences: []string{"Teams"}}, "Teams"},
	} {
		got := ""
		if list := Conferences(&tt.ev); len(list) > 0 {
			got = list[0].Name
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func FuzzTag(f *testing.F) {
	for _, s := range []string{"#zoom", "#zoom(a=b, \"c\")", "x #ZOOM(45m)\n> #zoom", "#zoom(((", "#zoom(topic=\"",
		"ſ#zoom K#nozoom",
		"https://e.com/#zoom", calendar.BlockFirst + "\n#zoom\n" + calendar.BlockLast} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, title, description, location string) {
		ev := &calendar.Event{Title: title, Description: description, Location: location}
		w := FindWish(ev, testRules)
		if w.Asked && len(w.Tags) == 0 {
			t.Fatal("asked without a tag")
		}
		for _, tag := range w.Tags {
			text := map[string]string{"title": title, "description": description, "location": location}[tag.In]
			if tag.Start < 0 || tag.End > len(text) || tag.Start > tag.End {
				t.Fatalf("tag %+v lies outside %q", tag, text)
			}
			if tag.In != "location" && !strings.EqualFold(text[tag.Start:tag.End], tag.Text) {
				t.Fatalf("tag %+v is not what stands there: %q", tag, text[tag.Start:tag.End])
			}
		}
		// A title without its tags has none left, unless closing a gap made a new one.
		rest := WithoutTags(title, "title", w.Tags)
		if len(rest) > len(title) {
			t.Fatalf("%q grew to %q", title, rest)
		}
		Conferences(ev)
	})
}

// TestKeptOptionsBesideACategory: the options of a tag that was taken out of the title go on to count beside a category
// or a location of just the word, which have none of their own; a word that is written anew takes their place.
func TestKeptOptionsBesideACategory(t *testing.T) {
	link := calendar.Link{Mark: "m", Block: "b", Tag: "#zoom(45m, waiting-room)"}
	for _, tt := range []struct {
		ev   calendar.Event
		want time.Duration
	}{
		{calendar.Event{Title: "Talk", Link: link}, 45 * time.Minute},
		{calendar.Event{Title: "Talk", Categories: []string{"Zoom"}, Link: link}, 45 * time.Minute},
		{calendar.Event{Title: "Talk", Location: "Zoom", Link: link}, 45 * time.Minute},
		{calendar.Event{Title: "Talk #zoom(30m)", Categories: []string{"Zoom"}, Link: link}, 30 * time.Minute},
		{calendar.Event{Title: "Talk", Description: "#zoom", Link: link}, 0},
	} {
		w := FindWish(&tt.ev, testRules)
		if waits := w.Choice.Options.WaitingRoom != nil; !w.Asked || w.Conflict != "" || w.Choice.Length != tt.want ||
			waits != (tt.want == 45*time.Minute) {
			t.Errorf("%+v: %+v", tt.ev, w)
		}
	}
}
