package api

import (
	"errors"
)

// ErrStopped is for people whose command was ended, or whose daemon was stopped, in the middle of a pass.
var ErrStopped = errors.New("zoomtag was stopped in the middle of the pass: the step in hand was finished, and the " +
	"next pass goes on from there")
