package meeting

import (
	"errors"
	"slices"
	"time"

	"zoomtag/providers/words"
)

// The kinds of failure of which callers may conclude something. A call that failed with one of them has certainly not
// taken effect. With any other error (a timeout, a 5xx, a cut answer) it may have.
var (
	// ErrNotFound: no meeting of this host carries the mark.
	ErrNotFound = words.Fact("no meeting carries this mark")
	// ErrGone: the service says that there is no meeting with this id.
	ErrGone = words.Fact("the meeting is gone")
	// ErrDenied: credentials, scopes, licence or privileges do not allow it.
	ErrDenied = words.Kind("not allowed")
	// ErrInvalid: the service does not accept what was asked for.
	ErrInvalid = words.Kind("not accepted")
	// ErrNotSent: the request never left (no connection, no access token). It may be tried again at once.
	ErrNotSent = words.Kind("could not be sent")
	// ErrAgain: the service does not take a part of what was asked for. The same call, made again, leaves that part
	// out.
	ErrAgain = words.Kind("to be tried again without what is not taken")
)

// ErrUnfit says that the meeting is there and must not be shown to guests: it lacks something without which they get in
// whom the owner does not want. It leaves open what else the call did.
var ErrUnfit = words.Fact("the meeting is not as safe as it was asked to be")

// SignInError says that the service, or what keeps the sign-in, does not take who asks: a secret that has expired, an
// app that was switched off, nobody has signed in. It concerns everything that is asked with the same credentials.
type SignInError struct{ Err error }

func (e *SignInError) Error() string { return e.Err.Error() }
func (e *SignInError) Unwrap() error { return e.Err }

// Throttled is the service asking to be left alone until a time.
type Throttled struct {
	Until time.Time
	// Daily says that the host's limit of create and update calls for this UTC day is used up.
	Daily bool
	Err   error
}

func (t *Throttled) Error() string {
	return "asked to wait until " + t.Until.UTC().Format(time.RFC3339) + ": " + t.Err.Error()
}
func (t *Throttled) Unwrap() error { return t.Err }

// refusals are the kinds of errors behind which nothing was done.
var refusals = []error{ErrNotFound, ErrGone, ErrDenied, ErrInvalid, ErrNotSent, ErrAgain}

// Refused reports whether err says for certain that the call did not take effect.
func Refused(err error) bool {
	var throttled *Throttled
	is := func(kind error) bool { return errors.Is(err, kind) }
	return errors.As(err, &throttled) || slices.ContainsFunc(refusals, is)
}
