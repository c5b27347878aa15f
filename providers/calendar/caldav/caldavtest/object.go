package caldavtest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// component is a component of an iCalendar object: its properties as unfolded lines, and the components within it.
type component struct {
	name  string
	lines []string
	kids  []*component
	// wrong says what is wrong with the object, in its outermost component only.
	wrong string
}

// unfold joins the lines of RFC 5545, whatever ends them.
func unfold(raw string) []string {
	raw = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(raw)
	var lines []string
	for line := range strings.Lines(raw) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// parse reads an object. It never fails: what is wrong stands in its result.
func parse(raw string) *component {
	root := &component{}
	open := []*component{root}
	for _, line := range unfold(raw) {
		top := open[len(open)-1]
		name, value := cutLine(line)
		switch {
		case name == "BEGIN":
			kid := &component{name: strings.ToUpper(value)}
			top.kids, open = append(top.kids, kid), append(open, kid)
		case name == "END" && len(open) > 1 && strings.EqualFold(value, top.name):
			open = open[:len(open)-1]
		case len(open) == 1 || name == "END" || !strings.Contains(line, ":"):
			root.wrong = "the line " + line + " belongs to nothing"
		default:
			top.lines = append(top.lines, line)
		}
	}
	switch {
	case len(open) > 1:
		root.wrong = "it ends within " + open[len(open)-1].name
	case len(root.kids) != 1 || root.kids[0].name != "VCALENDAR":
		root.wrong = "it is not one VCALENDAR"
	}
	if len(root.kids) == 0 {
		return root
	}
	root.kids[0].wrong = root.wrong
	return root.kids[0]
}

// cutLine returns the name of a property, in capitals, and its value.
func cutLine(line string) (name, value string) {
	name, _, _ = strings.Cut(line, ":")
	name, _, _ = strings.Cut(name, ";")
	quoted := false
	at := strings.IndexFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ':' && !quoted
	})
	return strings.ToUpper(name), line[at+1:]
}

// get returns the value of the first property of a name, and the whole line.
func (c *component) get(name string) (value, line string) {
	for _, line := range c.lines {
		if n, v := cutLine(line); n == name {
			return v, line
		}
	}
	return "", ""
}

// items are the components that are no time zones.
func (c *component) items() []*component {
	return slices.DeleteFunc(slices.Clone(c.kids), func(k *component) bool { return k.name == "VTIMEZONE" })
}

// kind is what the object is: VEVENT, VTODO; empty if it is nothing.
func (c *component) kind() string {
	for _, k := range c.items() {
		return k.name
	}
	return ""
}

// uid is that of the object.
func (c *component) uid() string {
	for _, k := range c.items() {
		uid, _ := k.get("UID")
		return uid
	}
	return ""
}

// fault says why an object may not be in a calendar collection (RFC 4791 4.1), or nothing.
func (c *component) fault() string {
	switch method, _ := c.get("METHOD"); {
	case c.wrong != "":
		return c.wrong
	case method != "":
		return "it has a METHOD"
	case c.kind() == "":
		return "nothing is in it"
	case c.uid() == "":
		return "it has no UID"
	}
	for _, k := range c.items() {
		if uid, _ := k.get("UID"); uid != c.uid() || k.name != c.kind() {
			return "it has several UIDs or kinds of components"
		}
	}
	return ""
}

// write writes the object with CRLF, folded as RFC 5545 has it, each component's lines in the order that sorted gives
// them.
func (c *component) write(b *strings.Builder, sorted func(lines []string) []string) {
	writeLine(b, "BEGIN:"+c.name)
	for _, line := range sorted(slices.Clone(c.lines)) {
		writeLine(b, line)
	}
	for _, k := range c.kids {
		k.write(b, sorted)
	}
	writeLine(b, "END:"+c.name)
}

func writeLine(b *strings.Builder, line string) {
	column := 0
	for _, r := range line {
		if n := utf8.RuneLen(r); n > 0 && column+n > 75 {
			b.WriteString("\r\n ")
			column = 1
		}
		n, _ := b.WriteRune(r)
		column += n
	}
	b.WriteString("\r\n")
}

// saved is what becomes of an object that is stored.
func (s *Server) saved(raw string) string {
	if s.opts.Save == AsSent {
		return raw
	}
	var b strings.Builder
	parse(raw).write(&b, s.opts.Save.order)
	return b.String()
}

// order puts properties into the order of a server.
func (how Save) order(lines []string) []string {
	slices.SortStableFunc(lines, func(a, b string) int {
		x, _ := cutLine(a)
		y, _ := cutLine(b)
		if how == LikeRadicale && (x == "UID") != (y == "UID") { // it begins with the UID
			if x == "UID" {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	})
	for i, line := range lines {
		if name, value := cutLine(line); how == LikeXandikos && name == "RRULE" {
			parts := strings.Split(value, ";")
			slices.Sort(parts)
			lines[i] = strings.TrimSuffix(line, value) + strings.Join(parts, ";")
		}
	}
	return lines
}
