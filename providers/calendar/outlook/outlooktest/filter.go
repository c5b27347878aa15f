package outlooktest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// test says whether a list has an item.
type test func(c *call, it item) bool

// filterToken is a word, a bracket or a quoted text of a $filter.
var filterToken = regexp.MustCompile(`'(?:[^']|'')*'|[()]|[^\s()']+`)

// filterParser reads a $filter: or, and, brackets, and the comparisons that the emulator knows.
type filterParser struct{ tokens []string }

// parseFilter reads a $filter. What the emulator does not understand is an error.
func parseFilter(text string) (test, error) {
	p := &filterParser{tokens: filterToken.FindAllString(text, -1)}
	t, err := p.either()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is too much", p.tokens[0])
	}
	return t, err
}

// take consumes the next token if it is the one wanted.
func (p *filterParser) take(token string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *filterParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

func (p *filterParser) either() (test, error) {
	t, err := p.both()
	for err == nil && p.take("or") {
		left := t
		var right test
		right, err = p.both()
		t = func(c *call, it item) bool { return left(c, it) || right(c, it) }
	}
	return t, err
}

func (p *filterParser) both() (test, error) {
	t, err := p.one()
	for err == nil && p.take("and") {
		left := t
		var right test
		right, err = p.one()
		t = func(c *call, it item) bool { return left(c, it) && right(c, it) }
	}
	return t, err
}

func (p *filterParser) one() (test, error) {
	if p.take("(") {
		t, err := p.either()
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a bracket is not closed")
		}
		return t, err
	}
	field := p.next()
	if strings.HasSuffix(strings.ToLower(field), "/any") {
		return p.any(field)
	}
	operator, literal := p.next(), p.next()
	switch field {
	case "lastModifiedDateTime", "createdDateTime":
		return timestamps(field, operator, literal)
	case "start/dateTime", "end/dateTime":
		return startsOrEnds(field, operator, literal)
	}
	return equals(field, operator, literal)
}

// compares says what an operator makes of a comparison.
func compares(operator string) (func(n int) bool, error) {
	switch operator {
	case "eq":
		return func(n int) bool { return n == 0 }, nil
	case "ne":
		return func(n int) bool { return n != 0 }, nil
	case "ge":
		return func(n int) bool { return n >= 0 }, nil
	case "gt":
		return func(n int) bool { return n > 0 }, nil
	case "le":
		return func(n int) bool { return n <= 0 }, nil
	case "lt":
		return func(n int) bool { return n < 0 }, nil
	}
	return nil, fmt.Errorf("there is no operator %q", operator)
}

// timestamps are compared with a literal without quotes.
func timestamps(field, operator, literal string) (test, error) {
	holds, err := compares(operator)
	if err != nil {
		return nil, err
	}
	t, err := time.Parse(time.RFC3339, literal)
	if err != nil {
		return nil, fmt.Errorf("%s is no time with an offset", literal)
	}
	want := stamp(t)
	return func(_ *call, it item) bool {
		have := it.changed
		if field == "createdDateTime" {
			have = it.created
		}
		return holds(strings.Compare(have, want))
	}, nil
}

// startsOrEnds are texts in Graph: the literal is quoted. They are compared in UTC.
func startsOrEnds(field, operator, literal string) (test, error) {
	holds, err := compares(operator)
	if err != nil {
		return nil, err
	}
	text, quoted := unquoted(literal)
	want := instant(JSON{"dateTime": text})
	if !quoted || want.IsZero() {
		return nil, fmt.Errorf("%s is no quoted time", literal)
	}
	return func(_ *call, it item) bool {
		start, end := it.times()
		if field == "end/dateTime" {
			start = end
		}
		return holds(start.Compare(want))
	}, nil
}

// equals compares other fields, which a filter can only ask to be something.
func equals(field, operator, literal string) (test, error) {
	if operator != "eq" && operator != "ne" {
		return nil, fmt.Errorf("%s %s is not understood", field, operator)
	}
	text, quoted := unquoted(literal)
	texts := []string{"id", "subject", "type", "iCalUId", "uid", "seriesMasterId", "showAs", "sensitivity",
		"importance"}
	flags := []string{"isAllDay", "isCancelled", "isDraft", "isOrganizer", "isOnlineMeeting", "hasAttachments"}
	isText := quoted && slices.Contains(texts, field)
	isFlag := !quoted && slices.Contains(flags, field) && (text == "true" || text == "false")
	if isText || isFlag {
		return func(c *call, it item) bool { return (fmt.Sprint(c.view(it)[field]) == text) == (operator == "eq") }, nil
	}
	return nil, fmt.Errorf("%s %s %s is not understood", field, operator, literal)
}

func unquoted(literal string) (string, bool) {
	if len(literal) < 2 || literal[0] != '\'' {
		return literal, false
	}
	return strings.ReplaceAll(literal[1:len(literal)-1], "''", "'"), true
}

// any reads the test of a collection: of the categories, or of an extended property by its id and value.
func (p *filterParser) any(field string) (test, error) {
	from := len(p.tokens)
	depth := 0
	for i, token := range p.tokens {
		depth += map[string]int{"(": 1, ")": -1}[token]
		if depth == 0 {
			from = i + 1
			break
		}
	}
	inside := strings.Join(p.tokens[:from], " ")
	p.tokens = p.tokens[from:]
	switch collection, _, _ := strings.Cut(field, "/"); collection {
	case "categories":
		if m := regexp.MustCompile(`^\( (\w+): ?(\w+) eq '((?:[^']|'')*)' \)$`).FindStringSubmatch(inside); m != nil &&
			m[1] == m[2] {
			return hasCategory(strings.ReplaceAll(m[3], "''", "'")), nil
		}
	case "singleValueExtendedProperties":
		m := regexp.MustCompile(`^\( (\w+): ?(\w+)/id eq '((?:[^']|'')*)' and (\w+)/value eq '((?:[^']|'')*)' \)$`).FindStringSubmatch(inside)
		if m != nil && m[1] == m[2] && m[1] == m[4] {
			return hasProperty(strings.ReplaceAll(m[3], "''", "'"), strings.ReplaceAll(m[5], "''", "'")), nil
		}
	}
	return nil, fmt.Errorf("%s %s is not understood", field, inside)
}

func hasCategory(name string) test {
	return func(_ *call, it item) bool {
		list, _ := it.body["categories"].([]any)
		return slices.ContainsFunc(list, func(v any) bool {
			text, _ := v.(string)
			return strings.EqualFold(text, name)
		})
	}
}

// hasProperty compares the value whatever the case of its letters, the name as it is.
func hasProperty(id, value string) test {
	return func(_ *call, it item) bool {
		held, _ := it.body["singleValueExtendedProperties"].([]any)
		p := propertyIn(held, propertyID(id))
		text, _ := p["value"].(string)
		return p != nil && strings.EqualFold(text, value)
	}
}
