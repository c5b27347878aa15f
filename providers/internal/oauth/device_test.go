package oauth_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
)

const (
	someCode = `{"device_code":"dev-secret","user_code":"ABCD","verification_uri":"https://example.com/device","expires_in":900,"interval":5}`
	pending  = `400 {"error":"authorization_pending"}`
	signedIn = `200 {"access_token":"at","refresh_token":"rt","token_type":"Bearer","expires_in":3600}`
)

// authority answers the request for a code, and then one question after the other; the last answer is repeated.
type authority struct {
	t       *testing.T
	code    string
	answers []string // status and body; empty: no answer at all
	asked   []time.Time
}

func (a *authority) RoundTrip(r *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil || form.Get("client_id") != "client" {
		a.t.Errorf("sent %q, %v", raw, err)
	}
	answer := "200 " + a.code
	if r.URL.Path == "/token" {
		if form.Get("device_code") != "dev-secret" {
			a.t.Errorf("asked with %q", raw)
		}
		a.asked = append(a.asked, time.Now())
		answer = a.answers[min(len(a.asked), len(a.answers))-1]
	}
	status, body, found := strings.Cut(answer, " ")
	if !found {
		return nil, errors.New("the connection was reset")
	}
	code := map[string]int{"200": 200, "400": 400, "503": 503}[status]
	return &http.Response{StatusCode: code, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (a *authority) signIn(ctx context.Context, out io.Writer) (*oauth2.Token, error) {
	flow := oauth.DeviceSignIn{HTTP: &http.Client{Transport: a}, Out: out, Log: slog.New(slog.DiscardHandler),
		Config: oauth2.Config{ClientID: "client", Endpoint: oauth2.Endpoint{DeviceAuthURL: "https://example.com/code",
			TokenURL: "https://example.com/token", AuthStyle: oauth2.AuthStyleInParams}}}
	return flow.Run(ctx)
}

func TestDeviceSignIn(t *testing.T) {
	slow := `400 {"error":"slow_down"}`
	for name, c := range map[string]struct {
		code    string
		answers []string
		asked   []time.Duration // since the beginning; nil: any
		want    string          // in the error; empty: signed in
	}{
		"at once": {someCode, []string{signedIn}, []time.Duration{5 * time.Second}, ""},
		"after a while": {someCode, []string{pending, pending, signedIn},
			[]time.Duration{5 * time.Second, 10 * time.Second, 15 * time.Second}, ""},
		"too fast": {someCode, []string{slow, pending, signedIn},
			[]time.Duration{5 * time.Second, 15 * time.Second, 25 * time.Second}, ""},
		"no answers": {someCode, []string{"", "503 <html>", signedIn},
			[]time.Duration{5 * time.Second, 10 * time.Second, 15 * time.Second}, ""},
		"never an answer": {someCode, []string{""}, make([]time.Duration, 5), "the connection was reset"},
		"never":           {someCode, []string{pending}, nil, "Run the command again"},
		"expired":         {someCode, []string{`400 {"error":"expired_token"}`}, nil, "Run the command again"},
		"declined":        {someCode, []string{`400 {"error":"access_denied"}`}, nil, "declined"},
		"declined, Entra": {someCode, []string{`400 {"error":"authorization_declined"}`}, nil, "declined"},
		"refused":         {someCode, []string{`400 {"error":"bad_verification_code"}`}, nil, "bad_verification_code"},
		"secrets": {someCode,
			[]string{`400 {"error":"strange","error_description":"device refresh_token=dev-secret"}`}, nil, "strange"},
		"no code": {`{"interval":5}`, nil, nil, "holds none"},
		"negative": {strings.Replace(someCode, `"interval":5`, `"interval":-5`, 1), []string{signedIn},
			[]time.Duration{time.Second}, ""},
		"huge": {strings.Replace(someCode, `"interval":5`, `"interval":9223372036854775807`, 1),
			[]string{signedIn}, []time.Duration{time.Minute}, ""},
		"no interval": {strings.Replace(someCode, `,"interval":5`, ``, 1), []string{signedIn},
			[]time.Duration{5 * time.Second}, ""},
		"the code refused": {"x", nil, nil, "no code was given out"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, began, out := &authority{t: t, code: c.code, answers: c.answers}, time.Now(), &strings.Builder{}
				token, err := a.signIn(t.Context(), out)
				if c.want == "" && (err != nil || token.RefreshToken != "rt") || c.want != "" &&
					(err == nil || !strings.Contains(err.Error(), c.want)) {
					t.Errorf("%v, %v", token, err)
				}
				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("shows a secret: %v", err)
				}
				if c.want == "" && (!strings.Contains(out.String(), "https://example.com/device") ||
					!strings.Contains(out.String(), "ABCD")) {
					t.Errorf("shown: %s", out)
				}
				if c.asked == nil {
					return
				}
				if len(a.asked) != len(c.asked) {
					t.Fatalf("asked at %v", a.asked)
				}
				for i, want := range c.asked {
					if got := a.asked[i].Sub(began); want != 0 && got != want {
						t.Errorf("question %d after %v, want %v", i, got, want)
					}
				}
			})
		})
	}
}

func TestDeviceSignInStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		a := &authority{t: t, code: someCode, answers: []string{pending}}
		if _, err := a.signIn(ctx, io.Discard); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}
