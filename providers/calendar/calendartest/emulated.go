package calendartest

import (
	"net/http"
	"time"

	"zoomtag/providers/internal/emulator"
)

// Emulated is an emulator as a World makes it misbehave.
type Emulated interface {
	Break(f emulator.Fault)
	Mend()
	SetEndless(endless bool)
	SetSilent(silent bool)
	SetEmpty(calendar string, empty bool)
}

// Answers are what a service says when it misbehaves: those that any service may give, beside its own.
type Answers struct {
	// Own are the faults that the service words in its own way.
	Own map[Misbehaviour]emulator.Fault
	// Throttled is a 429 with a Retry-After; "" is one without.
	Throttled func(after string) emulator.Fault
	// Missing is a 404, Page a web page in the place of an answer, NextPages the requests for what is behind the first
	// page, and Events those for single events.
	Missing           emulator.Fault
	Page              func(status int) emulator.Fault
	NextPages, Events func(r *http.Request) bool
}

// Misbehave is World.Misbehave for all of an emulated service that has nothing of its own to it.
func (a *Answers) Misbehave(s Emulated, m Misbehaviour) error {
	switch m {
	case EndlessPages:
		s.SetEndless(true)
		return nil
	case SilentNoOp:
		s.SetSilent(true)
		return nil
	case Empty:
		s.SetEmpty("", true)
	}
	f, ok := a.fault(m)
	if !ok {
		return ErrNotApplicable
	}
	s.Break(f)
	return nil
}

func (a *Answers) fault(m Misbehaviour) (emulator.Fault, bool) {
	if f, own := a.Own[m]; own {
		switch m {
		case PreconditionFailed:
			f.Match = func(r *http.Request) bool { return r.Method == http.MethodPatch }
		case SecondPageFails:
			f.Match = a.NextPages
		}
		return f, true
	}
	late := func(f emulator.Fault) emulator.Fault {
		f.After = true
		return f
	}
	switch m {
	case NotFound:
		return a.Missing, true
	case TooMany:
		return a.Throttled(""), true
	case TooManySeconds:
		return a.Throttled("30"), true
	case TooManyDate:
		return a.Throttled(time.Now().Add(RetryAfter).UTC().Format(http.TimeFormat)), true
	case TooManyGarbage:
		return a.Throttled("soon"), true
	case LostAnswer:
		return late(a.Page(502)), true
	case CutBody:
		return emulator.Fault{After: true, Half: true}, true
	case HTMLInsteadOfData:
		return late(a.Page(200)), true
	case Empty:
		f := a.Missing
		f.Match = a.Events
		return f, true
	}
	return emulator.Fault{}, false
}

// Heal is World.Heal for such a service.
func Heal(s Emulated) {
	s.Mend()
	s.SetEndless(false)
	s.SetSilent(false)
	s.SetEmpty("", false)
}

// Doubtful are answers from which nothing may be concluded: those that any service may give, beside its own.
func Doubtful(own map[string]emulator.Fault) map[string]emulator.Fault {
	all := map[string]emulator.Fault{
		"no connection":  {Cut: true},
		"half an answer": {Half: true},
		"lost answer":    {After: true, Cut: true},
		"nothing":        {After: true, Status: http.StatusOK},
		"cut JSON":       {Replace: func(body string) string { return body[:len(body)/2] }},
		"empty object":   {Replace: func(string) string { return `{}` }},
	}
	for name, f := range own {
		all[name] = f
	}
	return all
}
