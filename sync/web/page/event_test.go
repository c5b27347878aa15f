package page

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"zoomtag/store/record"
	"zoomtag/sync/api"
)

// TestJournal: each entry is on one page, also where many are of one moment.
func TestJournal(t *testing.T) {
	s := calm()
	for i := range 200 {
		when := noon.Add(time.Duration(i) * time.Second / 2)
		if i >= 30 && i < 150 {
			when = noon.Add(15 * time.Second)
		}
		s.log = append(s.log, api.LogEntry{Time: when, Calendar: "home", EventID: fmt.Sprint(i),
			Title: fmt.Sprintf("Entry <%d>", i), Step: "link"})
	}
	w := newWorld(t, s)
	text := w.get("/")
	w.shows(text, "Entry &lt;199&gt;", "Entry &lt;160&gt;", "Older →")
	w.hides(text, "Entry &lt;159&gt;", "← Newest")
	seen := map[string]int{}
	older, entry := regexp.MustCompile(`<a href="([^"]+)">Older`), regexp.MustCompile(`>Entry &lt;(\d+)&gt;<`)
	for range 10 {
		for _, m := range entry.FindAllStringSubmatch(part(text, "lines"), -1) {
			seen[m[1]]++
		}
		m := older.FindStringSubmatch(text)
		if m == nil {
			break
		}
		path, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
		text = w.get(path)
		w.shows(text, "← Newest")
	}
	for i := range 200 {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("entry %d is on %d pages", i, n)
		}
	}
	w.shows(w.get("/?log=grandma"), "Grandma")
	failed := w.get("/?failed=1&calendar=support")
	w.shows(failed, "Escalation call", "checked")
	w.hides(part(failed, "lines"), "Roadmap", "Entry &lt;")
	w.shows(w.get("/?log=nobody"), "Nothing like that stands in the journal.")
}

func TestEventPages(t *testing.T) {
	w := newWorld(t, office())
	w.page.Configure(Access{Password: "correct horse"})
	w.signIn("correct horse")
	text := w.get("/event?calendar=alice&id=a2")
	w.shows(
		text,
		"<h1>Interview: Senior Engineer</h1>",
		"Monday 30 November 2026, 14:59–15:59 (1 h)",
		joinURL,
		"860 0000 0002",
		"QR code of the link",
		"it was moved from 13:00 to 14:59",
		`data-copy="https://us02web.zoom.us/j/`,
	)
	w.hides(text, "Quarterly kick-off")
	w.shows(w.get("/event?calendar=bob&id=b2"), "will not work", "ZT-403", "Have an administrator activate it.")
	w.shows(
		w.get("/event?calendar=support&id=s9"),
		"Try again now",
		"<code>zoomtag retry support</code>",
		"in 30 minutes",
		"The user has no licence"[len("T"):],
	)
	if answer := w.ask(http.MethodGet, "/event?calendar=alice&id=none", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("an event that is not there: %d", answer.StatusCode)
	}
}

// TestLinkOfAFile: the link of a file that was linked by itself stands under no name that nobody knows.
func TestLinkOfAFile(t *testing.T) {
	o := office()
	l := o.links[0]
	l.Calendar, l.EventID, l.Title = record.FilePrefix+"91e6bb89", "f1", "Tea in a file"
	o.links = append(o.links, l)
	o.log = append(o.log, api.LogEntry{Time: noon, Calendar: l.Calendar, EventID: l.EventID, Title: l.Title,
		Step: "link"})
	w := newWorld(t, o)
	w.page.Configure(Access{Password: "correct horse"})
	w.signIn("correct horse")
	query := "/event?calendar=link+91e6bb89&id=f1"
	if text := w.get(query); !strings.Contains(text, "<dd>a file</dd>") ||
		!strings.Contains(text, "in a file") || strings.Contains(text, "in link 91e6bb89") {
		t.Errorf("the page says\n%s", text)
	}
}
