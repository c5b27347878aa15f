package zoom_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// TestForcedSecurityIsNoted: what Zoom switches on by itself, whether it was refused or nobody spoke of it.
func TestForcedSecurityIsNoted(t *testing.T) {
	const (
		because = " although it was not asked for: Zoom leaves no meeting without passcode, waiting room and " +
			"sign-in, or the host's own settings ask for it."
		refused = "Zoom switched the waiting room on by itself: the account or the host's settings ask for it."
	)
	no, early := new(false), new(5*time.Minute)
	for _, tt := range []struct {
		name string
		user zoomtest.User
		ask  meeting.Options
		want []string
	}{
		{"refused", zoomtest.User{}, meeting.Options{WaitingRoom: no, JoinBeforeHost: early},
			[]string{refused, "Guests cannot join before the host, as asked, because the waiting room is on."}},
		{"waiting room", zoomtest.User{}, meeting.Options{}, []string{"The waiting room is on" + because}},
		{"sign-in", zoomtest.User{Forces: zoomtest.ForcesSignIn}, meeting.Options{},
			[]string{"Guests have to sign in" + because}},
		{"waiting room locked off", zoomtest.User{Locked: map[string]any{"waiting_room": false}}, meeting.Options{},
			[]string{"Guests have to sign in" + because}},
		{"passcode", zoomtest.User{Forces: zoomtest.ForcesPasscode}, meeting.Options{},
			[]string{"Zoom gave the meeting a passcode although none was asked for: the account asks for one."}},
		{"asked for", zoomtest.User{}, meeting.Options{WaitingRoom: new(true)}, nil},
		{"sign-in asked for", zoomtest.User{}, meeting.Options{SignIn: new(true)}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.user.Email = host
			f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{tt.user}})
			s := f.spec()
			s.Options = tt.ask
			s.Options.Passcode = meeting.PasscodeNone
			if m := f.create(t, s); !slices.Equal(m.Notes, tt.want) {
				t.Errorf("created with notes %q, want %q", m.Notes, tt.want)
			}
		})
	}
}

// TestDroppedRegistration: where Zoom drops it in silence, nobody gets the open link.
func TestDroppedRegistration(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := f.spec()
	s.Kind = meeting.Lasting
	s.Start = time.Time{}
	s.Zone = ""
	s.Duration = 0
	s.Options.Registration = "automatic"
	m, err := f.Create(t.Context(), mark, s)
	if !errors.Is(err, meeting.ErrUnfit) || meeting.Refused(err) ||
		!strings.Contains(err.Error(), "take register out") || m.JoinURL != "" {
		t.Fatalf("created %+v, %v", m, err)
	}
	found, err := f.Find(t.Context(), host, mark)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := f.Update(t.Context(), found.ID, meeting.Spec{}, s); !errors.Is(err, meeting.ErrUnfit) ||
		meeting.Refused(err) || m.JoinURL != "" {
		t.Errorf("updated %+v, %v", m, err)
	}
	plain := s
	plain.Options.Registration = ""
	if m, err := f.Update(t.Context(), found.ID, meeting.Spec{}, plain); err != nil || m.JoinURL == "" {
		t.Errorf("without registration: %+v, %v", m, err)
	}
	if m, err := f.Update(t.Context(), found.ID, plain, s); !errors.Is(err, meeting.ErrUnfit) {
		t.Errorf("asked for later: %+v, %v", m, err)
	}
}

