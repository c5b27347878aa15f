// Package lists decides whom the lists of a configuration (calendars_from) have zoomtag watch. It is pure: what a list
// said and what is remembered of it go in, and what is to be remembered, or a configuration with a calendar for each
// member, comes out.
//
// Who is missing from a list has left it only where the list can be believed: one that could not be read, that has
// become empty, or that lacks many at once, changes nothing. And leaving ends nothing: the calendar is kept, and held.
package lists
