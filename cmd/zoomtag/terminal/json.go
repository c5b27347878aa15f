package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// JSON prints one document. What a terminal would obey, and what turns the direction of text, is escaped in it.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(&Harmless{w})
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// Harmless is a writer of JSON, a whole document or record at a time, that escapes what package json leaves as it is:
// such characters stand in strings only.
type Harmless struct{ To io.Writer }

// Write writes with those characters escaped.
func (h *Harmless) Write(raw []byte) (int, error) {
	if bytes.IndexFunc(raw, escaped) < 0 {
		return h.To.Write(raw)
	}
	var b bytes.Buffer
	for _, r := range string(raw) {
		if escaped(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	if _, err := h.To.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(raw), nil
}

// escaped reports whether JSON needs an escape for a character: its own white space between strings does not.
func escaped(r rune) bool { return hostile(r) && r >= 0x7f }
