package engine

import (
	"errors"
	"fmt"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// day names the UTC day by which Zoom counts.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// nextDay is when Zoom's daily limits begin anew.
func nextDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

// payer is the account on whose budgets calls are counted: the record's, or that of an earlier meeting which is worked
// on.
func (s *settling) payer() *Account {
	if s.claim.paying != nil {
		return s.claim.paying
	}
	return s.mine()
}

// mayCall reports, as a waiting error, why a create, update or cancel for host has to wait. It spares the work before a
// call: the budget itself is kept by spend.
func (s *settling) mayCall(host string, urgent bool) error {
	account := s.payer()
	if err := s.mayAsk(host, plan.Pending); err != nil || !account.Budgeted {
		return err
	}
	used, err := s.e.store.BudgetUsed(account.BudgetKey(host), day(s.e.opt.Now()))
	if err != nil {
		return err
	}
	before, err := s.countedBefore(host)
	if err != nil {
		return err
	}
	used += before
	if used+s.outside.used[account.BudgetKey(host)] < budget(urgent) {
		return nil
	}
	return s.spentUp(host, used)
}

// countedBefore is what a state from before accounts were told apart has counted today for a host of the main account.
func (s *settling) countedBefore(host string) (int, error) {
	if account := s.payer(); !account.Main || account.OneHost {
		return 0, nil
	}
	return s.e.store.BudgetUsed(store.Host(host), day(s.e.opt.Now()))
}

// budget is how many calls a day are for what is urgent, and for all else.
func budget(urgent bool) int {
	if urgent {
		return DailyLimit
	}
	return DailyLimit - DailyReserve
}

// spentUp is the waiting error of a host whose calls of the day are used up.
func (s *settling) spentUp(host string, used int) error {
	why := fmt.Sprintf("Zoom lets a host be changed %d times a day and %s is at %d (%d are kept for cancellations and "+
		"meetings that start soon): it goes on at 00:00 UTC", DailyLimit, host, used, DailyReserve)
	return &waiting{state: plan.Pending, until: nextDay(s.e.opt.Now()), bound: byZoom,
		why: reason.BudgetSpent.Because(why)}
}

// mayAsk reports, as a waiting error, that Zoom wants to be left alone. An event that waits has that state. A sign-in
// that Zoom has refused is another kind of error: somebody has to mend it.
func (s *settling) mayAsk(host, state string) error {
	return s.restsFor(state, s.hostKey(host), s.serviceKey())
}

// mayLook is mayAsk for what only reads: it does not count against what a host may do in a day.
func (s *settling) mayLook(state string) error { return s.restsFor(state, s.serviceKey()) }

func (s *settling) restsFor(state string, keys ...string) error {
	for _, key := range keys {
		if until := s.e.quietUntil(key).Until; !until.IsZero() {
			return &waiting{state: state, until: until, bound: byZoom,
				why: reason.ZoomRests.Because("Zoom asked us to wait until " + until.UTC().Format(time.RFC3339))}
		}
	}
	if rest := s.e.quietUntil(accountKey(s.payer().Hash)); !rest.Until.IsZero() && !s.mode.dry {
		return &refusedBefore{rest}
	}
	return nil
}

// refusedBefore is the failure of what needs a sign-in that was refused a short while ago: it is what was said then.
type refusedBefore struct{ store.Rest }

func (e *refusedBefore) Error() string { return words.Join(e.Why, e.Rest.Cure) }

// Plain implements words.Plain.
func (e *refusedBefore) Plain() string { return e.Why }

// Cure implements words.Curable.
func (e *refusedBefore) Cure() string { return e.Rest.Cure }

// hostKey and serviceKey name who wants to be left alone: a host of the record's account, and that account as this
// calendar asks it.
func (s *settling) hostKey(host string) string { return hostRestKey(s.payer().BudgetKey(host)) }

func (s *settling) serviceKey() string { return serviceRestKey(s.payer().Hash, s.c.Name) }

// spend saves the record, as change makes it before a call, together with one call on the host's budget. Where the
// budget is used up by now, nothing is changed, and the waiting error says so. more, if not nil, is done in the same
// transaction.
func (s *settling) spend(host string, urgent bool, change func(rec *store.Record),
	more func(tx *store.Tx) error) error {
	account, before := s.payer(), *s.rec
	key := account.BudgetKey(host)
	if s.mode.dry {
		s.outside.used[key]++
		change(s.rec)
		return nil
	}
	counted, err := s.countedBefore(host)
	if err != nil {
		return err
	}
	s.claim.paid = payment{key: key, day: day(s.e.opt.Now())}
	change(s.rec)
	err = s.save("", "", func(tx *store.Tx) error {
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		if !account.Budgeted {
			return nil
		}
		ok, err := tx.Spend(key, s.claim.paid.day, budget(urgent)-counted)
		if err == nil && !ok {
			err = s.spentUp(host, budget(urgent))
		}
		return err
	})
	if err != nil {
		*s.rec = before
	}
	return err
}

// payment is a call that was counted: on whose budget, and on which UTC day.
type payment struct {
	key store.Host
	day string
}

// refund takes back the call that was counted last: it did not reach Zoom, or sent nothing that counts. That is saved
// by itself, whatever becomes of the record, and for the day on which it was counted.
func (s *settling) refund() error {
	if s.mode.dry || !s.payer().Budgeted {
		return nil
	}
	return s.commit(func(tx *store.Tx) error {
		return tx.Refund(s.claim.paid.key, s.claim.paid.day)
	})
}

// startsSoon reports whether the event's next occurrence is near enough to draw on the reserve.
func (s *settling) startsSoon() bool {
	return s.ev != nil && s.ev.Start.Before(s.e.opt.Now().Add(soon))
}

// unspent is hushed for a call that was counted: one that was never sent does not count.
func (s *settling) unspent(host string, err error) error {
	if errors.Is(err, meeting.ErrNotSent) {
		if fault := s.refund(); fault != nil {
			return fault
		}
	}
	return s.hushed(host, err)
}

// hushed notes for how long the service wants to be left alone, so that the next event does not ask in vain.
func (s *settling) hushed(host string, err error) error {
	if !s.mode.dry {
		s.e.heedAccount(s.payer(), err)
	}
	var throttled *meeting.Throttled
	if errors.As(err, &throttled) {
		if throttled.Daily {
			s.e.hush(s.hostKey(host), throttled.Until, throttled.Err, s.mode.dry)
		} else {
			s.e.hush(s.serviceKey(), throttled.Until, throttled.Err, s.mode.dry)
		}
	}
	return err
}

// reached notes, after a step in which Zoom was asked, that it knows who asks. What failed for the sign-in before is
// due.
func (s *settling) reached(step plan.Do) error {
	switch step {
	case plan.Create, plan.Update, plan.Seek, plan.Switch, plan.Recover, plan.Probe, plan.Check, plan.Word, plan.Cancel,
		plan.Discard:
		if !s.mode.dry && s.rec != nil && s.e.accept(accountKey(s.payer().Hash)) {
			return s.e.retryAll()
		}
	}
	return nil
}
