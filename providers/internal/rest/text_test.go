package rest

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckURL(t *testing.T) {
	tests := []struct{ url, want, says string }{
		{"https://api.zoom.us/v2", "https://api.zoom.us/v2", ""},
		{"https://api.zoom.us/v2/", "https://api.zoom.us/v2", ""},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", ""},
		{"http://[::1]:8080/x", "http://[::1]:8080/x", ""},
		{"http://localhost/x", "http://localhost/x", ""},
		{"http://example.com", "", "must begin with https://"},
		{"http://127.0.0.1.example.com", "", "must begin with https://"},
		{"ftp://127.0.0.1/", "", "must begin with https://"},
		{"https://user:secret@example.com/", "", "holds credentials"},
		{"https://example.com/?token=secret", "", "must end before"},
		{"example.com", "", "not a URL with a host"},
		{"https:example.com", "", "not a URL with a host"},
		{"", "", "not a URL with a host"},
		{"https://exa mple.com", "", "is not a URL"},
	}
	for _, tt := range tests {
		u, err := CheckURL(tt.url)
		switch {
		case tt.says == "" && (err != nil || u.String() != tt.want):
			t.Errorf("CheckURL(%q) = %v, %v; want %s", tt.url, u, err, tt.want)
		case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)):
			t.Errorf("CheckURL(%q): error %v, want %q", tt.url, err, tt.says)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("CheckURL(%q) repeats a secret: %v", tt.url, err)
		}
	}
}

func TestRedact(t *testing.T) {
	tests := []struct{ text, want string }{
		{"plain words, a code=5 and status 300", "plain words, a code=5 and status 300"},
		{"https://zoom.us/s/1?zak=SECRET&x=1", "https://zoom.us/s/1?zak=***&x=1"},
		{"https://zoom.us/j/1?pwd=SE.CR-ET.1 now", "https://zoom.us/j/1?pwd=*** now"},
		{"https://zoom.us/w/1?tk=SECRET", "https://zoom.us/w/1?tk=***"},
		{"u?a=1&amp;pwd=SECRET", "u?a=1&amp;pwd=***"},
		{"url%3Fpwd%3DSECRET", "url%3Fpwd%3D***"},
		{`{"access_token":"SECRET","scope":"x"}`, `{"access_token":"***","scope":"x"}`},
		{`{"password" : "SEC\"RET"}`, `{"password" : "***"}`},
		{`{"passcode":123456,"x":1}`, `{"passcode":"***","x":1}`},
		{`{"start_url":"https://zoom.us/s/1?zak=SECRET"}`, `{"start_url":"***"}`},
		{`{"start_url":"https://zoom.us/s/1?za`, `{"start_url":"***"`},
		{`"{\"client_secret\":\"SECRET\"}"`, `"{\"client_secret\":"***"}"`},
		{"<password>SECRET</password>", "<password>***</password>"},
		{"Authorization: Bearer SECRETSECRET", "Authorization: Bearer ***"},
		{"basic U0VDUkVUU0VDUkVU", "basic ***"},
		{"token eyJhbGciOiJIUzUxMiJ9.SECRET.SECRET", "token ***"},
		{"grant_type=x&client_secret=SECRET", "grant_type=x&client_secret=***"},
	}
	for _, tt := range tests {
		if got := Redact(tt.text); got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestSnippet(t *testing.T) {
	if got := Snippet([]byte("a\n b\x00\xff c "+strings.Repeat("x", 99)), 10); got != "a b c xxx…" {
		t.Errorf("%q", got)
	}
}

// TestSnippetOfPages: of a web page people are told its title, or its words, and no markup.
func TestSnippetOfPages(t *testing.T) {
	tests := []struct{ body, want string }{
		{"<!DOCTYPE html><html><head><title>Not\nFound</title></head><body><h1>Sorry</h1></body></html>",
			"Not Found (a web page)"},
		{"\ufeff\n<HTML><body>Please <b>sign</b> in<br>here</body>", "Please sign in here (a web page)"},
		{"<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\"><html><title></title><style>p { x }</style><p>Off " +
			"&amp; away", "Off & away (a web page)"},
		{"<html><script>var token = 1</script></html>", "a web page"},
		{"<h1>503 Service Unavailable</h1>\nNo server is available",
			"503 Service Unavailable No server is available (a web page)"},
		{"<html><title>?pwd=SE&#67;RET</title>", "?pwd=*** (a web page)"},
		{"<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\"><d:x/></d:error>",
			"<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\"><d:x/></d:error>"},
		{"a < b", "a < b"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := Snippet([]byte(tt.body), 120); got != tt.want {
			t.Errorf("Snippet(%q) = %q, want %q", tt.body, got, tt.want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("see ", "Xk7mPq93", " end")
	f.Add(`{"a":"`, "secret-value.1", `"}`)
	f.Fuzz(func(t *testing.T, before, secret, after string) {
		if len(secret) < 8 || strings.Trim(secret,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" ||
			strings.Contains(before+after, secret) {
			return
		}
		for _, text := range []string{"?pwd=" + secret + "&", `"access_token":"` + secret + `"`} {
			if got := Redact(before + " " + text + " " + after); strings.Contains(got, secret) {
				t.Errorf("Redact leaves %q in %q", secret, got)
			}
		}
		if got := Snippet([]byte(before+after), 40); utf8.RuneCountInString(got) > 40 ||
			strings.ContainsAny(got, "\r\n") {
			t.Errorf("Snippet gave %q", got)
		}
	})
}
