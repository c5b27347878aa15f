package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store/record"
)

// asked is what becomes of an event, a series or not, with a tag and a configuration, before anything is remembered of
// it.
func asked(tag string, series bool, change func(s *Settings)) Decision {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk " + tag, Start: start, End: start.Add(time.Hour),
		Series: series}
	if !series {
		ev.Until = ev.End
	}
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours")}
	if change != nil {
		change(&s)
	}
	return Next(Input{Now: now, Event: &ev, Settings: &s})
}

// TestWaitingRoomAndJoiningEarly: each combination of what tag and configuration say.
func TestWaitingRoomAndJoiningEarly(t *testing.T) {
	on, off := new(true), new(false)
	early, never := new(5*time.Minute), new(time.Duration(-1))
	const held, noted = "held", "noted"
	for _, tt := range []struct {
		waiting *bool          // of the configuration
		join    *time.Duration // of the configuration
		tag     string
		room    *bool
		enter   *time.Duration
		how     string
	}{
		{nil, nil, "#zoom(waiting-room, join-before-host=5m)", nil, nil, held},
		{on, early, "#zoom(waiting-room, join-before-host=5m)", nil, nil, held},
		{nil, early, "#zoom(waiting-room)", on, nil, ""},
		{on, early, "#zoom(waiting-room)", on, nil, ""},
		{off, early, "#zoom(waiting-room)", on, nil, ""},
		{on, nil, "#zoom(join-before-host=5m)", nil, nil, held},
		{on, early, "#zoom(join-before-host=5m)", nil, nil, held},
		{on, never, "#zoom(join-before-host=5m)", nil, nil, held},
		{on, nil, "#zoom(no-waiting-room, join-before-host=5m)", off, early, ""},
		{off, nil, "#zoom(join-before-host=5m)", off, early, ""},
		{nil, nil, "#zoom(join-before-host=5m)", nil, early, ""},
		{on, early, "#zoom", on, nil, noted},
		{on, early, "#zoom(no-waiting-room)", off, early, ""},
		{on, early, "#zoom(no-join-before-host)", on, never, ""},
		{on, never, "#zoom", on, never, ""},
		{off, early, "#zoom", off, early, ""},
		{nil, early, "#zoom", nil, early, ""},
		{on, nil, "#zoom", on, nil, ""},
		{on, never, "#zoom(waiting-room)", on, nil, ""},
		{nil, nil, "#zoom(waiting-room, no-join-before-host)", on, never, ""},
	} {
		d := asked(tt.tag, false, func(s *Settings) {
			s.Options.WaitingRoom, s.Options.JoinBeforeHost = tt.waiting,
				tt.join
		})
		o := d.Spec.Options
		switch {
		case (d.State == Held) != (tt.how == held), (len(d.Notes) > 0) != (tt.how == noted):
			t.Errorf("%+v: state %s (%s), notes %q", tt, d.State, d.Reason, d.Notes)
		case d.State == Held && !strings.Contains(d.Reason, "waiting") &&
			!strings.Contains(d.Reason, "join-before-host"):
			t.Errorf("%+v: held because %s", tt, d.Reason)
		case d.State != Held && !same(o.WaitingRoom, tt.room), d.State != Held && !same(o.JoinBeforeHost, tt.enter):
			t.Errorf("%+v: waiting room %v, join %v", tt, o.WaitingRoom, o.JoinBeforeHost)
		}
	}
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// TestImpossible: what Zoom drops in silence, or cannot do, holds the event, with the way to mend it.
func TestImpossible(t *testing.T) {
	registers := func(s *Settings) { s.Options.Registration = "automatic" }
	room := func(s *Settings) { s.Kind = meeting.Personal }
	only := func(s *Settings) { s.Kind, s.AnyAccount, s.NoAPI = meeting.Personal, true, true }
	for _, tt := range []struct {
		tag    string
		series bool
		change func(s *Settings)
		why    string // "": not held
	}{
		{"#zoom(register)", true, nil, "write fixed, as in #zoom(fixed, register), tag single events, or take " +
			"register out of the tag"},
		{"#zoom(register=manual)", true, nil, "write fixed"},
		{"#zoom", true, registers, "write no-register into the tag"},
		{"#zoom(no-register)", true, registers, ""},
		{"#zoom(register)", false, nil, ""},
		{"#zoom(fixed, register)", true, nil, ""}, // until its times are known
		{"#zoom(personal, register)", false, nil, "take personal out"},
		{"#zoom(register)", false, room, "take register out of the tag"},
		{"#zoom(scheduled, register)", false, room, ""},
		{"#zoom(personal)", false, registers, "write no-register into the tag"},
		{"#zoom(personal, passcode=abc123)", false, nil, "a personal room has a passcode of its own"},
		{"#zoom(passcode=abc123)", false, room, "a personal room has a passcode of its own"},
		{"#zoom(passcode=abc123)", true, nil, ""},
		{"#zoom(passcode=abc123, scheduled)", false, only, "take passcode= out"},
		{"#zoom(register, scheduled)", false, only, "its link is open to all who have it: take register out"},
		{"#zoom(register)", true, only, "its link is open to all who have it"},
		{"#zoom", true, only, ""},
	} {
		d := asked(tt.tag, tt.series, tt.change)
		if (d.State == Held) != (tt.why != "") || !strings.Contains(words.Join(d.Reason, d.Cure), tt.why) ||
			strings.Contains(d.Reason+d.Cure, "abc123") {
			t.Errorf("%s: %q, state %s: %s", tt.tag, d.Do, d.State, d.Reason)
		}
	}
}

// TestRegistrationOfASeries: with a schedule it can be had, and where Zoom has no such schedule it cannot.
func TestRegistrationOfASeries(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk #zoom(fixed, register)", Start: now.Add(48 * time.Hour),
		End: now.Add(49 * time.Hour), Series: true}
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours")}
	rec := record.Record{UID: "uid", Mark: NewMark(s.Account, "uid", [10]byte{2})}
	for _, tt := range []struct {
		schedule *Schedule
		do       Do
		why      string
	}{
		{nil, Describe, ""},
		{&Schedule{Spec: meeting.Spec{Start: ev.Start, Duration: time.Hour, Schedule: &meeting.Schedule{}}},
			Create, ""},
		{&Schedule{Why: "it has no end"}, Nothing, "Zoom gets none (it has no end)"},
	} {
		d := Next(Input{Now: now, Event: &ev, Rec: &rec, Schedule: tt.schedule, Settings: &s})
		if said := words.Join(d.Reason, d.Cure); d.Do != tt.do || !strings.Contains(said, tt.why) ||
			(d.State == Held) != (tt.why != "") {
			t.Errorf("%+v: %q, state %s: %s", tt.schedule, d.Do, d.State, d.Reason)
		}
	}
}

