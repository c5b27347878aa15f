// Package postgres keeps the entries of a store in a PostgreSQL database, which several zoomtags share. It is the only
// package that knows PostgreSQL.
//
// # Tables
//
// All are in the schema zoomtag of the database. Each bucket of the store is a table:
//
//	bucket_NAME  key bytea primary key, whole bytea, value bytea
//
// Bytes sort as they do in a file, so that a range of keys is a range of the index. An index takes keys of some 2,700
// bytes; one that is longer than keyMax is cut there, with a hash of all of it behind, and stands in whole as it is. A
// value begins with its seal, as in a file.
//
//	head     one row: the database's id, its layout, the generation, the assignment, and to where the store has moved
//	commits  for each worker the generation of its last commit
//	asides   for each worker a text on which nothing rests
//	counts   for each worker what it has asked of services that count the requests of all together (since layout 3)
//	members  the workers, each with the moment until which it lives, and which calendars it knows (Member.Know)
//	shards   to which worker each of 1,024 shards of calendars and jobs belongs
//	requests what one worker is asked to do for another, or for a command
//	touched  for each calendar the generation that last changed what a quiet pass reads, and whose commit that was
//
// # The pen
//
// Whoever writes locks the row of head first and changes it last, so that one transaction writes at a time, whichever
// machine it is on: it reads what all before it have left, it needs no second try, generations come in the order of the
// commits, and what a file promises, this does. Several functions share a transaction (store/group.go) and a page of
// changes needs two journeys, so that the pen is not the limit: see docs/cluster.md for figures. Reading needs no pen.
//
// A transaction whose worker is frozen or cut off is ended by the database after idleLimit, and the pen is free.
//
// # Workers
//
// A worker ([Member]) is joining (it owns nothing), alive (its last sign is younger than [Life], by the database's
// clock), leaving (it begins nothing and hands over), or buried: whoever sees a sign that is too old takes it out, and
// it comes again as another one, which owns nothing.
//
// A shard is nobody's, somebody's, or being handed over: then nothing is begun in it, what is in hand has handLimit,
// and all of them together leaveLimit where the worker leaves. So at most one worker owns a shard, and the fence keeps
// what follows from it: a commit for a calendar (UpdateFor of the store) is refused with [ErrFenced] unless its shard
// is this worker's as of the assignment that the same transaction has read.
//
// What a worker believes of its shards it believes until caution before the database would give it up, by a clock that
// also counts a suspended machine's time. Holds ([Member.Hold]) end then, so that a call to a service ends with the
// right to make it. A call that ends too late all the same changes nothing here: its commit is fenced.
//
// Trusted are the database, its clock and its rows. Notifications may be lost: they only shorten a wait. What the
// workers know of the living may differ: that costs a shard some journeys and nothing else.
//
// # What is not known
//
// Where the connection breaks during a commit, the row of commits says whether it came about: it is read with the pen
// in hand, so that the transaction in question has ended.
//
// # Versions
//
// Layouts only grow: head.layout is that of the newest zoomtag that was here, head.needs the oldest layout whose
// programs may still use the database. A program that is too old says so, also while it runs.
package postgres
