package links

import (
	"strings"
)

// MaxLinks bounds how many links of one text are found, and maxLength how long one may be: browsers take no longer
// ones.
const (
	MaxLinks  = 200
	maxLength = 32 << 10
)

// enders end a link where it stands in a text, and trailers are left out at its end.
const (
	enders   = " \t\r\n<>\"'\\|`\u00a0\u200b\u2028\u2029"
	trailers = ".,;:!?)]}>&*_"
)

// entities end a link in a text that is HTML.
var entities = []string{"&nbsp", "&lt;", "&gt;", "&quot;", "&#"}

// schemes are those of web pages and of meeting apps.
var schemes = []string{"https", "http", "zoommtg", "zoomus", "msteams", "ms-teams", "webex", "wbx", "facetime"}

// Find returns what in a text is a link, in order, as it stands there. There are at most MaxLinks.
func Find(text string) []string {
	var list []string
	done := 0 // what lies before it belongs to links that were found
	for at := 0; len(list) < MaxLinks; {
		i := strings.IndexAny(text[at:], "/%")
		if i < 0 {
			break
		}
		i += at
		start := begins(text, i, done)
		if start < 0 {
			at = i + 1
			continue
		}
		end := ends(text, i)
		link := strings.TrimRight(text[start:end], trailers)
		at, done = max(end, i+1), max(end, i+1)
		if len(link) <= maxLength {
			list = append(list, link)
		}
	}
	return list
}

// begins says where a link begins of which the slash (or, in one that is encoded, the percent sign) at i is a part, or
// -1.
func begins(text string, i, from int) int {
	if text[i] == '%' {
		return beginsEncoded(text, i, from)
	}
	if i > from && text[i-1] == ':' && strings.HasPrefix(text[i:], "//") {
		return beginsScheme(text, i-1, from)
	}
	start := i
	for start > from && i-start < maxHost && isHostByte(text[start-1]) {
		start--
	}
	host := strings.ToLower(strings.Trim(text[start:i], ".-"))
	if !strings.Contains(host, ".") || start > from && strings.ContainsRune("@/=:", rune(text[start-1])) ||
		!known(host) {
		return -1
	}
	return start + strings.Index(strings.ToLower(text[start:i]), host)
}

// beginsScheme says where the scheme begins whose colon is at i, or -1.
func beginsScheme(text string, i, from int) int {
	for _, scheme := range schemes {
		if start := i - len(scheme); start >= from && strings.EqualFold(text[start:i], scheme) {
			return start
		}
	}
	return -1
}

// beginsEncoded says where a link begins that is percent-encoded as a whole and whose colon is encoded at i, or -1.
func beginsEncoded(text string, i, from int) int {
	if len(text) < i+9 || !strings.EqualFold(text[i:i+9], "%3a%2f%2f") {
		return -1
	}
	return beginsScheme(text, i, from)
}

// ends says where the link ends of which the byte at i is a part.
func ends(text string, i int) int {
	end := strings.IndexAny(text[i:], enders)
	if end < 0 {
		end = len(text)
	} else {
		end += i
	}
	for _, entity := range entities {
		if at := strings.Index(text[i:end], entity); at >= 0 {
			end = i + at
		}
	}
	return end
}

// maxHost is the length of the longest name that DNS has.
const maxHost = 253

func isHostByte(c byte) bool {
	letter := c|0x20 >= 'a' && c|0x20 <= 'z'
	digit := c >= '0' && c <= '9'
	return letter || digit || c == '.' || c == '-'
}
