package zoom_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

func TestInspect(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.server.OwnerEdit(m.ID, func(m *zoomtest.Meeting) {
		m.Running = true
		m.Settings["meeting_authentication"], m.Settings["authentication_domains"] = true, "Example.com, *.example.org"
		m.Settings["waiting_room"], m.Settings["approval_type"] = true, 1
	})
	since := len(f.server.Requests())
	i, err := f.Inspect(t.Context(), m.ID)
	if err != nil || !slices.Equal(f.asked(since), []string{fmt.Sprintf("GET /meetings/%d", m.ID)}) {
		t.Fatalf("%v, it cost %q", err, f.asked(since))
	}
	if !i.Running || !*i.SignIn || !*i.WaitingRoom || *i.JoinBeforeHost ||
		!slices.Equal(i.Domains, []string{"example.com", "*.example.org"}) ||
		i.Registration != "manual" || i.RegisterURL == "" || i.Recurring || i.PersonalRoom || i.ID != m.ID ||
		i.Created.IsZero() {
		t.Errorf("inspected %+v", i)
	}
	// Odd fields make nothing unreadable, and say nothing.
	f.server.Break(zoomtest.Fault{Match: zoomtest.On(http.MethodGet), After: true, Replace: func(body string) string {
		at := strings.Index(body, `"settings":{`)
		return body[:at] + `"settings":"none","x":{` + body[at+len(`"settings":{`):]
	}})
	i, err = f.Inspect(t.Context(), m.ID)
	if err != nil || i.SignIn != nil || i.WaitingRoom != nil || i.Registration != "" || !i.Running {
		t.Errorf("of an odd answer: %+v, %v", i, err)
	}
	f.server.Mend()
	f.server.OwnerDelete(m.ID)
	if _, err := f.Inspect(t.Context(), m.ID); !errors.Is(err, meeting.ErrGone) {
		t.Errorf("deleted: %v", err)
	}
}

func TestHost(t *testing.T) {
	no := false
	yes := true
	for _, tt := range []struct {
		name string
		user zoomtest.User
		want meeting.HostFacts
	}{
		{"pro", zoomtest.User{Client: "5.9.6.4993(mac)"}, meeting.HostFacts{Plan: meeting.Licensed, Status: "active",
			Capacity: 100, Concurrent: 1, Guessed: true, EmbedPasscode: &yes, Client: "5.9.6.4993(mac)"}},
		{"business", zoomtest.User{Capacity: 300}, meeting.HostFacts{Plan: meeting.Licensed, Status: "active",
			Capacity: 300, Concurrent: 2, Guessed: true, EmbedPasscode: &yes}},
		{"basic", zoomtest.User{Basic: true, NoEmbed: true}, meeting.HostFacts{Plan: meeting.Basic, Status: "active",
			Capacity: 100, Concurrent: 1, EmbedPasscode: &no}},
		{"nothing", zoomtest.User{Unlicensed: true, Inactive: true, RoomOff: true, NoPasscode: true},
			meeting.HostFacts{Plan: meeting.NoPlan, Status: "inactive", Capacity: 100, EmbedPasscode: &yes}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.user.Email = host
			f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{tt.user}})
			got, err := f.Host(t.Context(), host)
			tt.want.Room, tt.want.RoomOn, tt.want.DemandsPasscode = got.Room, new(!tt.user.RoomOff),
				new(!tt.user.NoPasscode)
			if err != nil || got.Room == 0 || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v, %v", got, err)
			}
			for _, r := range f.server.Requests() {
				if r.Label != "token" && (r.Label != "light" || r.Method != http.MethodGet) {
					t.Errorf("it sent %s %s (%s)", r.Method, r.Path, r.Label)
				}
			}
		})
	}
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{{Email: "other@example.com"}}})
	if _, err := f.Host(t.Context(), host); !errors.Is(err, meeting.ErrInvalid) {
		t.Errorf("a host that nobody knows: %v", err)
	}
}

// TestLackingScopes: what is lacking is named one by one, and what may not be read stays unknown.
func TestLackingScopes(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Scopes: []string{"meeting:write:meeting:admin", "meeting:update:meeting:admin",
		"meeting:read:meeting:admin", "meeting:read:list_meetings:admin"}})
	lacking, err := f.Scopes(t.Context())
	names := func(list []meeting.Scope) (names []string) {
		for _, s := range list {
			names = append(names, s.Name)
			if s.For == "" {
				t.Errorf("%s is for nothing", s.Name)
			}
		}
		return names
	}
	if err != nil || !slices.Equal(names(lacking.Needed), []string{"meeting:delete:meeting:admin"}) ||
		!slices.Equal(names(lacking.Useful), []string{"user:read:user:admin", "user:read:settings:admin",
			"meeting:update:status:admin"}) {
		t.Errorf("%+v, %v", lacking, err)
	}
	facts, err := f.Host(t.Context(), host)
	if err != nil || !slices.Equal(facts.Missing, names(lacking.Useful)[:2]) || facts.Plan != meeting.PlanUnknown ||
		len(f.asked(0)) > 0 {
		t.Errorf("%+v, %v, %q", facts, err, f.asked(0))
	}
	// A token that does not say its scopes is tried.
	f = newFixture(t, zoomtest.Options{Scopes: []string{"user:read:settings:admin"}})
	f.server.Break(zoomtest.Fault{Match: zoomtest.SignIn, After: false, Status: http.StatusOK,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   `{"access_token":"unknown","expires_in":3600}`, Times: 1})
	facts, err = f.Host(t.Context(), host)
	if err != nil || !slices.Equal(facts.Missing, []string{"user:read:user:admin"}) || facts.Capacity != 100 {
		t.Errorf("without a list: %+v, %v", facts, err)
	}
}

// TestLockedSetting: the locked setting wins over what was asked, as it does at Zoom.
func TestLockedSetting(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{{Email: host,
		Locked: map[string]any{"waiting_room": true}}}})
	s := f.spec()
	s.Options.WaitingRoom, s.Options.JoinBeforeHost = new(false), new(5*time.Minute)
	m := f.create(t, s)
	i, err := f.Inspect(t.Context(), m.ID)
	if err != nil || !*i.WaitingRoom || !*i.JoinBeforeHost || i.Early != 5*time.Minute || len(m.Notes) == 0 {
		t.Errorf("%+v, %v, notes %q", i, err, m.Notes)
	}
}

// TestInspectAsPerson: who has signed in is asked about as "me", and nobody else is.
func TestInspectAsPerson(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	since := len(f.server.Requests())
	facts, err := f.Host(t.Context(), meeting.Me)
	if err != nil || facts.Plan != meeting.Licensed && len(facts.Missing) == 0 {
		t.Errorf("%+v, %v", facts, err)
	}
	for _, path := range f.asked(since) {
		if !strings.HasPrefix(path, "GET /users/me") {
			t.Errorf("it asked %q", path)
		}
	}
	// nobody has said that there is no such user
	if _, err := f.Host(t.Context(), "somebody@example.org"); err == nil || errors.Is(err, meeting.ErrInvalid) {
		t.Errorf("about somebody else: %v", err)
	}
	lacking, err := f.Scopes(t.Context())
	for _, scope := range slices.Concat(lacking.Needed, lacking.Useful) {
		if strings.HasSuffix(scope.Name, ":admin") {
			t.Errorf("a person cannot give %s", scope.Name)
		}
	}
	if err != nil || len(lacking.Needed) > 0 {
		t.Errorf("%+v, %v", lacking, err)
	}
}
