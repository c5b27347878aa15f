// Package icsdir is a folder of .ics files as a calendar: one file for each event, as vdirsyncer, khal and Radicale
// keep them, or plain exports with many events in a file.
//
// Files are changed by replacing them: a new one is written beside the old one and renamed over it, unless the old one
// is no longer what it was read as. Only the lines of the link differ.
//
// # What a pass sees
//
// The cursor has a fingerprint of each file as it was last read; what has another one is read. A file that was changed
// within the grain of the clock that stamps it (racy) is read again in the next pass. One that cannot be understood is
// a problem and not an event, and one that is still being written is incomplete.
//
// # Rules
//
//   - Names are opened below the folder's own descriptor, without following links: nothing outside is read or written.
//   - A folder that is not there, that cannot be listed, or that was replaced meanwhile is an error, and never empty.
//   - Rights, owner and group of a file stay; where they cannot, the file is not written.
//   - staleTemp is how long a file of ours that a crash has left beside another one stays there.
package icsdir
