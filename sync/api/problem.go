package api

import (
	"zoomtag/providers/words"
	"zoomtag/sync/reason"
)

// Problem is an error as a document: all of it as people read it, and its cause and its cure apart, a sentence each.
type Problem struct {
	Error string      `json:"error"`
	Cause string      `json:"cause"`
	Cure  string      `json:"cure,omitempty"`
	Code  reason.Code `json:"code,omitempty"` // where it is one of the reasons for which things fail (docs/held.md)
}

// ProblemOf makes a document of an error.
func ProblemOf(err error) Problem {
	code := reason.In(err)
	return Problem{Error: words.Of(err), Cause: words.Cause(err), Cure: code.CureOf(words.Cure(err)), Code: code}
}
