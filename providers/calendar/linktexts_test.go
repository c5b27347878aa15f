package calendar

import (
	"slices"
	"testing"
)

// TestLinkTexts: where an event's people meet is looked for in all that an app shows of it, as people read it, and not
// in our own lines.
func TestLinkTexts(t *testing.T) {
	block := BlockFirst + "\nJoin: https://zoom.us/j/85000000001\n" + BlockLast
	for name, tt := range map[string]struct {
		ev   Event
		want []string
	}{
		"plain": {Event{Title: "a", Description: "b &amp; c\n\n" + block, Location: "d", URL: "e"},
			[]string{"a", "b &amp; c\n\n", "d", "e"}},
		"HTML": {Event{Description: "<p>https&#58;&#x2F;&#x2F;zoom.us&sol;j&sol;1</p>", HTML: true},
			[]string{"", "<p>https://zoom.us/j/1</p>", "", ""}},
		"beside": {Event{Elsewhere: []string{`{"url":"https:\/\/zoom.us\/j\/1"}`}},
			[]string{"", "", "", "", `{"url":"https://zoom.us/j/1"}`}},
	} {
		if got := tt.ev.LinkTexts(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
