package zoom

import (
	"strings"
	"unicode"
)

// Zoom's limits, in characters.
const (
	topicLimit  = 200
	agendaLimit = 2000
)

// topic is what Zoom is told and what it is compared with: one line, cut to Zoom's limit.
func topic(s string) string {
	s = strings.Join(strings.FieldsFunc(s,
		func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if s == "" {
		return "Zoom Meeting" // what Zoom itself calls a meeting without a topic
	}
	return cut(s, topicLimit)
}

// agenda begins with the mark: lists show only the first 250 characters of an agenda.
func agenda(mark string) string {
	return cut(mark+agendaWords, agendaLimit)
}

// agendaWords stand behind the mark, for the person who finds it in Zoom's own app.
const agendaWords = " (zoomtag finds this meeting by the word before this bracket: please leave it here)"

// markOf returns the mark of an agenda that agenda has made and nobody has changed before the bracket, or "".
func markOf(agenda string) string {
	mark, _, ok := strings.Cut(agenda, agendaWords)
	if !ok || strings.ContainsFunc(mark, unicode.IsSpace) {
		return ""
	}
	return mark
}

// markPrefix begins each mark.
const markPrefix = "zt-"

// leadingMark is the mark with which an agenda begins, whatever stands behind it by now, or "".
func leadingMark(agenda string) string {
	end := strings.IndexFunc(agenda, func(r rune) bool { return !isMarkRune(r) })
	if end < 0 {
		end = len(agenda)
	}
	if mark := agenda[:end]; strings.HasPrefix(mark, markPrefix) {
		return mark
	}
	return ""
}

func isMarkRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_'
}

func cut(s string, n int) string {
	runes := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimRightFunc(string(runes[:min(n, len(runes))]), unicode.IsSpace)
}

// carries reports whether mark stands in an agenda as a word of its own. A mark that merely begins like another is not
// it.
func carries(agenda, mark string) bool {
	if mark == "" {
		return false
	}
	return strings.Contains(agenda, mark) && // cheap, and nearly always the answer
		containsWord(strings.FieldsFunc(agenda, func(r rune) bool { return !isMarkRune(r) }), mark)
}

func containsWord(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}
