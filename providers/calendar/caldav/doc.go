// Package caldav is a calendar of a CalDAV server (RFC 4791) as a calendar.Calendar: Nextcloud, Fastmail, iCloud,
// Radicale, Xandikos, Baïkal and others.
//
// Objects are read from reports, and always read once more, byte for byte, before they are written: what is written
// differs from what was read in the lines of the link alone, and carries the ETag that it was based on.
//
// # How a collection is followed
//
//	sync-token (RFC 6578) → else a CTag that says whether anything changed → else the ETags of all, compared
//
// A server is asked what it can, and what it does decides: a token that it does not take any more is a cursor that has
// expired, one that it answers with an error of its own is tried once as such.
//
// # Rules
//
//   - An address is found from the one that is configured (RFC 6764), and pinned once objects were read: a collection
//     found elsewhere later is another calendar.
//   - Credentials go to the host that is configured, and to no other.
//   - Writes follow each other: where a server has no strong ETags nothing else would keep two of ours apart.
//   - Guests are mailed by some servers when an event is written; such an event is sealed, unless the configuration
//     says otherwise.
package caldav