// TestNobodyIsMailed: every request that changes a meeting says so, but for those about a single occurrence, which
// cannot.
func TestNobodyIsMailed(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{{Email: host, NoPasscode: true, WaitingRoom: true},
		{Email: "bob@example.com"}}})
	sent := 0
	f.server.Hold = func(r *http.Request, phase string) {
		if phase != "before" || !strings.HasPrefix(r.URL.Path, "/v2/") || r.Method != http.MethodPost &&
			r.Method != http.MethodPatch || r.URL.Query().Has("occurrence_id") {
			return
		}
		body, err := io.ReadAll(r.Body)
		if sent++; err != nil {
			t.Error(err)
		}
		if !strings.Contains(string(body), `"email_notification":false,"alternative_hosts_email_notification":false`) ||
			strings.Contains(string(body), "push_change") != (r.Method == http.MethodPost) {
			t.Errorf("%s sends %s", r.Method, body)
		}
	}
	s := f.spec()
	s.Options.Passcode = meeting.PasscodeAuto // which takes a second request here
	m := f.create(t, s)
	if _, err := f.Update(t.Context(), m.ID, meeting.Spec{}, s); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(s *meeting.Spec){
		func(s *meeting.Spec) { s.Start = s.Start.Add(time.Hour) },
		func(s *meeting.Spec) { s.Topic = "Another" },
		func(s *meeting.Spec) { s.Options.AlternativeHosts = []string{"bob@example.com"} },
		func(s *meeting.Spec) { s.Options.Mute = new(true) },
		func(s *meeting.Spec) { *s = weekly(t, 4) },
		func(s *meeting.Spec) { s.Schedule.Rule.Count = 5 },
	} {
		to := s
		if s.Schedule != nil {
			to.Schedule = &meeting.Schedule{Rule: s.Schedule.Rule}
		}
		change(&to)
		if _, err := f.Update(t.Context(), m.ID, s, to); err != nil {
			t.Fatal(err)
		}
		s = to
	}
	if sent != 8 {
		t.Errorf("%d requests were looked at", sent)
	}
}

// TestMailsThatZoomHasOn: they are switched off again, and where that does not help the owner hears of it.
func TestMailsThatZoomHasOn(t *testing.T) {
	user := zoomtest.User{Email: host, Locked: map[string]any{"email_notification": true}}
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{user}})
	m := f.create(t, f.spec())
	if len(m.Notes) != 1 || !strings.Contains(m.Notes[0], "mails to hosts") {
		t.Errorf("notes %q", m.Notes)
	}
	f = newFixture(t, zoomtest.Options{})
	m = f.create(t, f.spec())
	f.server.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Settings["alternative_hosts_email_notification"] = true })
	if got, err := f.Update(t.Context(), m.ID, meeting.Spec{}, f.spec()); err != nil || len(got.Notes) > 0 ||
		f.server.Meetings()[0].Settings["alternative_hosts_email_notification"] != false {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestPushToCalendars: a meeting that was read to write into calendars is told not to, once, if Zoom takes that.
func TestPushToCalendars(t *testing.T) {
	for _, takes := range []bool{true, false} {
		f := newFixture(t, zoomtest.Options{PushInUpdates: takes})
		m := f.create(t, f.spec())
		f.server.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Settings["push_change_to_calendar"] = true })
		spent := f.server.Spent(host)
		got, err := f.Update(t.Context(), m.ID, meeting.Spec{}, f.spec())
		if !takes {
			if !errors.Is(err, meeting.ErrAgain) || !meeting.Refused(err) || f.server.Spent(host) != spent+1 {
				t.Fatalf("%+v, %v", got, err)
			}
			got, err = f.Update(t.Context(), m.ID, meeting.Spec{}, f.spec())
		}
		if err != nil || f.server.Spent(host) != spent+1 || (len(got.Notes) > 0) == takes ||
			f.server.Meetings()[0].Settings["push_change_to_calendar"] == takes {
			t.Errorf("takes it: %t; %+v, %v; %d calls", takes, got, err, f.server.Spent(host)-spent)
		}
	}
}

// TestAbsentJoinTime: a time before the start that Zoom does not tell is not another one.
func TestAbsentJoinTime(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := f.spec()
	s.Options.JoinBeforeHost = new(5 * time.Minute)
	m := f.create(t, s)
	f.server.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { delete(m.Settings, "jbh_time") })
	spent := f.server.Spent(host)
	if got, err := f.Update(t.Context(), m.ID, meeting.Spec{}, s); err != nil || len(got.Notes) > 0 ||
		f.server.Spent(host) != spent {
		t.Errorf("%+v, %v, %d calls", got, err, f.server.Spent(host)-spent)
	}
}
