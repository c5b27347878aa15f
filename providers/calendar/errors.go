package calendar

import (
	"time"

	"zoomtag/providers/words"
)

// The kinds of failure that callers tell apart. Adapters wrap them: the text around says what happened, to what, and
// what to do. Any other error is a passing one: it is tried again, and nothing is concluded from it.
var (
	// ErrGone: the service has said that there is no such event.
	ErrGone = words.Fact("the event is gone")
	// ErrConflict: the event is no longer at the version that the write was based on. Nothing was written.
	ErrConflict = words.Fact("the event was changed meanwhile")
	// ErrCursor: the cursor is no longer good; everything has to be read again.
	ErrCursor = words.Fact("the change cursor has expired")
	// ErrAbsent: the calendar itself is not there, or may not be seen: an unmounted folder, a calendar that is no
	// longer shared. Nothing is known of its events, and it is held until it is back.
	ErrAbsent = words.Fact("the calendar is not there")
	// ErrUnlisted: the calendar has not been listed since the program began, and cannot tell before that whether what
	// it does not find is gone. Its next pass lists it.
	ErrUnlisted = words.Kind("not listed yet")
	// ErrUnchosen: the configuration fits several calendars. It is a question for whoever wrote that; of no event is
	// anything known.
	ErrUnchosen = words.Kind("not chosen")
	// ErrMalformed: the event is there, but what it says cannot be understood.
	ErrMalformed = words.Fact("the event cannot be understood")
	// ErrIncomplete: the event is there, but only in part so far (a half-written file).
	ErrIncomplete = words.Fact("the event is not complete yet")
	// ErrDenied: we may not do this, and trying again changes nothing until somebody grants it.
	ErrDenied = words.Kind("not allowed")
)

// SignInError says that the service, or what keeps the sign-in, does not take who asks: a wrong password, a secret that
// has expired, nobody has signed in. It is an ErrDenied, and concerns everything that is asked with the same
// credentials.
type SignInError struct{ Err error }

func (e *SignInError) Error() string { return e.Err.Error() }
func (e *SignInError) Unwrap() error { return e.Err }

// Throttled is the service asking to be left alone until a time.
type Throttled struct {
	Until time.Time
	Err   error
}

func (t *Throttled) Error() string {
	return "asked to wait until " + t.Until.UTC().Format(time.RFC3339) + ": " + t.Err.Error()
}
func (t *Throttled) Unwrap() error { return t.Err }
