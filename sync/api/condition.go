package api

import (
	"time"

	"zoomtag/sync/doctor"
	"zoomtag/sync/reason"
)

// Condition is something that needs a person: a finding of doctor's that concerns what is to come, with what is known
// of its course.
type Condition struct {
	// ID names the condition for as long as it lasts: the same cause in the same place has the same.
	ID       string          `json:"id"`
	Code     string          `json:"code"` // doctor's
	Severity doctor.Severity `json:"severity"`
	Title    string          `json:"title"` // what it is about, for people
	Text     string          `json:"text"`  // what is wrong, in a sentence
	Cure     string          `json:"cure"`  // what mends it, in a sentence
	Account  string          `json:"account,omitempty"`
	Calendar string          `json:"calendar,omitempty"`
	EventID  string          `json:"event_id,omitempty"`
	// Reason is the code of the reason for which the event or the calendar is held, waits or has failed.
	Reason reason.Code `json:"reason_code,omitempty"`
	// DependsOn is the ID of a condition that explains this one: who mends that need not see to this one.
	DependsOn string `json:"depends_on,omitempty"`
	// Since is when it was first seen, and null before a daemon has looked.
	Since *time.Time `json:"since"`
	// Visible says that it has lasted long enough to be worth a word: many come right by themselves.
	Visible bool `json:"visible"`
	// Quiet is how long it has to last for that.
	Quiet time.Duration `json:"-"`
	// Dismissed says that a person has seen it, and wants to hear of it no more while it lasts.
	Dismissed bool `json:"dismissed"`
}

// Ended stands behind the ID of a condition that was foretold: what was about to end has ended. That is told as well,
// and the other one is over only with it.
const Ended = "-ended"

// ConditionsReport lists what needs a person, the worst first.
type ConditionsReport struct {
	Conditions []Condition `json:"conditions"`
}

// DismissRequest names a condition by its ID. Undo takes a dismissal back.
type DismissRequest struct {
	ID   string `json:"id"`
	Undo bool   `json:"undo,omitempty"`
}
