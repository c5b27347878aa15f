package page

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"zoomtag/sync/api"
)

// TestNoLinkForStrangers: whoever is not signed in gets no join link, no passcode and no number of a meeting, wherever
// in the service's answers they stand.
func TestNoLinkForStrangers(t *testing.T) {
	texts := []string{
		"see " + joinURL,
		"us02web.zoom.us/j/" + number + "?pwd=" + passcode,
		"pwd=" + passcode,
		"Passcode: " + shownCode,
		"passcode " + shownCode,
		"860 0000 0002",
		number,
		"https://us02web.zoom.us/w/" + number + "?tk=" + passcode,
		"Passcode is " + shownCode, "Kenncode: " + shownCode, "Passwort ist " + shownCode, "(pwd " + shownCode + ")",
		"pass: " + shownCode, "passcode – " + shownCode, "passcode\u00a0:\u00a0" + shownCode, "PIN=" + shownCode,
		"us02web.zoom.us?pwd=" + passcode, "ID" + number, "meeting_" + number, "860.0000.0002",
		"860\u00a00000\u00a00002", "860\u20110000\u20110002",
	}
	s := office()
	for i, text := range texts {
		id := fmt.Sprint("secret", i)
		l := link("alice", id, "Call "+text, float64(i)+1, 30, "alice@example.com")
		l.Reason = "because of " + text
		l.Health, l.Verdicts = "ZT-403", s.links[9].Verdicts
		l.MeetingID, l.JoinURL = number, joinURL
		for k := range l.Verdicts {
			l.Verdicts[k].What += "\n" + text
			l.Verdicts[k].Mend += "\n" + text
		}
		s.links = append(s.links, l)
		e := api.EventStatus{Calendar: "bob", EventID: id, Title: text, State: "held", Reason: text, Start: at(3)}
		s.status.Events = append(s.status.Events, e)
		s.status.Notes = append(s.status.Notes, e)
		s.status.Waiting = append(
			s.status.Waiting,
			api.WaitingStatus{Calendar: "bob", EventID: id, Title: text, Reason: text},
		)
		s.status.Notices = append(s.status.Notices, text)
		s.status.Leftovers = append(s.status.Leftovers, api.LeftoverStatus{MeetingID: number, Topic: text, Mend: text})
		s.status.Calendars[0].LastError += "\n" + text
		s.conditions = append(
			s.conditions,
			api.Condition{ID: id, Severity: "error", Title: text, Text: text, Cure: text,
				Calendar: "alice", EventID: id, Visible: true},
		)
		s.log = append(
			s.log,
			api.LogEntry{Time: noon, Calendar: "alice", EventID: id, Title: text, Reason: text, Error: text,
				MeetingID: number},
		)
	}
	paths := []string{
		"/",
		"/?log=call",
		"/?q=alice",
		"/event?calendar=alice&id=a2",
		"/nothing",
		"/signin",
		"/static/page.css",
		"/act",
	}
	for i := range texts {
		paths = append(
			paths,
			fmt.Sprintf("/event?calendar=alice&id=secret%d", i),
			fmt.Sprintf("/event?calendar=bob&id=secret%d", i),
		)
	}
	secrets := []string{passcode, shownCode, number, "860 0000 0002", "8600000", "/j/", "860.0000", "0000\u00a00002",
		"0000\u20110002"}
	strangers := newWorld(t, s)
	for _, path := range paths {
		strangers.hides(textOf(t, strangers.ask(http.MethodGet, path, nil)), secrets...)
	}
	lines := func(words string) int {
		text := textOf(t, strangers.ask(http.MethodGet, "/?log="+url.QueryEscape(words), nil))
		return strings.Count(text, "because of") + strings.Count(text, "<time")
	}
	if right, wrong := lines("pwd="+passcode[:2]), lines("pwd=~~"); right != wrong {
		t.Errorf("a search for the first letters of a passcode finds %d, for others %d: it can be guessed", right, wrong)
	}
	if lines("call") <= lines("pwd=~~") {
		t.Error("who is not signed in cannot search")
	}
	guarded := newWorld(t, s)
	guarded.page.Configure(Access{Password: "correct horse"})
	for _, path := range append(paths, "/events") {
		text := textOf(t, guarded.ask(http.MethodGet, path, nil))
		guarded.hides(text, append(secrets, "Call", "Calendar bob", "alice@")...)
	}
	guarded.signIn("correct horse")
	guarded.shows(guarded.get("/event?calendar=alice&id=a2"), passcode)
}

