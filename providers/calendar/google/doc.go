// Package google is a Google calendar as a calendar.Calendar, through the Calendar API v3.
//
// A calendar is followed with sync tokens: a pass in which nothing has changed is one small request. What zoomtag keeps
// out of sight (the mark, the tag) stands in private extended properties of the event, which only this calendar's copy
// of it has.
//
// # Shared by many calendars
//
// A [Project] has what calendars of one service account or app have in common: clients, credentials, zones, and the
// quota. In whose name a request is made comes with its context. The quota spreads requests over the minute, for each
// user and all together, and counts them for the day.
//
// # Times
//
// youngFor lets an app that has just made an event add its conference first. deadPause keeps a pass from asking about a
// refused sign-in more than once. Retries: three for what changes nothing, none for what writes.
//
// # Trust
//
// A 404 is about the calendar in a listing, and about the event in a read; a 410 about the token in a listing. Who may
// write what follows from the access role and the organizer, and is checked again by reading what was written.
package google
