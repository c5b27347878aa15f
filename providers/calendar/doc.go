// Package calendar is the contract between zoomtag and the calendars it watches: a Google calendar, an Outlook
// calendar, a CalDAV collection, a folder of .ics files. Adapters live below this folder; each passes calendartest.Run.
//
// [Calendar] is what each of them does. What only some can do are interfaces of one method beside it, which wrappers
// pass on. The block that people see in an event, in plain text and in HTML, is found and written here, the same for
// all.
//
// # What may be concluded
//
// A list is complete or an error, and who is not on it is not gone: only [Calendar.Get] says that, with ErrGone. An
// error that is none of the kinds in errors.go says nothing of any event. ErrDenied, with a [SignInError] where it is
// the sign-in, lasts until somebody does something; [Throttled] says until when nobody asks.
//
// # What is written
//
// A change names the version that it was based on, touches the lines of the link and nothing else, and is believed only
// when the event was read again. What a person has typed stays to the byte.
//
// # States of a link in an event
//
//	none → ours, as the record has it → ours, not all of it kept (Record.Kept says what) → taken out
//
// Who else writes into the event decides between them; [Event.Denied] and [Event.Sealed] say where zoomtag may not.
package calendar
