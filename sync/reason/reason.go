// Package reason lists the reasons for which zoomtag holds an event or a calendar, lets it wait, or has failed with it.
// Each has a code, which programs may rely on, and its cause and its cure in a sentence each. It is pure, and knows
// nobody: those who stop somewhere name the code together with the sentence that fits the case.
package reason

import (
	"errors"
	"slices"
	"strconv"

	"zoomtag/providers/words"
)

// Code names a reason, in a short word that never changes its meaning. "" is no reason: nothing stands in the way, or a
// zoomtag that knew of no codes has noted it.
type Code string

// State is what becomes of an event or a calendar for a reason.
type State string

// The states.
const (
	Held    State = "held"    // it waits for a person
	Waiting State = "waiting" // it goes on by itself, and nothing is wrong
	Ignored State = "ignored" // it asks for nothing, or for nothing that can be had; nothing is wrong
	Failed  State = "failed"  // something went wrong, and is tried again
)

// Row is what a code stands for.
type Row struct {
	Code  Code
	State State // as a rule; what waits for a service may have failed for it
	// Cause and Cure are told where nobody has a sentence that fits the case better.
	Cause, Cure string
	// Doctor is the code that doctor finds for the same; "" where it has none of its own.
	Doctor string
}

// Codes returns all rows, in their order.
func Codes() []Row { return slices.Clone(rows) }

// Row is what the code stands for; ok is false for one that is not in the list.
func (c Code) Row() (row Row, ok bool) {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Code == c })
	if i < 0 {
		return Row{}, false
	}
	return rows[i], true
}

// Check reports, as a mistake of whoever asks, that c is not in the list; "" is nobody's mistake.
func (c Code) Check() error {
	if _, known := c.Row(); known || c == "" {
		return nil
	}
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = string(row.Code)
	}
	return words.Usage(errors.New("there is no code " + strconv.Quote(string(c)) + ": docs/held.md lists them" +
		words.Meant(string(c), names)))
}

// Cure is what mends it, in a sentence; "" for no code.
func (c Code) Cure() string {
	row, _ := c.Row()
	return row.Cure
}

// CureOf is what mends a case, in a sentence: the clause that is known of the case, else what mends it as a rule.
func (c Code) CureOf(clause string) string {
	if clause == "" {
		return c.Cure()
	}
	return words.Sentence(clause)
}

// Told is what people read of a case: the cause, and behind it the cure of the case, as CureOf makes it. A cure that is
// no more than the rule is left out, unless it is the same in each case.
func (c Code) Told(cause, cure string) string {
	rule := cure == c.Cure() && !slices.Contains(plain, c)
	if cause == "" || rule {
		return cause
	}
	return words.Join(cause, words.Clause(cure))
}

// Reason is why something is held, waits, is ignored or has failed: a code, and cause and cure of the case. It is an
// error where that is what came of a step: whatever is wrapped around it, people are told its sentence alone. It is
// made with Because, so that none is without its code.
type Reason struct {
	code        Code
	cause, cure string
}

// Because is the reason with the cause, in words for people.
func (c Code) Because(cause string) Reason { return Reason{code: c, cause: cause} }

// Mend is r with what mends this very case, as a clause (words.Curable). Without one, what mends it as a rule holds.
func (r Reason) Mend(cure string) Reason {
	r.cure = cure
	return r
}

// BecauseOf is the reason whose cause and cure are those of an error, behind what it was about.
func (c Code) BecauseOf(about string, err error) Reason {
	return c.Because(about + words.Cause(err)).Mend(words.Cure(err))
}

// Code is the reason's code.
func (r Reason) Code() Code { return r.code }

// None reports whether there is no reason: nothing stands in the way.
func (r Reason) None() bool { return r.code == "" }

// Error is the whole sentence, cause and cure.
func (r Reason) Error() string { return words.Join(r.cause, r.cure) }

// Plain implements words.Plain: it is the cause.
func (r Reason) Plain() string { return r.cause }

// Cure implements words.Curable: it is the cure of this case, or "".
func (r Reason) Cure() string { return r.cure }

// coded is a failure of somebody else's, with its code.
type coded struct {
	error
	code Code
}

func (c *coded) Unwrap() error { return c.error }

// Of gives a failure the code, and changes nothing of what people are told of it.
func (c Code) Of(failure error) error { return &coded{failure, c} }

// In is the code of a failure, the outermost that it was given; "" where it was given none.
func In(err error) Code {
	var given *coded
	var why Reason
	switch {
	case errors.As(err, &given):
		return given.code
	case errors.As(err, &why):
		return why.code
	}
	return ""
}
