package ical

import (
	"errors"
	"strconv"
)

// The two ways in which a file can be no good.
var (
	// ErrIncomplete: the file ends before its END:VCALENDAR. Whoever writes it is not done, or broke off.
	ErrIncomplete = errors.New("the iCalendar file is not complete")
	// ErrMalformed: the file is whole but is not a calendar that can be understood.
	ErrMalformed = errors.New("not a readable iCalendar file")
)

// SyntaxError says where and why a file cannot be read. It is ErrIncomplete or ErrMalformed.
type SyntaxError struct {
	Line   int    // physical line, from 1; 0 where the file as a whole is meant
	Reason string // a clause without full stop, fit for the file's owner
	kind   error
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return "line " + strconv.Itoa(e.Line) + ": " + e.Reason
}

// Unwrap returns ErrIncomplete or ErrMalformed.
func (e *SyntaxError) Unwrap() error { return e.kind }

func malformed(line int, reason string) error {
	return &SyntaxError{Line: line, Reason: reason, kind: ErrMalformed}
}

func incomplete(reason string) error {
	return &SyntaxError{Reason: reason, kind: ErrIncomplete}
}
