package calendar

import "strings"

// LinkTexts are the texts of an event in which a place to meet may stand, as people read them: its title, description,
// location and address, and what apps show in place of those. Our block is left out. Whoever asks where an event's
// people meet looks here, and into Conferences.
func (e *Event) LinkTexts() []string {
	words := StripBlock(e.Description)
	if e.HTML {
		words = unescaped(StripBlockHTML(e.Description))
	}
	texts := []string{e.Title, words, e.Location, e.URL}
	for _, text := range e.Elsewhere {
		texts = append(texts, unescaped(StripBlockHTML(text))) // an app may have made a twin of what we wrote
	}
	for i, text := range texts {
		texts[i] = strings.ReplaceAll(text, `\/`, "/") // as JSON has a slash, and what was made from it
	}
	return texts
}
