// Package engine is the loop: it reads what changed in a calendar, remembers what is due, asks package plan for the
// next missing thing of each event, does it, and asks again until nothing is missing.
//
// # A pass
//
//	read → sift → settle each → save
//
// Read: the calendar is asked for what may have changed since the cursor; the ids and the cursor behind them are saved
// in one transaction, so that a crash between the two loses nothing. Sift: the brake looks at what is missing. Settle:
// each event that is due is read, plan says what is missing, that is done and saved, and plan is asked again. Save:
// what was concluded of all of them, in one transaction. A pass that finds nothing new asks once and writes nothing,
// but for a sign of life each hour.
//
// # Invariants
//
//   - Before a call that makes or cancels a meeting, the record says that nobody knows whether it took effect (in
//     doubt). Only a look for the mark ends a doubt, and "there is none" counts only some seconds after the call
//     (DefaultSettle).
//   - A record stays due while its event is settled: a crash strands none.
//   - A record is saved only as the next version of what was read. Whoever comes too late settles the event anew.
//   - One record follows a UID. The transaction that saves the doubt before a create checks that no other item has it.
//   - Missing from a list is a question, and never an answer. Many missing at once are held by the brake until a person
//     releases them.
//   - The passes of a calendar follow each other; those of several may run at once, also those of an engine and of the
//     one that takes its place. Locks are taken in one order and go from the one to the other (Succeed).
//
// # What each time protects
//
//	DefaultSettle     from believing a list that lags behind a create: a second meeting
//	longestReading    the watchdog: a listing gives no sign of life
//	longestPass       all other work on the calendar from a server that is just quick enough
//	maxPatience       a pass from a slow calendar that works on the same event
//	grace             the owner, who may want the meeting back (plan)
//	alone             from counting what a person deletes one by one as a mass
//	movedWithin       an event that was renamed by copying: the copy may be the unreadable item
//	clockSlack        from taking a small correction of the clock for a clock that was set back
//	longestRest       from waiting for a time that only a wrong clock has set
//	firstBackoff …    services and accounts, from being asked again at once; firstRefusal …, from being locked
//
// # Trust
//
// Calendars and Zoom are believed in what they say of single items, and in nothing that they leave out. The store is
// trusted, and what it may lose, and must not, stands with it. Lost with the process are pauses that nobody asked for,
// what was seen when, and whose turn it is; none of it makes or cancels anything.
package engine
