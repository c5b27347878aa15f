package store

import "zoomtag/store/record"

// The values that the store keeps. They are plain structs in a package of their own, so that the plan package can use
// them without importing a database.
type (
	// Record is what is remembered of one event.
	Record = record.Record
	// Invited is what an invitation told.
	Invited = record.Invited
	// Verdict is record.Verdict.
	Verdict = record.Verdict
	// CalendarState is what is remembered of one calendar.
	CalendarState = record.CalendarState
	// Beat is when things happen in a calendar.
	Beat = record.Beat
	// Former is record.Former.
	Former = record.Former
	// Problem is an item of a calendar that cannot be followed.
	Problem = record.Problem
	// LostCall is record.LostCall.
	LostCall = record.LostCall
	// Entry is a line of the journal.
	Entry = record.Entry
	// Why is a sentence for people with its code.
	Why = record.Why
)
