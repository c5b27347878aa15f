package meeting

import "context"

// SignInKeeper is a Service with the sign-in of a person, which dies if it is never renewed.
type SignInKeeper interface {
	// KeepSignIn renews the sign-in if that is due.
	KeepSignIn(ctx context.Context) error
}

// ScopeChecker is a Service that can tell whether its credentials allow all that it will do.
type ScopeChecker interface {
	// CheckScopes returns an error that names the scopes that are missing; nil where none is.
	CheckScopes(ctx context.Context) error
}

// Introducer is a Service that can say whose meetings it makes, to whoever has just signed in.
type Introducer interface {
	// Introduce returns a sentence without a full stop, which begins small.
	Introduce(ctx context.Context) (string, error)
}
