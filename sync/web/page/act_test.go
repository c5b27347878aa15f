package page

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
)

func TestForgedForms(t *testing.T) {
	w := newWorld(t, office())
	w.run()
	good := tokenIn.FindStringSubmatch(w.get("/"))[1]
	other := newWorld(t, office())
	foreign := tokenIn.FindStringSubmatch(other.get("/"))[1]
	form := func(token string) url.Values {
		return url.Values{"token": {token}, "do": {"release"}, "calendar": {"team"}, "back": {"/"}}
	}
	refused := func(what string, token string, header http.Header) {
		t.Helper()
		w.header = header
		if answer := w.ask(http.MethodPost, "/act", form(token)); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", what, answer.StatusCode)
		}
	}
	refused("no token", "", nil)
	refused("a token of another page", foreign, nil)
	refused("another site", good, http.Header{"Origin": {"https://evil.example"}})
	refused("another site, by the browser's word", good, http.Header{"Sec-Fetch-Site": {"cross-site"}})
	refused("another port of this machine", good, http.Header{"Sec-Fetch-Site": {"same-site"}})
	w.header = nil
	answer := w.ask(http.MethodGet, "/act?do=release&calendar=team&token="+good, nil)
	if answer.StatusCode == http.StatusSeeOther {
		t.Error("a link does what a button does")
	}
	if w.service.all() != "" {
		t.Errorf("it was done: %s", w.service.all())
	}
	w.header = http.Header{"Sec-Fetch-Site": {"same-origin"}}
	if answer := w.ask(http.MethodPost, "/act", form(good)); answer.StatusCode != http.StatusSeeOther ||
		w.service.all() != "release team" {
		t.Errorf("a good one: %d, %s", answer.StatusCode, w.service.all())
	}
}

func TestButtons(t *testing.T) {
	for _, test := range []struct {
		name, path string
		form       url.Values
		says, asks string
	}{
		{"run now", "/", url.Values{"do": {"sync"}, "calendar": {"alice"}},
			"A pass over alice has ended: 1 event brought up to date.", "sync [alice]"},
		{"release", "/", url.Values{"do": {"release"}, "calendar": {"team"}},
			"team is released, with 2 held events", "release team"},
		{"retry", "/event?calendar=support&id=s9", url.Values{"do": {"retry"}, "calendar": {"support"}, "event": {"s9"}},
			"Another try has ended", "retry [support] s9\nsync [support]"},
		{"put aside", "/", url.Values{"do": {"dismiss"}, "id": {"ZT-505-bob"}}, "2 put aside",
			"dismiss ZT-505-bob false"},
		{"show again", "/", url.Values{"do": {"undo"}, "id": {"ZT-519-x"}}, "It is shown again.",
			"dismiss ZT-519-x true"},
		{"nonsense", "/", url.Values{"do": {"format"}}, "This button does nothing", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, office())
			w.run()
			w.shows(w.press(test.path, test.form), test.says)
			if got := w.service.all(); got != test.asks {
				t.Errorf("asked %q, want %q", got, test.asks)
			}
		})
	}
}

// TestButtonFails: why is said on the page, and no link with it.
func TestButtonFails(t *testing.T) {
	w := newWorld(t, office())
	w.run()
	text := w.get("/")
	w.service.wrong = fmt.Errorf("the calendar does not answer: %s", joinURL)
	answer := w.ask(
		http.MethodPost,
		"/act",
		url.Values{"token": {tokenIn.FindStringSubmatch(text)[1]}, "do": {"release"},
			"calendar": {"team"}, "back": {"/?q=team"}},
	)
	w.service.wrong = nil
	where := answer.Header.Get("Location")
	if !strings.HasPrefix(where, "/?q=team&said=") {
		t.Errorf("it leads to %s", where)
	}
	text = w.get(where)
	w.shows(text, "The calendar does not answer: https://us02web.zoom.us/….")
	w.hides(text, passcode)
}

// TestSlowPass: the page does not wait for a pass that takes its time, and no second one begins beside it; the end of
// the daemon ends it.
func TestSlowPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := office()
		s.hold = make(chan struct{})
		w := newWorld(t, s)
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.page.Run(ctx) }()
		form := func() url.Values { return url.Values{"do": {"sync"}, "calendar": {"alice"}} }
		text := w.press("/", form())
		w.shows(text, "A pass over alice is at work", "disabled")
		w.shows(w.press("/", form()), "is at work already")
		end()
		<-done
		if w.service.all() != "sync [alice]" {
			t.Errorf("asked %q", w.service.all())
		}
		w.hides(w.get("/"), "disabled")
	})
}

// TestTooManyJobs: what cannot be done soon is refused.
func TestTooManyJobs(t *testing.T) {
	j := jobs{wanted: make(chan job, maxJobs)}
	for i := range maxJobs {
		if got := j.add(job{calendar: fmt.Sprint(i)}); got != taken {
			t.Fatalf("%d: %d", i, got)
		}
	}
	if j.add(job{calendar: "one more"}) != full || j.busy("one more") || j.add(job{calendar: "3"}) != busy {
		t.Error("no bound")
	}
}
