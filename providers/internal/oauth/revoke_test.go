package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
)

// TestRevocation: what a service says of a token that it is to take back.
func TestRevocation(t *testing.T) {
	for answer, fault := range map[string]string{
		"200 {}":                                     "",
		`400 {"error":"invalid_token"}`:              "", // it is over already
		`400 {"reason":"Invalid Token!"}`:            "",
		`429 {"error":"invalid_token"}`:              "HTTP 429",
		`400 {"error":"invalid_client"}`:             "invalid_client",
		"503 <html>Down for maintenance</html>":      "Service answered HTTP 503",
		`302 {"error":"nothing that is known here"}`: "HTTP 302",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("token") != string(old) || r.Method != http.MethodPost {
				t.Errorf("it is asked with %s %v", r.Method, r.Form)
			}
			status, body := 0, answer
			if _, err := fmt.Sscan(answer, &status); err == nil {
				body = answer[4:]
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		err := oauth.Revocation{HTTP: server.Client(), Service: "Service", Address: server.URL}.Take(t.Context(), old)
		if (err == nil) != (fault == "") || err != nil && !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v", answer, err)
		}
		if err != nil && strings.Contains(err.Error(), `"old"`) {
			t.Errorf("the token is shown: %v", err)
		}
		server.Close()
	}
}

// TestEnd: a sign-in is taken back before its file is removed, under the lock; if that fails, all stays as it was.
func TestEnd(t *testing.T) {
	path := begun(t)
	no := errors.New("no answer")
	_, over, err := oauth.Grants{}.End(t.Context(), path, func(context.Context, oauth.Grant) error { return no })
	if _, gone := os.Stat(path); !errors.Is(err, no) || over || gone != nil {
		t.Errorf("not taken back: %v, %v, file: %v", over, err, gone)
	}
	beside := path + ".new"
	if err := os.WriteFile(beside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, over, err = oauth.Grants{}.End(t.Context(), path, func(ctx context.Context, g oauth.Grant) error {
		if g.RefreshToken != old {
			t.Errorf("%q is taken back", g.RefreshToken.Reveal())
		}
		limited, cancel := context.WithTimeout(ctx, 2*time.Millisecond)
		defer cancel()
		if _, err := oauth.Lock(limited, path); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("somebody could renew it meanwhile: %v", err)
		}
		return nil
	}, beside)
	if err != nil || !over {
		t.Errorf("taken back: %v, %v", over, err)
	}
	for _, file := range []string{path, beside} {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", file, err)
		}
	}
	if _, _, err := (oauth.Grants{}).End(t.Context(), path, nil); !errors.Is(err, oauth.ErrNoGrant) {
		t.Errorf("a second time: %v", err)
	}
}

// TestEndAsksNobody: a sign-in that is dead is not presented, and one that is only to be removed here is not said to be
// over.
func TestEndAsksNobody(t *testing.T) {
	path := begun(t)
	refuse(t, path)
	_, over, err := oauth.Grants{}.End(t.Context(), path, func(context.Context, oauth.Grant) error {
		t.Error("a dead sign-in was presented")
		return nil
	})
	if !over || err != nil {
		t.Errorf("dead: %v, %v", over, err)
	}
	if _, over, err := (oauth.Grants{}).End(t.Context(), begun(t), nil); over || err != nil {
		t.Errorf("only here: %v, %v", over, err)
	}
}
