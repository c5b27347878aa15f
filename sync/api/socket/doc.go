// Package socket carries what zoomtag is asked to the running daemon, through a socket beside its state file.
//
// Each question is one HTTP request, whose path names the method of [api.Service] and whose body is its request as
// JSON. Only the owner of the socket can connect to it, and nothing else guards it. A daemon that lives says so within
// five seconds, however long its answer takes: one that does not is told to the user as one that hangs ([ErrSilent]),
// so that no command waits for ever, and none works beside it.
package socket
