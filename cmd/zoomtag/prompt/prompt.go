// Package prompt puts questions to people, one after the other: on a screen with huh's fields, and line by line where there is none, over a pipe,
// with TERM=dumb or NO_COLOR. A question that a flag has answered is not put.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"charm.land/huh/v2"

	"zoomtag/providers/words"
	"zoomtag/sync/setup"
)

// Asker puts questions.
type Asker struct {
	In     io.Reader
	Out    io.Writer
	Screen bool // fields are drawn; else lines are read
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
	var typed string
	field := huh.NewInput().Title(a.title(q)).Description(q.Help).Placeholder(q.Default).Value(&typed)
	field.Validate(func(s string) error {
		if s == "" {
			s = q.Default
		}
		_, err := check(s)
		return err
	})
	if err := a.run(ctx, field, q); err != nil {
		return "", err
	}
	if typed == "" {
		typed = q.Default
	}
	return check(typed)
}

// title is the question as it is put: where lines are read, with its help above and its default behind.
func (a *Asker) title(q setup.Question) string {
	if a.Screen {
		return q.Title
	}
	title := q.Title
	if q.Default != "" {
		title += " [" + q.Default + "]"
	}
	return title
}

// run shows a field until it is answered, or ctx ends. A reading that waits for a line cannot be ended: the process ends soon after it.
func (a *Asker) run(ctx context.Context, field *huh.Input, q setup.Question) error {
	if a.Screen {
		if q.Secret {
			field.EchoMode(huh.EchoModePassword)
		}
		err := huh.NewForm(huh.NewGroup(field)).WithInput(a.In).WithOutput(a.Out).WithShowHelp(false).RunWithContext(ctx)
		if errors.Is(err, huh.ErrUserAborted) {
			return context.Canceled
		}
		return err
	}
	fmt.Fprintln(a.Out, "\n"+q.Help)
	var in io.Reader = &bytewise{from: a.In, ended: &a.ended}
	if file, ok := a.In.(*os.File); ok && q.Secret && isTerminal(file) {
		in = file
		field.EchoMode(huh.EchoModePassword)
	}
	field.WithTheme(huh.ThemeFunc(func(bool) *huh.Styles { return &huh.Styles{} }))
	answered := make(chan error, 1)
	go func() { answered <- field.RunAccessible(a.Out, in) }()
	select {
	case err := <-answered:
		if err == nil && a.ended {
			return fmt.Errorf("%w before %q was answered: answer it with --%s", ErrEnded, q.Title, q.Flag)
		}
		return err
	case <-ctx.Done():
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
