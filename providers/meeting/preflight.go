package meeting

import "context"

// Preflighter is a Service that can tell beforehand what stands against a meeting.
type Preflighter interface {
	// Preflight says what will come of telling a meeting to that was told from; a zero from is a meeting that is not
	// made yet. It asks only where something is asked for that it can judge and that from does not have, with few and
	// small reads, which count for hours. What it cannot find out stands against nothing.
	Preflight(ctx context.Context, from, to Spec) Preflight
}

// Preflight is what is known of a meeting before it is made or changed.
type Preflight struct {
	// Held says why it cannot be had as asked; "" where nothing is known against it. Cure is what mends that, as a
	// clause (words.Curable).
	Held, Cure string
	// Notes say what will be otherwise than asked, in sentences for the owner; each as words.Pair makes it.
	Notes []string
}
