// Package service makes zoomtag a service of one person or of the machine, takes that back, and tells how it stands:
// with systemd, and with launchd on a Mac.
//
// It works through the programs of the system (systemctl, loginctl, launchctl), each with a deadline, so that no
// command waits for ever. Before anything is written the configuration is read as the service will read it: with the
// environment of the person's systemd and not of a shell.
//
// A unit that was written here says so in its first line, with a checksum of the rest; a property list of launchd's
// says so in its last one. Where the checksum is another one somebody has changed the file, which is then neither
// overwritten nor removed unasked. A unit of a package is enabled where it lies.
package service
