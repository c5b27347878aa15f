// Package calendartest holds the suite that every calendar adapter must pass, and Fake, a calendar in memory that
// passes it first.
//
// An adapter's test makes a Harness and calls Run:
//
//	func TestContract(t *testing.T) {
//		calendartest.Run(t, calendartest.Harness{Class: calendartest.Folder, New: newWorld})
//	}
//
// The suite has no flags that skip anything. A world may say that a misbehaviour is not applicable to its backend, but
// not for those of its class.
package calendartest

import (
	"errors"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// Class is the kind of backend that an adapter talks to. It decides which misbehaviours a World must be able to show.
type Class int

// The classes.
const (
	Folder Class = iota + 1 // files
	HTTP                    // a web API or a CalDAV server, seen through an emulator
	Memory                  // Fake
)

// Harness is what the suite needs to know of an adapter.
type Harness struct {
	Class Class
	// New makes a fresh, empty calendar. What it opens it closes with t.Cleanup.
	New func(t *testing.T) World
	// Now is the adapter's clock; nil is time.Now.
	Now func() time.Time
	// Unnoticed is how long a deletion may stay unnoticed, for services that do not tell. The world is then a Clock.
	Unnoticed time.Duration
}

// Clock is a World whose adapter's clock can be moved.
type Clock interface {
	Later(d time.Duration)
}

// World is one calendar of the suite's: the adapter under test, and its backend from the side of the owner, who edits
// with an app that knows nothing of zoomtag. Its methods fail the test where the backend cannot do what is asked.
type World interface {
	// Calendar returns the adapter under test. Each call makes a new one on the same backend, as a restart would. A
	// backend with pages must be made to use pages of at most two items.
	Calendar() calendar.Calendar

	// Put adds an event and returns its id. Title, Description, Location, Start, End and Zone are honoured, the rest of
	// e where the backend can. The event is organised by the owner of the calendar.
	Put(e calendar.Event) (id string)
	// Edit changes the texts and times of an event, as the owner would: change gets them as they are stored and changes
	// them in place. What zoomtag keeps out of sight in the event (the mark, properties) stays there.
	Edit(id string, change func(e *calendar.Event))
	// Delete deletes an event.
	Delete(id string)
	// PutSeries adds an event like Put, which takes place at the same time on so many days in a row. The owner of a
	// series does not Edit it.
	PutSeries(e calendar.Event, days int) (id string)
	// CancelDate cancels or takes out one date of such a series, counted from 0.
	CancelDate(id string, n int)
	// ExceptDate gives one date of such a series a title and a description of its own.
	ExceptDate(id string, n int, title, description string)

	// SetReadOnly has the owner share the calendar for reading only, or for writing; a folder is put where nothing can
	// be written. It is ErrNotApplicable for other people's servers, which cannot be asked for it.
	SetReadOnly(readOnly bool) error

	// Misbehave makes the backend fail in the given way in every call from now on, until Heal. It returns
	// ErrNotApplicable where the backend cannot fail like that.
	Misbehave(m Misbehaviour) error
	// Heal ends every misbehaviour.
	Heal()
}

// ErrNotApplicable is what World.Misbehave returns for a misbehaviour that its backend cannot show.
var ErrNotApplicable = errors.New("calendartest: this backend cannot misbehave like that")

// Misbehaviour is a way in which a backend fails.
type Misbehaviour string

// The misbehaviours. Where nothing else is said, every request is answered like that.
const (
	Unauthorized Misbehaviour = "unauthorized" // 401
	// 403: a permission is lacking; a folder: writing is not allowed
	Forbidden          Misbehaviour = "forbidden"
	NotFound           Misbehaviour = "not found"           // 404, for the calendar as well
	Gone               Misbehaviour = "gone"                // 410
	PreconditionFailed Misbehaviour = "precondition failed" // 412 to every write
	TooMany            Misbehaviour = "too many"            // 429 without Retry-After
	TooManySeconds     Misbehaviour = "too many, seconds"   // 429, Retry-After is the seconds of RetryAfter
	TooManyDate        Misbehaviour = "too many, HTTP date" // 429, Retry-After is an HTTP date, RetryAfter from now
	TooManyGarbage     Misbehaviour = "too many, garbage"   // 429, Retry-After is "soon"
	ServerError        Misbehaviour = "server error"        // 500, nothing done
	LostAnswer         Misbehaviour = "lost answer"         // the request takes effect, the answer is a 502
	CutBody            Misbehaviour = "cut body"            // 200, the connection ends in the middle of the body
	HTMLInsteadOfData  Misbehaviour = "HTML instead of data"
	EmptyBody          Misbehaviour = "empty body"        // 200 and nothing
	SecondPageFails    Misbehaviour = "second page fails" // the first page of a list is good, the second a 500
	EndlessPages       Misbehaviour = "endless pages"     // each page names a next one
	SilentNoOp         Misbehaviour = "silent no-op"      // a write is answered with success and changes nothing
	// the cursors given out so far are refused, as the service does it
	ExpiredCursor Misbehaviour = "expired cursor"
	Unreadable    Misbehaviour = "unreadable"   // a folder that cannot be listed nor its files opened
	Missing       Misbehaviour = "missing"      // a folder that is not there (not mounted)
	Empty         Misbehaviour = "empty"        // a calendar that stands there suddenly without any event
	HalfWritten   Misbehaviour = "half written" // each file ends in the middle (its writer is not done)
)

// RetryAfter is how long TooManySeconds and TooManyDate ask to wait.
const RetryAfter = 30 * time.Second

// mandatory lists what a world of each class must be able to show.
var mandatory = map[Class][]Misbehaviour{
	Folder: {Unreadable, Missing, Empty, HalfWritten}, // root writes where it is forbidden
	HTTP: {Unauthorized, Forbidden, NotFound, Gone, PreconditionFailed, TooMany, TooManySeconds, TooManyDate,
		TooManyGarbage,
		ServerError, LostAnswer, CutBody, HTMLInsteadOfData, EmptyBody, SecondPageFails, EndlessPages, SilentNoOp,
		ExpiredCursor},
	Memory: {Unauthorized, Forbidden, PreconditionFailed, TooManySeconds, ServerError, LostAnswer, SilentNoOp,
		ExpiredCursor, Empty},
}
