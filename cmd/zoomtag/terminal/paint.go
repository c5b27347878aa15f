package terminal

import (
	"strings"
)

// The colours of what is well, of what fails, of what needs a look, and of what is only worth knowing (ECMA-48, SGR).
const (
	Green  = "32"
	Red    = "31"
	Yellow = "33"
	Cyan   = "36"
)

// Paint colours a word, where the screen has colour.
func Paint(screen bool, colour, word string) string {
	if !screen {
		return word
	}
	return "\x1b[" + colour + "m" + word + "\x1b[0m"
}

// PaintDiff colours a line of a diff.
func PaintDiff(screen bool, line string) string {
	switch {
	case strings.HasPrefix(line, "+"):
		return Paint(screen, Green, line)
	case strings.HasPrefix(line, "-"):
		return Paint(screen, Red, line)
	}
	return line
}
