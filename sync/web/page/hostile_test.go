package page

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zoomtag/sync/api"
)

// TestHostileTexts: what stands in calendars stays text.
func TestHostileTexts(t *testing.T) {
	evil := `"'><script>alert(1)</script><img src=x onerror=alert(2)>`
	s := office()
	s.status.Calendars[0].Name, s.status.Calendars[0].LastError = evil, evil
	s.links[0].Title, s.links[0].Calendar, s.links[0].Reason = evil, evil, evil
	s.links[1].JoinURL = "javascript:alert(3)"
	s.conditions[0].Title, s.conditions[0].Cure, s.conditions[0].ID = evil, evil, evil
	s.log = append(
		s.log,
		api.LogEntry{Time: noon, Calendar: evil, EventID: evil, Title: evil, Step: evil, Reason: evil, Error: evil},
	)
	w := newWorld(t, s)
	w.page.Configure(Access{Password: "correct horse"})
	w.signIn("correct horse")
	for _, path := range []string{"/", "/?q=" + url.QueryEscape(evil), "/?log=" + url.QueryEscape(evil),
		"/?calendar=" + url.QueryEscape(evil), "/event?calendar=alice&id=a2",
		eventPath(evil, "a1"), eventPath(evil, evil)} {
		text := w.get(path)
		w.hides(text, "<script>", "<img", "javascript:")
		if strings.Contains(path, "%3Cscript") {
			w.shows(text, "&lt;script&gt;")
		}
	}
}

// TestPolicy: each answer has it, and nothing in a page needs more than it allows.
func TestPolicy(t *testing.T) {
	w := newWorld(t, office())
	inline := regexp.MustCompile(
		`(?i)<style|\sstyle=|\son[a-z]+=|<script(?: |>)[^>]*>[^<]|(?:src|href)="(?:https?:)?//`,
	)
	for _, path := range []string{"/", "/event?calendar=alice&id=a2", "/nothing", "/static/page.js",
		"/static/nothing", "/act"} {
		answer := w.ask(http.MethodGet, path, nil)
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") ||
			strings.Contains(policy, "unsafe") || answer.Header.Get("X-Frame-Options") != "DENY" ||
			answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, answer.Header)
		}
		if strings.HasPrefix(path, "/static") {
			continue
		}
		if found := inline.FindString(textOf(t, answer)); found != "" {
			t.Errorf("%s holds %s", path, found)
		}
	}
}

// TestStatic: what lies beside the pages may be kept for ever, under an address that is another one when it changes.
func TestStatic(t *testing.T) {
	w := newWorld(t, calm())
	m := regexp.MustCompile(`href="(/static/page-[0-9a-f]+\.css)"`).FindStringSubmatch(w.get("/"))
	if m == nil {
		t.Fatal("no style sheet")
	}
	answer := w.ask(http.MethodGet, m[1], nil)
	if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(answer.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
}
