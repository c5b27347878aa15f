package terminal

import (
	"strings"
	"time"
)

// Printable makes foreign text Harmless for a terminal: no control or direction characters, one line.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case hostile(r):
			return -1
		}
		return r
	}, s)
}

// Lines is Printable for texts that may have lines, as errors have.
func Lines(s string) string {
	return strings.Map(func(r rune) rune {
		if hostile(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// hostile reports whether a terminal would obey a character, or show what is around it in another order: C0 and C1,
// marks of direction, embeddings, overrides and isolates, separators of lines, and the mark that has no width.
func hostile(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e,
		r >= 0x2066 && r <= 0x2069, r == 0xfeff:
		return true
	}
	return false
}

// Shorten cuts s to n characters.
func Shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}

// Clock is a time for people, in this machine's zone, which it names.
func Clock(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}
