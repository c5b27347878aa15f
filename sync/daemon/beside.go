package daemon

import (
	"context"
	"errors"
	"time"

	"zoomtag/sync/api/local"
	"zoomtag/sync/engine"
)

// housekeeping keeps copies of the store and prunes it, at the start and every day.
func (d *daemon) housekeeping(ctx context.Context) {
	for {
		d.service.Load().Housekeep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(local.TidyEvery):
		}
	}
}

// stateLookEvery is how often the daemon looks whether its state is still where it was.
const stateLookEvery = time.Minute

// watchState says once that the state was deleted or replaced, and again if that comes back after it was well.
func (d *daemon) watchState(ctx context.Context) {
	tick := time.NewTicker(stateLookEvery)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		displaced := d.st.Displaced()
		if displaced != "" && displaced != said {
			d.Log.Error(displaced)
		}
		said = displaced
	}
}

// sweepPause is how often the daemon asks whether a day is over since meetings without an event were looked for.
const sweepPause = 10 * time.Minute

// unreadPause is how often it asks whether all calendars have been read.
const unreadPause = 2 * time.Second

// sweeping looks for meetings without an event, every day.
func (d *daemon) sweeping(ctx context.Context) {
	for {
		pause := sweepPause
		switch err := d.service.Load().Sweep(ctx); {
		case errors.Is(err, engine.ErrUnread):
			pause = unreadPause
		case err != nil && ctx.Err() == nil:
			d.Log.Warn("meetings without an event could not be looked for", "reason", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
