package zoomtest

import (
	"slices"
	"strings"
	"testing"
)

// TestForcedSecurity: Zoom leaves no meeting without any security option.
func TestForcedSecurity(t *testing.T) {
	for _, tt := range []struct {
		user     User
		on       string
		passcode bool
	}{
		{User{}, "waiting_room", false},
		{User{Locked: map[string]any{"waiting_room": false}}, "meeting_authentication", false},
		{User{Forces: ForcesSignIn}, "meeting_authentication", false},
		{User{Forces: ForcesPasscode}, "", true},
	} {
		tt.user.Email = host
		b := newBench(t, Options{Users: []User{tt.user}})
		m := b.want(t, "POST", ofHost, `{"type":3,"default_password":false,"settings":{"waiting_room":false}}`, 201, 0)
		settings := m["settings"].(map[string]any)
		for _, name := range []string{"waiting_room", "meeting_authentication"} {
			if settings[name] != (name == tt.on) || (m["password"] != nil) != tt.passcode {
				t.Errorf("%+v: %v", tt.user, m)
			}
		}
	}
}

func TestRegistrationIsDropped(t *testing.T) {
	b := newBench(t, Options{})
	for _, body := range []string{`{"type":3,"settings":{"approval_type":0}}`,
		`{"type":2,"start_time":"2026-12-01T10:00:00Z","settings":{"approval_type":0,"use_pmi":true}}`} {
		if m := b.want(t, "POST", ofHost, body, 201, 0); m["settings"].(map[string]any)["approval_type"] != 2.0 ||
			m["registration_url"] != nil {
			t.Errorf("%s: %v", body, m)
		}
	}
}

func TestAlternativeHosts(t *testing.T) {
	users := []User{{Email: host}, {Email: "bob@example.com"}, {Email: "basic@example.com", Basic: true},
		{Email: "gone@example.com", Inactive: true}}
	b := newBench(t, Options{Users: users})
	with := func(list string) string { return `{"type":3,"settings":{"alternative_hosts":"` + list + `"}}` }
	m := b.want(t, "POST", ofHost, with("bob@example.com"), 201, 0)
	for _, name := range []string{"basic@example.com", "gone@example.com", "nobody@example.com"} {
		if v := b.want(t, "POST", ofHost, with("bob@example.com;"+name), 400,
			1114); !strings.Contains(v["message"].(string), "'"+name+"'") {
			t.Errorf("%v", v)
		}
		b.want(t, "PATCH", path(m), with(name)[:1]+with(name)[10:], 400, 1114)
	}
	if n := b.Spent(host); n != 7 {
		t.Errorf("%d calls counted, want those that were refused as well", n)
	}
}

func TestTheRoomItself(t *testing.T) {
	b := newBench(t, Options{RoomIsMeeting: true})
	m := b.want(t, "POST", ofHost, `{"type":3,"settings":{"use_pmi":true}}`, 201, 0)
	again := b.want(t, "POST", ofHost, `{"type":3,"settings":{"use_pmi":true}}`, 201, 0)
	if m["id"] != again["id"] || m["type"] != 4.0 || len(b.Meetings()) != 1 || m["id"].(float64) > 9_999_999_999 {
		t.Errorf("%v, then %v", m, again)
	}
	b.want(t, "DELETE", path(m)+quietly, "", 400, 3018)
}

func TestTemplates(t *testing.T) {
	templates := []Template{{ID: "t1", Name: "Town hall", Settings: map[string]any{"mute_upon_entry": true,
		"waiting_room": true}}, {ID: "t2", Name: "Mine", Own: true}}
	b := newBench(t, Options{Users: []User{{Email: host, Templates: templates}}})
	if v := b.want(t, "GET", "/users/"+host+"/meeting_templates", "", 200, 0); v["total_records"] != 2.0 {
		t.Errorf("%v", v)
	}
	m := b.want(t, "POST", ofHost, `{"type":3,"template_id":"t1","settings":{"waiting_room":false}}`, 201, 0)
	if set := m["settings"].(map[string]any); set["mute_upon_entry"] != true || set["waiting_room"] != false {
		t.Errorf("%v", set)
	}
	b.want(t, "POST", ofHost, `{"type":3,"template_id":"t2"}`, 400, 300)
	b.want(t, "POST", ofHost, `{"type":3,"template_id":"other"}`, 400, 300)
}

func TestDeletingMayMail(t *testing.T) {
	b := newBench(t, Options{})
	m := b.want(t, "POST", ofHost, plain, 201, 0)
	b.want(t, "DELETE", path(m)+"?schedule_for_reminder=false", "", 204, 0)
	if c := b.Complaints(); !slices.ContainsFunc(c,
		func(s string) bool { return strings.Contains(s, "cancel_meeting_reminder is left out") }) || len(c) != 1 {
		t.Errorf("complaints %q", c)
	}
}
