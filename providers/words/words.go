// Package words turns errors into what people read. An error grows from the inside out: each layer says what it was
// about, and its kind is for the program alone. Of such a chain people need one sentence, the one that says the cause,
// and what mends it.
//
// Cause and cure are two values from where they are found (Mend) to where they are printed (Of, Join): between those
// nobody puts them into one text, nor takes them apart again. Where only a text can be kept, Pair keeps both.
package words

import (
	"errors"
	"strings"
)

// Plain is an error, somewhere in a chain, that says all that people need in one sentence: what, where, and how to mend
// it.
type Plain interface {
	error
	Plain() string
}

// kind is an error that tells the program what may be concluded. What stands behind it in a chain is the cause, what
// stands before it is what was being done.
type kind struct {
	text string
	mute bool
}

func (k *kind) Error() string { return k.text }

// Kind makes a kind of failure that people are not told where something stands behind it: "not allowed" says less than
// the reason.
func Kind(text string) error { return &kind{text, true} }

// Fact makes a kind of failure that people have to be told as well: "the event is gone".
func Fact(text string) error { return &kind{text, false} }

// said is a sentence for people, with the kind that it is of.
type said struct {
	kind error
	text string
}

func (s *said) Error() string {
	if s.kind == nil {
		return s.text
	}
	return s.kind.Error() + ": " + s.text
}

func (s *said) Unwrap() error { return s.kind }

func (s *said) Plain() string { return s.text }

// Say is an error of a kind, which may be nil, that people are told with this sentence alone, whatever is wrapped
// around it.
func Say(kind error, sentence string) error { return &said{kind, sentence} }

// Of is what people are told of err: its cause, and behind it the cure where it has one.
func Of(err error) string { return Join(Cause(err), Cure(err)) }

// Cause is why err came about, in words for people: the outermost sentence in it that was made for them, else its text
// from the kind on. Errors that were joined are told one after the other, each with its cure.
func Cause(err error) string {
	if err == nil {
		return ""
	}
	plain, m := toldBy(err)
	switch {
	case plain != nil:
		return plain.Plain()
	case m != nil:
		return m.without(fromKind(err))
	}
	if several := joined(err); len(several) > 1 {
		return told(several)
	}
	return fromKind(err)
}

// outermost is the first sentence on the way to the cause. The ways part at errors that were joined, which are told
// each by itself.
func outermost(err error) Plain {
	var plain Plain
	if len(joined(err)) > 1 || !errors.As(err, &plain) {
		return nil
	}
	return plain
}

// joined are the errors that errors.Join has put together. An error of fmt.Errorf with several in it is one.
func joined(err error) []error {
	several, ok := err.(interface{ Unwrap() []error }) // it is about this node alone
	if !ok {
		return nil
	}
	list := several.Unwrap()
	texts := make([]string, 0, len(list))
	for _, e := range list {
		texts = append(texts, e.Error())
	}
	if strings.Join(texts, "\n") != err.Error() {
		return nil
	}
	return list
}

// told is what several errors say, each once.
func told(errs []error) string {
	var list []string
	seen := map[string]bool{}
	for _, e := range errs {
		if text := Of(e); !seen[text] {
			seen[text] = true
			list = append(list, text)
		}
	}
	return strings.Join(list, "\n")
}

// fromKind is the text of err behind the last of its mute kinds, or else from the last of its facts on: what was being
// done is left out.
func fromKind(err error) string {
	text := err.Error()
	cut := 0
	walk(err, func(e error) {
		k, ok := e.(*kind) //nolint:errorlint // the walk comes by all of them
		if !ok {
			return
		}
		at := strings.LastIndex(text, k.text+": ")
		if at >= 0 && k.mute {
			at += len(k.text + ": ")
		}
		cut = max(cut, at)
	})
	return text[cut:]
}

func walk(err error, visit func(error)) {
	visit(err)
	switch e := err.(type) { //nolint:errorlint // it is how a tree of errors is walked
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			walk(inner, visit)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if inner != nil {
				walk(inner, visit)
			}
		}
	}
}

// Cut shortens text to at most n characters; a cut text ends with an ellipsis.
func Cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
