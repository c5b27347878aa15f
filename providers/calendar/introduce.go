package calendar

import "context"

// Introducer is a Calendar that can say which calendar it is, to whoever has just named it or signed in for it. It asks
// the service.
type Introducer interface {
	Introduce(ctx context.Context) (Introduction, error)
}

// Introduction says which calendar it is that can be read.
type Introduction struct {
	Sentence string // for people, without a full stop; it begins small and says whether the calendar can be changed
	ReadOnly bool   // it can be read and not changed
	Cure     string // what mends that, as a clause
}
