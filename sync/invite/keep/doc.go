// Package keep keeps an invitation for each linked event, for a folder and for a feed.
//
// The engine queues an event in the transaction that concludes something of it, so that no invitation is forgotten.
// [Keeper.Run] makes what is queued of one calendar, after its pass, and saves it only if the event's record is still
// as it was read: else it stays queued. The store holds the invitations; the folder only shows them. Whatever went
// wrong there is mended by showing all of them again, and a file that somebody else has put where one belongs stays as
// it is. What cannot be shown is a [FolderError]: no event is the worse for it.
//
// Three locks, which outlive a Keeper when the configuration is read again (see [Keeper.Succeed]): mu lets one command
// at a time make invitations by itself; queues lets one goroutine at a time work on the queue of a calendar, so that a
// slow one holds up no other; keeping guards what store and folder hold, and is never held during a call to a calendar.
package keep
