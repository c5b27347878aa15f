package daemon

import (
	"context"
	"errors"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api/local"
	"zoomtag/sync/engine"
)

// housekeeping keeps copies of the store and prunes it, at the start and every day.
func (d *daemon) housekeeping(ctx context.Context) {
	d.whenever(ctx, local.TidyJob, local.TidyEvery, func(ctx context.Context) { d.service.Load().Housekeep(ctx) })
}

// saveTokensEvery is how often the daemon has its access tokens be there for a start after a crash.
const saveTokensEvery = 10 * time.Minute

// keepTokens saves the access tokens now and then.
func (d *daemon) keepTokens(ctx context.Context) {
	each(ctx, saveTokensEvery, func() { d.service.Load().SaveTokens() })
}

// each does something again and again until ctx ends, at first after one pause.
func each(ctx context.Context, pause time.Duration, do func()) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}

// saveQuotasEvery is how often the daemon looks whether what services were asked has to be written, and
// shareQuotasEvery how often where others ask as well.
const saveQuotasEvery, shareQuotasEvery = time.Minute, time.Second

// keepQuotas has what services were asked be known over restarts, and to those who share the state.
func (d *daemon) keepQuotas(ctx context.Context) {
	every := saveQuotasEvery
	if d.st.Shared() {
		every = shareQuotasEvery
	}
	each(ctx, every, func() { d.service.Load().SaveQuotas(false) })
}

// stateLookEvery is how often the daemon looks whether its state is still where it was.
const stateLookEvery = time.Minute

// watchState says once that the state was deleted or replaced, and again if that comes back after it was well.
func (d *daemon) watchState(ctx context.Context) {
	said := ""
	each(ctx, stateLookEvery, func() {
		displaced := d.st.Displaced()
		if displaced != "" && displaced != said {
			cause, cure := words.Apart(displaced)
			d.Log.Error(cause, "mend", cure)
		}
		said = displaced
	})
}

// sweepPause is how often the daemon asks whether a day is over since meetings without an event were looked for, or a
// second one is to be looked for.
const sweepPause = time.Minute

// unreadPause is how often it asks whether all calendars have been read, and unreadRest how many times as long as that
// takes it waits: with very many there may always be one in which something is to be done.
const (
	unreadPause = 2 * time.Second
	unreadRest  = 200
)

// sweeping looks for meetings without an event, every day.
func (d *daemon) sweeping(ctx context.Context) {
	for {
		pause, began := sweepPause, time.Now()
		switch err := d.service.Load().Sweep(ctx); {
		case errors.Is(err, engine.ErrUnread):
			pause = max(unreadPause, unreadRest*time.Since(began))
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

// listsLookEvery is how often the daemon looks whether a list has to be asked for, or its file was changed.
const listsLookEvery = 3 * time.Second

// asking asks the lists for who is on them, and has the calendars be watched that they name.
func (d *daemon) asking(ctx context.Context) {
	tick := time.NewTicker(listsLookEvery)
	defer tick.Stop()
	for {
		service := d.service.Load()
		next, _, err := service.AskLists(ctx, local.DueLists)
		switch {
		case err != nil && ctx.Err() == nil:
			d.Log.Error("the lists of calendars could not be asked for", "reason", err)
		case err == nil && next != service:
			select {
			case <-ctx.Done():
				return
			case d.regroup <- regrouped{service, next}:
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
