package words

import (
	"errors"
	"fmt"
	"slices"
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

// TestMend: cause and cure are apart, whatever is wrapped around them, and are told together.
func TestMend(t *testing.T) {
	kind := Kind("not allowed")
	refused := fmt.Errorf("%w: the secret is wrong (HTTP 401)", kind)
	mended := Mend(refused, "check it")
	for name, c := range map[string]struct {
		err               error
		cause, cure, told string
	}{
		"none":         {nil, "", "", ""},
		"without":      {refused, "the secret is wrong (HTTP 401)", "", "the secret is wrong (HTTP 401)"},
		"nothing said": {Mend(refused, ""), "the secret is wrong (HTTP 401)", "", "the secret is wrong (HTTP 401)"},
		"with": {fmt.Errorf("google: list: %w", mended), "the secret is wrong (HTTP 401)", "check it",
			"the secret is wrong: check it (HTTP 401)"},
		"a sentence": {Mend(Say(kind, "it is full."), "make room"), "it is full.", "make room",
			"it is full. Make room"},
		"several parts": {Mend(errors.New("it is full; nothing is written (HTTP 507)"), "make room, or wait"),
			"it is full; nothing is written (HTTP 507)", "make room, or wait",
			"it is full; nothing is written. Make room, or wait (HTTP 507)"},
		"lines below": {Mend(Say(kind, "it ended\nIts last words:\n  it is: full"), "make room"),
			"it ended\nIts last words:\n  it is: full", "make room", "it ended: make room\nIts last words:\n  it is: full"},
		"a command": {Mend(errors.New("it is open; nothing is read"), "chmod 600 it"), "it is open; nothing is read",
			"chmod 600 it", "it is open; nothing is read. chmod 600 it"},
		"several parts of a place": {fmt.Errorf("home: %w", Mend(errors.New("a; b"), "mend it")), "home: a; b",
			"mend it", "home: a; b. Mend it"},
		"said anew":   {Say(mended, "nobody is let in"), "nobody is let in", "", "nobody is let in"},
		"mended anew": {Mend(Say(mended, "gone"), "find it"), "gone", "find it", "gone: find it"},
		"twice": {Mend(mended, "then go on"), "the secret is wrong: check it (HTTP 401)", "then go on",
			"the secret is wrong: check it: then go on (HTTP 401)"},
		"of a place": {fmt.Errorf("calendar team: %w", Mend(errors.New("it is full"), "make room")),
			"calendar team: it is full", "make room", "calendar team: it is full: make room"},
		"with more behind": {fmt.Errorf("%w (a copy is kept)", mended), "the secret is wrong (HTTP 401) (a copy is kept)",
			"check it", "the secret is wrong: check it (HTTP 401) (a copy is kept)"},
		"said within": {fmt.Errorf("a: %w", Mend(fmt.Errorf("b: %w", Say(kind, "it is full")), "make room")),
			"it is full", "make room", "it is full: make room"},
		"joined": {errors.Join(mended, errors.New("another")), "the secret is wrong: check it (HTTP 401)\nanother", "",
			"the secret is wrong: check it (HTTP 401)\nanother"},
	} {
		if Cause(c.err) != c.cause || Cure(c.err) != c.cure || Of(c.err) != c.told {
			t.Errorf("%s: %q, %q, %q", name, Cause(c.err), Cure(c.err), Of(c.err))
		}
	}
	if !errors.Is(mended, kind) || mended.Error() != "not allowed: the secret is wrong: check it (HTTP 401)" {
		t.Errorf("%v", mended)
	}
	if Mend(nil, "check it") != nil {
		t.Error("nothing is mended")
	}
}

// TestSentence: a cure is a clause behind its cause, and a sentence by itself.
func TestSentence(t *testing.T) {
	for clause, sentence := range map[string]string{"": "", "run zoomtag sync": "Run zoomtag sync.",
		"is it yours?": "Is it yours?", "ändere es": "Ändere es."} {
		if got := Sentence(clause); got != sentence || Sentence(got) != sentence || Clause(got) != clause {
			t.Errorf("%q: %q, %q", clause, got, Clause(got))
		}
	}
}

// TestPair: two values that are kept as one text come apart again.
func TestPair(t *testing.T) {
	for _, c := range [][2]string{{"it is full", "make room"}, {"it is full", ""}, {"", ""}, {"", "make room"}} {
		if cause, cure := Apart(Pair(c[0], c[1])); cause != c[0] || cure != c[1] {
			t.Errorf("%q: %q, %q", c, cause, cure)
		}
	}
	if cause, cure := Apart(Pair("it\tis full", "")); cause != "it is full" || cure != "" {
		t.Errorf("with a tab: %q, %q", cause, cure)
	}
	causes, cures := AllApart([]string{Pair("a", "b"), "c", Pair("d", "e")})
	if !slices.Equal(causes, []string{"a", "c", "d"}) || !slices.Equal(cures, []string{"b", "e"}) {
		t.Errorf("%q, %q", causes, cures)
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
