package invite

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// shown are the texts of an event, or of one occurrence, as guests see them.
type shown struct{ title, description, location string }

// show takes the tag out of the title, puts the block into the description, and the link where no place is named.
func (p *part) show(title, description, location string) shown {
	s := shown{title: title, location: location}
	if bare := strings.TrimSpace(location); bare == "" || holds(p.opt.Rules.Locations, bare) {
		s.location = ""
	}
	if p.mayHoldTag(title) || p.mayHoldTag(s.location) {
		w := plan.FindWish(&calendar.Event{Title: title, Location: s.location}, p.opt.Rules)
		s.title = plan.WithoutTags(title, "title", w.Tags)
		bare := strings.TrimSpace(s.location)
		s.location = hidePasscodes(s.location, "location", w.Tags)
		for _, t := range w.Tags {
			if t.In == "location" && t.Text == bare {
				s.location = ""
			}
		}
	}
	if strings.TrimSpace(s.title) == "" {
		s.title = "Zoom" // the tag was all there was
	}
	if p.opt.Method == Cancel { // nobody has to get into a meeting that does not take place
		return s
	}
	if s.location == "" {
		s.location = p.Link.JoinURL
	}
	s.description = p.describe(description)
	return s
}

// mayHoldTag is a quick look for the first letter of a tag, so that most texts need not be read as tags are.
func (p *part) mayHoldTag(text string) bool {
	for _, word := range p.opt.Rules.Words {
		if first, _ := utf8.DecodeRuneInString(word); unicode.IsLetter(first) || strings.ContainsRune(text, first) {
			return text != ""
		}
	}
	return false
}

// holds reports whether a list of names holds one, in any case of its letters.
func holds(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// describe is the owner's text with the block in it once: where it already is, or at the end.
func (p *part) describe(text string) string {
	if p.Event.HTML && text != "" {
		text = strings.TrimSpace(calendar.HTMLText(text))
	}
	if strings.Contains(text, "\r") {
		text = lineEnds.Replace(text)
	}
	if mentionsPasscode(text) {
		w := plan.FindWish(&calendar.Event{Description: text}, p.opt.Rules)
		text = hidePasscodes(text, "description", w.Tags)
	}
	if p.Link.Block == "" {
		return text
	}
	start, end, with := calendar.Splice(text, calendar.Link{Mark: "invitation", JoinURL: p.Link.JoinURL,
		Block: p.Link.Block})
	text = text[:start] + with + text[end:]
	if _, end, ok := calendar.FindBlock(text); ok && strings.Contains(text[end:], calendar.BlockFirst) {
		text = text[:end] + calendar.StripBlock(text[end:])
	}
	return text
}

// lineEnds makes them all of one kind, so that lines can be told apart.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// hidePasscodes is text with the passcodes that its tags choose made unreadable: guests learn what the block shows, no
// more.
func hidePasscodes(text, in string, tags []plan.Tag) string {
	for _, t := range tags {
		if t.In == in && t.Shown() != t.Text {
			text = strings.ReplaceAll(text, t.Text, t.Shown())
		}
	}
	return text
}

// mentionsPasscode reports whether a tag in text could choose a passcode, or mean to.
func mentionsPasscode(text string) bool {
	for {
		i := strings.IndexAny(text, "=:")
		if i < 0 {
			return false
		}
		before := strings.TrimSpace(text[:i])
		for _, word := range [...]string{"passcode", "password", "passwort", "passwd", "pass"} {
			if len(before) >= len(word) && strings.EqualFold(before[len(before)-len(word):], word) {
				return true
			}
		}
		text = text[i+1:]
	}
}

// categories are those that are no tag.
func (p *part) categories() []string {
	var kept []string
	for _, c := range p.Event.Categories {
		if bare := strings.TrimSpace(c); bare != "" && !holds(p.opt.Rules.Categories, bare) {
			kept = append(kept, c)
		}
	}
	return kept
}
