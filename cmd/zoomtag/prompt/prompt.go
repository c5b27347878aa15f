// Package prompt puts questions to people, line by line, as huh's accessible mode does: so they can be answered over ssh, by a screen reader, and
// from a file. A question that a flag has answered is not put.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"charm.land/huh/v2"
	"golang.org/x/term"

	"zoomtag/providers/words"
	"zoomtag/sync/setup"
)

// Asker puts questions.
type Asker struct {
	In     io.Reader
	Out    io.Writer
	Silent bool // nobody is there: defaults are taken
	Asked  int  // how many questions were put
	ended  bool
}

// ErrEnded says that the input ended before an answer.
var ErrEnded = errors.New("the input has ended")

// Ask puts a question until the answer is one. What a flag says is checked, and not asked again.
func (a *Asker) Ask(ctx context.Context, q setup.Question) (string, error) {
	check := q.Check
	if check == nil {
		check = func(s string) (string, error) { return s, nil }
	}
	switch {
	case q.Given != "":
		answer, err := check(q.Given)
		if err != nil {
			return "", words.Usage(fmt.Errorf("--%s: %w", q.Flag, err))
		}
		return answer, nil
	case a.Silent:
		answer, err := check(q.Default)
		if err != nil {
			return "", words.Usage(fmt.Errorf("nobody can be asked %q with --yes: answer it with --%s", q.Title, q.Flag))
		}
		return answer, nil
	}
	a.Asked++
	typed := q.Default
	field := huh.NewInput().Title(title(q)).Value(&typed).Validate(func(s string) error {
		if s == "" {
			s = q.Default
		}
		_, err := check(s)
		return err
	})
	fmt.Fprintln(a.Out, "\n"+q.Help)
	if err := a.run(ctx, field, q); err != nil {
		return "", err
	}
	if a.ended && typed == q.Default { // nothing was typed; a last line may lack its end
		return "", words.Usage(fmt.Errorf("%w before %q was answered: answer it with --%s", ErrEnded, q.Title, q.Flag))
	}
	return check(typed)
}

// title is the question with its default behind it.
func title(q setup.Question) string {
	if q.Default != "" {
		return q.Title + " [" + q.Default + "]"
	}
	return q.Title
}

// run puts a question until it is answered, or ctx ends. A reading that waits for a line cannot be ended: the process ends soon after it.
func (a *Asker) run(ctx context.Context, field *huh.Input, q setup.Question) error {
	var in io.Reader = &bytewise{from: a.In, ended: &a.ended}
	restore := func() {}
	if file, ok := a.In.(*os.File); ok && q.Secret && term.IsTerminal(int(file.Fd())) {
		if state, err := term.GetState(int(file.Fd())); err == nil { // else it stays without an echo after Ctrl-C
			restore = func() { _ = term.Restore(int(file.Fd()), state) }
		}
		in = file
		field.EchoMode(huh.EchoModePassword)
	}
	field.WithTheme(huh.ThemeFunc(func(bool) *huh.Styles { return &huh.Styles{} }))
	answered := make(chan error, 1)
	go func() { answered <- field.RunAccessible(a.Out, in) }()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		restore()
		return ctx.Err()
	}
}

// bytewise reads no further than the line that is asked for: what is typed ahead belongs to the next question.
type bytewise struct {
	from  io.Reader
	ended *bool
}

// Read reads a byte.
func (b *bytewise) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := b.from.Read(p[:1])
	*b.ended = *b.ended || errors.Is(err, io.EOF)
	return n, err
}
