package meeting

import "context"

// Prover is a Service that can show, without changing anything, that it would be let in: by its credentials, with the
// rights that it needs, for a host that there is.
type Prover interface {
	// Prove returns why a meeting of host could not be made, kept or cancelled now, whatever it is about.
	Prove(ctx context.Context, host string) error
}
