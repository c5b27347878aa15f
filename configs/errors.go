package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake in a configuration.
type Error struct {
	File string
	// Line and Column begin at 1; 0 where the mistake has no place.
	Line, Column int
	// Text says what is wrong, and Cure how to mend it, as a clause; "" where that needs no word. Neither ever holds a
	// secret.
	Text, Cure string
}

func (e *Error) Error() string {
	text := e.Text
	if e.Cure != "" {
		text += "; " + e.Cure
	}
	switch {
	case e.File == "":
		return text
	case e.Line == 0:
		return e.File + ": " + text
	case e.Column == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, text)
}

// mendable is a mistake that was reported, of which can be said how to mend it.
type mendable struct{ mistake *Error }

// mend says how, and by says it in a clause as it is; "" leaves it unsaid.
func (m mendable) mend(format string, args ...any) { m.by(fmt.Sprintf(format, args...)) }

func (m mendable) by(cure string) { m.mistake.Cure = cure }

// Errors are all mistakes found in a configuration, in the order of the file. It prints one to a line.
type Errors struct {
	List []*Error
}

func (e *Errors) Error() string {
	lines := make([]string, len(e.List))
	for i, one := range e.List {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each mistake, for errors.As.
func (e *Errors) Unwrap() []error {
	list := make([]error, len(e.List))
	for i, one := range e.List {
		list[i] = one
	}
	return list
}

// maxErrors is how many mistakes are shown: behind them the file is something else than a configuration.
const maxErrors = 50

// orNil returns the mistakes in the order of the file, or nil if there are none.
func (e *Errors) orNil() error {
	if len(e.List) == 0 {
		return nil
	}
	slices.SortStableFunc(e.List, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if more := len(e.List) - maxErrors; more > 0 {
		file := e.List[0].File
		e.List = append(e.List[:maxErrors:maxErrors],
			&Error{File: file, Text: fmt.Sprintf("and %d more mistakes", more)})
	}
	return e
}

// single is an Errors of one mistake that concerns a file as a whole.
func single(file, format string, args ...any) *Errors {
	return &Errors{List: []*Error{{File: file, Text: fmt.Sprintf(format, args...)}}}
}

// mended is e, a single mistake, with how to mend it.
func (e *Errors) mended(format string, args ...any) *Errors {
	mendable{e.List[0]}.mend(format, args...)
	return e
}
