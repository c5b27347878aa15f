package enginetest

import "zoomtag/sync/plan"

// Fault is a call of a step that fails. The engine hears the same failure whether the call has taken effect or not: its
// faults come in pairs, one of each, and whatever is true of a step has to be true after both.
type Fault struct {
	Name string
	// Call is the name of the call as the hooks of the fakes have it.
	Call string
	// Persisted says that the call has taken effect, and only its answer is lost.
	Persisted bool
}

// Phase is when the hooks of the fakes have to fail for it.
func (f Fault) Phase() string {
	if f.Persisted {
		return "after"
	}
	return "before"
}

// The faults of the steps that change something outside.
var (
	CreateNotPersisted  = Fault{"CreateNotPersisted", "create", false}
	CreatePersisted     = Fault{"CreatePersisted", "create", true}
	UpdateNotPersisted  = Fault{"UpdateNotPersisted", "update", false}
	UpdatePersisted     = Fault{"UpdatePersisted", "update", true}
	RecoverNotPersisted = Fault{"RecoverNotPersisted", "recover", false}
	RecoverPersisted    = Fault{"RecoverPersisted", "recover", true}
	LinkNotPersisted    = Fault{"LinkNotPersisted", "setlink", false}
	LinkPersisted       = Fault{"LinkPersisted", "setlink", true}
	UnlinkNotPersisted  = Fault{"UnlinkNotPersisted", "setlink", false}
	UnlinkPersisted     = Fault{"UnlinkPersisted", "setlink", true}
	CancelNotPersisted  = Fault{"CancelNotPersisted", "cancel", false}
	CancelPersisted     = Fault{"CancelPersisted", "cancel", true}
	DiscardNotPersisted = Fault{"DiscardNotPersisted", "cancel", false}
	DiscardPersisted    = Fault{"DiscardPersisted", "cancel", true}
)

// Pair is the two faults of a step.
type Pair struct{ NotPersisted, Persisted Fault }

// Pairs are the faults of each step that changes something outside. A step that is not among them changes what is
// remembered, or asks.
var Pairs = map[plan.Do]Pair{
	plan.Create:  {CreateNotPersisted, CreatePersisted},
	plan.Update:  {UpdateNotPersisted, UpdatePersisted},
	plan.Recover: {RecoverNotPersisted, RecoverPersisted},
	plan.SetLink: {LinkNotPersisted, LinkPersisted},
	plan.Unlink:  {UnlinkNotPersisted, UnlinkPersisted},
	plan.Cancel:  {CancelNotPersisted, CancelPersisted},
	plan.Discard: {DiscardNotPersisted, DiscardPersisted},
}
