// Package rest holds what the adapters of web services share: one exchange read whole, what a status means, when to
// come back, which addresses may be used, and texts without secrets.
//
// # Bounds
//
// Each protects the pass that waits: SignInTime, CallTime and PageTime bound an exchange, from dialling to the last
// byte of the answer, so that a server that is silent, or sends a byte now and then, is one that did not answer.
// BodyLimit bounds what is read of an answer, and [calendar.Bounds] what a whole listing may bring. [Patience] is how
// long a service is left alone that has asked for it, [Backoff] how long after a failure that may pass.
//
// # What an answer means
//
// A status is a [Kind]; what that says of an event or a meeting is for the adapter to say. An answer that broke off, or
// none, is a [BrokenError]: nothing is concluded from it, and what changes nothing is asked again. [ErrNotSent] says
// that the request never left this machine.
//
// # Trust
//
// No redirect is followed, plain http is for this machine alone, and what a service
// says is cut, cleaned of what a terminal would obey, and freed of what looks like a secret before anybody reads it.
package rest