// TestLeftOut: options without a meaning for the meeting are named.
func TestLeftOut(t *testing.T) {
	for _, tt := range []struct {
		tag    string
		series bool
		note   string
	}{
		{"#zoom(09:30)", false, "09:30 in the tag is left out"},
		{"#zoom(09:30)", true, "09:30 in the tag is left out"},
		{"#zoom(45m)", true, "the length in the tag is left out: one lasting link"},
		{"#zoom(personal, 45m)", false, "the length in the tag is left out: a personal room"},
		{"#zoom(personal, no-passcode)", false, "no-passcode in the tag is left out"},
		{"#zoom(45m)", false, ""},
		{"#zoom", true, ""},
	} {
		d := asked(tt.tag, tt.series, nil)
		if (len(d.Notes) > 0) != (tt.note != "") || !strings.Contains(strings.Join(d.Notes, "; "), tt.note) {
			t.Errorf("%s: notes %q", tt.tag, d.Notes)
		}
	}
}

// TestLingering: what a meeting was told once, and is not asked for any more, stays; it costs no call, and the owner
// hears of it.
func TestLingering(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Location: "if-empty"}
	for _, tt := range []struct {
		before, after string
		template      string // that the meeting was made from
		notes         []string
		do            Do
	}{
		{"#zoom(no-waiting-room)", "#zoom", "", []string{"the waiting room (off) stays"}, ""},
		{"#zoom(sign-in, mute, record=cloud)", "#zoom", "", []string{"the sign-in for guests (on) stays",
			"muting on entry (on) stays", "the recording cloud stays"}, ""},
		{"#zoom(join-before-host=5m, no-passcode)", "#zoom", "", []string{"joining before the host (on) stays",
			"no passcode stays"}, ""},
		{"#zoom(join-before-host=5m)", "#zoom(waiting-room)", "", nil, Update},
		{"#zoom(sign-in)", "#zoom(no-sign-in)", "", nil, Update},
		{"#zoom(register)", "#zoom", "", nil, Update},
		{"#zoom(mute)", "#zoom(mute)", "", nil, ""},
		{`#zoom(template="A")`, `#zoom(template="B")`, "A", []string{"with the template A"}, ""},
		{`#zoom(template="A")`, `#zoom(template="A")`, "A", nil, ""},
		{"#zoom", `#zoom(template="B")`, "", []string{"without a template"}, ""},
	} {
		ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk " + tt.before, Start: start, End: start.Add(time.Hour),
			Until: start.Add(time.Hour)}
		told, _, _ := specFor(&ev, FindWish(&ev, s.Rules), &s, nil)
		m := meeting.Meeting{ID: 85000000002, JoinURL: "https://us02web.zoom.us/j/85000000002"}
		rec := record.Record{UID: "uid", Host: s.Host, Mark: NewMark(s.Account, "uid", [10]byte{2}), MeetingID: m.ID,
			Meeting: m, JoinURL: m.JoinURL,
			Told: &told, Template: tt.template}
		ev.Title = "Talk " + tt.after
		ev.Link = calendar.Link{Mark: rec.Mark, JoinURL: m.JoinURL, Block: framed(short(m), "")}
		ev.Description, ev.Location = ev.Link.Block, m.JoinURL
		d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: &s})
		if d.Do != tt.do || len(d.Notes) != len(tt.notes) {
			t.Errorf("%s to %s: %q, notes %q", tt.before, tt.after, d.Do, d.Notes)
		}
		for _, note := range tt.notes {
			if !slices.ContainsFunc(d.Notes, func(n string) bool { return strings.Contains(n, note) }) {
				t.Errorf("%s to %s: notes %q lack %q", tt.before, tt.after, d.Notes, note)
			}
		}
	}
}

