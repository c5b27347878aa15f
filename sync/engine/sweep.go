package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// sweepEvery is how often each account is looked through for meetings that no record names. After a lost state there
// may be such: of an event that was deleted before it was remembered again nothing is left but its meeting.
const sweepEvery = 24 * time.Hour

// sweepAgain is when that is tried again if it failed: nothing is lost meanwhile.
const sweepAgain = time.Hour

// ErrUnread says that a calendar has not been read to its end yet.
var ErrUnread = errors.New("not all calendars have been read yet")

// Sweep looks through the accounts for meetings with a mark of ours that no record names, unless that was done within
// the day. It only tells: another zoomtag may keep them. ErrUnread until each calendar has been read, for what is not
// remembered yet is nobody's as well.
func (e *Engine) Sweep(ctx context.Context) error {
	if err := e.loadRests(); err != nil {
		return err
	}
	due, lost, failed := e.unswept()
	for _, a := range lost {
		failed = append(failed, e.sweepLost(ctx, a))
	}
	if len(due) == 0 {
		return errors.Join(failed...)
	}
	if err := e.allRead(); err != nil {
		return err
	}
	for _, a := range due {
		failed = append(failed, e.sweepAccount(ctx, a))
	}
	return errors.Join(failed...)
}

// allRead returns ErrUnread unless each calendar has been read, and nothing is to be looked at in any.
func (e *Engine) allRead() error {
	for name, c := range e.calendars {
		if c.Away != nil { // what there is of it, is known
			continue
		}
		st, err := e.store.Calendar(name)
		if err != nil {
			return err
		}
		due, err := e.store.Due(name, e.opt.Now(), 1)
		if err != nil {
			return err
		}
		if st.LastSuccess.IsZero() || len(due) > 0 {
			return ErrUnread
		}
	}
	return nil
}

// unswept are the accounts that are to be looked through now, by this worker, those of which only some hosts are, and
// why others are not known to be: to go through all calendars costs more than to know that there is nothing to do.
func (e *Engine) unswept() (due, lost []*Account, failed []error) {
	for i := range e.opt.Accounts {
		a := &e.opt.Accounts[i]
		if _, ok := a.Meetings.(meeting.Lister); !ok || !e.store.Owns(sweepJob(a.Hash)) {
			continue
		}
		last, err := e.store.Sweep(a.Hash)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if e.sweepDue(a, &last) {
			due = append(due, a)
		}
		if len(e.lostHosts(a, &last)) > 0 { // that one may have to wait until all calendars have been read
			lost = append(lost, a)
		}
	}
	return due, lost, failed
}

// sweepDue reports whether an account is to be looked through now.
func (e *Engine) sweepDue(a *Account, last *store.Sweep) bool {
	every := sweepEvery
	if last.Error != "" {
		every = sweepAgain
	}
	since := e.opt.Now().Sub(last.Tried)
	return (since < 0 || since >= every) && !e.quietUntil(accountKey(a.Hash)).Refused
}

// lostHosts are those whose meetings are to be looked through now, because of calls of which nobody has heard the end.
func (e *Engine) lostHosts(a *Account, last *store.Sweep) (hosts []string) {
	if e.quietUntil(accountKey(a.Hash)).Refused {
		return nil
	}
	for _, call := range last.Lost {
		if !e.opt.Now().Before(call.At) && !slices.Contains(hosts, call.Host) {
			hosts = append(hosts, call.Host)
		}
	}
	return hosts
}

// sweepLost looks through the meetings of those hosts, and cancels the second ones. Whatever else is found there is for
// the look of the day.
func (e *Engine) sweepLost(ctx context.Context, a *Account) error {
	lister, ok := a.Meetings.(meeting.Lister)
	if !ok {
		return nil
	}
	ctx, release, ok := e.store.Hold(ctx, sweepJob(a.Hash), "")
	if !ok {
		return nil // another worker sees to it
	}
	defer release()
	last, err := e.store.Sweep(a.Hash)
	if err != nil {
		return err
	}
	now, hosts := e.opt.Now(), e.lostHosts(a, &last)
	again := time.Time{}
	listed, host, failed := marked(ctx, lister, hosts)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed != nil {
		e.heedAccount(a, failed)
		again = now.Add(sweepAgain)
		failed = fmt.Errorf("the meetings of %s could not be listed: %w", host, failed)
	} else {
		named, err := e.namedMarks()
		if err != nil {
			return err
		}
		if _, err := e.cancelSpares(ctx, a, leftovers(a.Hash, listed, named, last.Found, now), listed); err != nil {
			return err
		}
	}
	return errors.Join(failed, e.saveSweep(ctx, a.Hash,
		func(current *store.Sweep) { current.Lost = stillLost(current.Lost, hosts, now, again) }))
}

