// Package assemble makes of a configuration what it names: calendars and Zoom accounts, for the engine and whoever
// judges them.
//
// It knows no provider. What can be named is handed down as [Kinds], whose one list is in cmd/zoomtag/providers.go. It
// makes no calls: whether a service can be reached, and takes the credentials, shows when it is asked.
//
// What a calendar's pass depends on is named by two fingerprints. [engine.Calendar.Detects] is of all that decides
// which events count and what is asked for: when it changes, the calendar is read anew. [engine.Calendar.Depends] is of
// the credentials, files as they are when it is asked: when it changes, what was refused is tried at once.
package assemble
