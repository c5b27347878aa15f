package caldavtest

import (
	"net/http"
	"strings"
	"testing"
)

func TestPut(t *testing.T) {
	ics := []string{"Content-Type", "text/calendar; charset=utf-8"}
	for _, how := range []Save{AsSent, LikeRadicale, LikeXandikos} {
		c := start(t, Options{Save: how})
		put := func(name, body string, headers ...string) reply {
			return c.do(http.MethodPut, c.s.URL("")+name, body, append(ics, headers...)...)
		}
		sent := strings.ReplaceAll(event("a", "X-A:1", "RRULE:FREQ=DAILY;COUNT=3", "ATTACH:x"), "\r\n", "\n")
		first := put("a.ics", sent, "If-None-Match", "*")
		tag := first.header.Get("ETag")
		if first.status != 201 || tag == "" {
			t.Errorf("%d: the first PUT: %d %q", how, first.status, tag)
		}
		raw, _ := c.s.Object("", "a.ics")
		if (raw == sent) != (how == AsSent) || !strings.Contains(raw, "X-A:1") {
			t.Errorf("%d: stored %q", how, raw)
		}
		for name, r := range map[string]reply{
			"once more": put("a.ics", sent, "If-None-Match", "*"), "another version": put("a.ics", sent, "If-Match",
				`"x"`),
			"none": put("b.ics", sent, "If-Match", tag),
		} {
			if r.status != 412 {
				t.Errorf("%d: %s: %d", how, name, r.status)
			}
		}
		want := map[Save]int{AsSent: 409, LikeRadicale: 409, LikeXandikos: 207}[how]
		if r := put("b.ics", sent, "If-None-Match", "*"); r.status != want ||
			!strings.Contains(r.body, "no-uid-conflict") {
			t.Errorf("%d: the same UID: %d %s", how, r.status, r.body)
		}
		changed := strings.Replace(sent, "One", "Two", 1)
		second := put("a.ics", changed, "If-Match", tag)
		if second.status != map[Save]int{AsSent: 204, LikeRadicale: 201, LikeXandikos: 204}[how] ||
			second.header.Get("ETag") == tag {
			t.Errorf("%d: the second PUT: %d %q", how, second.status, second.header.Get("ETag"))
		}
		c.s.SetSilent(true)
		before, _ := c.s.Object("", "a.ics")
		if r := put("a.ics", sent, "If-Match", second.header.Get("ETag")); r.status >= 300 {
			t.Errorf("%d: silent: %d", how, r.status)
		}
		if after, _ := c.s.Object("", "a.ics"); after != before {
			t.Errorf("%d: silent, but it wrote", how)
		}
	}
}

func TestMail(t *testing.T) {
	c := start(t, Options{AutoSchedule: true})
	lines := []string{"ORGANIZER;CN=Owner:mailto:Owner@example.com", "ATTENDEE:mailto:owner@example.com",
		"ATTENDEE;CN=\"a:b\":mailto:guest@example.org",
		"ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:quiet@example.org"}
	put := func(body string) {
		c.do(http.MethodPut, c.s.URL("")+"a.ics", body, "Content-Type", "text/calendar", "If-Match", "*")
	}
	c.s.Put("", "a.ics", event("a", lines...))
	put(event("a", lines...))
	if mails := c.s.Mails(); mails != nil {
		t.Errorf("nothing has changed, but %v was mailed", mails)
	}
	put(event("a", append(lines, "LOCATION:x")...))
	if mails := c.s.Mails(); len(mails) != 1 || mails[0] != (Mail{To: "guest@example.org", Subject: "One"}) {
		t.Errorf("mailed: %v", mails)
	}
}

func TestComplaints(t *testing.T) {
	c := start(t, Options{})
	c.s.Put("", "a.ics", event("a"))
	ics := []string{"Content-Type", "text/calendar"}
	for name, do := range map[string]func() reply{
		"no condition": func() reply { return c.do("PUT", c.s.URL("")+"a.ics", event("a"), ics...) },
		"no depth":     func() reply { return c.do("PROPFIND", c.s.URL(""), "") },
		"no XML":       func() reply { return c.do("REPORT", c.s.URL(""), "<a><b></a>") },
		"no type":      func() reply { return c.do("REPORT", c.s.URL(""), "<a/>", "Content-Type", "text/plain") },
		"no event": func() reply {
			return c.do("PUT", c.s.URL("")+"n.ics", "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
				append(ics, "If-None-Match", "*")...)
		},
		"a method": func() reply {
			return c.do("PUT", c.s.URL("")+"n.ics", strings.Replace(event("n"), "BEGIN:VEVENT",
				"METHOD:REQUEST\r\nBEGIN:VEVENT", 1), append(ics, "If-None-Match", "*")...)
		},
	} {
		c.s.ResetComplaints()
		if r := do(); len(c.s.Complaints()) != 1 {
			t.Errorf("%s: %d, complaints %q", name, r.status, c.s.Complaints())
		}
	}
}
