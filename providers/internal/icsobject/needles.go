package icsobject

import (
	"bytes"
	"strings"
)

// Needles are words in lower-case ASCII of which every object that could have a tag or a mark contains at least one.
// nil is no such words: every object could.
type Needles [][]byte

// NewNeedles makes Needles of words; with none, or with one that is not ASCII, it is nil. Our own properties are always
// looked for.
func NewNeedles(words []string) Needles {
	var list Needles
	for _, word := range words {
		for _, c := range []byte(word) {
			if c >= 0x80 || c <= ' ' {
				return nil
			}
		}
		if word == "" {
			return nil
		}
		list = append(list, []byte(strings.ToLower(word)))
	}
	if len(list) == 0 {
		return nil
	}
	return append(list, []byte("x-zoomtag"))
}

// In reports whether a text, in the form that ical.Lower gives it, holds one of them.
func (n Needles) In(lower []byte) bool {
	for _, needle := range n {
		if bytes.Contains(lower, needle) {
			return true
		}
	}
	return n == nil
}
