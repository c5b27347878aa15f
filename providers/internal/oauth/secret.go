package oauth

import "log/slog"

// Secret is a text that must not be seen: a token, a key. However it is printed or logged, it is ***. Only in a grant's
// own file is it written as it is.
type Secret string

// String hides it.
func (Secret) String() string { return "***" }

// GoString hides it from %#v.
func (Secret) GoString() string { return `"***"` }

// LogValue hides it from log/slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// Reveal is the text itself, for those who send it.
func (s Secret) Reveal() string { return string(s) }
