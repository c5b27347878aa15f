package terminal

import (
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
)

// rows are a table as status prints it, with wide characters and a long reason.
func rows() [][]string {
	return [][]string{
		{"EVENT", "CALENDAR", "STATE", "REASON"},
		{"Besprechung über die Planung des nächsten Quartals, Teil 2", "team", "held",
			"the event has guests, and the server may mail them: write quiet: true, or announce: all"},
		{"会議の予定について話し合う会、第三回", "home", "linked", "tag #zoom in title"},
		{"Lunch\x1b[31m", "home", "failed", ""},
	}
}

func printed(t *testing.T, view View, rows [][]string) string {
	t.Helper()
	var out strings.Builder
	if err := Table(&out, view, rows); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestTableFits: no line is longer than the screen, columns stand below each other also behind wide characters, and of
// a reason nothing is lost.
func TestTableFits(t *testing.T) {
	for _, width := range []int{60, 80, 100, 200} {
		shown := printed(t, View{Width: width}, rows())
		heading, _, _ := strings.Cut(shown, "\n")
		at := strings.Index(heading, "REASON")
		for line := range strings.Lines(shown) {
			line = strings.TrimRight(line, "\n")
			if n := text.StringWidth(line); n > width {
				t.Errorf("%d columns on a screen of %d: %s", n, width, line)
			}
			if i := strings.Index(line, "tag #zoom"); i >= 0 && text.StringWidth(line[:i]) != at {
				t.Errorf("on %d: the reason begins at %d, its heading at %d\n%s", width, text.StringWidth(line[:i]),
					at, shown)
			}
			if line != strings.TrimRight(line, " ") {
				t.Errorf("space at the end of %q", line)
			}
		}
		if words := strings.Join(strings.Fields(shown), " "); !strings.Contains(shown, "Teil 2") ||
			!strings.Contains(shown, "第三回") ||
			!strings.HasSuffix(strings.Join(strings.Fields(words), ""), "Lunch[31mhomefailed") ||
			!strings.Contains(words, "announce:") {
			t.Errorf("on %d:\n%s", width, shown)
		}
	}
}

// TestTableForPrograms: where nobody looks, each row is one line, whole, and without colour.
func TestTableForPrograms(t *testing.T) {
	shown := printed(t, View{}, rows())
	if strings.Count(shown, "\n") != 4 || !strings.Contains(shown, rows()[1][0]) ||
		!strings.Contains(shown, rows()[1][3]) || strings.Contains(shown, "\x1b") {
		t.Errorf("%s", shown)
	}
	if shown := printed(t, View{}, rows()[:1]); shown != "EVENT  CALENDAR  STATE  REASON\n" {
		t.Errorf("a heading alone: %q", shown)
	}
}

// TestTableColours: how something is has its colour, and foreign text has none.
func TestTableColours(t *testing.T) {
	shown := printed(t, View{Width: 100, Colour: true}, rows())
	for _, want := range []string{Paint(true, Yellow, "held"), Paint(true, Green, "linked"),
		Paint(true, Red, "failed")} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is missing:\n%q", want, shown)
		}
	}
	if strings.Contains(shown, "\x1b[31mLunch") || strings.Count(shown, "\x1b[0m") != 3 {
		t.Errorf("%q", shown)
	}
	if got := colour("held: many are missing"); got != Paint(true, Yellow, "held")+": many are missing" {
		t.Errorf("%q", got)
	}
}

// TestMiddle: beginning and end stay.
func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"abcdefgh", 8, "abcdefgh"},
		{"abcdefgh", 5, "ab…gh"},
		{"abcdefgh", 4, "ab…h"},
		{"会議の予定", 6, "会…定"},
		{"abc", 2, "abc"},
	} {
		if got := Middle(c.text, c.n); got != c.want {
			t.Errorf("%q in %d: %q", c.text, c.n, got)
		}
	}
}
