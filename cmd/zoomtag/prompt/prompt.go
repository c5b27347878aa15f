// Package prompt puts questions to people. What there is to choose from is shown as a list with a bar that arrow keys
// move, where somebody sits at a screen. All else, and everything elsewhere, is asked line by line, as huh's accessible
// mode does: so it can be answered by a screen reader, over any connection, and from a file. A question that a flag has
// answered is not put.
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
	Silent bool     // nobody is there: defaults are taken
	Screen *os.File // the one on which a bar can be moved; nil: there is none
	Asked  int      // how many questions were put
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
			return "", words.Usage(words.Mend(fmt.Errorf("nobody can be asked %q with --yes", q.Title),
				"answer it with --"+q.Flag))
		}
		return answer, nil
	}
	a.Asked++
	if len(q.Choices) > 0 && a.Screen != nil {
		chosen, err := a.choose(ctx, q)
		if err != nil || chosen.Typed == "" {
			return chosen.Answer, err
		}
		q.Title, q.Help, q.Default = chosen.Typed, "", ""
	}
	if q.Numbered {
		for i, c := range q.Choices {
			fmt.Fprintf(a.Out, "  %d. %s\n", i+1, c.Label)
		}
	}
	typed := q.Default
	field := huh.NewInput().Title(title(q)).Value(&typed).Validate(func(s string) error {
		if s == "" {
			s = q.Default
		}
		_, err := check(s)
		return err
	})
	if fmt.Fprintln(a.Out); q.Help != "" {
		fmt.Fprintln(a.Out, q.Help)
	}
	if err := a.run(ctx, field, q); err != nil {
		return "", err
	}
	if a.ended && typed == q.Default { // nothing was typed; a last line may lack its end
		return "", words.Usage(words.Mend(fmt.Errorf("%w before %q was answered", ErrEnded, q.Title),
			"answer it with --"+q.Flag))
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

// run puts a question until it is answered, or ctx ends. A reading that waits for a line cannot be ended: the process
// ends soon after it.
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

// choose has one of several answers be chosen, with the arrow keys and Enter. Ctrl-C ends it as it ends the command.
func (a *Asker) choose(ctx context.Context, q setup.Question) (setup.Choice, error) {
	var chosen int
	options := make([]huh.Option[int], len(q.Choices))
	for i, c := range q.Choices {
		options[i] = huh.NewOption(c.Label, i)
	}
	field := huh.NewSelect[int]().Title(q.Title).Options(options...).Value(&chosen).Validate(func(i int) error {
		if c := q.Choices[i]; c.Typed == "" && q.Check != nil {
			_, err := q.Check(c.Answer)
			return err
		}
		return nil
	})
	form := huh.NewForm(huh.NewGroup(field)).WithInput(a.In).WithOutput(a.Screen).
		WithTheme(huh.ThemeFunc(huh.ThemeBase)).WithShowHelp(false)
	switch err := form.RunWithContext(ctx); {
	case errors.Is(err, huh.ErrUserAborted):
		return setup.Choice{}, context.Canceled
	case err != nil:
		return setup.Choice{}, err
	}
	fmt.Fprintf(a.Out, "\n%s %s\n", q.Title, q.Choices[chosen].Label) // the list itself is gone from the screen
	return q.Choices[chosen], nil
}

// CanChoose reports whether in and out are a screen on which a bar can be moved: not one that only takes lines, nor
// where people have asked for plain questions (ACCESSIBLE, as other programs with huh have it).
func CanChoose(in io.Reader, screen bool, env func(string) string) bool {
	file, ok := in.(*os.File)
	if !ok || !screen || !term.IsTerminal(int(file.Fd())) {
		return false
	}
	return env("ACCESSIBLE") == "" && env("TERM") != "dumb"
}
