// Package bolt keeps the entries of a store in one bbolt file. It is the only package that knows bbolt.
//
// # The file
//
// Each bucket of the store is one of bbolt's, but for cursors, whose entries have a bucket each, with the one key
// "cursor": a large one is not copied with others. Beside them is one bucket more:
//
//	meta
//	  schema    version of the store's tree, 4 bytes
//	  id        16 random bytes that name this database
//	  head      generation, number and sum of all other entries
//	  moved     where the entries are now: id and place of another engine; not there if they are here
//
// # Damage
//
// bbolt trusts its file: a flipped bit is handed out as data, a cut file ends the process. So each value begins with a
// CRC-32C over bucket, key and value, and head holds a sum over all of these: no entry can be changed, lost or brought
// back unnoticed. Open reads the whole file by itself, page by page, and has this verified before bbolt maps it; what
// goes wrong later is caught in the transaction. In both cases the answer is a DamagedError.
//
// Beside FILE lies FILE.sidecar with the database's id and generation, which notices a database that was emptied,
// deleted or replaced by an older copy. It is written after each commit, and without fsync: it may lag behind the
// database, which means nothing, but never lead. FILE.new is a database being created; FILE.TIME.bak are the copies
// made by Backup, those of the last days.
//
// FILE.passes has what nothing rests on (see aside.go).
//
// Reading writes nothing, opening an existing database included.
package bolt
