package rest

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"zoomtag/providers/words"
)

// BrokenError is a failure of the network or of the service's own: nothing is concluded from it, and a reading call is
// made again. Its sentence says all, whatever was asked.
type BrokenError struct {
	Cause string
	Mends string // what mends it, as a clause; "" where nobody can name that
}

// NewUnreached is the failure of a call that got no whole answer of host.
func NewUnreached(host string, err error) *BrokenError {
	cause, cure := Unreached(host, err)
	return &BrokenError{cause, cure}
}

// Error is the cause with its cure.
func (b *BrokenError) Error() string { return words.Join(b.Cause, b.Mends) }

// Plain implements words.Plain.
func (b *BrokenError) Plain() string { return b.Cause }

// Cure implements words.Curable.
func (b *BrokenError) Cure() string { return b.Mends }

// IsBroken reports whether err is, or wraps, a BrokenError.
func IsBroken(err error) bool {
	var broken *BrokenError
	return errors.As(err, &broken)
}

// mostTries bounds how often one reading call is made.
const mostTries = 3

// Read makes a call that changes nothing. Where what it failed of passes, it is made again, three times in all, with
// the backoff's pauses between.
func (b Backoff) Read(ctx context.Context, wait func(context.Context, time.Duration) error, passes func(error) bool,
	call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil || !passes(err) || try == mostTries || ctx.Err() != nil {
			return err
		}
		if wait(ctx, b.Delay(try)) != nil {
			return err
		}
	}
}

// Fill fills in what a configuration leaves to the adapter: the clock, how it waits, and where it logs.
func Fill(now *func() time.Time, wait *func(context.Context, time.Duration) error, log **slog.Logger) {
	if *now == nil {
		*now = time.Now
	}
	if *wait == nil {
		*wait = Wait
	}
	if *log == nil {
		*log = slog.New(slog.DiscardHandler)
	}
}
