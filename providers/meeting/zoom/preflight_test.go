package zoom_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// TestPreflight: what cannot be had is said before anything is made, what is not known is no reason, and what was told
// before is not asked about again.
func TestPreflight(t *testing.T) {
	basic := zoomtest.User{Email: host, Basic: true}
	strict := zoomtest.User{Email: host, Rule: zoomtest.PasscodeRule{NumericOnly: true, Length: 6}}
	templates := zoomtest.User{Email: host, Templates: []zoomtest.Template{{ID: "1", Name: "Town hall"},
		{ID: "2", Name: "mine", Own: true}, {ID: "3", Name: "Twin"}, {ID: "4", Name: "twin"}}}
	with := func(o meeting.Options) func(s *meeting.Spec) { return func(s *meeting.Spec) { s.Options = o } }
	room := func(s *meeting.Spec) {
		*s = meeting.Spec{Host: host, Topic: "T", Kind: meeting.Personal}
	}
	for _, tt := range []struct {
		name  string
		user  zoomtest.User
		spec  func(s *meeting.Spec)
		held  string
		note  string
		reads int
	}{
		{"nothing special", basic,
			with(meeting.Options{WaitingRoom: new(true), Passcode: meeting.PasscodeAuto, Registration: "none"}), "",
			"", 0},
		{"registration, Basic", basic, with(meeting.Options{Registration: "manual"}), "has the Basic plan", "", 3},
		{"registration, licensed", zoomtest.User{Email: host}, with(meeting.Options{Registration: "manual"}), "",
			"", 3},
		{"room", zoomtest.User{Email: host}, room, "", "", 3},
		{"no room", zoomtest.User{Email: host, NoRoom: true}, room, "has no personal room", "", 3},
		{"room switched off", zoomtest.User{Email: host, RoomOff: true}, room, "is switched off", "", 3},
		{"passcode", strict, with(meeting.Options{Passcode: "Secret7"}), "digits only", "", 1},
		{"good passcode", strict, with(meeting.Options{Passcode: "907264"}), "", "", 1},
		{"no passcode", zoomtest.User{Email: host}, with(meeting.Options{Passcode: meeting.PasscodeNone}), "",
			"demand one for new meetings", 3},
		{"no passcode, allowed", zoomtest.User{Email: host, NoPasscode: true},
			with(meeting.Options{Passcode: meeting.PasscodeNone}), "", "", 3},
		{"template", templates, with(meeting.Options{Template: "town Hall"}), "", "", 1},
		{"ambiguous template", templates, with(meeting.Options{Template: "TWIN"}), "capital letters alone", "", 1},
		{"exact template", templates, with(meeting.Options{Template: "twin"}), "", "", 1},
		{"unknown template", templates, with(meeting.Options{Template: "Lunch"}),
			`there is no meeting template "Lunch"`, "", 1},
		{"own template", templates, with(meeting.Options{Template: "Mine"}), "from an administrator's templates alone",
			"", 1},
		{"no templates", basic, with(meeting.Options{Template: "Lunch"}), "no other that an administrator has made",
			"", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{tt.user}})
			s := f.spec()
			tt.spec(&s)
			for range 2 {
				p := f.Preflight(t.Context(), meeting.Spec{}, s)
				if (p.Held != "") != (tt.held != "") || (p.Held == "") != (p.Cure == "") ||
					!strings.Contains(p.Held, tt.held) ||
					(len(p.Notes) > 0) != (tt.note != "") ||
					!strings.Contains(strings.Join(p.Notes, ""), tt.note) ||
					strings.Contains(p.Held+p.Cure, "Secret7") {
					t.Errorf("%+v", p)
				}
			}
			if got := f.asked(0); len(got) != tt.reads || f.server.Spent(host) != 0 {
				t.Errorf("it cost %q, want %d reads", got, tt.reads)
			}
			if p := f.Preflight(t.Context(), s, s); p.Held != "" || len(p.Notes) > 0 {
				t.Errorf("of what is told: %+v", p)
			}
		})
	}
}

