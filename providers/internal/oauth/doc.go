// Package oauth holds what the adapters of services with OAuth 2.0 share: one access token for many callers, the file
// in which a person's sign-in is kept, and the way of signing in through a browser on this machine or another one.
//
// # A sign-in
//
//	nobody → signed in → refused (noted in its file, and not presented again) → signed in anew
//	             ↓ ↑
//	       renewed by each use, at a service that takes a refresh token once
//
// Its file is written whole, and is on the disk before a new refresh token is used: it must never be rolled back, or
// the service takes the old token for a stolen one. Whoever renews or replaces it holds its [Lock], against this
// process and others; nobody holds that while waiting for a person. saveWait bounds the wait for others who save.
//
// # Access tokens
//
// A [Cache] asks once for however many want a token, and a [Transport] renews it once where it is turned down, and
// sends it to no host but the service's. [Keep] has the tokens of apps survive a restart, sealed with the proof that
// they were asked for with: its file may be lost at any time.
//
// # Trust
//
// Files are refused that others could read, or that are links. Answers are read to a bound, and no text holds a token.
package oauth
