package configs

import (
	"strings"
	"testing"
)

// TestAPITokens: each has a name and rights of its own, and cannot be guessed, wherever it comes from.
func TestAPITokens(t *testing.T) {
	const long = "0123456789abcdef"
	tests := []struct{ name, tokens, want string }{
		{"good", "{ name: a, token: " + long + " }, { name: b, token: \"env:TOKEN\", may: [read, act] }", ""},
		{"short", "{ name: a, token: short }", "16 to 200"},
		{"short elsewhere", "{ name: a, token: \"env:SHORT\" }", "16 to 200"},
		{"no name", "{ token: " + long + " }", "lacks the key \"name\""},
		{"no token", "{ name: a }", "lacks the key \"token\""},
		{"twice the name", "{ name: a, token: " + long + " }, { name: a, token: \"env:TOKEN\" }", "two tokens called"},
		{"twice the token", "{ name: a, token: " + long + " }, { name: b, token: " + long + " }", "as well"},
		{"twice the token, elsewhere", "{ name: a, token: " + long + " }, { name: b, token: \"env:SAME\" }", "as well"},
		{"unknown right", "{ name: a, token: " + long + ", may: [write] }", "read"},
		{"odd name", "{ name: \"a b\", token: " + long + " }", "a b"},
	}
	for _, test := range tests {
		text := personal + "api: { tokens: [ " + test.tokens + " ] }\n" + folder
		c, err := Load(write(t, text, 0o600), func(name string) string {
			return map[string]string{"TOKEN": long + "x", "SAME": long, "SHORT": "short", "HOME": "/home/alice"}[name]
		})
		switch {
		case test.want == "" && (err != nil || c.API.Tokens[0].May[0] != MayRead || len(c.API.Tokens[1].May) != 2):
			t.Errorf("%s: %v %+v", test.name, err, c)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && strings.Contains(err.Error(), long) {
			t.Errorf("%s: the error shows the token: %v", test.name, err)
		}
	}
}
