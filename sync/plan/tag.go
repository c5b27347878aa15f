package plan

import (
	"cmp"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

// Rules say what counts as a tag.
type Rules struct {
	Words      []string // whole words, any case
	Not        []string // words that win over everything
	Categories []string
	Locations  []string // a location of just this word
	Colors     []string
	Keep       bool // false: the tag is taken out of the title once the link is in
	// Allowed are the options that a tag may use, each by its name or with the one value that it may have; nil is all
	// of them. Hosts are whom host= and alt= may name, *@example.com for everybody there; nil is anybody. What is not
	// allowed is left out, and told.
	Allowed []string `json:",omitzero"`
	Hosts   []string `json:",omitzero"`
	// Command says that the owner asks by a command, for any event without a tag as well; Options are those of a tag's
	// brackets.
	Command bool
	Options string
}

// Asking is the word with which people are told to ask for a link.
func (r *Rules) Asking() string {
	if len(r.Words) == 0 {
		return "its tag"
	}
	return r.Words[0]
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
	// forbidden are options, by their names, that are left out because they are not allowed.
	forbidden []string
	// Conflict says why the options cannot be followed at all, and Mend how that is mended, where it is more than
	// correcting them; the event is then held.
	Conflict, Mend string
	// Covered says of a single date that its series has a tag itself.
	Covered bool
	// Unsearched says that there is more text than is searched for tags, and empty that there is not.
	Unsearched string
}

// maxProblems bounds how many problems of one event its owner is told.
const maxProblems = 20

// problem notes what was not understood, once.
func (w *Wish) problem(text string) {
	switch n := len(w.Problems); {
	case slices.Contains(w.Problems, text), n > maxProblems:
	case n == maxProblems:
		w.Problems = append(w.Problems, "there is more in the tags that is not understood")
	default:
		w.Problems = append(w.Problems, text)
	}
}

// Tag is one tag in an event.
type Tag struct {
	// "title", "description", "category", "location", "color", "mark" for a wish taken out of sight, or "command"
	In         string
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

// passcodeInTag is a passcode that a tag chooses, or means to: the options that people write for it by mistake are here
// as well.
var passcodeInTag = regexp.MustCompile(`(?i)(\b(?:pass(?:code|word|wort|wd)?|pwd)\s*=\s*|(?:pass(?:code|word|wort)|kenncode|pwd):[ \t]*)` +
	`("[^"]*"|[^,)&\s]*)`)

// HidePasscode replaces the passcodes that tags in text choose. Nothing that is made from a passcode takes its place: a
// passcode is short enough to be found from any hash of it.
func HidePasscode(text string) string {
	if !strings.ContainsAny(text, "=:") {
		return text
	}
	return passcodeInTag.ReplaceAllString(text, "${1}***")
}

// ShownTitle is a title as it is shown, logged and remembered: without what tags choose as a passcode, and cut where it
// is longer than anybody reads.
func ShownTitle(title string) string { return words.Cut(HidePasscode(title), maxTitle) }

// maxTitle is in characters. Zoom takes topics of 200.
const maxTitle = 300

// Bounds on what is looked at. Calendars hold far less; what exceeds them is an accident or an attack, and the owner is
// told.
const (
	maxText   = 4 << 20  // bytes of each text
	maxGlance = 16 << 10 // of the texts of an event that is not the owner's to write
	maxTags   = 100      // of one event
	maxBlocks = 100      // of one description
)

// FindWish looks for the owner's wish in an event.
func FindWish(ev *calendar.Event, rules Rules) Wish {
	s := newSearch(ev)
	s.refusals(rules)
	s.tags(ev, rules)
	w := s.wish
	if ev.Of != nil {
		w.ofSeries(ev.Of, rules)
	}
	w.Asked = len(w.Tags) > 0 && w.Refused == "" && !w.Covered
	if w.Asked {
		w.parse(s.brackets, &rules)
	}
	return w
}

// tagged reports whether there is a tag in an event, whatever else is. It looks no further than the first one.
func tagged(ev *calendar.Event, rules Rules) bool {
	s := newSearch(glance(ev))
	s.most = 1
	s.tags(ev, rules)
	return len(s.wish.Tags) > 0
}

// glance is the beginning of an event that is not its owner's to write, and any other as it is: what strangers write
// into their invitations costs no more than that.
func glance(ev *calendar.Event) *calendar.Event {
	if ev.Denied == "" {
		return ev
	}
	short := *ev
	for _, text := range []*string{&short.Title, &short.Description, &short.Location} {
		*text, _ = beginning(*text, maxGlance)
	}
	return &short
}

// beginning is as much of a text as fits into that many bytes.
func beginning(text string, most int) (part string, cut bool) {
	if len(text) <= most {
		return text, false
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most], true
}

// search is the search for a wish.
type search struct {
	wish     Wish
	brackets []string // what stands between those of each tag
	most     int      // tags that are looked for
	worded   bool     // there is a tag that is a word
	// The texts in which a tag can be: the description is what counts of it.
	places []place
	others string // the categories
}

type place struct{ in, text string }

func newSearch(ev *calendar.Event) *search {
	s := &search{most: maxTags, others: strings.Join(ev.Categories, "\n")}
	words, blocks := ownWords(ev)
	if blocks {
		s.cut("description", strconv.Itoa(maxBlocks)+" blocks")
	}
	for _, p := range []place{{"title", ev.Title}, {"description", words}, {"location", ev.Location}} {
		if p.text, blocks = beginning(p.text, maxText); blocks || p.in == "description" &&
			len(ev.Description) > maxText {
			s.cut(p.in, strconv.Itoa(maxText>>20)+" MiB")
		}
		s.places = append(s.places, p)
	}
	return s
}

// cut notes that not all of a text is searched.
func (s *search) cut(in, bound string) {
	s.wish.Unsearched = "the " + in + " holds more than " + bound + ": what is behind them is not searched for a tag"
	s.wish.Problems = append(s.wish.Problems, s.wish.Unsearched)
}

// refusals looks for words that say no.
func (s *search) refusals(rules Rules) {
	w := &s.wish
	for _, p := range append(slices.Clone(s.places), place{text: s.others}) {
		for _, not := range rules.Not {
			if !slices.Contains(w.Refusals, not) && hasWord(p.text, not) {
				w.Refusals = append(w.Refusals, not)
			}
		}
	}
	if len(w.Refusals) > 0 {
		w.Refused = w.Refusals[0]
	}
}

// tags looks for tags, the most visible first.
func (s *search) tags(ev *calendar.Event, rules Rules) {
	for _, p := range s.places {
		for _, word := range rules.Words {
			s.words(p, word)
		}
	}
	for _, c := range ev.Categories {
		if containsFold(rules.Categories, strings.TrimSpace(c)) {
			s.add(Tag{In: "category", Text: c}, "")
		}
	}
	for _, place := range placesOf(ev) {
		if containsFold(rules.Locations, place) {
			s.add(Tag{In: "location", Text: place, End: len(ev.Location)}, "")
			break
		}
	}
	if slices.Contains(rules.Colors, ev.Color) && ev.Color != "" {
		s.add(Tag{In: "color", Text: ev.Color}, "")
	}
	// A word that is written anew takes the place of the one that was taken out; a category or a colour has no options
	// to take theirs.
	anew := s.worded || rules.Command && rules.Options != ""
	outOfSight := ev.Link.Tag != "" && ev.Link.Block != ""
	if !anew && outOfSight && !showsSeries(ev) {
		s.kept(ev.Link.Tag)
	}
	if rules.Command {
		s.add(Tag{In: "command", Text: "zoomtag link(" + rules.Options + ")"}, rules.Options)
	}
}

// words looks for a word in a place.
func (s *search) words(p place, word string) {
	for start, end := range eachWord(p.text, word) {
		s.worded = true
		end, options, problem := readOptions(p.text, end)
		if problem != "" {
			s.wish.problem(problem)
		}
		if !s.add(Tag{In: p.in, Text: p.text[start:end], Start: start, End: end}, options) {
			return
		}
	}
}

// add takes in a tag, and reports whether there may be more.
func (s *search) add(t Tag, options string) bool {
	if len(s.wish.Tags) >= s.most {
		s.wish.problem("the event holds more than " + strconv.Itoa(maxTags) + " tags: the others are left out")
		return false
	}
	s.wish.Tags, s.brackets = append(s.wish.Tags, t), append(s.brackets, options)
	return len(s.wish.Tags) < s.most || s.most == maxTags
}

// kept takes in the wish that is kept beside the mark, which may be several tags.
func (s *search) kept(text string) {
	var all []string
	for rest := text; len(all) < maxTags; {
		at := strings.IndexByte(rest, '(')
		if at < 0 {
			break
		}
		end, some, _ := readOptions(rest, at)
		all = append(all, some)
		rest = rest[max(end, at+1):]
	}
	tags, place := calendar.SplitTag(text)
	s.add(Tag{In: "mark", Text: strings.TrimSpace(tags + " " + strings.TrimSpace(place))}, strings.Join(all, ","))
}

// placesOf are the places of an event one by one: a word beside a room is a location of just this word.
func placesOf(ev *calendar.Event) []string {
	list := []string{strings.TrimSpace(ev.Location)}
	for _, place := range ev.Places {
		list = append(list, strings.TrimSpace(place))
	}
	return list
}

// ownWords is the description as a person sees it, without our blocks and without quoted mail: what does not count is
// overwritten with spaces. more says that it ends where there are more blocks than can be meant.
func ownWords(ev *calendar.Event) (words string, more bool) {
	seen, _ := beginning(ev.Description, maxText)
	var hints calendar.Hints
	if ev.HTML {
		seen, hints = calendar.HTMLWords(seen)
	}
	text := []byte(seen)
	blank := func(start, end int) {
		for i := start; i < min(end, len(text)); i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	blocks := 0
	u := unsaid{blank: blank, hints: hints}
	for start, end := range calendar.Blocks(seen) {
		if blocks++; blocks > maxBlocks {
			text, more = text[:start], true
			break
		}
		blank(start, end)
		u.ends = append(u.ends, end)
	}
	u.size = len(text)
	pos := 0
	for line := range strings.Lines(string(text)) {
		u.lines, u.starts = append(u.lines, line), append(u.starts, pos)
		pos += len(line)
	}
	u.run()
	return string(text), more
}

// hasWord reports whether word stands in text as eachWord finds it.
func hasWord(text, word string) bool {
	for range eachWord(text, word) {
		return true
	}
	return false
}

// eachWord yields the byte ranges at which word stands in text as a whole word, in any case, outside URLs.
func eachWord(text, word string) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		if word == "" || len(text) < len(word)/2 {
			return
		}
		urls := urlFinder{text: text}
		skip := func(i int) int { return i }
		// it is written in one way only, and that is quickly found
		if c := word[0]; c < utf8.RuneSelf && !unicode.IsLetter(rune(c)) {
			skip = func(i int) int {
				if j := strings.IndexByte(text[i:], c); j >= 0 {
					return i + j
				}
				return len(text)
			}
		}
		for i := skip(0); i < len(text); i = skip(i) {
			_, size := utf8.DecodeRuneInString(text[i:])
			n := foldPrefix(text[i:], word)
			if n == 0 || !standsAlone(text, i, i+n) || urls.inside(i) {
				i += size
				continue
			}
			if !yield(i, i+n) {
				return
			}
			i += n
		}
	}
}

// standsAlone reports whether a part of a text is no part of a longer word.
func standsAlone(text string, start, end int) bool {
	return startsWord(text, start) && endsWord(text[end:])
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
	if r == '_' {
		return true
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// urlFinder tells what in a text is part of a URL, from the beginning to the end: each run of text without white space
// is looked at once, however often it is asked about.
type urlFinder struct {
	text   string
	next   int // where the run behind the one in work begins, with its white space
	begins int // from where on the run in work is a URL
}

// inside reports whether the text in front of at, back to the last white space, is the beginning of a URL. at is never
// before the one that was asked for last.
func (u *urlFinder) inside(at int) bool {
	for at > u.next {
		start := u.next
		space, size := utf8.DecodeRuneInString(u.text[start:])
		if !unicode.IsSpace(space) {
			size = 0 // the first run need not have any
		}
		u.next = len(u.text)
		if i := strings.IndexFunc(u.text[start+size:], unicode.IsSpace); i >= 0 {
			u.next = start + size + i
		}
		u.begins = start + beginsURL(u.text[start:u.next])
	}
	return at > 0 && at >= u.begins
}

// beginsURL is how much of a run of text has to be read to know that it is a URL; one more than there is where it is
// none.
func beginsURL(run string) int {
	token := strings.TrimLeft(run, " \t\r\n<([\"'")
	before := len(run) - len(token)
	least := len(run) + 1
	if i := strings.Index(token, "://"); i >= 0 {
		least = before + i + len("://")
	}
	for _, scheme := range []string{"www.", "mailto:"} {
		if len(token) >= len(scheme) && strings.EqualFold(token[:len(scheme)], scheme) {
			least = min(least, before+len(scheme))
		}
	}
	if dot, slash := strings.IndexByte(token, '.'), strings.IndexByte(token, '/'); dot > 0 && slash > dot {
		least = min(least, before+slash+1)
	}
	return least
}

func containsFold(list []string, s string) bool {
	return s != "" && slices.ContainsFunc(list, func(l string) bool { return strings.EqualFold(l, s) })
}

// Untagged is a title that somebody names an event by, without its tags: as events are remembered and shown.
func (r Rules) Untagged(title string) string {
	return strings.TrimSpace(WithoutTags(title, "title", FindWish(&calendar.Event{Title: title}, r).Tags))
}

// WithoutTags is text with its tags taken out and the gaps closed.
func WithoutTags(text, in string, tags []Tag) string {
	var cuts []Tag
	for _, t := range tags {
		within := t.Start >= 0 && t.Start < t.End && t.End <= len(text)
		if t.In == in && within {
			cuts = append(cuts, t)
		}
	}
	// From the last to the first; one that begins inside another one goes with that.
	slices.SortFunc(cuts, func(a,
		b Tag) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
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
