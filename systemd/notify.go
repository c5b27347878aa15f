// Package systemd tells the service manager how the daemon is: ready, reloading, stopping, alive. Outside a unit of
// Type=notify, where $NOTIFY_SOCKET is not set, all of it does nothing.
//
// Nothing here returns an error: a message that does not get through is noticed by systemd itself, which waits for it.
package systemd

import (
	"context"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/coreos/go-systemd/v22/journal"
)

// Journal reports whether what the process writes to standard error goes to systemd's journal.
func Journal() bool {
	is, err := journal.StderrIsJournalStream()
	return is && err == nil
}

// Ready says that the daemon works, after its start and after each reload.
func Ready() { notify(daemon.SdNotifyReady) }

// Reloading says that the configuration is being read again; Ready ends it. The time is what Type=notify-reload asks
// for.
func Reloading() { notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec()) }

// Stopping says that the daemon is on its way out.
func Stopping() { notify(daemon.SdNotifyStopping) }

// Status sets the line that "systemctl status" shows.
func Status(text string) { notify("STATUS=" + strings.Join(strings.Fields(text), " ")) }

// Watchdog tells systemd that the daemon is alive, twice in each WatchdogSec of its unit, for as long as healthy
// returns nil. When it does not, the reason becomes the status, and systemd restarts the daemon if that lasts. Watchdog
// returns when ctx ends, or at once where the unit asks for no watchdog.
func Watchdog(ctx context.Context, healthy func() error) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval <= 0 {
		return
	}
	tick := time.NewTicker(max(interval/2, time.Microsecond))
	defer tick.Stop()
	sick := false
	for {
		switch err := healthy(); {
		case err != nil:
			sick = true
			Status("not well: " + err.Error())
		case sick:
			sick = false
			notify(daemon.SdNotifyWatchdog + "\nSTATUS=")
		default:
			notify(daemon.SdNotifyWatchdog)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func notify(state string) {
	_, _ = daemon.SdNotify(false, state) // see the package comment
}