// TestPreflightInTheDark: without scopes or connection nothing is held; only a template cannot be found without its
// scope.
func TestPreflightInTheDark(t *testing.T) {
	few := slices.DeleteFunc(slices.Clone(zoomtest.AllScopes),
		func(s string) bool { return strings.HasPrefix(s, "user:") || strings.Contains(s, "templates") })
	f := newFixture(t, zoomtest.Options{Scopes: few,
		Users: []zoomtest.User{{Email: host, Basic: true, NoRoom: true, RoomOff: true}}})
	s := f.spec()
	s.Options = meeting.Options{Registration: "manual", Passcode: "1"}
	room := meeting.Spec{Host: host, Topic: "T", Kind: meeting.Personal}
	for _, offline := range []bool{false, true} {
		f.client.CloseIdleConnections()
		f.offline.Store(offline)
		for _, spec := range []meeting.Spec{s, room} {
			if p := f.Preflight(t.Context(), meeting.Spec{}, spec); p.Held != "" {
				t.Errorf("offline %t: %+v", offline, p)
			}
		}
		f.clock.Advance(7 * time.Hour)
	}
	f.offline.Store(false)
	s.Options = meeting.Options{Template: "Town hall"}
	if p := f.Preflight(t.Context(), meeting.Spec{}, s); !strings.Contains(p.Held,
		"lacks meeting:read:list_templates:admin") {
		t.Errorf("%+v", p)
	}
	if _, err := f.Create(t.Context(), mark, s); !errors.Is(err, meeting.ErrDenied) ||
		!errors.Is(err, meeting.ErrNotSent) || f.server.Spent(host) != 0 {
		t.Errorf("created: %v", err)
	}
}

// TestTemplate: a meeting is made from it once, and what is asked for besides wins.
func TestTemplate(t *testing.T) {
	user := zoomtest.User{Email: host,
		Templates: []zoomtest.Template{{ID: "t1", Name: "Town hall", Settings: map[string]any{"mute_upon_entry": true,
			"waiting_room": true}}}}
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{user}})
	s := f.spec()
	s.Options = meeting.Options{Template: "Town hall", WaitingRoom: new(false)}
	m := f.create(t, s)
	live := f.server.Meetings()[0]
	if live.Template != "Town hall" || live.Settings["mute_upon_entry"] != true ||
		live.Settings["waiting_room"] != false || len(m.Notes) > 0 {
		t.Errorf("%+v, notes %q", live, m.Notes)
	}
	to := s
	to.Topic, to.Options.Template = "Another", "Lunch" // which there is not
	if _, err := f.Update(t.Context(), m.ID, s, to); err != nil {
		t.Error(err)
	}
	if _, err := f.Update(t.Context(), m.ID, meeting.Spec{}, to); err != nil || f.server.Spent(host) != 2 {
		t.Errorf("%v, %d calls", err, f.server.Spent(host))
	}
	if _, err := f.Create(t.Context(), mark, to); !errors.Is(err, meeting.ErrInvalid) ||
		!errors.Is(err, meeting.ErrNotSent) || !strings.Contains(err.Error(), "Town hall") {
		t.Errorf("%v", err)
	}
}

// TestTheRoomIsNeverDeleted: neither where its number tells, nor where only Zoom knows.
func TestTheRoomIsNeverDeleted(t *testing.T) {
	f := newFixture(t, zoomtest.Options{RoomIsMeeting: true})
	m := f.create(t, meeting.Spec{Host: host, Topic: "T", Kind: meeting.Personal})
	before := len(f.server.Requests())
	for range 2 {
		if err := f.connect(t).Cancel(t.Context(), m.ID); err != nil {
			t.Error(err)
		}
	}
	if got := f.asked(before); slices.ContainsFunc(got,
		func(r string) bool { return strings.HasPrefix(r, "DELETE") }) || len(f.server.Meetings()) != 1 {
		t.Errorf("it cost %q", got)
	}
	if m, err := f.Update(t.Context(), m.ID, meeting.Spec{},
		meeting.Spec{Host: host, Topic: "T", Kind: meeting.Personal}); err != nil || len(m.Notes) > 0 {
		t.Errorf("%+v, %v", m, err)
	}
	f.server.Break(zoomtest.Fault{Match: zoomtest.On("GET"), Status: 500})
	if err := f.Cancel(t.Context(), m.ID); err != nil || len(f.server.Meetings()) != 1 {
		t.Errorf("where it cannot be read: %v", err)
	}
	f.server.Mend()
	other := f.create(t, f.spec())
	before = len(f.server.Requests())
	if err := f.Cancel(t.Context(), other.ID); err != nil || len(f.asked(before)) != 1 {
		t.Errorf("of another meeting: %v, %q", err, f.asked(before))
	}
}
