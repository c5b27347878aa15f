package store

import "zoomtag/store/record"

// The values that the store keeps. They are plain structs in a package of their own, so that the plan package can use
// them without importing a database.
type (
	Record        = record.Record
	CalendarState = record.CalendarState
	Problem       = record.Problem
	Entry         = record.Entry
)
