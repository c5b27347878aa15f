package daemon

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/assemble"
)

// ask asks what the daemon serves on an address.
func ask(t *testing.T, d *daemon, at net.Addr, host, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	ownNames(at.String(), at, d.pages()).ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// TestPage: the daemon shows its calendars and their events, under its own name alone, without the link of the room; a
// configuration that is read again says anew who may see them.
func TestPage(t *testing.T) {
	d := newDaemon(t)
	here := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7466}
	d.page.ListenAt(here)
	_, err := d.service.Load().Sync(t.Context(), api.SyncRequest{})
	must(t, err)
	code, text := ask(t, d, here, "127.0.0.1:7466", "/")
	if code != http.StatusOK || !strings.Contains(text, "Alpha") || strings.Contains(text, "/my/alice") ||
		!strings.Contains(text, "Asia/Tokyo (JST)") {
		t.Errorf("%d\n%s", code, text)
	}
	code, text = ask(t, d, here, "127.0.0.1:7466", "/event?calendar=f&id=a.ics")
	if code != http.StatusOK || !strings.Contains(text, "(1 h)") || strings.Contains(text, "/my/alice") {
		t.Errorf("the event: %d\n%s", code, text)
	}
	for _, path := range []string{"/", "/event?calendar=f&id=a.ics", "/events", "/signin", "/static/page.css"} {
		if code, text := ask(t, d, here, "evil.example", path); code != http.StatusMisdirectedRequest ||
			strings.Contains(text, "Alpha") {
			t.Errorf("%s by another name: %d", path, code)
		}
	}
	cfg := configs.Page{TrustedHeader: "X-User", TrustedPeers: []string{"10.0.0.0/8", "192.0.2.7"}}
	a := accessOf(cfg)
	if a.Header != "X-User" || len(a.Peers) != 2 || a.Password != "" {
		t.Errorf("%+v", a)
	}
	d.page.Configure(a)
	code, text = ask(t, d, here, "127.0.0.1:7466", "/")
	if code != http.StatusForbidden || strings.Contains(text, "Alpha") {
		t.Errorf("to who has not come by the proxy: %d", code)
	}
}

// TestHostAndDuration: what the timeline rests on is told of each link.
func TestHostAndDuration(t *testing.T) {
	d := newDaemon(t)
	start := time.Now().Add(time.Hour).Truncate(time.Second)
	m := meeting.Meeting{ID: 80000000001, JoinURL: "https://us02web.zoom.us/j/80000000001"}
	must(t, d.st.Update(func(tx *store.Tx) error {
		return tx.PutRecord(&store.Record{Calendar: "f", EventID: "x", UID: "x", State: "linked", Title: "Talk",
			Start: start, Until: start.Add(90 * time.Minute), Host: "alice@example.com", MeetingID: m.ID, Meeting: m,
			Mark: "zt-AAAAAAAA-BBBBBBBB-12345678", JoinURL: m.JoinURL})
	}))
	report, err := d.service.Load().Links(t.Context())
	must(t, err)
	if len(report.Links) != 1 || report.Links[0].Duration != 5400 || report.Links[0].Host != "alice@example.com" {
		t.Errorf("%+v", report.Links)
	}
}

// TestPageElsewhere: on an address that others can reach there is no page without a guard, and all else answers.
func TestPageElsewhere(t *testing.T) {
	d := newDaemon(t)
	anywhere := &net.TCPAddr{IP: net.IPv4zero, Port: 7466}
	d.page.ListenAt(anywhere)
	code, text := ask(t, d, anywhere, "zoomtag.example.com:7466", "/")
	if code != http.StatusNotFound || !strings.Contains(text, "page.password") {
		t.Errorf("%d %s", code, text)
	}
	if code, _ := ask(t, d, anywhere, "zoomtag.example.com:7466", "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
}

// BenchmarkPage asks for the first page of 1,000 calendars with 20 events each, with the facts read from the store each
// time.
func BenchmarkPage(b *testing.B) {
	dir := b.TempDir()
	st, err := store.Open(filepath.Join(dir, "zoomtag.db"), store.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	cfg := room()
	start := time.Now().Add(time.Hour).Truncate(time.Second)
	for i := range 1000 {
		name := fmt.Sprintf("person-%04d", i)
		cfg.Calendars = append(cfg.Calendars,
			configs.Calendar{Name: name, ICS: &configs.ICS{Path: filepath.Join(dir, name)}})
		err := st.Update(func(tx *store.Tx) error {
			for k := range 20 {
				at, id := start.Add(time.Duration(k*8)*time.Hour), int64(80000000000+i*20+k)
				link := fmt.Sprintf("https://us02web.zoom.us/j/%d?pwd=abc", id)
				r := &store.Record{Calendar: name, EventID: fmt.Sprint(k), UID: fmt.Sprint(i, "-", k), State: "linked",
					Title: "Weekly review", Start: at, Until: at.Add(time.Hour), Host: name + "@example.com",
					MeetingID: id, Mark: fmt.Sprintf("zt-AAAAAAAA-BBBBBBBB-%08d", i*20+k), JoinURL: link,
					Meeting: meeting.Meeting{ID: id, JoinURL: link}}
				if err := tx.PutRecord(r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	d := &daemon{Options: Options{Log: slog.New(slog.DiscardHandler)}, st: st}
	service, err := local.New(local.Options{Config: cfg, Store: st, Kinds: rooms(), Log: d.Log, Now: time.Now,
		Haste: assemble.Haste{Aloof: true}})
	if err != nil {
		b.Fatal(err)
	}
	d.service.Store(service)
	for b.Loop() {
		d.page = d.newPage()
		d.page.ListenAt(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		w := httptest.NewRecorder()
		d.page.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil))
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body.String())
		}
	}
}
