package caldavtest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestOwner(t *testing.T) {
	c := start(t, Options{})
	for _, name := range []string{"a", "b"} {
		c.s.Put(Work, name+".ics", event(name))
	}
	_, token, _ := c.sync("")
	c.s.SetHidden(Work, "a.ics", true)
	if all, _, _ := c.sync(""); len(all) != 1 || c.do("GET", c.s.URL("")+"a.ics", "").status != http.StatusOK {
		t.Errorf("with one hidden: %v", all)
	}
	c.s.SetHidden(Work, "a.ics", false)
	c.s.SetEmpty(Work, true)
	gone, next, _ := c.sync(token)
	if all, _, _ := c.sync(""); len(all) != 0 || len(gone) != 2 || !strings.Contains(gone["a.ics"], "404") ||
		c.s.Names(Work) != nil {
		t.Errorf("empty: %v, since then %v", all, gone)
	}
	c.s.SetEmpty(Work, false)
	if back, _, _ := c.sync(next); len(back) != 2 || strings.Contains(back["a.ics"], "404") {
		t.Errorf("no longer empty: %v", back)
	}
	if r := c.do("DELETE", c.s.URL("")+"a.ics", "", "If-Match", "*"); r.status != 204 ||
		!slices.Equal(c.s.Names(""), []string{"b.ics"}) {
		t.Errorf("deleted: %d, %q are left", r.status, c.s.Names(""))
	}
	c.s.SetReadOnly(Work, true)
	r := c.do("PUT", c.s.URL("")+"b.ics", event("b", "LOCATION:x"), "Content-Type", "text/calendar", "If-Match", "*")
	if r.status != 403 || !strings.Contains(r.body, "need-privileges") {
		t.Errorf("read-only: %d %s", r.status, r.body)
	}
	c.s.AddCollection("new", "New", "VEVENT")
	c.s.RemoveCollection(Work)
	if r := c.do("PROPFIND", c.s.HomeURL(), "", "Depth", "1"); strings.Contains(r.body, "/work/") ||
		!strings.Contains(r.body, "/new/") {
		t.Errorf("the home: %s", r.body)
	}
	if r := c.do("PROPFIND", c.s.URL(Work), "", "Depth", "0"); r.status != 404 {
		t.Errorf("a calendar that was removed: %d", r.status)
	}
}

// get asks for objects by calendar-multiget.
func (c client) get(names ...string) reply {
	c.t.Helper()
	body := `<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><getetag/><C:calendar-data/></prop>`
	for _, name := range names {
		body += "<href>" + strings.TrimPrefix(c.s.URL(""), c.s.Address()) + name + "</href>"
	}
	return c.do("REPORT", c.s.URL(""), body+"</C:calendar-multiget>", "Depth", "1")
}

func TestMultiget(t *testing.T) {
	for _, style := range []Style{DefaultNamespace, Prefixed, Numbered} {
		c := start(t, Options{Style: style, ETags: Weak})
		c.s.Put("", "a@b.ics", event("a", "X-A:<&\">"))
		r := c.get("a%40b.ics", "none.ics")
		m, err := readXML(r.body)
		if err != nil || len(m.Kids) != 2 || !strings.Contains(m.Kids[1].value("status"), "404") {
			t.Fatalf("%d: %d %v\n%s", style, r.status, err, r.body)
		}
		prop := m.Kids[0].kid(nsDAV, "propstat").kid(nsDAV, "prop")
		want, _ := c.s.Object("", "a@b.ics")
		if style != Prefixed {
			want = strings.ReplaceAll(want, "\r\n", "\n") // that is how XML is read
		}
		if got := prop.kid(nsCalDAV, "calendar-data").Text; got != want || !strings.HasPrefix(prop.value("getetag"),
			`W/"`) {
			t.Errorf("%d: %q, %q", style, got, prop.value("getetag"))
		}
		without, err := readXML(WithoutData(r.body))
		if err != nil || len(without.Kids) != 2 || strings.Contains(WithoutData(r.body), "VEVENT") {
			t.Errorf("%d: without data: %v\n%s", style, err, WithoutData(r.body))
		}
	}
}

func TestFaults(t *testing.T) {
	c := start(t, Options{PageLimit: 1})
	c.s.Put("", "a.ics", event("a"))
	c.s.Put("", "b.ics", event("b"))
	f := Blank(http.StatusInternalServerError)
	f.Match = NextPages
	c.s.Break(f)
	_, token, whole := c.sync("")
	body := `<sync-collection xmlns="DAV:"><sync-token>` + token +
		`</sync-token><sync-level>1</sync-level><prop/></sync-collection>`
	if r := c.do("REPORT", c.s.URL(""), body, "Depth", "0"); r.status != 500 || whole {
		t.Errorf("the second page: %d, the first whole: %v", r.status, whole)
	}
	c.s.Mend()
	refused := Refused(http.StatusForbidden, "need-privileges")
	refused.Match, refused.Times = On("GET"), 1
	c.s.Break(refused)
	if r := c.do("GET", c.s.URL("")+"a.ics", ""); r.status != 403 ||
		!strings.Contains(r.body, `<error xmlns="DAV:"><need-privileges/></error>`) {
		t.Errorf("refused: %d %s", r.status, r.body)
	}
	c.s.Break(Throttled(http.StatusServiceUnavailable, "30"))
	if r := c.do("GET", c.s.URL("")+"a.ics", ""); r.status != 503 || r.header.Get("Retry-After") != "30" {
		t.Errorf("throttled: %d %v", r.status, r.header)
	}
	c.s.Mend()
	c.s.Break(Fault{Match: Listings, Replace: func(string) string { return "" }})
	if r := c.do("PROPFIND", c.s.URL(""), "", "Depth", "1"); r.status != 207 || r.body != "" {
		t.Errorf("an empty body: %d %q", r.status, r.body)
	}
}

func TestDetection(t *testing.T) {
	body := `<propfind xmlns="DAV:"><prop><sync-token/><supported-report-set/><s:getctag xmlns:s="http://calendarserver.org/ns/"/></prop></propfind>`
	for detect, want := range map[Detection]string{Sync: "sync-collection getctag", CTag: "getctag", Plain: ""} {
		c := start(t, Options{})
		c.s.SetDetection(detect)
		m, err := readXML(c.do("PROPFIND", c.s.URL(""), body, "Depth", "0").body)
		if err != nil {
			t.Fatal(err)
		}
		var has []string
		ok := document(*m.Kids[0].kid(nsDAV, "propstat"), DefaultNamespace)
		for _, name := range []string{"sync-collection", "getctag"} {
			if strings.Contains(ok, "<"+name) {
				has = append(has, name)
			}
		}
		if got := strings.Join(has, " "); got != want {
			t.Errorf("%d: it has %q, want %q", detect, got, want)
		}
	}
}

func TestChangedForms(t *testing.T) {
	c := start(t, Options{})
	c.s.Put("", "a.ics", event("a"))
	before, _, _ := c.sync("")
	c.s.ChangeForms()
	after, _, _ := c.sync("")
	if before["a.ics"] == after["a.ics"] {
		t.Errorf("the etag is still %s", after["a.ics"])
	}
}
