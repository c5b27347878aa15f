package caldav

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func multistatusOf(inside string) string {
	return `<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="` + nsCalDAV + `">` + inside + `</multistatus>`
}

// TestHostileAnswers: what is held of an answer is bounded, and such an answer is not asked for again.
func TestHostileAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"deep":          multistatusOf("<response>" + strings.Repeat("<a>", 1000)),
		"deep, skipped": multistatusOf(strings.Repeat("<x>", 1000)),
		"large": multistatusOf("<response><href>/a</href><propstat><prop><C:calendar-data>" +
			strings.Repeat("x", maxElement)),
		"other charset":  `<?xml version="1.0" encoding="ISO-8859-1"?><multistatus xmlns="DAV:"/>`,
		"entity":         `<!DOCTYPE m [<!ENTITY a "aaaa">]><multistatus xmlns="DAV:"><response><href>&a;</href></response></multistatus>`,
		"bad character":  multistatusOf("<response><href>&#8;</href></response>"),
		"another answer": "<html><body>Please sign in</body></html>",
	} {
		_, err := multistatus(t.Context(), strings.NewReader(body), func(*response) error { return nil })
		var broken *brokenError
		if !errors.As(err, &broken) || !broken.lasting && name != "another answer" {
			t.Errorf("%s: %v", name, err)
		}
		if len(err.Error()) > 300 {
			t.Errorf("%s: %s", name, err)
		}
	}
	for name, body := range map[string]string{"nothing": "", "cut": multistatusOf("<response><href>/a</href>"),
		"half a tag": `<multistatus xmlns="DAV:"><resp`} {
		_, err := multistatus(t.Context(), strings.NewReader(body), func(*response) error { return nil })
		var broken *brokenError
		if name == "cut" {
			_, err = multistatus(t.Context(), strings.NewReader(body[:len(body)-20]),
				func(*response) error { return nil })
		}
		if !errors.As(err, &broken) || broken.lasting {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMayKnow: who gets the sign-in.
func TestMayKnow(t *testing.T) {
	for _, c := range []struct {
		base, to string
		may      bool
	}{
		{"https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/1/", true},
		{"https://cloud.example.com/", "https://CLOUD.example.com:443/dav/", true},
		{"https://cloud.example.com:8443/", "https://cloud.example.com:8443/dav/", true},
		{"https://cloud.example.com/", "https://cloud.example.com:9999/dav/", false},
		{"https://cloud.example.com:8443/", "https://cloud.example.com/dav/", false},
		{"https://cloud.example.com/", "http://cloud.example.com/dav/", false},
		{"https://cloud.example.com/", "https://evil.com/", false},
		{"https://cloud.example.com/", "https://example.com.evil.com/", false},
		{"https://alice.github.io/", "https://mallory.github.io/", false},
		{"https://192.0.2.1/", "https://192.0.2.2/", false},
		{"http://127.0.0.1:5232/", "http://127.0.0.1:5232/alice/", true},
		{"http://127.0.0.1:5232/", "http://127.0.0.1:5233/alice/", false},
		{"http://localhost/", "https://localhost/", true},
	} {
		base, err := url.Parse(c.base)
		if err != nil {
			t.Fatal(err)
		}
		to, err := url.Parse(c.to)
		if err != nil {
			t.Fatal(err)
		}
		if err := (&Config{}).mayKnow(base, to); (err == nil) != c.may {
			t.Errorf("%s → %s: %v", c.base, c.to, err)
		}
	}
}

func FuzzMultistatus(f *testing.F) {
	f.Add(multistatusOf(`<response><href>/a.ics</href><propstat><prop><getetag>"1"</getetag><C:calendar-data>BEGIN:VCALENDAR&#13;
END:VCALENDAR</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response><sync-token>t</sync-token>`))
	f.Add(multistatusOf(`<response><href>/</href><status>HTTP/1.1 507 x</status><error><number-of-matches-within-limits/></error></response>`))
	f.Add(`<D:multistatus xmlns:D="DAV:"><D:response><D:href>%41%2f</D:href></D:response></D:multistatus>`)
	base, err := url.Parse("https://dav.example.com/alice/cal/")
	if err != nil {
		f.Fatal(err)
	}
	p := &place{url: base}
	c, err := New(Config{URL: base.String(), Needles: []string{"#zoom"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		_, err := multistatus(t.Context(), strings.NewReader(body), func(r *response) error {
			_, _ = r.status(), r.found()
			g := &part{}
			return g.take(c, p, r)
		})
		if err != nil && strings.ContainsAny(err.Error(), "\x00\x1b") {
			t.Errorf("%q", err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add((&cursor{mode: bySync, rights: readWrite, day: 20417, at: "https://dav.example.com/a/",
		token: "t\n"}).String())
	f.Add((&cursor{mode: byCTag, rights: readOnly, day: 1, at: "https://dav.example.com/a/",
		items: []item{{"a.ics", `"1"`}, {"b.ics", ""}}}).String())
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCursor(s)
		if err != nil || c == nil {
			return
		}
		again, err := parseCursor(c.String())
		if err != nil || again.String() != c.String() {
			t.Errorf("%q becomes %q, %v", s, c.String(), err)
		}
	})
}

// FuzzNames: an id leads back to itself, whatever an address looks like.
func FuzzNames(f *testing.F) {
	for _, href := range []string{"/alice/cal/a.ics", "a%2Fb.ics", "/alice/cal/100%.ics",
		"https://x/alice/cal/%C3%BC.ics", "/alice/cal/../b.ics", "/alice/cal/%2e%2e", "//evil/alice/cal/a"} {
		f.Add(href)
	}
	base, err := url.Parse("https://dav.example.com/alice/cal/")
	if err != nil {
		f.Fatal(err)
	}
	p := &place{url: base}
	f.Fuzz(func(t *testing.T, href string) {
		c, err := New(Config{URL: base.String()})
		if err != nil {
			t.Fatal(err)
		}
		id, is := c.id(p, href)
		if is != anObject {
			return
		}
		for _, c := range []*Calendar{c, {spelled: map[string]string{}}} {
			u := c.object(p, id)
			if u.Host != base.Host || !strings.HasPrefix(u.EscapedPath(), "/alice/cal/") {
				t.Errorf("%q: object %q is at %s", href, id, u)
			}
			if back, is := c.id(p, u.EscapedPath()); is != anObject || back != id {
				t.Errorf("%q: id %q is at %s, which is %q", href, id, u, back)
			}
		}
	})
}
