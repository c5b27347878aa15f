package configs

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// hidden is what a Secret shows of itself.
const hidden = "***"

// Secret is a value that shows itself only to code that asks with Reveal. Printed, logged or marshalled in any way, it
// is three stars.
type Secret struct {
	source string
	// A pointer, because fmt cannot call methods on unexported fields: a Secret kept in one would otherwise be printed
	// letter by letter.
	value *string
}

// Reveal returns the secret itself, or "" where there is none.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether the configuration names no secret here.
func (s Secret) IsZero() bool { return s.source == "" && s.value == nil }

// Source says where the secret comes from, as written: "file:/etc/zoomtag/zoom-secret", "env:NAME", "credential:NAME";
// "" for one that stands in the configuration itself.
func (s Secret) Source() string { return s.source }

// literal reports whether the secret stands in the configuration itself.
func (s Secret) literal() bool { return s.source == "" && s.value != nil }

// newSecret is the secret that a configuration writes as text; one that lives elsewhere is not fetched yet.
func newSecret(text string) Secret {
	for _, form := range []string{"file:", "env:", "credential:"} {
		if strings.HasPrefix(text, form) {
			return Secret{source: text}
		}
	}
	return Secret{value: &text}
}

// String returns three stars.
func (s Secret) String() string { return hidden }

// GoString returns three stars, for %#v.
func (s Secret) GoString() string { return hidden }

// Format prints three stars, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue is three stars, for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText returns three stars; encoding/xml and encoding/gob use it as well.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON returns three stars.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalYAML returns three stars.
func (s Secret) MarshalYAML() (any, error) { return hidden, nil }
