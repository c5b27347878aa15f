package prompt

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	_ "zoomtag/providers/ical/zonetest" // the zones are the same on each machine
	"zoomtag/providers/words"
	"zoomtag/sync/setup"
)

// even takes texts of an even length.
func even(s string) (string, error) {
	if len(s)%2 != 0 || s == "" {
		return "", errors.New("the answer is odd: write one letter more")
	}
	return strings.ToUpper(s), nil
}

// TestAsk: what is typed ahead belongs to the next question, a wrong answer is asked for again, and a last line may
// lack its end.
func TestAsk(t *testing.T) {
	var out strings.Builder
	a := &Asker{In: strings.NewReader("abc\nab\n\nabcd"), Out: &out}
	for _, want := range []string{"AB", "DEFT", "ABCD"} {
		got, err := a.Ask(t.Context(), setup.Question{Title: "What?", Help: "Why.", Flag: "what", Default: "deft",
			Check: even})
		if got != want || err != nil {
			t.Errorf("answered %q, %v, want %q\n%s", got, err, want, out.String())
		}
	}
	if a.Asked != 3 || !strings.Contains(out.String(), "write one letter more") ||
		strings.Contains(out.String(), "\x1b") {
		t.Errorf("%d asked:\n%s", a.Asked, out.String())
	}
	if got, err := a.Ask(t.Context(), setup.Question{Title: "What?", Flag: "what", Check: even}); !errors.Is(err,
		ErrEnded) || !words.IsUsage(err) {
		t.Errorf("behind the end: %q, %v", got, err)
	}
}

// TestAskNobody: a flag is an answer, and where nobody is there the default is one, if it is any good.
func TestAskNobody(t *testing.T) {
	a := &Asker{Silent: true, Out: io.Discard}
	for _, c := range []struct {
		given, def, want, fault string
	}{{"ab", "", "AB", ""}, {"abc", "", "", "--what: the answer is odd"}, {"", "deft", "DEFT", ""},
		{"", "", "", "answer it with --what"}} {
		got, err := a.Ask(t.Context(), setup.Question{Title: "What?", Flag: "what", Given: c.given, Default: c.def,
			Check: even})
		if got != c.want || (err == nil) != (c.fault == "") || err != nil && (!strings.Contains(err.Error(), c.fault) ||
			!words.IsUsage(err)) {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	if a.Asked != 0 {
		t.Errorf("%d questions were put", a.Asked)
	}
}

// TestAskEnds: whoever waits for an answer goes when the command is told to stop.
func TestAskEnds(t *testing.T) {
	in, typing := io.Pipe()
	defer typing.Close()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := (&Asker{In: in, Out: io.Discard}).Ask(ctx, setup.Question{Title: "What?"}); !errors.Is(err,
		context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
