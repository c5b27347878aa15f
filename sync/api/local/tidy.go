package local

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
	TidyEvery = 24 * time.Hour
	KeepFor   = 90 * 24 * time.Hour
)

// TidyJob names the housekeeping among what only one of several workers does.
const TidyJob = "job/tidy"

// Tidy does for a single command what the daemon does beside its passes. What goes wrong is no fault of the pass before
// it.
func (s *Service) Tidy(ctx context.Context) {
	s.Housekeep(ctx)
	if err := s.engine.Sweep(ctx); err != nil && !errors.Is(err, engine.ErrUnread) && ctx.Err() == nil {
		s.log.Warn("meetings without an event could not be looked for", "reason", err)
	}
}

// Housekeep drops what is too old, copies the state, and keeps persons' sign-ins alive, each if that is due: it is
// called every TidyEvery.
func (s *Service) Housekeep(ctx context.Context) {
	if err := tidy(s.st, s.now()); err != nil {
		s.log.Warn("the state could not be tidied", "reason", err)
	}
	s.keepSignIn(ctx)
}

// keepSignIn keeps persons' sign-ins at Zoom alive where there is nothing to do for a long time.
func (s *Service) keepSignIn(ctx context.Context) {
	for _, account := range s.accounts {
		keeper, ok := account.Service.(meeting.SignInKeeper)
		if !ok {
			continue
		}
		if err := keeper.KeepSignIn(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the sign-in at Zoom needs a look", account.Attributes("reason", err)...)
		}
	}
}

// tidy drops old records and journal entries and makes a copy, unless one was made within the day: then it only reads
// the names of the files beside the state.
func tidy(st *store.Store, now time.Time) error {
	last, err := st.LastBackup()
	if err != nil || now.Sub(last) < TidyEvery {
		return err
	}
	err = st.UpdateFor(TidyJob, func(tx *store.Tx) error {
		_, err := tx.Prune(now.Add(-KeepFor))
		return err
	})
	if err != nil {
		return err
	}
	if st.Shared() { // whoever runs the database copies it
		return nil
	}
	_, err = st.Backup()
	return err
}
