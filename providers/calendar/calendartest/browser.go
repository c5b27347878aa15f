package calendartest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Answer is what came of a request, with its body decoded.
type Answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	Raw    string
	Err    error // of the connection or of the body
}

// Ask sends a request and follows no redirect.
func Ask(r *http.Request) Answer {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	if err != nil {
		return Answer{Err: err}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	a := Answer{Status: res.StatusCode, Header: res.Header, Raw: string(raw), Err: err}
	_ = json.Unmarshal(raw, &a.Body) // empty and broken answers leave it nil
	return a
}

// Page asks for a page, as a browser would, and says where it leads to.
func Page(t testing.TB, address string) (status int, location string) {
	t.Helper()
	// It may outlast the test.
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	a := Ask(req)
	if a.Err != nil {
		t.Error(a.Err)
		return 0, ""
	}
	return a.Status, a.Header.Get("Location")
}

// Consent opens the page of a sign-in and agrees, as a person in a browser would. It leads to a host of this machine,
// where the sign-in ends, which is looked at unless stay is set. It returns that address.
func Consent(t testing.TB, address, host string, stay bool) string {
	t.Helper()
	status, location := Page(t, address)
	if status != http.StatusFound || !strings.HasPrefix(location, "http://"+host+":") {
		t.Errorf("the page of the sign-in answered %d, to %q", status, location)
		return ""
	}
	if stay {
		return location
	}
	// Names are not looked up in tests: the browser would, and find this machine.
	if status, _ := Page(t, strings.Replace(location, "localhost", "127.0.0.1", 1)); status != http.StatusOK {
		t.Errorf("the page after the sign-in answered %d", status)
	}
	return location
}

// Addressed reads what a sign-in tells a person until there is an address in it that has mark in it, and then the rest,
// which rest is called with.
func Addressed(t testing.TB, shown io.Reader, mark string, rest func(text string)) (address string) {
	t.Helper()
	text := make([]byte, 8192)
	for address == "" {
		n, err := shown.Read(text)
		if err != nil {
			t.Error(err)
			return ""
		}
		for word := range strings.FieldsSeq(string(text[:n])) {
			if strings.HasPrefix(word, "http://") && strings.Contains(word, mark) {
				address = word
			}
		}
	}
	go func() {
		all, err := io.ReadAll(shown)
		if err != nil {
			t.Error(err)
		}
		rest(string(all))
	}()
	return address
}