// stillLost is what is left of calls after the meetings of hosts were looked through: nothing of those that were due by
// then, unless they are to be looked for again.
func stillLost(calls []store.LostCall, hosts []string, then, again time.Time) (left []store.LostCall) {
	for _, call := range calls {
		looked := !then.Before(call.At) && slices.Contains(hosts, call.Host)
		switch {
		case !looked:
			left = append(left, call)
		case !again.IsZero():
			left = append(left, store.LostCall{Host: call.Host, At: again})
		}
	}
	return left
}

// sweepJob names the sweep of an account among what only one of several workers does.
func sweepJob(account string) string { return "job/sweep/" + account }

func (e *Engine) sweepAccount(ctx context.Context, a *Account) error {
	lister, ok := a.Meetings.(meeting.Lister)
	if !ok {
		return nil
	}
	ctx, release, ok := e.store.Hold(ctx, sweepJob(a.Hash), "")
	if !ok {
		return nil // another worker sees to it
	}
	defer release()
	now := e.opt.Now()
	last, err := e.store.Sweep(a.Hash)
	if err != nil || !e.sweepDue(a, &last) {
		return err
	}
	hosts, err := e.hostsOf(a)
	if err != nil {
		return err
	}
	listed, host, err := marked(ctx, lister, hosts)
	if ctx.Err() != nil { // whoever was told to stop says nothing of Zoom
		return ctx.Err()
	}
	if err != nil {
		e.heedAccount(a, err)
		failure := fmt.Sprintf("the meetings of %s could not be listed: %s", host, words.Of(err))
		return e.saveSweep(ctx, a.Hash, func(s *store.Sweep) { s.Tried, s.Error = now, failure })
	}
	// What is made from here on is in no list above; what was made before was remembered before.
	named, err := e.namedMarks()
	if err != nil {
		return err
	}
	found := leftovers(a.Hash, listed, named, last.Found, now)
	if found, err = e.cancelSpares(ctx, a, found, listed); err != nil {
		return err
	}
	e.tellLeftovers(last.Found, found)
	return e.saveSweep(ctx, a.Hash, func(current *store.Sweep) {
		has := func(list []store.Leftover, id int64) bool {
			return slices.ContainsFunc(list, func(l store.Leftover) bool { return l.MeetingID == id })
		}
		found = slices.DeleteFunc(found, func(l store.Leftover) bool { // cancelled while the lists were read
			return has(last.Found, l.MeetingID) && !has(current.Found, l.MeetingID)
		})
		*current = store.Sweep{At: now, Tried: now, Found: found,
			Lost: stillLost(current.Lost, hosts, now, time.Time{})}
	})
}

// marked lists the meetings of hosts that carry marks, and names the host whose meetings could not be listed.
func marked(ctx context.Context, lister meeting.Lister,
	hosts []string) (list []meeting.Meeting, failed string, err error) {
	for _, host := range hosts {
		some, err := lister.Marked(ctx, host)
		if err != nil {
			return nil, host, err
		}
		list = append(list, some...)
	}
	return list, "", nil
}

// hostsOf are those in whose meetings of an account there may be ours.
func (e *Engine) hostsOf(a *Account) ([]string, error) {
	var hosts []string
	known, keys := map[string]bool{"": true}, map[store.Host]bool{}
	add := func(host string) {
		if known[host] {
			return
		}
		known[host] = true
		if key := a.BudgetKey(host); !keys[key] {
			keys[key] = true
			hosts = append(hosts, host)
		}
	}
	for _, c := range e.calendars {
		if c.Settings.Account == a.Hash {
			add(c.Settings.Host)
			if c.Settings.ByOrganizer {
				add(c.Keeper)
			}
		}
		add(c.Settings.AccountHost(a.Hash))
	}
	err := e.eachRecord(func(rec *store.Record) {
		// who has left does not matter any more
		if m, _ := plan.ParseMark(rec.Mark); m.Account == a.Hash && !rec.Closed() {
			add(rec.Host)
		}
	})
	slices.Sort(hosts)
	return hosts, err
}

// eachRecord calls fn for each record, of whichever calendar.
func (e *Engine) eachRecord(fn func(*store.Record)) error {
	names, err := e.store.Calendars()
	if err != nil {
		return err
	}
	for _, name := range names {
		records, err := e.store.Records(name)
		if err != nil {
			return err
		}
		for _, rec := range records {
			fn(rec)
		}
	}
	return nil
}

// bearer is what records say of a mark: the meetings that have it rightly, or that any may have it.
type bearer struct {
	ids map[int64]bool
	any bool // which one it is, is not known, or another zoomtag knows
}

