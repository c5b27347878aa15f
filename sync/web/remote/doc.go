// Package remote is the HTTP API: what commands ask of zoomtag, asked by programs that have a token. docs/openapi.yaml
// describes it, and a test holds the two together.
//
// A token of the configuration says what it is good for: to be shown what is known, or to have something done. Who
// shows none learns nothing but that; who shows wrong ones is soon not listened to. An error has its cause and its cure
// apart, and both in one sentence for people.
//
// # What protects whom
//
//   - Tokens are compared in a time that tells nothing, and kept by nobody but the configuration.
//   - wrongAtOnce and wrongEvery bound the tries of an address, mostAddresses what is remembered of such.
//   - readers and actors bound how many are answered at once, queueTime how long another one waits for a place.
//   - bodyTime and maxBody bound a request, longest an answer: a client that goes away ends its pass early, and loses
//     nothing.
package remote
