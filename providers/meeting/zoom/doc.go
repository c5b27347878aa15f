// Package zoom makes meetings through the Zoom API, as a server-to-server OAuth app or for a person who has signed in.
// It implements meeting.Service.
//
// A start_url is a host's credential: no struct of this package has a field for it, and no body is ever logged.
//
// # Files
//
// wire.go has what crosses the wire, terms.go what a spec is in Zoom's terms, body.go what is sent of it; errors.go
// says what an answer means, call.go makes one. A person's sign-in is person.go, with its renewal in refresh.go.
//
// # Rules
//
//   - Writes for one host follow each other: Zoom refuses parallel ones.
//   - A meeting is found by the word before the first bracket in its agenda, its mark, in complete lists alone.
//   - An update sends what differs; times are sent as times of the clock in a zone that Zoom knows, else as UTC.
//   - What Zoom leaves out of what was asked for is told in Notes; where that would let strangers in, the meeting does
//     not count as made well.
//
// # A person's sign-in
//
// Zoom takes a refresh token once. Before one is presented its file says so (Asked): where the answer was lost, it is
// presented once more, and then the sign-in is dead. The token before is kept until the access token that came with the
// new one has worked. renewalPause bounds renewals that lead to nothing, deadPause how often a refused one is asked
// about.
//
// # What may be lost
//
// What was learned of hosts, their settings, templates and alternative hosts, is kept for minutes to hours, in memory:
// losing it costs requests.
package zoom
