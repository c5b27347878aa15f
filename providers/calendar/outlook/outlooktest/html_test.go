package outlooktest

import (
	"strings"
	"testing"
)

func TestBodiesAreRewritten(t *testing.T) {
	for in, want := range map[string]string{
		"<p>a</p>": "<p>a</p>",
		"<!-- zoomtag --><P ID='x' data-mark=\"1\" onclick=go() class=\"c\">a&nbsp;&auml;&#39;&lt;\nb</P><script>if " +
			"(a<b) x()</script>": `<p class="c">` + "a&nbsp;ä'&lt;\r\nb</p>",
		`<!DOCTYPE html><html><head><title>t</title><meta x></head><body style="x">a<br/>b</body></html>`: "a<br>b",
		`<a href='https://zoom.us/j/1?a=1&amp;b=2'>x</a> 1 < 2 & 3`:                                       `<a href="https://zoom.us/j/1?a=1&amp;b=2">x</a> 1 &lt; 2 &amp; 3`,
	} {
		got := rewrittenHTML(in, false)
		if got != wrapBefore+want+wrapAfter {
			t.Errorf("%s:\n%q, want\n%q", in, got, wrapBefore+want+wrapAfter)
		}
		if again := rewrittenHTML(got, false); again != got {
			t.Errorf("%s, twice:\n%q", in, again)
		}
		safe := rewrittenHTML(in, true)
		if strings.Contains(in, "href") != strings.Contains(safe, `href="`+safeLinks+"https%3A%2F%2Fzoom.us") ||
			rewrittenHTML(safe, true) != safe {
			t.Errorf("%s, with safe links:\n%q", in, safe)
		}
	}
}

func TestBodiesOfEitherKind(t *testing.T) {
	b := newBench(t, Options{})
	html := timed("html", "x", "10:00", "11:00")
	html["body"] = JSON{"contentType": "HTML", "content": "<div>one<br>two &amp; three</div><p>four" +
		strings.Repeat("x", 300) + "</p>"}
	text := timed("text", "x", "10:00", "11:00")
	text["body"] = JSON{"contentType": "text", "content": "one\ntwo & three"}
	b.Put("", html)
	b.Put("", text)
	body := func(id, prefer string) (string, string) {
		all := immutable
		if prefer != "" {
			all += `, outlook.body-content-type="` + prefer + `"`
		}
		m := b.get("me/events/"+id, "Prefer", all)["body"].(JSON)
		return m["contentType"].(string), m["content"].(string)
	}
	if kind, content := body("html", "text"); kind != "text" ||
		!strings.HasPrefix(content, "one\r\ntwo & three\r\nfour") {
		t.Errorf("%s %q", kind, content)
	}
	if kind, content := body("html", ""); kind != "html" || !strings.Contains(content, "<div>one<br>two &amp; "+
		"three</div>") {
		t.Errorf("%s %q", kind, content)
	}
	if kind, content := body("text", ""); kind != "text" || content != "one\r\ntwo & three" {
		t.Errorf("%s %q", kind, content)
	}
	if kind, content := body("text", "html"); kind != "html" ||
		!strings.Contains(content, "one<br>\r\ntwo &amp; three") {
		t.Errorf("%s %q", kind, content)
	}
	if got := b.get("me/events/html")["bodyPreview"].(string); len(got) != 255 ||
		!strings.HasPrefix(got, "one\r\ntwo") {
		t.Errorf("%d %q", len(got), got)
	}
	b.clean()
}

func TestOnlineMeetings(t *testing.T) {
	b := newBench(t, Options{})
	ev := timed("teams", "Teams", "10:00", "11:00")
	ev["isOnlineMeeting"], ev["body"] = true, JSON{"contentType": "html", "content": "<p>agenda</p>"}
	b.Put("", ev)
	got := b.get("me/events/teams")
	url, _ := got["onlineMeeting"].(JSON)["joinUrl"].(string)
	content := got["body"].(JSON)["content"].(string)
	if url == "" || !strings.Contains(content, url) || !strings.Contains(content, "agenda") ||
		got["onlineMeetingProvider"] != "teamsForBusiness" {
		t.Fatalf("%v", got)
	}
	b.Edit("", "teams", func(ev JSON) {
		ev["body"] = JSON{"contentType": "html", "content": strings.Replace(content, "agenda", "agenda 2", 1)}
	})
	if b.get("me/events/teams")["isOnlineMeeting"] != true {
		t.Error("switched off")
	}
	b.clean()
}

// FuzzRewritten looks for bodies that change each time they are saved, which would never come to rest.
func FuzzRewritten(f *testing.F) {
	f.Add("<p class=a id='b'>x &amp; y<!-- z --><br/></p>")
	f.Add("<style>a > b</style><head><title>t</head><body x=><a href=\"http://x?a&b\">")
	f.Add("<a b=c d='e\" f>&nbsp;\u00a0</a")
	f.Fuzz(func(t *testing.T, in string) {
		for _, safe := range []bool{false, true} {
			once := rewrittenHTML(in, safe)
			if twice := rewrittenHTML(once, safe); twice != once {
				t.Errorf("%q is saved as\n%q, then as\n%q", in, once, twice)
			}
		}
		_ = textOfHTML(in)
	})
}
