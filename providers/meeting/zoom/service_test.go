package zoom_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

const mark = "zt-abcdef-ghijklmn-aaaaaaaaaaaaaaaa"

func (f *fixture) spec() meeting.Spec {
	return meeting.Spec{
		Host: host, Topic: "Weekly review", Kind: meeting.Scheduled, Zone: "Europe/Berlin", Duration: 45 * time.Minute,
		Start: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC),
	}
}

// asked returns the requests since the last call as "METHOD path", without the sign-in.
func (f *fixture) asked(since int) []string {
	var list []string
	for _, r := range f.server.Requests()[since:] {
		if r.Label != "token" {
			list = append(list, r.Method+" "+strings.TrimPrefix(r.Path, "/v2"))
		}
	}
	return list
}

func (f *fixture) create(t *testing.T, s meeting.Spec) meeting.Meeting {
	t.Helper()
	m, err := f.Create(t.Context(), mark, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCreateCostsOneCall(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := f.spec()
	s.Options.Passcode = meeting.PasscodeAuto
	m := f.create(t, s)
	if got := f.asked(0); !slices.Equal(got, []string{"POST /users/alice@example.com/meetings"}) {
		t.Errorf("one event cost %q", got)
	}
	if m.Passcode == "" || m.JoinURL == "" || len(m.Notes) > 0 {
		t.Errorf("created %+v", m)
	}
}

func TestIncompleteAnswerIsReadOnce(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	f.server.Break(zoomtest.Fault{Match: zoomtest.On("POST"), After: true, Replace: func(body string) string {
		return strings.Replace(body, `"join_url"`, `"was_join_url"`, 1)
	}})
	if m := f.create(t, f.spec()); !strings.HasPrefix(m.JoinURL, "https://us02web.zoom.us/j/") {
		t.Errorf("created %+v", m)
	}
	if got := f.asked(0); len(got) != 2 {
		t.Errorf("it cost %q, want a POST and a GET", got)
	}
}

func TestPasscodeIsGivenWhereZoomMakesNone(t *testing.T) {
	user := zoomtest.User{Email: host, NoPasscode: true, WaitingRoom: true,
		Rule: zoomtest.PasscodeRule{Length: 10, Special: true, UpperLower: true, Consecutive: 4}}
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{user}})
	s := f.spec()
	s.Options.Passcode = meeting.PasscodeAuto
	m := f.create(t, s)
	if !m.Unfinished || f.server.Spent(host) != 1 {
		t.Errorf("created %+v with %d requests that count", m, f.server.Spent(host))
	}
	m, err := f.Update(t.Context(), m.ID, meeting.Spec{}, s)
	if err != nil || m.Unfinished || len(m.Passcode) != 10 || !strings.Contains(m.JoinURL, "?pwd=") ||
		len(m.Notes) > 0 {
		t.Errorf("created %+v with a passcode of %d characters", m, len(m.Passcode))
	}
}

func TestOwnPasscodeMustMeetTheRule(t *testing.T) {
	user := zoomtest.User{Email: host, Rule: zoomtest.PasscodeRule{NumericOnly: true, Length: 6}}
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{user}})
	s := f.spec()
	s.Options.Passcode = "Secret7"
	_, err := f.Create(t.Context(), mark, s)
	if !errors.Is(err, meeting.ErrInvalid) || !errors.Is(err, meeting.ErrNotSent) ||
		!strings.Contains(err.Error(), "digits only") || strings.Contains(err.Error(), "Secret7") {
		t.Errorf("error %v", err)
	}
	s.Options.Passcode = "907264"
	if m := f.create(t, s); m.Passcode != "907264" {
		t.Errorf("created %+v", m)
	}
	settings := 0
	for _, call := range f.asked(0) {
		if strings.HasSuffix(call, "/settings") {
			settings++
		}
	}
	if settings != 1 {
		t.Errorf("the host's settings were read %d times, want once an hour", settings)
	}
}

func TestSettingsWithoutScope(t *testing.T) {
	scopes := slices.DeleteFunc(slices.Clone(zoomtest.AllScopes),
		func(s string) bool { return strings.HasPrefix(s, "user:") })
	f := newFixture(t, zoomtest.Options{Scopes: scopes})
	s := f.spec()
	s.Options.Passcode = "Xk7mPq93"
	if m := f.create(t, s); m.Passcode != "Xk7mPq93" {
		t.Errorf("created %+v", m)
	}
}

