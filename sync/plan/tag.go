package plan

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zoomtag/providers/calendar"
)

// Rules say what counts as a tag.
type Rules struct {
	Words      []string // whole words, any case
	Not        []string // words that win over everything
	Categories []string
	Locations  []string // a location of just this word
	Colors     []string
	Keep       bool // false: the tag is taken out of the title once the link is in
	// Command says that the owner asks by a command, for any event without a tag as well; Options are those of a tag's brackets.
	Command bool
	Options string
}

// Wish is what an event's owner asks for.
type Wish struct {
	// Asked says that the event is tagged and no word of Rules.Not is in it.
	Asked bool
	// Refused is the word that says no, where there is one, and Refusals are all such words.
	Refused  string
	Refusals []string
	// Tags are the tags found, the most visible first.
	Tags []Tag
	// Choice is what the options in brackets choose, all tags taken together.
	Choice Choice
	// Problems are options that were not understood and are left out.
	Problems []string
	// Conflict says why the options cannot be followed at all; the event is then held.
	Conflict string
}

// Tag is one tag in an event.
type Tag struct {
	In         string // "title", "description", "category", "location", "color", "mark" for a wish taken out of sight, or "command"
	Text       string // as written, options included
	Start, End int    // its byte range in the title, description or location
}

// String names the tag and its place, for people.
func (t Tag) String() string {
	if t.In == "mark" {
		return "tag " + t.Shown() + " (kept beside the mark)"
	}
	if t.In == "command" {
		return "asked for by a command"
	}
	return "tag " + t.Shown() + " in " + t.In
}

// Shown is the tag without what must not be shown around: a passcode.
func (t Tag) Shown() string { return HidePasscode(t.Text) }

var passcodeInTag = regexp.MustCompile(`(?i)(passcode\s*=\s*)("[^"]*"|[^,)\s]*)`)

// HidePasscode replaces the passcodes that tags in text choose.
func HidePasscode(text string) string { return passcodeInTag.ReplaceAllString(text, "${1}***") }

// FindWish looks for the owner's wish in an event.
func FindWish(ev *calendar.Event, rules Rules) Wish {
	var w Wish
	words := ownWords(ev)
	for _, text := range []string{ev.Title, words, ev.Location, strings.Join(ev.Categories, "\n")} {
		for _, not := range rules.Not {
			if found := findWord(text, not); len(found) > 0 && !slices.Contains(w.Refusals, not) {
				w.Refusals = append(w.Refusals, not)
			}
		}
	}
	if len(w.Refusals) > 0 {
		w.Refused = w.Refusals[0]
	}
	var brackets []string
	add := func(in, text, options string, start, end int) {
		w.Tags = append(w.Tags, Tag{In: in, Text: text, Start: start, End: end})
		brackets = append(brackets, options)
	}
	for _, place := range []struct{ in, text string }{{"title", ev.Title}, {"description", words}, {"location", ev.Location}} {
		for _, word := range rules.Words {
			for _, at := range findWord(place.text, word) {
				end, options, problem := readOptions(place.text, at[1])
				if problem != "" {
					w.Problems = append(w.Problems, problem)
				}
				add(place.in, place.text[at[0]:end], options, at[0], end)
			}
		}
	}
	for _, c := range ev.Categories {
		if containsFold(rules.Categories, strings.TrimSpace(c)) {
			add("category", c, "", 0, 0)
		}
	}
	for _, place := range placesOf(ev) {
		if containsFold(rules.Locations, place) {
			add("location", place, "", 0, len(ev.Location))
			break
		}
	}
	if slices.Contains(rules.Colors, ev.Color) && ev.Color != "" {
		add("color", ev.Color, "", 0, 0)
	}
	if len(w.Tags) == 0 && (!rules.Command || rules.Options == "") && ev.Link.Tag != "" && ev.Link.Block != "" {
		options := ""
		for rest := ev.Link.Tag; ; {
			at := strings.IndexByte(rest, '(')
			if at < 0 {
				break
			}
			end, some, _ := readOptions(rest, at)
			options += "," + some
			rest = rest[max(end, at+1):]
		}
		add("mark", ev.Link.Tag, options, 0, 0)
	}
	if rules.Command {
		add("command", "zoomtag link("+rules.Options+")", rules.Options, 0, 0)
	}
	w.Asked = len(w.Tags) > 0 && w.Refused == ""
	if w.Asked {
		w.parse(brackets)
	}
	return w
}

// placesOf are the places of an event one by one: a word beside a room is a location of just this word.
func placesOf(ev *calendar.Event) []string {
	list := []string{strings.TrimSpace(ev.Location)}
	for _, place := range ev.Places {
		list = append(list, strings.TrimSpace(place))
	}
	return list
}

