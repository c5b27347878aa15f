package main

import (
	"context"
	"time"

	"zoomtag/sync/api/local"
)

// housekeeping keeps copies of the store and prunes it, at the start and every day.
func (d *daemon) housekeeping(ctx context.Context) {
	for {
		d.desk.Load().Housekeep(ctx)
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
			d.log.Error(displaced)
		}
		said = displaced
	}
}
