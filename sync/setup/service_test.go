package setup

import (
	"context"
	"testing"
)

// TestService: the question has a default, a flag answers it, and it is not put where nothing can come of it.
func TestService(t *testing.T) {
	for _, c := range []struct {
		given, typed string
		possible     bool
		asked, want  bool
	}{{"", "", true, true, true}, {"", "N", true, true, false}, {"", "y", true, true, true},
		{"", "", false, false, false},
		{"yes", "", false, true, true}, {"no", "", true, true, false}} {
		asked := false
		got, err := Service(t.Context(), func(_ context.Context, q Question) (string, error) {
			asked = true
			for _, answer := range []string{q.Given, c.typed, q.Default} {
				if answer != "" {
					return q.Check(answer)
				}
			}
			return "", nil
		}, c.given, c.possible)
		if got != c.want || asked != c.asked || err != nil {
			t.Errorf("%+v: %v, asked %v, %v", c, got, asked, err)
		}
	}
	if _, err := YesOrNo("perhaps"); err == nil {
		t.Error("perhaps is an answer")
	}
}
