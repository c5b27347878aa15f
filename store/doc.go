// Package store keeps what zoomtag remembers: records, queue, journal, budgets and the rest. Where the entries are kept
// that it makes of them is for an engine to know (store/entries): a file, store/bolt, or a database that several
// zoomtags share, store/postgres.
//
// # Tree
//
// These are the buckets. Keys made of parts join them with a zero byte; times in keys are 12 bytes, big-endian,
// so that keys sort by time; a hash is the first 16 bytes of a SHA-256.
//
//	calendars   calendar                CalendarState without its cursor, JSON
//	cursors     calendar                the cursor, raw
//	records     calendar 0 id           due, changed, closed (12 bytes each), hashes of UID and mark; the Record, JSON
//	marks       hash(mark) calendar 0 id  empty: index of records
//	uids        hash(UID) calendar 0 id   empty: index of records
//	queue       calendar 0 due id       empty: what has to be looked at, and when
//	waiting     calendar 0 id           due, 12 bytes: ids in the queue that have no record
//	problems    calendar 0 id           Problem, JSON
//	budget      day 0 host              calls used, 8 bytes
//	journal     time generation n       Entry, JSON
//	invites     calendar 0 id           the invitation to the event, an iCalendar object (since schema 2)
//	inviting    calendar 0 id           empty: events whose invitation has to be made anew (since schema 2)
//	twins       hash(UID) calendar 0 id   empty: items left alone for another with their UID (since schema 3)
//	sweeps      account                 Sweep, JSON: meetings that no record names (since schema 3)
//	rests       key                     Rest, JSON: until when somebody is left alone (since schema 4)
//	conditions  id                      Course, JSON: what needs a person (since schema 5)
//	hooks       way                     key of the last journal entry that was told in a way (since schema 5)
//	lists       list                    List without its members, JSON (since schema 6)
//	members     list 0 id               Member, JSON (since schema 6)
//	grants      name                    a person's sign-in, sealed by whoever keeps it (in a database alone)
//
// The tree changes only by a new schema version and a step in migrate.go.
//
// # Commits
//
// One writer writes at a time, and those who come meanwhile share the commit after it (group.go): it is the disk that
// a commit waits for. Each function saves all that it wrote or nothing, hears of it when that is on the disk, and
// counts as a generation of its own.
//
// # Times of passes
//
// Times of passes that changed nothing are kept beside the entries, to a minute (see passes.go).
//
// Reading writes nothing, opening an existing store included.
package store
