// Package notify tells people what needs them: each condition once in each way, and once that it is over.
//
// # The course of a condition
//
//	seen → (lasts long enough, nothing else explains it, nobody has dismissed it) → told in each way → gone → over
//
// What is known of it is in the store ([record.Course]): since when, who was told, since when it is gone. A look merges
// the conditions of now into that, in one transaction that writes only what differs. Then the ways are tried side by
// side, each for its [turn], and what was told is saved after it was: a crash between the two tells it twice, and never
// not at all; a webhook's messages have an id by which a receiver drops the second one.
//
// A condition that comes back within [settle] was never gone. One that goes before anybody was told is forgotten.
//
// # Ways
//
// A way that fails is tried again after pauses that grow ([pauses]); the others do not wait for it. During the quiet
// hours of a way, and within its digest, nothing is told in it, and what is over by then is not told at all.
//
// # Links
//
// A webhook can follow links as well: from the journal, from the entry behind the last one that it was told of. A way
// that is new begins at the end of the journal.
//
// # Trust
//
// The configuration names the ways, and what they are sent holds no secret: no passcode, and no join link unless a
// webhook asks for it. Services' answers are read to a bound and are shown to nobody but in one sentence.
package notify
