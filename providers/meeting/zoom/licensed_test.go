package zoom_test

import (
	"errors"
	"strings"
	"testing"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// TestLicensed: who has a licence is asked with one request, which counts for hours; what may not be asked is not
// known.
func TestLicensed(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{{Email: host}, {Email: "basic@example.com", Basic: true},
		{Email: "off@example.com", Inactive: true}, {Email: "none@example.com", Unlicensed: true}}})
	for range 2 {
		for address, want := range map[string]bool{host: true, strings.ToUpper(host): true, "basic@example.com": false,
			"off@example.com": false, "none@example.com": false, "nobody@example.com": false} {
			if got, err := f.Licensed(t.Context(), address); got != want || err != nil {
				t.Errorf("%s: %t, %v", address, got, err)
			}
		}
	}
	if n := len(f.asked(0)); n != 5 {
		t.Errorf("%d requests for five people", n)
	}
	poor := newFixture(t, zoomtest.Options{Scopes: []string{"meeting:write:meeting:admin"}})
	if _, err := poor.Licensed(t.Context(), host); !errors.Is(err, meeting.ErrDenied) ||
		!strings.Contains(err.Error(), "user:read:user:admin") {
		t.Errorf("without the scope: %v", err)
	}
	if n := len(poor.asked(0)); n != 0 {
		t.Errorf("without the scope it was asked %d times", n)
	}
}

// TestLicenceLost: of a host who was believed to have a licence, and has none by now, it is asked again at once.
func TestLicenceLost(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Users: []zoomtest.User{{Email: "own@example.com"}}})
	if licensed, err := f.Licensed(t.Context(), "own@example.com"); !licensed || err != nil {
		t.Fatalf("%t, %v", licensed, err)
	}
	f.server.SetUser(zoomtest.User{Email: "own@example.com", Inactive: true})
	s := f.spec()
	s.Host = "Own@example.com"
	if _, err := f.Create(t.Context(), mark, s); !errors.Is(err, meeting.ErrAgain) {
		t.Errorf("it is not asked again: %v", err)
	}
	if licensed, err := f.Licensed(t.Context(), "own@example.com"); licensed || err != nil {
		t.Errorf("what was known is believed still: %t, %v", licensed, err)
	}
	_, err := f.Create(t.Context(), mark, s)
	if errors.Is(err, meeting.ErrAgain) || !errors.Is(err, meeting.ErrDenied) {
		t.Errorf("a host of whom it is known: %v", err)
	}
}
