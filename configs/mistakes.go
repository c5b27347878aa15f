package configs

import (
	"errors"

	"zoomtag/providers/words"
)

// Mistake is one mistake of a configuration, and where it stands; File, Line and Column are empty where that is not
// known.
type Mistake struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"text"`
	Cure   string `json:"cure,omitempty"` // what mends it, in a sentence
}

// Mistakes are those that an error of Load tells of, each by itself. It is never nil.
func Mistakes(err error) []Mistake {
	list := []Mistake{}
	for _, one := range each(err) {
		var placed *Error
		if errors.As(one, &placed) {
			list = append(list, Mistake{File: placed.File, Line: placed.Line, Column: placed.Column, Text: placed.Text,
				Cure: words.Sentence(placed.Cure)})
			continue
		}
		list = append(list, Mistake{Text: words.Cause(one), Cure: words.Sentence(words.Cure(one))})
	}
	return list
}

// each is the errors that were joined in one.
func each(err error) []error {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		if several, ok := inner.(interface{ Unwrap() []error }); ok {
			return several.Unwrap()
		}
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// ForgetPlaces lets go of where in the file everything stands: mistakes that are found from now on have no line. With
// many calendars that is most of what a configuration keeps.
func (c *Config) ForgetPlaces() { c.mistake = nil }