// names reports whether a meeting is named.
func (c bearer) names(id int64) bool { return c.any || c.ids[id] }

// bearers are what is said of marks.
type bearers map[string]bearer

func (c bearers) add(mark string, id int64) {
	one := c[mark]
	if one.ids == nil {
		one.ids = map[int64]bool{}
	}
	one.ids[id], one.any = true, one.any || id == 0
	c[mark] = one
}

// bearerOf is what a record says of its own mark: while nobody knows what has been made, whatever there is. Where it
// has come to its end and nothing was made, there is nothing: a meeting that a frozen worker has made since is
// nobody's.
func bearerOf(rec *store.Record) (id int64) {
	const none = -1
	made := cmp.Or(rec.MeetingID, rec.CancelledID)
	switch {
	case rec.Doubt == plan.DoubtCreate:
		return 0
	case made == 0 && rec.Closed():
		return none
	}
	return made
}

// namedMarks are the marks that records name, and which meetings may have them.
func (e *Engine) namedMarks() (bearers, error) {
	named := bearers{}
	err := e.eachRecord(func(rec *store.Record) {
		named.add(rec.Mark, bearerOf(rec))
		named.add(rec.Retired, 0)
		if rec.Closed() {
			return
		}
		for _, f := range rec.Former {
			named.add(f.Mark, f.MeetingID)
		}
	})
	return named, err
}

// leftovers are those of the listed meetings that carry a mark of an account and that nothing names.
func leftovers(account string, listed []meeting.Meeting, named bearers, before []store.Leftover,
	now time.Time) []store.Leftover {
	var found []store.Leftover
	for i := range listed {
		m := &listed[i]
		mark, ok := plan.ParseMark(m.Mark)
		known := func(l store.Leftover) bool { return l.MeetingID == m.ID }
		ours := ok && mark.Account == account
		if !ours || named[m.Mark].names(m.ID) || slices.ContainsFunc(found, known) {
			continue
		}
		l := store.Leftover{MeetingID: m.ID, Mark: m.Mark, Host: m.Host, Topic: m.Topic, Start: m.Start, Since: now}
		if i := slices.IndexFunc(before, known); i >= 0 {
			l.Since = before[i].Since
		}
		found = append(found, l)
	}
	slices.SortFunc(found, func(a, b store.Leftover) int { return int(a.MeetingID - b.MeetingID) })
	return found
}

// cancelSpares cancels the meetings that a worker has made while another one, to which the calendar had gone, made the
// same for the same event: a frozen machine can send a request an hour late. They carry the mark of a record that has
// another meeting, and are as that one was asked for. What comes of an owner's own copy, with another time, is told
// like all else that no event has.
func (e *Engine) cancelSpares(ctx context.Context, a *Account, found []store.Leftover,
	listed []meeting.Meeting) (left []store.Leftover, err error) {
	if !e.store.Shared() {
		return found, nil
	}
	for _, l := range found {
		rec, err := e.store.ByMark(l.Mark)
		if err != nil {
			return nil, err
		}
		own := slices.IndexFunc(listed, func(m meeting.Meeting) bool { return rec != nil && m.ID == rec.MeetingID })
		if own < 0 || !twins(&listed[own], l) {
			left = append(left, l)
			continue
		}
		const why = "two workers made a meeting for its event, which has the other one"
		if err := e.cancelLeftover(ctx, a, l, why); err != nil {
			e.opt.Log.Warn("a second meeting for one event could not be cancelled", "meeting", l.MeetingID, "reason",
				words.Of(err))
			left = append(left, l)
			continue
		}
		e.opt.Log.Info("cancel", "meeting", l.MeetingID, "title", strings.TrimSpace(l.Topic), "reason", why)
	}
	return left, nil
}

// twins reports whether a meeting is as one that is left over.
func twins(m *meeting.Meeting, l store.Leftover) bool {
	return m.Topic == l.Topic && m.Start.Equal(l.Start) && m.Host == l.Host
}

// tellLeftovers logs what was not found before.
func (e *Engine) tellLeftovers(before, found []store.Leftover) {
	for _, l := range found {
		if !slices.ContainsFunc(before, func(b store.Leftover) bool { return b.MeetingID == l.MeetingID }) {
			e.opt.Log.Warn("meeting without an event", "meeting", l.MeetingID, "title", l.Topic, "host", l.Host, "mend",
				LeftoverMend(l))
		}
	}
}

// LeftoverMend is what to do about a meeting that no record names.
func LeftoverMend(l store.Leftover) string {
	return fmt.Sprintf("if no event and no other zoomtag shows it, cancel it: zoomtag cancel %d", l.MeetingID)
}

