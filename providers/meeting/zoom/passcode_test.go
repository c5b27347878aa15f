package zoom

import (
	"strings"
	"testing"
)

func TestPasscodeRule(t *testing.T) {
	tests := []struct {
		name, passcode string
		rule           *passcodeRule
		want           string // in the sentence; "" for a passcode that fits
	}{
		{"no rule", "a", nil, ""},
		{"too long for Zoom", "abcdefghijk", nil, "11 characters"},
		{"not for Zoom", "pass word", nil, "does not take"},
		{"umlaut", "äbc", nil, "does not take"},
		{"too short", "abc", &passcodeRule{Length: 6}, "at least 6"},
		{"long enough", "abcdef", &passcodeRule{Length: 6}, ""},
		{"letters in digits", "12a", &passcodeRule{NumericOnly: "true"}, "digits only"},
		{"no letter", "123", &passcodeRule{Letter: "true"}, "a letter"},
		{"no digit", "abc", &passcodeRule{Number: "true"}, "a digit"},
		{"no special", "abc1", &passcodeRule{Special: "true"}, "@ - _ *"},
		{"special", "abc*", &passcodeRule{Special: "true"}, ""},
		{"one case", "abc", &passcodeRule{UpperLower: "true"}, "capital"},
		{"both cases", "aBc", &passcodeRule{UpperLower: "true"}, ""},
		{"rising", "x1234", &passcodeRule{Consecutive: 4}, "4 characters in a row"},
		{"falling", "dcba", &passcodeRule{Consecutive: 4}, "in a row"},
		{"equal", "1111", &passcodeRule{Consecutive: 4}, "in a row"},
		{"short run", "123x", &passcodeRule{Consecutive: 4}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.rule.check(tt.passcode)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("says %q, want %q", got, tt.want)
			}
		})
	}
}

func TestGeneratedPasscodesMeetEveryRule(t *testing.T) {
	flags := []toggle{"", "true"}
	made := map[string]bool{}
	for n := range 1 << 6 {
		bit := func(i int) toggle { return flags[n>>i&1] }
		r := &passcodeRule{Letter: bit(0), Number: bit(1), Special: bit(2), UpperLower: bit(3),
			Length: number(10 * (n >> 4 & 1)), Consecutive: number(3 * (n >> 5 & 1))}
		p := r.generate()
		if wrong := r.check(p); wrong != "" || strings.ContainsAny(p, "0O1lI") {
			t.Errorf("%+v: %q: %s", r, p, wrong)
		}
		made[p] = true
	}
	if len(made) < 64 {
		t.Error("the same passcode was made twice")
	}
	if p := (&passcodeRule{NumericOnly: "true", Length: 6}).generate(); strings.Trim(p, digits) != "" {
		t.Errorf("%q is not of digits only", p)
	}
	if p := (*passcodeRule)(nil).generate(); len(p) != passcodeLength {
		t.Errorf("%q", p)
	}
}
