package assemble

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// answers is a transport that answers with the status that the path names, or not at all.
type answers struct{}

func (answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/none") {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{StatusCode: http.StatusTeapot, Body: http.NoBody}, nil
}

// TestCalled: how each request ended that counts is told, and of no other.
func TestCalled(t *testing.T) {
	var told []int
	c := NewCounter(Haste{})
	c.Called = func(kind string, status int) {
		if kind != "zoom" {
			t.Errorf("it is %s", kind)
		}
		told = append(told, status)
	}
	through := c.Through(answers{}, "zoom", "https://api.example.com/", "https://api.example.com/login")
	for _, path := range []string{"v2/a", "v2/none", "login"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := through.RoundTrip(r); err == nil {
			resp.Body.Close()
		}
	}
	if !slices.Equal(told, []int{http.StatusTeapot, 0}) || c.Snapshot()["zoom"] != 2 {
		t.Errorf("%v, %v", told, c.Snapshot())
	}
}