func TestRegistration(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := f.spec()
	s.Options.Registration = "automatic"
	m := f.create(t, s)
	if !strings.HasPrefix(m.RegisterURL, "https://us02web.zoom.us/meeting/register/") {
		t.Errorf("created %+v", m)
	}
	to := s
	to.Options.Registration = ""
	if m, err := f.Update(t.Context(), m.ID, s, to); err != nil || m.RegisterURL != "" {
		t.Errorf("updated %+v, %v", m, err)
	}
}

// TestTimeChangeSendsTimeOnly, and that nobody is mailed.
func TestTimeChangeSendsTimeOnly(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	from := f.spec()
	m := f.create(t, from)
	f.server.Hold = func(r *http.Request, phase string) {
		if r.Method != http.MethodPatch || phase != "before" {
			return
		}
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body)
		if want := `{"start_time":"2026-12-02T15:00:00","timezone":"Europe/Berlin","duration":45,` +
			`"settings":{"email_notification":false,"alternative_hosts_email_notification":false}}`; body.String() != want {
			t.Errorf("sent %s, want %s", body.String(), want)
		}
	}
	to := from
	to.Start = time.Date(2026, 12, 2, 14, 0, 0, 0, time.UTC)
	if _, err := f.Update(t.Context(), m.ID, from, to); err != nil {
		t.Fatal(err)
	}
	if spent := f.server.Spent(host); spent != 2 {
		t.Errorf("%d of the host's calls spent, want 2", spent)
	}
}

func TestPastStart(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := f.spec()
	s.Start, s.Duration = f.clock.Now().Add(-10*time.Minute), time.Hour
	m := f.create(t, s)
	if m.Start.Before(f.clock.Now()) || m.Duration != 49*time.Minute || len(m.Notes) != 1 {
		t.Errorf("an event that has begun: %+v", m)
	}
	to := f.spec()
	to.Start = f.clock.Now().Add(-time.Hour)
	to.Topic = "Moved into the past"
	got, err := f.Update(t.Context(), m.ID, f.spec(), to)
	if err != nil || got.Topic != to.Topic || !got.Start.Equal(m.Start) || len(got.Notes) != 1 {
		t.Errorf("moved into the past: %+v, %v", got, err)
	}
}

func TestIgnoredMoveIsAnError(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	from := f.spec()
	m := f.create(t, from)
	f.server.Break(zoomtest.Fault{Match: zoomtest.On("PATCH"), After: true, Deaf: true})
	to := from
	to.Start = to.Start.Add(time.Hour)
	if _, err := f.Update(t.Context(), m.ID, from, to); err == nil || meeting.Refused(err) ||
		!strings.Contains(err.Error(), "did not move it") {
		t.Errorf("error %v", err)
	}
}

func TestListedButNotReadable(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.server.Break(zoomtest.Fault{Match: func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path,
			fmt.Sprint(m.ID))
	},
		Status: 404, Body: `{"code":3001,"message":"Meeting does not exist."}`})
	if _, err := f.Find(t.Context(), host, mark); err == nil || errors.Is(err, meeting.ErrNotFound) {
		t.Errorf("error %v: a meeting that is listed is not proven away", err)
	}
}

func TestForeignLinksAreNotBelieved(t *testing.T) {
	for _, link := range []string{
		"https://zoom.us.example.com/j/1", "https://evilzoom.us/j/1", "http://zoom.us/j/1", "https://zoom.us/s/1?x=1",
		"https://zoom.us/j/1?zak=abc", "javascript:alert(1)", "https://a:b@zoom.us/j/1",
	} {
		f := newFixture(t, zoomtest.Options{})
		m := f.create(t, f.spec())
		f.server.Break(zoomtest.Fault{Match: zoomtest.On("GET"), After: true, Replace: func(body string) string {
			return strings.ReplaceAll(body, `"join_url":"`+m.JoinURL, `"join_url":"`+link)
		}})
		if got, err := f.Get(t.Context(), m.ID); err == nil {
			t.Errorf("%s was believed: %+v", link, got)
		}
	}
}

