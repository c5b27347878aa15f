package emulator

import "net/http"

// Answer is what a request leads to. A string is sent as it is, a nil body is an empty one.
type Answer struct {
	Status int
	Header http.Header
	Body   any
}

// OK is the answer of success.
func OK(body JSON) Answer { return Answer{Status: http.StatusOK, Body: body} }

// With is the answer as a fault would have it.
func (a Answer) With(f *Fault) Answer {
	a.Status, a.Header, a.Body = f.Apply(a.Status, a.Header, a.Body)
	return a
}
