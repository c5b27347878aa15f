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

// enders end a link where it stands in a text, the marks of languages without spaces too, and trailers are left out at
// its end.
const (
	enders   = " \t\r\n<>\"'\\|`\u00a0\u200b\u2028\u2029\u3000。、，；：！？）］｝】」』》〉“”„«»،؛"
	trailers = ".,;:!?)]}>&*_"
)

// entities end a link in a text that is HTML.
var entities = []string{"&nbsp", "&lt;", "&gt;", "&quot;", "&#"}

// schemes are those of web pages and of meeting apps.
var schemes = []string{"https", "http", "zoommtg", "zoomus", "msteams", "ms-teams", "webex", "wbx",
	"facetime-audio", "facetime"}

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
		if start := beginsEncoded(text, i, from); start >= 0 || !encodes(text, i, "2f") {
			return start
		}
		return beginsBare(text, i, from)
	}
	if i > from && text[i-1] == ':' && strings.HasPrefix(text[i:], "//") {
		return beginsScheme(text, i-1, from)
	}
	return beginsBare(text, i, from)
}

// beginsBare says where a link without a scheme begins whose host ends at i, or -1: only that of a service counts, and
// not if it is a part of an address of mail, of another link or of what a parameter holds.
func beginsBare(text string, i, from int) int {
	start := i
	for start > from && i-start < maxHost && isHostByte(text[start-1]) {
		start--
	}
	host := strings.ToLower(strings.Trim(text[start:i], ".-"))
	if !strings.Contains(host, ".") || start > from && partOf(text[:start]) || !known(host) {
		return -1
	}
	return start + strings.Index(strings.ToLower(text[start:i]), host)
}

// partOf reports whether what follows a text is a part of something longer. Two slashes at the beginning of a word take
// the scheme of the page, as HTML has it.
func partOf(before string) bool {
	rest, relative := strings.CutSuffix(before, "//")
	if relative {
		return rest != "" && !strings.ContainsRune(" \t\n\"'(=", rune(rest[len(rest)-1]))
	}
	return strings.ContainsRune("@/=", rune(before[len(before)-1]))
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

// beginsEncoded says where a link begins that is percent-encoded as a whole, once or twice, and whose colon is encoded
// at i, or -1.
func beginsEncoded(text string, i, from int) int {
	for _, code := range []string{"%3a%2f%2f", "%253a%252f%252f"} {
		if hasPrefixFold(text[i:], code) {
			return beginsScheme(text, i, from)
		}
	}
	return -1
}

// encodedHost reports whether a link begins with the host of a service, without a scheme, and the slash that is encoded
// at i.
func encodedHost(link string, i int) bool {
	return encodes(link, i, "2f") && known(strings.ToLower(link[:i]))
}

// encodes reports whether a character of this hexadecimal code is percent-encoded at i, once or twice.
func encodes(text string, i int, code string) bool {
	return hasPrefixFold(text[i:], "%"+code) || hasPrefixFold(text[i:], "%25"+code)
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
