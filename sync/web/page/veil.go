package page

import (
	"net/url"
	"regexp"
	"strings"
)

// veil takes out of texts what lets somebody into a meeting.
type veil struct{ closed bool }

var (
	unveiled = &veil{}
	veiled   = &veil{closed: true}
)

// address is all that may be the address of something, or carries a passcode: with a scheme, or a host with a path, or
// what stands behind one of the words by which people name a passcode; and what may be the number of a meeting, nine
// digits or more, in groups as well.
var address = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]{1,20}://\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?[/?]\S*|` +
	`\S*(?:pwd|passwd|passcode|password|passwort|kenncode|kennwort|\bpass|\bcode|\bpin|\btk|\bzak)` + gap +
	`(?:[=:–-]|is\b|ist\b)` + gap + `\S+|` +
	`\b(?:pwd|pin|passcode|password|passwort|kenncode|kennwort)` + gap + `\S+|` +
	`(?:\p{Nd}[\s\x{00A0}\x{2010}-\x{2015}._-]?){8,}\p{Nd}`)

// gap is white space, of any kind, or none.
const gap = `[\s\x{00A0}]*`

// longest is how much of a text is shown, in bytes: nobody reads more, and a thousand of them are on a page.
const longest = 1000

// shortened is a text of a length that can be shown.
func shortened(text string) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}

// shown is a text as people may see it: whoever is not signed in sees … in the place of addresses, of passcodes and
// of the numbers of meetings.
func (v *veil) shown(text string) string {
	text = shortened(text)
	if !v.closed {
		return text
	}
	return address.ReplaceAllStringFunc(text, func(found string) string {
		end := found[len(strings.TrimRight(found, ".,;:!?)”\"'")):] // of the sentence, not of the address
		if u, err := url.Parse(found); err == nil && u.Scheme != "" && u.Host != "" {
			return u.Scheme + "://" + u.Hostname() + "/…" + end
		}
		return "…" + end
	})
}