// saveSweep changes what is remembered of the look through an account, as it is now.
func (e *Engine) saveSweep(ctx context.Context, account string, change func(*store.Sweep)) error {
	return e.store.UpdateHeld(ctx, sweepJob(account), func(tx *store.Tx) error {
		sweep, err := tx.Sweep(account)
		if err != nil {
			return err
		}
		change(&sweep)
		return tx.PutSweep(account, sweep)
	})
}

// Leftovers are the meetings that no record named when the accounts were last looked through, and why that could not be
// done.
func (e *Engine) Leftovers() (list []store.Leftover, failures []string, err error) {
	for _, a := range e.opt.Accounts {
		sweep, err := e.store.Sweep(a.Hash)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, sweep.Found...)
		if sweep.Error != "" {
			failures = append(failures, sweep.Error)
		}
	}
	return list, failures, nil
}

// ErrNoLeftover says that a meeting is none that may be cancelled by its id.
var ErrNoLeftover = errors.New("no meeting of ours without an event has this number")

// CancelLeftover cancels a meeting that no record names. It is read once more: it still has to carry the mark with
// which it was found, and no record may name it by now.
func (e *Engine) CancelLeftover(ctx context.Context, id int64) (store.Leftover, error) {
	for i := range e.opt.Accounts {
		a := &e.opt.Accounts[i]
		sweep, err := e.store.Sweep(a.Hash)
		if err != nil {
			return store.Leftover{}, err
		}
		for _, l := range sweep.Found {
			if l.MeetingID == id {
				return l, e.cancelLeftover(ctx, a, l, "no event had it, and its owner asked for that")
			}
		}
	}
	return store.Leftover{}, words.Mend(ErrNoLeftover, "run zoomtag status, which lists them")
}

// cancelLeftover cancels a meeting that no record names, which the journal says with why.
func (e *Engine) cancelLeftover(ctx context.Context, a *Account, l store.Leftover, why string) error {
	m, err := a.Meetings.Get(ctx, l.MeetingID)
	switch {
	case errors.Is(err, meeting.ErrGone):
		return e.forgetLeftover(a, l, "")
	case err != nil:
		return fmt.Errorf("meeting %d could not be read: %w", l.MeetingID, err)
	case m.Mark != l.Mark:
		return errors.Join(fmt.Errorf("meeting %d does not carry its mark any more: it is left alone", l.MeetingID),
			e.forgetLeftover(a, l, ""))
	}
	now := e.opt.Now()
	named, err := e.namedMarks()
	if err != nil {
		return err
	}
	if named[l.Mark].names(l.MeetingID) {
		return errors.Join(fmt.Errorf("an event has meeting %d by now: it is left alone", l.MeetingID),
			e.forgetLeftover(a, l, ""))
	}
	err = e.store.Update(func(tx *store.Tx) error {
		rec, err := tx.ByMark(l.Mark)
		if err != nil {
			return err
		}
		if rec != nil && cmp.Or(bearerOf(rec), l.MeetingID) == l.MeetingID {
			return fmt.Errorf("an event has got meeting %d meanwhile: it is left alone", l.MeetingID)
		}
		if !a.Budgeted {
			return nil
		}
		ok, err := tx.Spend(a.BudgetKey(l.Host), day(now), DailyLimit)
		if err == nil && !ok {
			//nolint:staticcheck // Zoom is a name
			err = words.Mend(fmt.Errorf("Zoom lets a host be changed %d times a day, and %s is at that",
				DailyLimit, l.Host), "try again after 00:00 UTC")
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := a.Meetings.Cancel(ctx, l.MeetingID); err != nil {
		return fmt.Errorf("meeting %d could not be cancelled: %w", l.MeetingID, err)
	}
	return e.forgetLeftover(a, l, why)
}

// forgetLeftover takes a meeting off the list, with a line in the journal if it was cancelled.
func (e *Engine) forgetLeftover(a *Account, l store.Leftover, cancelled string) error {
	return e.store.Update(func(tx *store.Tx) error {
		sweep, err := tx.Sweep(a.Hash)
		if err != nil {
			return err
		}
		sweep.Found = slices.DeleteFunc(sweep.Found, func(f store.Leftover) bool { return f.MeetingID == l.MeetingID })
		if err := tx.PutSweep(a.Hash, sweep); err != nil || cancelled == "" {
			return err
		}
		return tx.Journal(store.Entry{At: e.opt.Now(), Title: strings.TrimSpace(l.Topic), Step: "cancel",
			Meeting: l.MeetingID, Reason: cancelled})
	})
}