// TestUnknownZone: a meeting at a time that is guessed is not made, unless the configuration says so; one without a
// time is, and one that Zoom was told already stays.
func TestUnknownZone(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		ev    calendar.Event
		guess bool
		do    Do
		state string
	}{
		{"known", calendar.Event{Title: "#zoom"}, false, Begin, Pending},
		{"unknown", calendar.Event{Title: "#zoom", Guessed: "Home"}, false, Nothing, Held},
		{"guessed", calendar.Event{Title: "#zoom", Guessed: "Home"}, true, Begin, Pending},
		{"a personal room", calendar.Event{Title: "#zoom(personal)", Guessed: "Home"}, false, Begin, Pending},
		{"a series", calendar.Event{Title: "#zoom", Series: true, Guessed: "Home"}, false, Begin, Pending},
		{"whole days", calendar.Event{Title: "#zoom(09:30)", AllDay: true, Guessed: "Home"}, false, Begin, Pending},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Settings{Rules: testRules, Account: AccountHash("ours"), Host: "me", GuessZones: tt.guess}
			tt.ev.ID = "id"
			tt.ev.UID = "uid"
			tt.ev.Start = now.Add(time.Hour)
			tt.ev.End = now.Add(2 * time.Hour)
			tt.ev.Until = now.Add(2 * time.Hour)
			if d := Next(Input{Now: now, Event: &tt.ev, Settings: &s}); d.Do != tt.do || d.State != tt.state ||
				tt.do == Nothing && !strings.Contains(d.Cure, "zone: guess") {
				t.Errorf("%q, %s: %s", d.Do, d.State, d.Reason)
			}
		})
	}
}
