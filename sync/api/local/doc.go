// Package local answers what zoomtag is asked in this process, which holds the store.
//
// A [Service] is made of one configuration. A command makes one, asks it, and closes it. The daemon makes one for each
// configuration that it reads, and has it [Service.Serve] in the place of the one before, which may still be at work:
// locks go from one to the other, and the store is the same.
//
// # A service's life
//
// It is made ([New]: the adapters stand, nothing was asked), serves where it is a daemon's (it has a schedule, and
// locks, counts and tokens of the one before), runs, and is finished: what only the running process knew is saved. A
// change of a list of calendars makes another one of the same configuration ([Service.AskLists]).
//
// # What is trusted, and what may be lost
//
// What reports show is read out of the store; nobody is asked for it, but by Sync, Link, Cancel and Doctor. The daemon
// adds what it alone knows: when the next passes are, and who is overdue.
//
// Beside the store lie two files on which nothing rests but requests: access tokens, and what services were asked that
// count a day's requests (quotas.go). That file says at least as much as was asked at any time, so it may be old, but
// never too low. Housekeeping (tidy.go) drops only what is too old, after a copy of the state.
//
// # Several workers
//
// Where others share the store, a pass is made by the worker whose calendar it is. Who is told to make one of another's
// asks for it by way of the store (elsewhere.go), and a command where no worker lives is one itself until it ends. What
// only one of them does is a job with a name, which belongs to a shard as a calendar does.
package local
