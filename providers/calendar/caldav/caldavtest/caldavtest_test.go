package caldavtest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// client talks to a server as a test wants it, and follows no redirects.
type client struct {
	t    *testing.T
	s    *Server
	http *http.Client
	by   *strings.Replacer // what makes an address one of a proxy
}

func start(t *testing.T, o Options) client {
	t.Helper()
	s := New(o)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return client{t: t, s: s, http: &http.Client{
		Transport: transport, CheckRedirect: func(*http.Request,
			[]*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}
}

// reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request. Headers are name, value, name, value.
func (c client) do(method, url, body string, headers ...string) reply {
	c.t.Helper()
	if c.by != nil {
		url = c.by.Replace(url)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/xml")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: string(raw)}
}

// sync is a sync-collection from a token: what is listed, by the last part of its path with its status or etag, and the
// next token.
func (c client) sync(token string) (listed map[string]string, next string, whole bool) {
	c.t.Helper()
	r := c.do("REPORT", c.s.URL(Work), `<sync-collection xmlns="DAV:"><sync-token>`+token+
		`</sync-token><sync-level>1</sync-level>`+
		`<prop><getetag/><C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"/></prop></sync-collection>`,
		"Depth", "0")
	if r.status != http.StatusMultiStatus {
		c.t.Fatalf("sync-collection: %d %s", r.status, r.body)
	}
	m, err := readXML(r.body)
	if err != nil {
		c.t.Fatal(err)
	}
	listed, whole = map[string]string{}, true
	for _, k := range m.Kids {
		href := k.value("href")
		if k.XMLName.Local != "response" {
			continue
		}
		name := href[strings.LastIndex(href, "/")+1:]
		state := k.value("status")
		if p := k.kid(nsDAV, "propstat"); p != nil {
			state = p.kid(nsDAV, "prop").value("getetag")
		}
		if whole = whole && !strings.Contains(state, "507"); name != "" {
			listed[name] = state
		}
	}
	return listed, m.value("sync-token"), whole
}

func event(uid string, lines ...string) string {
	all := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//EN", "BEGIN:VEVENT", "UID:" + uid,
		"DTSTAMP:20260101T000000Z",
		"SUMMARY:One", "DTSTART;TZID=Europe/Berlin:20260601T100000", "DTEND;TZID=Europe/Berlin:20260601T110000"},
		lines...)
	return strings.Join(append(all, "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

func TestSync(t *testing.T) {
	c := start(t, Options{PageLimit: 2})
	for i := range 5 {
		c.s.Put(Work, fmt.Sprintf("e%d.ics", i), event(fmt.Sprint(i)))
	}
	all, token, whole := map[string]string{}, "", false
	for pages := 0; !whole; pages++ {
		var page map[string]string
		page, token, whole = c.sync(token)
		for name, tag := range page {
			all[name] = tag
		}
		if len(page) > 2 || pages > 3 {
			t.Fatalf("page %d lists %v", pages, page)
		}
	}
	if len(all) != 5 {
		t.Errorf("all pages list %v", all)
	}
	c.s.Delete(Work, "e1.ics")
	c.s.Edit(Work, "e2.ics", func(raw string) string { return strings.Replace(raw, "One", "Two", 1) })
	got, next, whole := c.sync(token)
	if len(got) != 2 || got["e1.ics"] != "HTTP/1.1 404 Not Found" || got["e2.ics"] == all["e2.ics"] || !whole {
		t.Errorf("the changes are %v, %v", got, whole)
	}
	if got, again, whole := c.sync(next); len(got) != 0 || again != next || !whole {
		t.Errorf("nothing has changed, but %v is listed, with the token %q after %q", got, again, next)
	}
	if complaints := c.s.Complaints(); complaints != nil {
		t.Errorf("complaints: %q", complaints)
	}
}

func TestEndless(t *testing.T) {
	c := start(t, Options{PageLimit: 2})
	c.s.Put(Work, "a.ics", event("a"))
	c.s.SetEndless(true)
	seen := map[string]bool{}
	for token := ""; len(seen) < 10; {
		page, next, whole := c.sync(token)
		if len(page) != 1 || whole || seen[next] {
			t.Fatalf("page %v, %v, %q", page, whole, next)
		}
		seen[next], token = true, next
	}
}

func TestBadToken(t *testing.T) {
	for bad, want := range map[BadToken]int{BadToken403: 403, BadToken409: 409, BadToken507: 507, BadToken500: 500,
		BadTokenAll: 207} {
		c := start(t, Options{BadToken: bad})
		_, token, _ := c.sync("")
		c.s.ExpireTokens()
		body := `<sync-collection xmlns="DAV:"><sync-token>` + token +
			`</sync-token><sync-level>1</sync-level><prop/></sync-collection>`
		if r := c.do("REPORT", c.s.URL(""), body, "Depth", "0"); r.status != want {
			t.Errorf("%d: %d %s", bad, r.status, r.body)
		}
	}
}

func TestStyles(t *testing.T) {
	for style, want := range map[Style]string{DefaultNamespace: `<multistatus xmlns="DAV:">`, Prefixed: "<d:href>",
		Numbered: "<ns0:href>"} {
		c := start(t, Options{Style: style, Hrefs: Hrefs{Escaped: true, Absolute: style == Prefixed, NoSlash: true}})
		c.s.Put("", "a@b.ics", event("a"))
		body := `<propfind xmlns="DAV:"><prop><displayname/><getetag/><x xmlns="urn:x"/></prop></propfind>`
		r := c.do("PROPFIND", c.s.URL(""), body, "Depth", "1")
		m, err := readXML(r.body)
		if err != nil || r.status != 207 || !strings.Contains(r.body, want) ||
			!strings.Contains(r.body, "owner%40example.com") {
			t.Fatalf("%d: %d %v\n%s", style, r.status, err, r.body)
		}
		if len(m.Kids) != 2 || len(m.Kids[1].Kids) != 3 || !strings.HasSuffix(m.Kids[1].value("href"), "a%40b.ics") {
			t.Errorf("%d: %s", style, r.body)
		}
		if name := m.Kids[0].Kids[1].kid(nsDAV, "prop").value("displayname"); name != WorkTitle {
			t.Errorf("%d: the name is %q", style, name)
		}
	}
}

func TestDiscovery(t *testing.T) {
	c := start(t, Options{Auth: Basic, WellKnown: 308})
	if r := c.do("PROPFIND", c.s.RootURL()+".well-known/caldav", "", "Depth", "0"); r.status != 308 ||
		r.header.Get("Location") != rootPath {
		t.Errorf("well-known: %d %v", r.status, r.header)
	}
	if r := c.do("PROPFIND", c.s.HomeURL(), "", "Depth", "1"); r.status != 401 ||
		!strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("without credentials: %d %v", r.status, r.header)
	}
	basic, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.s.HomeURL(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	basic.SetBasicAuth(Username, Password)
	r := c.do("PROPFIND", c.s.HomeURL(), "", "Depth", "1", "Authorization", basic.Header.Get("Authorization"))
	if m, err := readXML(r.body); err != nil || len(m.Kids) != 5 {
		t.Errorf("the home: %d %s", r.status, r.body)
	}
	c.do("GET", c.s.OtherHost()+"/x", "", "Authorization", "Basic abc")
	if complaints := c.s.Complaints(); len(complaints) != 1 || !strings.Contains(complaints[0], "another host") {
		t.Errorf("complaints: %q", complaints)
	}
}

func TestQuery(t *testing.T) {
	c := start(t, Options{Clutter: true, Task: true})
	c.s.Put("", "single.ics", event("single"))
	c.s.Put("", "series.ics", event("series", "RRULE:FREQ=WEEKLY"))
	c.s.Put("", "ended.ics", event("ended", "RRULE:FREQ=WEEKLY;UNTIL=20260701T000000Z"))
	query := func(from, to string) string {
		r := c.do("REPORT", c.s.URL(""),
			`<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop xmlns:D="DAV:"><D:getetag/></D:prop>`+
				`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="`+from+
				`" end="`+to+
				`"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`, "Depth", "1")
		var found []string
		for _, name := range []string{"single", "series", "ended", "a-task"} {
			if strings.Contains(r.body, "/"+name+".ics") {
				found = append(found, name)
			}
		}
		return strings.Join(found, " ")
	}
	for span, want := range map[[2]string]string{
		{"20260601T080000Z", "20260601T090000Z"}: "single series ended",
		{"20260601T090000Z", "20260601T093000Z"}: "series ended",
		{"20260101T000000Z", "20260201T000000Z"}: "",
		{"20270101T000000Z", "20270201T000000Z"}: "series",
	} {
		if got := query(span[0], span[1]); got != want {
			t.Errorf("%v: found %q, want %q", span, got, want)
		}
	}
}
