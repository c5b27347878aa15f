package outlooktest

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

const (
	wrapBefore = "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; " +
		"charset=utf-8\">\r\n</head>\r\n<body>\r\n"
	wrapAfter = "\r\n</body>\r\n</html>\r\n"
	safeLinks = "https://eur01.safelinks.protection.outlook.com/?url="
)

// token is a tag or a stretch of text of an HTML document.
type token struct {
	tag        string // in small letters, with a slash before that of an end; empty for text
	attributes []attribute
	text       string // as written
}

type attribute struct{ name, value string }

// tokensOf takes HTML apart. Comments, declarations and scripts are not among the parts.
func tokensOf(s string) []token {
	var list []token
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+1 == len(s) {
			return append(list, token{text: s})
		}
		if i > 0 {
			list = append(list, token{text: s[:i]})
			s = s[i:]
			continue
		}
		switch c := s[1]; {
		case strings.HasPrefix(s, "<!--"):
			s = after(s, "-->")
		case c == '!' || c == '?':
			s = after(s, ">")
		case tagName.MatchString(s):
			var t token
			t, s = tagOf(s)
			if t.tag == "script" {
				s = after(after(s, "</script"), ">")
				continue
			}
			list = append(list, t)
		default:
			list = append(list, token{text: "<"})
			s = s[1:]
		}
	}
	return list
}

// after is what follows the first mark, in whatever letters, or nothing.
func after(s, mark string) string {
	for i := 0; i+len(mark) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(mark)], mark) {
			return s[i+len(mark):]
		}
	}
	return ""
}

// tagName is what a tag begins with; attributeName is all of the name of an attribute that Exchange keeps.
var (
	tagName       = regexp.MustCompile(`^</?[A-Za-z][A-Za-z0-9:-]*`)
	attributeName = regexp.MustCompile(`^[a-z][a-z0-9:-]*$`)
)

// tagOf reads the tag that s begins with. Nothing is left of one that does not end.
func tagOf(s string) (t token, rest string) {
	name := tagName.FindString(s)
	t.tag, s = strings.ToLower(name[1:]), s[len(name):]
	for {
		s = strings.TrimLeft(s, " \t\r\n/")
		if s == "" {
			return t, ""
		}
		if s[0] == '>' {
			return t, s[1:]
		}
		var a attribute
		a, s = attributeOf(s)
		t.attributes = append(t.attributes, a)
	}
}

func attributeOf(s string) (a attribute, rest string) {
	n := strings.IndexAny(s, "= \t\r\n>")
	if n < 0 {
		return attribute{name: strings.ToLower(s)}, ""
	}
	a.name, s = strings.ToLower(s[:max(n, 1)]), strings.TrimLeft(s[max(n, 1):], " \t\r\n")
	value, is := strings.CutPrefix(s, "=")
	if !is {
		return a, s
	}
	value = strings.TrimLeft(value, " \t\r\n")
	if value == "" {
		return a, ""
	}
	if quote := value[:1]; quote == `"` || quote == "'" {
		v, rest, _ := strings.Cut(value[1:], quote)
		a.value = html.UnescapeString(v)
		return a, rest
	}
	n = strings.IndexAny(value, " \t\r\n>")
	if n < 0 {
		n = len(value)
	}
	a.value = html.UnescapeString(value[:n])
	return a, value[n:]
}

// rewrittenHTML is an HTML body as Exchange keeps it: in a frame of its own, without comments, scripts, ids, data
// attributes and handlers, entities and line ends all of one kind. To rewrite it again changes nothing.
func rewrittenHTML(s string, safe bool) string {
	var b strings.Builder
	head := false
	for _, t := range tokensOf(s) {
		switch t.tag {
		case "head", "/head", "title", "/title":
			head = t.tag == "head" || t.tag == "title" || t.tag == "/title" && head
		case "html", "/html", "meta", "/body", "/script", "body":
			head = head && t.tag != "body"
		case "":
			if !head {
				b.WriteString(escaped(html.UnescapeString(t.text)))
			}
		default:
			if !head {
				writeTag(&b, t, safe)
			}
		}
	}
	return wrapBefore + crlf(strings.Trim(b.String(), " \t\r\n")) + wrapAfter
}

func writeTag(b *strings.Builder, t token, safe bool) {
	b.WriteString("<" + t.tag)
	for _, a := range t.attributes {
		if !attributeName.MatchString(a.name) || a.name == "id" || strings.HasPrefix(a.name, "data-") ||
			strings.HasPrefix(a.name, "on") {
			continue
		}
		if safe && t.tag == "a" && a.name == "href" && strings.HasPrefix(a.value, "http") &&
			!strings.HasPrefix(a.value, safeLinks) {
			a.value = wrapped(a.value)
		}
		b.WriteString(" " + a.name + `="` + strings.ReplaceAll(escaped(a.value), `"`, "&quot;") + `"`)
	}
	b.WriteString(">")
}

// wrapped is a link as Safe Links makes it.
func wrapped(link string) string {
	return safeLinks + url.QueryEscape(link) + "&data=05%7C02%7Cbob%40example.com%7C" + opaque(link, 12) + "&reserved=0"
}

// escaped is text with the entities that Exchange uses.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\u00a0", "&nbsp;").Replace(s)
}

func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// textOfHTML is what is left of HTML when it is asked for as text.
func textOfHTML(s string) string {
	var b strings.Builder
	hidden := false
	for _, t := range tokensOf(s) {
		switch t.tag {
		case "head", "style", "title":
			hidden = true
		case "/head", "/style", "/title", "body":
			hidden = false
		case "br", "/p", "/div", "/tr", "/li", "/h1", "/h2", "/h3", "/pre":
			b.WriteString("\n")
		case "":
			if !hidden {
				b.WriteString(strings.NewReplacer("\r\n", " ", "\n", " ").Replace(html.UnescapeString(t.text)))
			}
		}
	}
	var lines []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.TrimSpace(strings.Join(lines, "\r\n"))
}

// htmlOfText is a text body when it is asked for as HTML.
func htmlOfText(s string) string {
	s = strings.ReplaceAll(escaped(s), "\r\n", "<br>\r\n")
	return wrapBefore + `<div class="PlainText">` + s + "</div>" + wrapAfter
}
