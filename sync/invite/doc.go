// Package invite writes invitations: an event and its meeting as an iCalendar object that guests can open (RFC 5545,
// RFC 5546, RFC 7986). It is pure: the same event makes the same bytes, so a file needs to be written again only when
// something changed.
//
// # Rules
//
//   - It has the event's UID: a calendar app takes it for the event itself, and a later one for a change of it
//     (SEQUENCE). It is published, or, where organizer and attendees are known, asked for as a request or taken back.
//   - Times are in UTC, which no app gets wrong. Only a series, which has to keep its time of day, brings the rules of
//     its zone, right from the beginning of a year.
//   - An event that cannot be said exactly gets none: the errors say which, and cause and cure stand apart.
//   - No host's link, no tag, and nothing of zoomtag's own goes in.
package invite
