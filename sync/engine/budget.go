package engine

import (
	"errors"
	"fmt"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// day names the UTC day by which Zoom counts.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// nextDay is when Zoom's daily limits begin anew.
func nextDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

// mayCall reports, as a waiting error, why a create, update or cancel for host has to wait.
func (s *settling) mayCall(host string, urgent bool) error {
	account := s.mine()
	if err := s.mayAsk(host, plan.Pending); err != nil || !account.Budgeted {
		return err
	}
	now := s.e.opt.Now()
	used, err := s.e.store.BudgetUsed(account.BudgetKey(host), day(now))
	if err != nil {
		return err
	}
	used += s.dryUsed[account.BudgetKey(host)]
	limit := DailyLimit
	if !urgent {
		limit -= DailyReserve
	}
	if used < limit {
		return nil
	}
	return &waiting{state: plan.Pending, until: nextDay(now), reason: fmt.Sprintf(
		"Zoom lets a host be changed %d times a day and %s is at %d (%d are kept for cancellations and meetings that start soon): it goes on at 00:00 UTC",
		DailyLimit, host, used, DailyReserve)}
}

// mayAsk reports, as a waiting error, that Zoom wants to be left alone. An event that waits has that state.
func (s *settling) mayAsk(host, state string) error {
	for _, key := range []string{s.hostKey(host), s.serviceKey()} {
		if until := s.e.quietUntil(key).until; until.After(s.e.opt.Now()) {
			return &waiting{state: state, until: until, reason: "Zoom asked us to wait until " + until.UTC().Format(time.RFC3339)}
		}
	}
	return nil
}

// hostKey and serviceKey name who wants to be left alone: a host of the record's account, and that account as this calendar asks it.
func (s *settling) hostKey(host string) string { return "host " + s.mine().BudgetKey(host) }

func (s *settling) serviceKey() string { return "service " + s.mine().Hash + " " + s.c.Name }

// spend saves the record, as it is before a call, together with one call on the host's budget.
func (s *settling) spend(host string) error {
	if s.dry {
		s.dryUsed[s.mine().BudgetKey(host)]++
		return nil
	}
	return s.save("", "", func(tx *store.Tx) error {
		if !s.mine().Budgeted {
			return nil
		}
		return tx.Spend(s.mine().BudgetKey(host), day(s.e.opt.Now()))
	})
}

// refund saves the record after a call that was counted and did not reach Zoom, or sent nothing that counts.
func (s *settling) refund(host string) error {
	return s.save("", "", func(tx *store.Tx) error {
		if !s.mine().Budgeted {
			return nil
		}
		return tx.Refund(s.mine().BudgetKey(host), day(s.e.opt.Now()))
	})
}

// startsSoon reports whether the event's next occurrence is near enough to draw on the reserve.
func (s *settling) startsSoon() bool {
	return s.ev != nil && s.ev.Start.Before(s.e.opt.Now().Add(soon))
}

// unspent is hushed for a call that was counted: one that was never sent does not count.
func (s *settling) unspent(host string, err error) error {
	if errors.Is(err, meeting.ErrNotSent) {
		if fault := s.refund(host); fault != nil {
			return fault
		}
	}
	return s.hushed(host, err)
}

// hushed notes for how long the service wants to be left alone, so that the next event does not ask in vain.
func (s *settling) hushed(host string, err error) error {
	var throttled *meeting.Throttled
	if errors.As(err, &throttled) {
		if throttled.Daily {
			s.e.hush(s.hostKey(host), throttled.Until, throttled.Err.Error())
		} else {
			s.e.hush(s.serviceKey(), throttled.Until, throttled.Err.Error())
		}
	}
	return err
}
