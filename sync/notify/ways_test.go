package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/notify"
)

// TestSignature: a receiver can check who has sent it, as the convention says.
func TestSignature(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	header := h.headers[0]
	mac := hmac.New(sha256.New, []byte("0123456789abcdef"))
	mac.Write([]byte(header.Get("Webhook-Id") + "." + header.Get("Webhook-Timestamp") + "." + h.got[0].raw))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if got := header.Get("Webhook-Signature"); got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
}

// TestBrokenAnswer: what a server has taken is not sent again because the rest of its answer breaks off.
func TestBrokenAnswer(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "ok")
	}))
	t.Cleanup(server.Close)
	w := newWorld(t, "- webhook: { url: \""+server.URL+"\", secret: 0123456789abcdef }\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.looks(time.Hour)
	if asked != 1 {
		t.Errorf("it was told %d times", asked)
	}
}

// TestLinks: a webhook that follows links is told of each once, without the join link unless it asks for that.
func TestLinks(t *testing.T) {
	h, open := newHook(t), newHook(t)
	w := newWorld(t, h.way("events: [link]")+open.way("events: [link], links: true"))
	did := func(steps ...string) {
		t.Helper()
		for _, step := range steps {
			w.now = w.now.Add(time.Second)
			if err := w.st.Update(func(tx *store.Tx) error {
				return tx.Journal(store.Entry{Calendar: "team", EventID: "1", Title: "Tea", Step: step, Meeting: 7})
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	rec := &store.Record{Calendar: "team", EventID: "1", UID: "1", MeetingID: 7, Start: morning}
	rec.Meeting.JoinURL = "https://us02web.zoom.us/j/7?pwd=secret"
	if err := w.st.Update(func(tx *store.Tx) error { return tx.PutRecord(rec) }); err != nil {
		t.Fatal(err)
	}
	did("create", "link") // before anybody listened
	w.looks(0)
	did("create", "link", "update", "link", "unlink", "cancel")
	w.looks(time.Second)
	w.begin()
	w.looks(time.Second)
	const want = "link.made 1, link.changed 1, link.changed 1, link.ended 1"
	h.says(t, want)
	open.says(t, want)
	for _, m := range h.got {
		if strings.Contains(m.raw, "secret") {
			t.Errorf("the passcode is in %s", m.raw)
		}
	}
	if url := open.got[0].Data["join_url"]; url != rec.Meeting.JoinURL {
		t.Errorf("whoever asks for the link gets %v", url)
	}
}

// TestCommand: a program gets the message on its standard input; that it fails is told with what it says.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	tell := filepath.Join(dir, "tell")
	script := "#!/bin/sh\ncat > " + filepath.Join(dir, "got") + "\n[ ! -e " + filepath.Join(dir, "broken") +
		" ] || { echo no paper >&2; exit 3; }\n"
	if err := os.WriteFile(tell, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, "- command: "+tell+"\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	data, err := os.ReadFile(filepath.Join(dir, "got"))
	var m received
	if err != nil || json.Unmarshal(data, &m) != nil || m.Type != notify.TypeProblem || m.Data["id"] != signIn.ID {
		t.Errorf("the program got %q, %v", data, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.conditions = nil
	w.looks(time.Minute)
	if err := w.after(3 * time.Minute); err == nil || !strings.Contains(err.Error(), "no paper") {
		t.Errorf("the fault is %v", err)
	}
}

// TestChat: a chat service gets the text, and what it complains of shows nothing of its address.
func TestChat(t *testing.T) {
	var mu sync.Mutex
	var got []string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.URL.Path+" "+string(body))
		w.WriteHeader(status)
		fmt.Fprint(w, `{"error":"no such topic my-secret-topic"}`)
	}))
	t.Cleanup(server.Close)
	address := "ntfy://" + strings.TrimPrefix(server.URL, "http://") + "/my-secret-topic?scheme=http"
	w := newWorld(t, "- chat: \""+address+"\"\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	if len(got) != 1 || !strings.Contains(got[0], "no longer accepted") {
		t.Errorf("it was told %q", got)
	}
	mu.Lock()
	status = http.StatusForbidden
	mu.Unlock()
	w.conditions = nil
	w.looks(time.Minute)
	if err := w.after(3 * time.Minute); err == nil || strings.Contains(err.Error(), "my-secret-topic") {
		t.Errorf("the fault is %v", err)
	}
}

// TestTest: each way gets one message, and what fails is told for each.
func TestTest(t *testing.T) {
	well, broken := newHook(t), newHook(t)
	broken.status = http.StatusGone
	w := newWorld(t, well.way("")+broken.way(""))
	names, faults := w.n.Test(t.Context())
	if len(names) != 2 || faults[0] != nil || faults[1] == nil {
		t.Errorf("%q: %v", names, faults)
	}
	well.says(t, "test test")
}