// TestNoSecretLeaks makes everything fail and succeed with a log at its loudest, and looks for the emulator's canary.
func TestNoSecretLeaks(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	var log bytes.Buffer
	f.config.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.config.ClientSecret = "secret"
	s := f.connect(t)
	ctx, seen := t.Context(), &strings.Builder{}
	note := func(v any, err error) {
		text, _ := json.Marshal(v)
		fmt.Fprintf(seen, "%s %+v %v\n", text, v, err)
	}
	exercise := func() {
		m, err := s.Create(ctx, mark, f.spec())
		note(m, err)
		id := int64(86_000_000_001)
		note(s.Find(ctx, host, mark))
		note(s.Get(ctx, id))
		to := f.spec()
		to.Topic = "Other"
		note(s.Update(ctx, id, f.spec(), to))
		note(nil, s.Cancel(ctx, id+1))
	}
	exercise()
	secrets := `{"code":300,"message":"start at https://zoom.us/s/1?zak=` + zoomtest.Canary + ` password=` +
		zoomtest.Canary +
		`","access_token":"` + zoomtest.Canary + `"}`
	for _, status := range []int{400, 401, 403, 404, 429, 500} {
		f.server.Break(zoomtest.Fault{Status: status, Body: secrets})
		exercise()
		f.server.Mend()
	}
	f.server.Break(zoomtest.Fault{After: true, Replace: func(body string) string { return body + "garbage" }})
	exercise()
	if strings.Contains(seen.String(), zoomtest.Canary) {
		t.Errorf("a result or an error shows a secret:\n%s", seen)
	}
	if strings.Contains(log.String(), zoomtest.Canary) || strings.Contains(log.String(), zoomtest.PasscodePrefix) ||
		log.Len() == 0 {
		t.Errorf("the log shows a secret, or nothing:\n%s", &log)
	}
}

func TestUpdateFromNothingSendsNothingNeedless(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := f.spec()
	s.Options = meeting.Options{WaitingRoom: new(true), Mute: new(true), Recording: "local", Registration: "none",
		Passcode:         meeting.PasscodeAuto,
		AlternativeHosts: []string{"Bob@example.com", "carol@example.com"}, JoinBeforeHost: new(time.Duration(-1)),
		SignIn: new(false)}
	m := f.create(t, s)
	if _, err := f.Update(t.Context(), m.ID, meeting.Spec{}, s); err != nil {
		t.Fatal(err)
	}
	if n := f.server.Spent(host); n != 1 {
		t.Errorf("%d of the host's calls spent, want the create alone", n)
	}
	f.server.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Passcode = "" })
	got, err := f.Update(t.Context(), m.ID, meeting.Spec{}, s)
	if err != nil || got.Passcode == "" || f.server.Spent(host) != 2 {
		t.Errorf("a lost passcode: %+v, %v", got, err)
	}
}

func TestAnswerAboutAnotherMeeting(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.server.Break(zoomtest.Fault{Match: zoomtest.On("GET"), After: true, Replace: func(body string) string {
		return strings.ReplaceAll(body, fmt.Sprint(m.ID), fmt.Sprint(m.ID+1))
	}})
	if got, err := f.Get(t.Context(), m.ID); err == nil || meeting.Refused(err) {
		t.Errorf("believed %+v, %v", got, err)
	}
}

// TestDialIn: numbers come with the meeting, each once; an account without them has none.
func TestDialIn(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{{Email: host, DialIn: true}}})
	want := []meeting.Phone{{Number: "+49 69 7104 9922", Place: "Frankfurt"},
		{Number: "+1 646 558 8656", Place: "United States"}}
	if m := f.create(t, f.spec()); !slices.Equal(m.DialIn, want) {
		t.Errorf("dial-in: %+v", m.DialIn)
	}
	f = newFixture(t, zoomtest.Options{})
	if m := f.create(t, f.spec()); m.DialIn != nil {
		t.Errorf("dial-in: %+v", m.DialIn)
	}
}

// TestRecover: a deleted meeting comes back with the link that people have.
func TestRecover(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	if err := f.Cancel(t.Context(), m.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to recover
		back, err := f.Recover(t.Context(), m.ID)
		if err != nil || back.JoinURL != m.JoinURL || back.Mark != m.Mark || len(f.server.Meetings()) != 1 {
			t.Errorf("%+v, %v", back, err)
		}
	}
	if _, err := f.Recover(t.Context(), m.ID+1); !meeting.Refused(err) {
		t.Errorf("of one that never was: %v", err)
	}
}
