package words

import (
	"errors"
	"fmt"
	"testing"
)

func TestOf(t *testing.T) {
	kind := Kind("not allowed")
	sentence := Say(kind, "the secret is wrong: check it")
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("plain"), "plain"},
		{kind, "not allowed"},
		{sentence, "the secret is wrong: check it"},
		{fmt.Errorf("the meeting could not be made: zoom: %w", sentence), "the secret is wrong: check it"},
		{fmt.Errorf("%w: %w: no token", kind, Kind("not sent")), "no token"},
		{fmt.Errorf("first: %w", fmt.Errorf("%w: then", kind)), "then"},
		{fmt.Errorf("folder: %w: mount it", Fact("it is not there")), "it is not there: mount it"},
		{fmt.Errorf("folder: %w: %w: its owner may", Fact("it is not there"), kind), "its owner may"},
		{errors.Join(fmt.Errorf("a: %w", sentence), errors.New("another")), "the secret is wrong: check it\nanother"},
		{errors.Join(fmt.Errorf("a: %w", sentence), fmt.Errorf("b: %w", sentence)), "the secret is wrong: check it"},
		{errors.Join(errors.New("first: one"), fmt.Errorf("%w: second", kind)), "first: one\nsecond"},
		{fmt.Errorf("%w: once: %w: twice", kind, kind), "twice"},
		{Say(nil, "of no kind"), "of no kind"},
		{fmt.Errorf("%w, beside %w", errors.New("one"), sentence), "the secret is wrong: check it"},
	} {
		if got := Of(c.err); got != c.want {
			t.Errorf("of %v: %q, want %q", c.err, got, c.want)
		}
	}
	if got := Say(nil, "of no kind").Error(); got != "of no kind" {
		t.Errorf("%q", got)
	}
	if !errors.Is(fmt.Errorf("a: %w", sentence), kind) || sentence.Error() != "not allowed: the secret is wrong: "+
		"check it" {
		t.Errorf("the kind is lost: %v", sentence)
	}
}

// TestCut: it counts characters, not bytes.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"äöüß", 4, "äöüß"}, {"äöüß", 3, "äö…"}, {"", 0, ""}, {"plain", 9, "plain"}} {
		if got := Cut(c.text, c.n); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
}
