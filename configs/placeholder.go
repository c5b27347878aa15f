package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// checkPlaceholder refuses what instructions have in the place of somebody's own values. Free text may say what it
// likes.
func checkPlaceholder(kind, key, text string) error {
	given := slices.Contains([]string{"join-link", "url", "mail", "owner", "host", "hosts", "calendar-host",
		"alternative"}, kind) ||
		slices.Contains([]string{"account_id", "client_id", "tenant"}, key)
	switch {
	case !given:
	case strings.Contains(text, "…"), strings.HasPrefix(text, "your-"):
		return words.Mend(fmt.Errorf("%s is a placeholder", quote(text)), "put your own value there")
	case kind == "join-link" && strings.Contains(text, "/j/1234567890?pwd=example"):
		return words.Mend(fmt.Errorf("%s is the example's link", quote(text)),
			"put that of your own room there: zoom.us/profile shows it")
	}
	return nil
}

// nearZone is a zone that differs from text in one letter, or in two that have changed places; "" is none. Go has no
// list of the zones.
func nearZone(text string) string {
	const longest = 40
	if len(text) > longest {
		return ""
	}
	known := func(name string) bool {
		_, err := time.LoadLocation(name)
		return err == nil && strings.Contains(name, "/")
	}
	for i := range len(text) - 1 {
		if swapped := text[:i] + text[i+1:i+2] + text[i:i+1] + text[i+2:]; known(swapped) {
			return swapped
		}
	}
	for i := range text {
		if shorter := text[:i] + text[i+1:]; known(shorter) {
			return shorter
		}
		for letter := 'a'; letter <= 'z'; letter++ {
			for _, c := range []string{string(letter), strings.ToUpper(string(letter))} {
				if other := text[:i] + c + text[i+1:]; known(other) {
					return other
				}
				if longer := text[:i] + c + text[i:]; known(longer) {
					return longer
				}
			}
		}
	}
	return ""
}
