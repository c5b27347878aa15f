package caldavtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// behind starts a proxy in front of an emulator, and returns a client that finds it where the emulator would be.
func behind(t *testing.T, o Options, pageLimit int) (client, *Proxy) {
	t.Helper()
	c := start(t, o)
	p, err := NewProxy(c.s.Address(), pageLimit)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	c.by = strings.NewReplacer(c.s.Address(), p.Address())
	return c, p
}

func TestProxyPages(t *testing.T) {
	c, p := behind(t, Options{}, 2)
	for i := range 5 {
		c.s.Put(Work, fmt.Sprintf("e%d.ics", i), event(fmt.Sprint(i)))
	}
	all, token, whole := map[string]string{}, "", false
	for pages := 1; !whole; pages++ {
		var page map[string]string
		page, token, whole = c.sync(token)
		for name, tag := range page {
			all[name] = tag
		}
		if len(page) > 2 || pages > 3 {
			t.Fatalf("page %d lists %v", pages, page)
		}
	}
	if got, again, _ := c.sync(token); len(all) != 5 || len(got) != 0 || again != token {
		t.Errorf("all pages list %v; then %v", all, got)
	}
	p.SetEndless(true)
	seen := map[string]bool{}
	for token := ""; len(seen) < 10; {
		page, next, whole := c.sync(token)
		if len(page) != 2 || whole || seen[next] {
			t.Fatalf("an endless listing: %v, %v, %q", page, whole, next)
		}
		seen[next], token = true, next
	}
}

func TestProxyFaults(t *testing.T) {
	c, p := behind(t, Options{}, 0)
	c.s.Put(Work, "a.ics", event("a"))
	_, token, _ := c.sync("")
	p.SetExpired(true)
	body := `<sync-collection xmlns="DAV:"><sync-token>` + token +
		`</sync-token><sync-level>1</sync-level><prop/></sync-collection>`
	if r := c.do("REPORT", c.s.URL(""), body, "Depth", "0"); r.status != 403 ||
		!strings.Contains(r.body, "valid-sync-token") {
		t.Errorf("an expired token: %d %s", r.status, r.body)
	}
	p.SetExpired(false)
	p.SetSilent(true)
	ics := []string{"Content-Type", "text/calendar", "If-Match", "*"}
	if r := c.do("PUT", c.s.URL("")+"a.ics", event("a", "LOCATION:x"), ics...); r.status != 204 {
		t.Errorf("a silent PUT: %d", r.status)
	}
	p.SetSilent(false)
	if raw, _ := c.s.Object("", "a.ics"); raw != event("a") {
		t.Error("a silent PUT was forwarded")
	}
	f := Page(502)
	f.After = true
	p.Break(f)
	if r := c.do("PUT", c.s.URL("")+"a.ics", event("a", "LOCATION:x"), ics...); r.status != 502 {
		t.Errorf("a lost answer: %d", r.status)
	}
	p.Mend()
	if r := c.do("GET", c.s.URL("")+"a.ics", ""); r.status != http.StatusOK || r.body != event("a", "LOCATION:x") ||
		r.header.Get("ETag") == "" {
		t.Errorf("after it: %d %v %s", r.status, r.header, r.body)
	}
}
