package page

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zoomtag/sync/api"
)

func TestOffice(t *testing.T) {
	w := newWorld(t, office())
	text := w.get("/")
	w.shows(
		text,
		"Not all is well",
		"Europe/Berlin (CET), UTC&#43;01:00",
		// what needs a person, with its command; what was put aside stands apart
		"Calendar bob",
		"<code>zoomtag auth outlook bob</code>",
		"<code>zoomtag retry support</code>",
		"<code>zoomtag release team</code>",
		"1 put aside",
		// calendars
		"held</span>",
		"7 of 11 events are missing at once",
		"overdue</span>",
		"No pass has ended for 2 hours.",
		"not yet</span>",
		`aria-label="Release team"`,
		`aria-label="Run now: alice"`,
		// budget, sign-ins, waiting, left over
		"100 of 100",
		"used up until 00:00 UTC",
		"nearly used up",
		`value="84"`,
		"refused",
		"signed in for 41 days",
		"the sign-in has expired<br><code>zoomtag auth outlook --calendar bob</code>",
		"Alice Meyer",
		"Waits for a service",
		"goes on <time",
		"No event has the meeting “Old planning” of bob@example.com.",
		// the week
		"will not work",
		"may not work",
		"in doubt",
		"Retrospective",
		"Escalation call",
		`<time datetime="2026-12-01T09:05:00&#43;01:00">09:05</time>`,
		"alice@example.com hosts Budget review in alice at the same time",
		// the journal
		"could not make a meeting",
		"the connection was lost before Zoom answered",
	)
	w.shows(text, "1 may come right without you: told if it lasts", "Not yet worth a word")
	w.hides(text, `aria-label="Put aside: Not yet worth a word"`, `aria-label="Release alice"`)
	if n := strings.Count(text, `aria-label="Put aside: `); n != 4 {
		t.Errorf("%d conditions can be put aside", n)
	}
}

// TestExplained: what another condition explains is folded away, and does not count.
func TestExplained(t *testing.T) {
	s := office()
	s.conditions = []api.Condition{
		{ID: "root", Code: "ZT-505", Severity: "error", Title: "Calendar bob", Text: "Refused.", Visible: true},
		{ID: "a", Code: "ZT-515", Title: "Tea", DependsOn: "root", Calendar: "bob", EventID: "a", Visible: true},
		{ID: "b", Code: "ZT-515", Title: "Talk", DependsOn: "root", Calendar: "bob", EventID: "b", Visible: true},
		{ID: "c", Code: "ZT-515", Title: "Alone", DependsOn: "gone", Calendar: "bob", EventID: "c", Visible: true},
	}
	w := newWorld(t, s)
	text := w.get("/")
	w.shows(text, "<strong>2</strong> <span>need you", "2 more that another one explains",
		"because of “Calendar bob”", `aria-label="Put aside: Tea"`)
	if strings.Index(text, `aria-label="Put aside: Alone"`) > strings.Index(text, `id="explained"`) {
		t.Error("what nothing explains is folded away")
	}
}

// TestNoSuchCalendar: an address that names a calendar of before shows the page, without entries of it.
func TestNoSuchCalendar(t *testing.T) {
	w := newWorld(t, office())
	w.shows(w.get("/?calendar=renamed"), "Nothing like that stands in the journal.", "Needs you")
	for _, path := range []string{"/event?calendar=renamed&id=a1", "/event?id=a1"} {
		if answer := w.ask(http.MethodGet, path, nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
}

func TestCalm(t *testing.T) {
	w := newWorld(t, calm())
	text := w.get("/")
	w.shows(text, "All is well", "Nothing needs you.", ">6</strong> <span>of 6 calendars well")
	w.hides(text, "Waits for a service", "Worth knowing", "put aside", "Release</button>")
}

func TestEmpty(t *testing.T) {
	w := newWorld(t, &told{})
	w.shows(w.get("/"), "No calendar is watched.", "No call was counted today.", "Nothing was done yet.",
		"No calendar and no Zoom account needs")
}

func TestFailing(t *testing.T) {
	s := office()
	s.status.Health = api.Failing
	w := newWorld(t, s)
	w.shows(w.get("/"), `class="pill fail"`, "Failing</p>")
}

// TestServiceFails: the page says why, and links stay hidden in that as well.
func TestServiceFails(t *testing.T) {
	w := newWorld(t, &told{wrong: fmt.Errorf("the state is gone: see %s", joinURL)})
	answer := w.ask(http.MethodGet, "/", nil)
	text := textOf(t, answer)
	if answer.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d", answer.StatusCode)
	}
	w.shows(text, "The state is gone: see https://us02web.zoom.us/…")
	w.hides(text, passcode)
}
