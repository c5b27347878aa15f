// Package meeting is the contract between zoomtag and what makes meetings: the Zoom API, or a fixed personal-room link.
// Adapters live below this folder; each passes meetingtest.Run.
//
// # A call, and what may be concluded
//
//	not sent (ErrNotSent)   nothing has happened, and nothing was counted
//	refused (the kinds)     nothing has happened; ErrAgain: ask again, without what was not taken
//	answered                as it says; Unfinished: the same call once more goes on
//	any other error         nobody knows: the mark finds out, with Find, and not at once
//
// A meeting carries the mark of its event in its agenda, from the moment at which it is made: no other call is needed
// to find it again. A mark is never given to two meetings by one zoomtag; where it is found twice, two have worked on
// one event.
//
// # What is never known here
//
// A host's own link (start_url) has no field, in no type. A passcode is a [Passcode], which prints as stars.
package meeting
