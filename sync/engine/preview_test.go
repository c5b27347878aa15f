package engine

import (
	"strings"
	"testing"

	"zoomtag/providers/calendar"
)

// TestDiffHidesPasscodes: in whatever words and language, and those that are only for telephones as well, which no
// record holds.
func TestDiffHidesPasscodes(t *testing.T) {
	for _, c := range []struct{ name, before, after, shows string }{
		{name: "English", after: "Join: x\nPasscode: 481516", shows: "+ Passcode: ***"},
		{name: "indented", after: "Telephone\n Passcode: 9933", shows: "Passcode: ***"},
		{name: "in a line", after: "Meeting ID: 850 0000 0001, phone passcode: 9933\nx",
			shows: "Meeting ID: 850 0000 0001, phone passcode: ***"},
		{name: "German", after: "x\nKenncode: 481516", shows: "+ Kenncode: ***"},
		{name: "changed", before: "x\nKenncode: 481516", after: "x\nKenncode: 48151623",
			shows: "- Kenncode: ***\n+ Kenncode: ***\n"},
		{name: "one tap", after: "x\n+496971049922,,12345678901#,,,,*481516# Germany",
			shows: "+ +496971049922,,12345678901#,,,,****# Germany"},
		{name: "telephone", after: "Kenncode: 993311\n+496971049922,,12345678901#,,,,*993311# Germany",
			shows: "+ Kenncode: ***\n+ +496971049922,,12345678901#,,,,****# Germany"},
		{name: "two of them", after: "x\n+1,,12345678901#,,,,*9933# US\n+2,,12345678901#,,,,0#,,993311# US",
			shows: ",,,,****# US\n+ +2,,12345678901#,,,,0#,,***# US"},
		{name: "as it was", before: "a\n+1,,12345678901#,,,,*993311# US",
			after: "Kenncode: 993311\n+1,,12345678901#,,,,*993311# US", shows: "+ Kenncode: ***\n"},
		{name: "short ones are no words", after: "x\n+1,,12345678901#,,,,*12# 12 places", shows: ",,,,*12# 12 places"},
	} {
		for _, html := range []bool{false, true} {
			before, after := calendar.Event{Description: c.before, HTML: html},
				calendar.Event{Description: c.after, HTML: html}
			got := diff(&before, &after, []string{"481516", "", "48151623"})
			if !strings.Contains(got, c.shows) || strings.Contains(got, "481516") || strings.Contains(got, "9933") {
				t.Errorf("%s:\n%s\nlacks\n%s", c.name, got, c.shows)
			}
		}
	}
}
