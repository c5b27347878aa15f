package main

import (
	"context"
	"errors"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/engine"
)

// How often the state is copied and what is too old is dropped, and how old that is.
const (
	housekeepingEvery = 24 * time.Hour
	keepFor           = 90 * 24 * time.Hour
)

// housekeeping keeps copies of the store and prunes it, at the start and every day.
func (d *daemon) housekeeping(ctx context.Context) {
	now := d.app.term.now
	for {
		if err := tidy(d.st, now()); err != nil {
			d.log.Warn(untidy, "reason", err)
		}
		d.desk.Load().keepSignIn(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(housekeepingEvery):
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

// tidy does for a single command what housekeeping does for the daemon. What goes wrong is no fault of the pass before it.
func (d *desk) tidy(ctx context.Context) {
	if err := tidy(d.st, d.now()); err != nil {
		d.log.Warn(untidy, "reason", err)
	}
	d.keepSignIn(ctx)
	if err := d.engine.Sweep(ctx); err != nil && !errors.Is(err, engine.ErrUnread) && ctx.Err() == nil {
		d.log.Warn("meetings without an event could not be looked for", "reason", err)
	}
}

// keepSignIn keeps persons' sign-ins at Zoom alive where there is nothing to do for a long time.
func (d *desk) keepSignIn(ctx context.Context) {
	for _, account := range d.accounts {
		keeper, ok := account.Service.(meeting.SignInKeeper)
		if !ok {
			continue
		}
		if err := keeper.KeepSignIn(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("the sign-in at Zoom needs a look", account.Attributes("reason", err)...)
		}
	}
}

const untidy = "the state could not be tidied"

// tidy drops old records and journal entries and makes a copy, unless one was made within the day: then it only reads the
// names of the files beside the state.
func tidy(st *store.Store, now time.Time) error {
	last, err := st.LastBackup()
	if err != nil || now.Sub(last) < housekeepingEvery {
		return err
	}
	err = st.Update(func(tx *store.Tx) error {
		_, err := tx.Prune(now.Add(-keepFor))
		return err
	})
	if err != nil {
		return err
	}
	_, err = st.Backup()
	return err
}