// ownWords is the description as a person sees it, without our block and without quoted mail: what does not count is
// overwritten with spaces.
func ownWords(ev *calendar.Event) string {
	if ev.Description == "" {
		return ""
	}
	text := []byte(ev.Description)
	if ev.HTML {
		text = []byte(calendar.HTMLText(ev.Description))
	}
	blank := func(start, end int) {
		for i := start; i < end; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	for {
		start, end, ok := calendar.FindBlock(string(text))
		if !ok {
			break
		}
		blank(start, end)
	}
	quoted, pos, underline := false, 0, false
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimSpace(line)
		quoted = quoted || isMailSeparator(trimmed) || underline && isMailHeader(trimmed)
		if trimmed != "" {
			underline = len(trimmed) > 9 && (strings.Trim(trimmed, "_") == "" || strings.HasPrefix(trimmed, "-----"))
		}
		if quoted || strings.HasPrefix(trimmed, ">") {
			blank(pos, pos+len(line))
		}
		pos += len(line)
	}
	return string(text)
}

// isMailSeparator recognises "-----Original Message-----" in a few languages. Other words between dashes are headings of the
// owner's, unless the header of a mail follows.
func isMailSeparator(line string) bool {
	if !strings.HasPrefix(line, "-----") || !strings.HasSuffix(line, "-----") || len(line) > 100 {
		return false
	}
	inner := strings.ToLower(line)
	for _, word := range []string{"message", "nachricht", "messaggio", "mensaje", "mensagem", "bericht", "meddelande", "wiadomo"} {
		if strings.Contains(inner, word) {
			return true
		}
	}
	return false
}

// isMailHeader recognises the line under the ruler with which Outlook begins a quoted mail.
func isMailHeader(line string) bool {
	for _, from := range []string{"From:", "Von:", "De:", "Da:", "Van:", "Od:", "Från:", "Fra:"} {
		if strings.HasPrefix(line, from) {
			return true
		}
	}
	return false
}

// findWord returns the byte ranges at which word stands in text as a whole word, in any case, outside URLs.
func findWord(text, word string) [][2]int {
	if word == "" || len(text) < len(word)/2 {
		return nil
	}
	var found [][2]int
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		n := foldPrefix(text[i:], word)
		if n == 0 || !startsWord(text, i) || !endsWord(text[i+n:]) || insideURL(text, i) {
			i += size
			continue
		}
		found = append(found, [2]int{i, i + n})
		i += n
	}
	return found
}

// foldPrefix returns how many bytes of text match word, letters in any case; 0 if it does not begin with it.
func foldPrefix(text, word string) int {
	i := 0
	for _, want := range word {
		if i >= len(text) {
			return 0
		}
		got, size := utf8.DecodeRuneInString(text[i:])
		if got != want && unicode.ToLower(unicode.ToUpper(got)) != unicode.ToLower(unicode.ToUpper(want)) {
			return 0
		}
		i += size
	}
	return i
}

func startsWord(text string, at int) bool {
	if at == 0 {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return !isWordRune(before) && !strings.ContainsRune("/#@&=?%+~\\-", before)
}

func endsWord(rest string) bool {
	if rest == "" {
		return true
	}
	after, size := utf8.DecodeRuneInString(rest)
	if isWordRune(after) {
		return false
	}
	// "#zoom-in", "#zoom.us" and "#zoom's" go on, "#zoom - weekly" and "#zoom." do not.
	if strings.ContainsRune("-.'’/@", after) && len(rest) > size {
		next, _ := utf8.DecodeRuneInString(rest[size:])
		return !isWordRune(next)
	}
	return true
}

func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// insideURL reports whether the text in front of at, back to the last white space, is the beginning of a URL.
func insideURL(text string, at int) bool {
	token := text[:at]
	if i := strings.LastIndexFunc(token, unicode.IsSpace); i >= 0 {
		token = token[i:]
	}
	token = strings.TrimLeft(token, " \t\r\n<([\"'")
	if strings.Contains(token, "://") || len(token) >= 4 && strings.EqualFold(token[:4], "www.") ||
		len(token) >= 7 && strings.EqualFold(token[:7], "mailto:") {
		return true
	}
	dot, slash := strings.IndexByte(token, '.'), strings.IndexByte(token, '/')
	return dot > 0 && slash > dot
}

func containsFold(list []string, s string) bool {
	return s != "" && slices.ContainsFunc(list, func(l string) bool { return strings.EqualFold(l, s) })
}

// WithoutTags is text with its tags taken out and the gaps closed.
func WithoutTags(text, in string, tags []Tag) string {
	var cuts []Tag
	for _, t := range tags {
		if t.In == in && t.Start >= 0 && t.Start < t.End && t.End <= len(text) {
			cuts = append(cuts, t)
		}
	}
	// From the last to the first; one that begins inside another one goes with that.
	slices.SortFunc(cuts, func(a, b Tag) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	kept, end := cuts[:0], 0
	for _, t := range cuts {
		if t.Start >= end {
			kept, end = append(kept, t), t.End
		}
	}
	for _, t := range slices.Backward(kept) {
		before, after := text[:t.Start], text[t.End:]
		if strings.HasSuffix(before, " ") && (after == "" || strings.HasPrefix(after, " ")) {
			before = strings.TrimSuffix(before, " ")
		} else if before == "" {
			after = strings.TrimLeft(after, " ")
		}
		text = before + after
	}
	return text
}