func TestElsewhere(t *testing.T) {
	w := newWorld(t, office())
	w.page.ListenAt(anywhere)
	for _, path := range []string{"/", "/event?calendar=alice&id=a2", "/events", "/signin"} {
		answer := w.ask(http.MethodGet, path, nil)
		text := textOf(t, answer)
		if answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
		w.shows(text, "write page.password into the configuration")
		w.hides(text, "alice", "team")
	}
	if answer := w.ask(http.MethodPost, "/act", url.Values{"do": {"sync"}}); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a button: %d", answer.StatusCode)
	}
	w.page.Configure(Access{Password: "correct horse"})
	if answer := w.ask(http.MethodGet, "/", nil); answer.StatusCode != http.StatusSeeOther ||
		answer.Header.Get("Location") != "/signin?back=%2F" {
		t.Errorf("with a password: %d %v", answer.StatusCode, answer.Header)
	}
}

func TestTrustedHeader(t *testing.T) {
	peers := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	access := Access{Header: "X-Forwarded-User", Peers: peers}
	for _, test := range []struct {
		from   string
		header http.Header
		want   int
	}{
		{"127.0.0.1:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"[::1]:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"10.1.2.3:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"[::ffff:10.1.2.3]:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusOK},
		{"10.2.2.3:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusForbidden},
		{"192.0.2.1:5", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusForbidden},
		{"nonsense", http.Header{"X-Forwarded-User": {"dana"}}, http.StatusForbidden},
		{"127.0.0.1:5", http.Header{"X-Forwarded-User": {""}}, http.StatusForbidden},
		{"127.0.0.1:5", http.Header{"X-Forwarded-User": {"dana", "eve"}}, http.StatusForbidden},
		{"127.0.0.1:5", http.Header{"X-Real-User": {"dana"}}, http.StatusForbidden},
		{"127.0.0.1:5", nil, http.StatusForbidden},
	} {
		for _, at := range []bool{true, false} {
			w := newWorld(t, office())
			if !at {
				w.page.ListenAt(anywhere)
			}
			w.page.Configure(access)
			w.from, w.header = test.from, test.header
			answer := w.ask(http.MethodGet, "/event?calendar=alice&id=a2", nil)
			text := textOf(t, answer)
			if answer.StatusCode != test.want || strings.Contains(text, passcode) != (test.want == http.StatusOK) {
				t.Errorf("%s %v: %d", test.from, test.header, answer.StatusCode)
			}
		}
	}
}

// TestTokensOfNames: a form that was made for one is not good for another.
func TestTokensOfNames(t *testing.T) {
	w := newWorld(t, office())
	w.page.Configure(Access{Header: "X-User"})
	w.header = http.Header{"X-User": {"dana"}}
	token := tokenIn.FindStringSubmatch(w.get("/"))[1]
	w.header = http.Header{"X-User": {"eve"}}
	answer := w.ask(http.MethodPost, "/act", url.Values{"token": {token}, "do": {"release"}, "calendar": {"team"}})
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("%d", answer.StatusCode)
	}
}

func TestVeil(t *testing.T) {
	for text, want := range map[string]string{
		"Call https://us02web.zoom.us/j/1?pwd=x now": "Call https://us02web.zoom.us/… now",
		"us02web.zoom.us/j/1":                        "…",
		"Passcode: 481516!":                          "…!",
		"Review of v1.2 and 3 of 11":                 "Review of v1.2 and 3 of 11",
		"it was moved from 13:00 to 14:59":           "it was moved from 13:00 to 14:59",
		"alice@example.com has no licence":           "alice@example.com has no licence",
		"Meeting 860 0000 0002":                      "Meeting …",
	} {
		if got := veiled.shown(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if unveiled.shown(text) != text {
			t.Errorf("%q is another for those who are signed in", text)
		}
	}
}
