package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// TagOptions are the names that tag.options may hold. length and start stand for the options that are a value alone:
// 45m and 09:30.
var TagOptions = []string{"personal", "scheduled", "fixed", "lasting", "waiting-room", "no-waiting-room",
	"join-before-host", "no-join-before-host",
	"passcode", "no-passcode", "register", "no-register", "sign-in", "no-sign-in", "mute", "no-mute", "record",
	"template", "host", "alt",
	"account", "topic", "length", "start", "invitation", "short", "replace-meet"}

// optionValues are the values that an option may have, where they are few; others take what is written.
var optionValues = map[string][]string{
	"join-before-host": {"0m", "5m", "10m", "15m"},
	"passcode":         nil,
	"register":         {"automatic", "manual"},
	"record":           {"none", "local", "cloud"},
	"host":             nil,
	"alt":              nil,
	"account":          nil,
	"topic":            nil,
	"template":         nil,
}

var clock = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):[0-5][0-9]$`)

// checkOption refuses what is no option of a tag.
func checkOption(text string) error {
	name, value, valued := strings.Cut(text, "=")
	length, err := time.ParseDuration(text)
	switch {
	case text == "", clock.MatchString(text), err == nil && length >= time.Minute && length <= 24*time.Hour &&
		length%time.Minute == 0:
		return nil
	case !valued && slices.Contains(TagOptions, text):
		return nil
	case !valued || !slices.Contains(TagOptions, name):
		return unknownOption(name)
	}
	values, ok := optionValues[name]
	if !ok {
		return words.Mend(fmt.Errorf("%s has no value in a tag", quote(name)), fmt.Sprintf("write %q", name))
	}
	if values != nil {
		return oneOf(values, value)
	}
	return nil
}

// unknownOption says what to write in the place of a word that is no option.
func unknownOption(name string) error {
	if near := words.Nearest(name, TagOptions); near != "" {
		return words.Mend(fmt.Errorf("%s is no option of a tag", quote(name)), fmt.Sprintf("did you mean %q?",
			near))
	}
	return words.Mend(fmt.Errorf("%s is no option of a tag", quote(name)),
		"possible are "+strings.Join(TagOptions, ", "))
}

// checkTagHost refuses what is neither an address nor a whole domain.
func checkTagHost(text string) error {
	if mailAddress.MatchString(text) || text == Organizer || text == Guests {
		return nil
	}
	return words.Mend(fmt.Errorf("%s is not a mail address", quote(text)),
		"write it like alice@example.com, or *@example.com for everybody there")
}
