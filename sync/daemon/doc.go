// Package daemon is zoomtag as a service: it runs all calendars on their schedules until it is told to stop.
//
// The store is opened once. What works on it is a [local.Service], made anew for each configuration: SIGHUP makes the
// next one, which takes the locks of the one before, and waits for its passes to end. A configuration with mistakes is
// told, and the one before stays. Beside the passes the daemon answers the control socket and, where it is configured,
// HTTP (health and feed); it keeps house once a day, looks for meetings without an event, looks whether its state is
// still where it was, and feeds systemd's watchdog as long as passes end.
//
// SIGTERM ends it: no new step begins, the step in hand is finished, requests have lastWords for theirs, and the store
// is closed when all that worked on it has ended.
package daemon
