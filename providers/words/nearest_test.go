package words

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"schedule", "shedule", 1}, {"host", "hots", 1}, {"kitten", "sitting", 3},
		{"ä", "a", 1}, {"xa", "ay", 2},
	} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"Home", "office", "host_id", "a"}
	for word, want := range map[string]string{"hmoe": "Home", "OFFICE": "office", "host-id": "host_id", "team": "",
		"": "", "x": ""} {
		if got := Nearest(word, known); got != want {
			t.Errorf("nearest to %q: %q, want %q", word, got, want)
		}
	}
	for _, c := range []struct {
		word, want string
		known      []string
	}{
		{"x-y-z", "x_y_z", []string{"x_y_z"}},
		{"x_y_z", "x-y-z", []string{"x-y-z"}},
		{"shedul", "schedule", []string{"schedule"}},
		{"schedul", "schedule", []string{"scheduler", "schedule"}}, // the nearer one, in whatever order
		{"schedul", "schedule", []string{"schedule", "scheduler"}},
		{strings.Repeat("a", 65), "", []string{strings.Repeat("a", 66)}}, // nobody types that
	} {
		if got := Nearest(c.word, c.known); got != c.want {
			t.Errorf("nearest to %q of %q: %q, want %q", c.word, c.known, got, c.want)
		}
	}
	if got := Meant("ofice", known); got != `; did you mean "office"?` || Meant("team", known) != "" {
		t.Errorf("asked: %q", got)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 events are", 1: "1 event is", 2: "2 events are"} {
		if got := Count(n, "event") + " " + Are(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
