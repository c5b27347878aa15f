// Package outlook is a calendar in Microsoft 365 or Outlook.com as a calendar.Calendar, through Microsoft Graph v1.0.
//
// It is the only importer of the Graph SDK, of which it uses the packages users, models and odataerrors: nothing of the
// SDK leaves this package.
//
// # How a calendar is followed
//
// Events are asked for by when they were last changed, with overlap, for clocks of servers differ. That misses what is
// deleted: within sweepWithin all ids are listed as well, and what was there and is not is asked for one by one. The
// answer of such a listing counts only when its cursor comes back, with the next call.
//
// # Rules
//
//   - Ids are the immutable ones: another kind changes when an event is moved.
//   - What zoomtag keeps out of sight stands in a single-value property of the event.
//   - A write names the etag that it was based on, and is read again: Exchange changes HTML, wraps links, and may
//     answer well and keep nothing.
//   - [Lanes] keep two requests under way for one mailbox, of the four that Graph allows.
//
// # Trust
//
// A person's sign-in is renewed by each use, and its file goes with it. An error of the SDK is not printed: some panic.
package outlook
