// Package api is what zoomtag can be asked, and what it answers: the documents of --json.
//
// Two answer: local, which holds the store and does the work itself, and socket, which asks the running daemon, and so
// another local.
//
// The names of the documents' fields are a promise: fields are added, and none is renamed or given another meaning.
// Where something is held, waits or has failed, its cause (reason, error), its code and its cure are fields of their
// own, and Told puts them together for people. No document holds a passcode, a token or a host's link.
package api

import (
	"context"
)

// Service is what zoomtag can be asked. Its methods may be called at once.
//
// A mistake of whoever asks is marked with words.Usage: nothing was done then. An error of any method is a sentence for
// people, by words.Of. Where the work was ended early the error is, or wraps, ErrStopped.
type Service interface {
	// Sync makes a pass over calendars now. What goes wrong in one of them stands in the report, and the others are
	// worked on.
	Sync(ctx context.Context, r SyncRequest) (SyncReport, error)
	// Status tells what is known, of all calendars or some; nobody is asked.
	Status(ctx context.Context, r StatusRequest) (StatusReport, error)
	// Members tells who is on lists of calendars: the lists are asked, and nothing is changed.
	Members(ctx context.Context, r MembersRequest) (MembersReport, error)
	// Conditions lists what needs a person; nobody is asked.
	Conditions(ctx context.Context) (ConditionsReport, error)
	// Dismiss says that a person has seen a condition and wants to hear of it no more while it lasts.
	Dismiss(ctx context.Context, r DismissRequest) (ConditionsReport, error)
	// Links lists the links that are kept, by their start; nobody is asked.
	Links(ctx context.Context) (LinksReport, error)
	// Log reads the journal, the newest entry last.
	Log(ctx context.Context, r LogRequest) (LogReport, error)
	// Retry has be due at once what failed, or waits for something that somebody may have mended. It makes no pass.
	Retry(ctx context.Context, r RetryRequest) (RetryReport, error)
	// Release lifts the brake of a calendar, and lets go of the events that are held in it.
	Release(ctx context.Context, r ReleaseRequest) (ReleaseReport, error)
	// Remove takes zoomtag out of calendars: links and marks out of the events, and their meetings as asked. What it
	// could not finish, every later pass goes on with, until Release takes the removal back.
	Remove(ctx context.Context, r RemoveRequest) (SyncReport, error)
	// Cancel cancels meetings that no event has, until one cannot be.
	Cancel(ctx context.Context, r CancelRequest) (CancelReport, error)
	// Invite makes invitations.
	Invite(ctx context.Context, r InviteRequest) (InviteReport, error)
	// Link makes the link of one event at once, in a calendar or in a file, which it returns.
	Link(ctx context.Context, r LinkRequest) (LinkReport, error)
	// Doctor judges the set-up, the network and links.
	Doctor(ctx context.Context, r DoctorRequest) (DoctorReport, error)
	// Backup writes a copy of the state, which is in use meanwhile, to where whoever asks takes it. An error of theirs
	// is returned as it is.
	Backup(ctx context.Context, take TakeBackup) error
	// Verify reads the whole state and verifies it.
	Verify(ctx context.Context) (VerifyReport, error)
	// Close lets go of the store, or of the connection.
	Close() error
}

// MaxBytes bounds a request and its answer, a file in it included, in bytes.
const MaxBytes = 64 << 20
