package rest

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"zoomtag/providers/words"
)

// secretNames are the parameters and fields whose values never belong into a text.
const secretNames = `(?:[a-z_]*token|tk|zak|pwd|[a-z0-9_]*password|[a-z_]*passcode|[a-z_]*secret|assertion|code_verifier|` +
	`authorization|start_url|dynamic_host_key|host_key|sig|signature)`

var secrets = []struct {
	find *regexp.Regexp
	with string
}{
	// "name":"value" in JSON, also one whose end was cut off, also inside a JSON string, and a bare number.
	{regexp.MustCompile(`(?i)("` + secretNames + `"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?$)`), `${1}"***"`},
	{regexp.MustCompile(`(?i)(\\+"` + secretNames + `\\+"\s*:\s*)\\+"(?:[^"\\]|\\+[^"\\])*(?:\\+"|\\*$)`), `${1}"***"`},
	{regexp.MustCompile(`(?i)("` + secretNames + `\\*"\s*:\s*)[^\s",}\\*]+`), `${1}"***"`},
	// <name>value in XML.
	{regexp.MustCompile(`(?i)(<` + secretNames + `>)[^<]*`), `${1}***`},
	// name=value in a URL or a form, its ampersand escaped or not.
	{regexp.MustCompile(`(?i)((?:\b|%3f|%26)` + secretNames + `(?:=|%3d))[^\s&"'<>\\]+`), `${1}***`},
	{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}`), `${1} ***`},
	// A JSON Web Token, wherever it stands.
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*`), `***`},
}

// Redact takes out of a text what looks like a secret: tokens, passcodes, passwords, keys in URLs.
func Redact(text string) string {
	for _, s := range secrets {
		text = s.find.ReplaceAllString(text, s.with)
	}
	return text
}

// Snippet is the beginning of a body as one redacted line of at most n characters, for an error text. Of a web page it
// is what people would read there first.
func Snippet(body []byte, n int) string {
	// Redaction looks at more than is shown, and at all that could hide a secret's name before it.
	body = body[:min(len(body), 16*n+4096)]
	if isPage(body) {
		body = bytes.TrimPrefix(body, []byte("\ufeff"))
		if said := line(Redact(pageWords(body))); said != "" {
			return words.Cut(said+" (a web page)", n)
		}
		return words.Cut("a web page", n)
	}
	return words.Cut(line(Redact(string(body))), n)
}

// line is text as one line.
func line(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}), " ")
}
