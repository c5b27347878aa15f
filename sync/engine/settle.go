package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// maxSteps bounds how often plan is asked for one event in one pass. The longest way there is takes half of it.
const maxSteps = 20

// settling is one event on its way to having nothing missing.
type settling struct {
	*pass
	id         string
	ev         *calendar.Event // nil: the calendar says that there is none
	rec        *store.Record
	twin       *store.Record
	dismissed  string
	schedule   *plan.Schedule // of ev as a series, once it was asked for
	reread     bool
	steps      int      // that are left of maxSteps
	repeats    int      // how often a call was made again at once
	foretold   []string // what a meeting will be otherwise than asked for, once it is made
	done       []string
	untold     error           // why Zoom could not be told of a change in this pass, though the link was seen to
	untoldStep plan.Do         // which step that was
	looked     bool            // the meeting was looked at since
	tries      int             // how often in a row that is
	bound      string          // the service that has said until when it waits
	before     *calendar.Event // for the diff
	secrets    []string        // passcodes that the texts may show, in whatever words
	paying     *Account        // on whose budgets calls are counted, where that is not the record's account
	paid       payment         // the call that was counted last
	// failedBefore is the error of the last try.
	failedBefore string
	unlock       func()
	parked       bool // it waits, and keeps its locks, until links are written together
	anew         int  // how often it was begun anew
}

// read gives the event as this pass knows it, or reads it afresh.
func (p *pass) read(ctx context.Context, id string) (*calendar.Event, error) {
	if ev := p.events[id]; ev != nil {
		return ev, nil
	}
	if p.absent[id] {
		return nil, calendar.ErrGone
	}
	if err := p.mayRead(); err != nil {
		return nil, err
	}
	ev, err := p.source.Get(ctx, id)
	p.heed(err)
	if errors.Is(err, calendar.ErrGone) {
		p.absent[id] = true
	}
	if err != nil {
		return nil, err
	}
	p.events[id] = &ev
	return &ev, nil
}

// atOnce bounds how many events are read ahead: they get older while those before them are settled.
const atOnce = 40

// readAhead reads the first of due together with those after it, where the calendar can do that with fewer requests. What it does not
// find out, read does.
func (p *pass) readAhead(ctx context.Context, due []string) {
	several, ok := p.c.Source.(calendar.MultiGetter)
	unknown := func(id string) bool { return p.events[id] == nil && !p.absent[id] && !p.ahead[id] }
	if !ok || !unknown(due[0]) {
		return
	}
	var ids []string
	for _, id := range due {
		if unknown(id) && len(ids) < atOnce {
			ids = append(ids, id)
			p.ahead[id] = true
		}
	}
	if len(ids) < 2 || p.mayRead() != nil {
		return
	}
	got, err := several.MultiGet(ctx, ids)
	p.heed(err)
	if err != nil {
		p.e.opt.Log.Debug("several events could not be read together", "calendar", p.c.Name, "reason", err)
	}
	for id, g := range got {
		switch {
		case errors.Is(g.Err, calendar.ErrGone):
			p.absent[id] = true
		case g.Err == nil:
			p.events[id] = &g.Event
		}
	}
}

// maxAnew bounds how often an event is settled anew because its record was changed meanwhile.
const maxAnew = 4

// settle does what is missing for one event. Only a fault of the store is returned: all else is noted with the event. Where somebody else
// has changed the record meanwhile, what was decided from the old one is not saved, and the event is settled anew.
func (p *pass) settle(ctx context.Context, id string) error { return p.settleFrom(ctx, id, 0) }

// settleFrom is settle for an event that was begun anew so often already.
func (p *pass) settleFrom(ctx context.Context, id string, anew int) error {
	for ; anew < maxAnew; anew++ {
		err := p.settleOnce(ctx, id, anew)
		if !errors.Is(err, store.ErrChanged) {
			return err
		}
		p.outdated(id, err)
	}
	return p.putOff(id)
}

// outdated drops what was concluded of an event from an old record.
func (p *pass) outdated(id string, err error) {
	p.e.opt.Log.Debug("settled anew", "calendar", p.c.Name, "event", id, "reason", err)
	delete(p.rest, id)
}

// aWhile is when an event is looked at again that could not be worked on, because somebody else did.
const aWhile = 10 * time.Second

// putOff has an event looked at again in a while.
func (p *pass) putOff(id string) error {
	if p.dry {
		return nil
	}
	return p.e.store.Update(func(tx *store.Tx) error { return tx.SetDue(p.c.Name, id, p.e.opt.Now().Add(aWhile)) })
}

// lockEvent keeps others from working on an event under the UID that it has, and under the one that it is remembered with.
func (p *pass) lockEvent(ctx context.Context, id string, ev *calendar.Event) (uids []string, unlock func(), err error) {
	if p.dry {
		return nil, func() {}, nil
	}
	rec, err := p.record(id)
	if err != nil {
		return nil, nil, err
	}
	if rec != nil {
		uids = append(uids, rec.UID)
	}
	if ev != nil {
		uids = append(uids, ev.UID)
	}
	keys := make([]string, len(uids))
	for i, uid := range uids {
		keys[i] = eventLock(uid)
	}
	if unlock, err = p.e.locks.lockAll(ended(ctx), keys...); err != nil && len(p.parked) > 0 {
		// Who waits holds nothing that others may wait for, and it may be this pass itself that has the event.
		if err := p.writeTogether(ctx); err != nil {
			return nil, nil, err
		}
		delete(p.events, id)
		unlock, err = p.e.locks.lockAll(ended(ctx), keys...)
	}
	if err == nil || p.impatient {
		return uids, unlock, err
	}
	wait, cancel := context.WithTimeout(ctx, maxPatience)
	defer cancel()
	unlock, err = p.e.locks.lockAll(wait, keys...)
	p.impatient = err != nil
	delete(p.events, id) // whoever was at work on it may have changed it
	return uids, unlock, err
}

// maxPatience is how long a pass waits for somebody who is at work on one of its events. After that it waits for nobody any more: one slow
// calendar must not hold up the others.
const maxPatience = 10 * time.Second

// ended is a context that has ended: with it a lock is taken if it is free.
func ended(ctx context.Context) context.Context {
	over, cancel := context.WithCancel(ctx)
	cancel()
	return over
}

func (p *pass) settleOnce(ctx context.Context, id string, anew int) error {
	s := &settling{pass: p, id: id, anew: anew, steps: maxSteps}
	ev, unread := p.read(ctx, id)
	uids, unlock, err := p.lockEvent(ctx, id, ev)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // it stays due; the pass says that it was stopped
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return p.putOff(id)
	case err != nil:
		return err
	}
	s.unlock = unlock
	defer s.letGo()
	if ev != nil && p.events[id] == nil {
		ev, unread = p.read(ctx, id)
	}
	if err := s.load(); err != nil {
		return err
	}
	locked := func(uid string) bool { return p.dry || slices.Contains(uids, uid) }
	if s.rec != nil && !locked(s.rec.UID) || ev != nil && !locked(ev.UID) {
		return store.ErrChanged // what is locked is not this event
	}
	if unread != nil && !errors.Is(unread, calendar.ErrGone) {
		return s.failRead(ctx, fmt.Errorf("the event could not be read: %w", unread))
	}
	s.ev = ev
	s.before = s.ev
	if err := s.kin(ctx); err != nil {
		return s.failRead(ctx, err)
	}
	return s.takeSteps(ctx)
}

// takeSteps does one missing thing after the other. Between two steps the pass may be asked to stop; a step itself is finished.
func (s *settling) takeSteps(ctx context.Context) error {
	p := s.pass
	steady, release := steadied(ctx)
	defer release()
	for ; s.steps > 0; s.steps-- {
		d := plan.Next(plan.Input{Now: p.e.opt.Now(), Event: s.ev, Rec: s.rec, Twin: s.twin, Braked: p.braked,
			Dismissed: s.dismissed, Untold: s.untold != nil, Looked: s.looked, Schedule: s.schedule, Settings: &p.c.Settings})
		if s.rec != nil && !s.rec.Closed() && s.ev != nil && d.Do != plan.Close {
			s.note(d)
		}
		if d.Do == plan.Nothing {
			return s.conclude(d)
		}
		if ctx.Err() != nil {
			return nil // it stays due; the pass says that it was stopped
		}
		var told *meeting.Spec
		if s.rec != nil {
			told = s.rec.Told
		}
		err := s.do(steady, d)
		if errors.Is(err, errParked) {
			s.park(d)
			return nil
		}
		if over, err := s.after(ctx, d, told, err); over {
			return err
		}
	}
	return s.fail(errors.New("the event does not come to rest: this is a fault in zoomtag, please report it"))
}

// after takes what has come of a step. It is over where nothing is to be done for the event any more in this pass, or an error is returned.
func (s *settling) after(ctx context.Context, d plan.Decision, told *meeting.Spec, err error) (over bool, _ error) {
	var wait *waiting
	switch {
	case s.goesOn(d, told, err):
		s.untoldStep = d.Do
	case err == nil:
		s.looked = s.looked || d.Do == plan.Check
		err := s.reached(d.Do)
		return err != nil, err
	case errors.As(err, &wait):
		d.State, d.At = wait.state, wait.until
		d.Reason = wait.reason
		s.bound = wait.bound
		return true, s.conclude(d)
	case errors.Is(err, calendar.ErrConflict) && !s.reread:
		if err := s.readAgain(ctx); err != nil {
			return true, s.failRead(ctx, err)
		}
	default:
		return true, s.fail(err)
	}
	return false, nil
}

func (s *settling) load() error {
	rec, err := s.record(s.id)
	if err != nil || rec == nil {
		return err
	}
	s.rec, s.failedBefore = rec, rec.Error
	rec.NotAhead(s.e.opt.Now())
	s.secrets = append(s.secrets, rec.Meeting.Passcode.Reveal())
	return nil
}

// record is the record as the store will have it at the end of the pass.
func (p *pass) record(id string) (*store.Record, error) {
	if rec := p.rest[id]; rec != nil {
		return rec, nil
	}
	if p.moved[store.Item{Calendar: p.c.Name, EventID: id}] {
		return nil, nil
	}
	return p.e.store.Record(p.c.Name, id)
}

// readAgain reads the event once more after somebody else changed it.
func (s *settling) readAgain(ctx context.Context) error {
	s.reread, s.schedule = true, nil
	delete(s.events, s.id)
	ev, err := s.read(ctx, s.id)
	if err != nil && !errors.Is(err, calendar.ErrGone) {
		return err
	}
	s.ev = ev
	return nil
}

// note keeps in the record what people want to see of the event, and the wish.
func (s *settling) note(d plan.Decision) {
	ev, rec := s.ev, s.rec
	rec.UID, rec.Start, rec.Until = ev.UID, ev.Start, ev.Until
	rec.Title = strings.TrimSpace(plan.WithoutTags(ev.Title, "title", d.Wish.Tags))
	if ev.Link.Tag != "" && ev.Link.Mark == rec.Mark {
		rec.Taken = meeting.Passcode(ev.Link.Tag)
	}
	if d.Wish.Asked {
		rec.Not = s.c.Settings.Rules.Not
		rec.Tag, rec.TagIn = d.Wish.Tags[0].Shown(), d.Wish.Tags[0].In
		rec.Released, rec.Abandoned = false, false
	}
	rec.Gone = false
	if name, known := s.c.Settings.AccountName(rec.Mark); known {
		rec.Account = name
	}
}

// finish saves what was concluded.
func (s *settling) finish(d plan.Decision) error {
	notes := s.notes(d)
	reason := strings.Join(append([]string{d.Reason}, notes...), "; ")
	failure := "" // what nobody tries again before something changes
	if d.State == plan.Failed && d.At.IsZero() {
		failure = reason
	}
	if s.twin != nil && (s.rec == nil || s.rec.Closed()) {
		if err := s.leaveToTwin(d.At); err != nil {
			return err
		}
	}
	switch {
	case s.rec == nil && s.twin != nil && d.State != plan.Held:
		s.left = append(s.left, s.id)
	case s.rec == nil && d.State == plan.Held:
		s.holdBack(d, reason)
	case s.rec == nil && !d.At.IsZero():
		s.later[s.id] = d.At
	case s.rec == nil:
		s.clear = append(s.clear, s.id)
	default:
		if d.State == plan.Linked { // also where the link was there before us
			s.rec.JoinURL, s.rec.Block = d.Link.JoinURL, d.Link.Block
		}
		if len(notes) > 0 && !slices.Equal(notes, s.rec.Notes) {
			s.remark(s.rec.UID, s.rec.Title, strings.Join(notes, "; "))
		}
		if s.bound != "" && s.rec.Bound != s.bound {
			s.remark(s.rec.UID, s.rec.Title, reason)
		}
		if d.State == plan.Held && (s.rec.State != plan.Held || s.rec.Reason != reason) && s.ev != nil && s.ev.Denied != "" {
			s.handOn = append(s.handOn, s.rec.UID)
		}
		s.rec.State, s.rec.Reason, s.rec.Notes, s.rec.Error, s.rec.Tries = d.State, reason, notes, failure, s.tries
		s.rec.Due, s.rec.Bound = d.At, s.bound
		s.rest[s.id] = s.rec
	}
	s.tell(d.State, reason, failure)
	return nil
}

// holdBack notes an event that is held before anything was begun for it: its owner has to see why.
func (s *settling) holdBack(d plan.Decision, reason string) {
	title := strings.TrimSpace(plan.WithoutTags(s.ev.Title, "title", d.Wish.Tags))
	s.held = append(s.held, store.Problem{ID: s.id, Title: plan.HidePasscode(title), Reason: reason, Held: true})
	at := d.At
	if at.IsZero() && !s.ev.Until.IsZero() {
		at = s.ev.Until.Add(time.Second) // then nobody needs to see it any more
	}
	if at.IsZero() {
		s.clear = append(s.clear, s.id)
	} else {
		s.later[s.id] = at
	}
}

// remark puts something into the journal that is no step.
func (s *settling) remark(uid, title, text string) {
	s.remarks = append(s.remarks, store.Entry{At: s.e.opt.Now(), Calendar: s.c.Name, EventID: s.id, UID: uid, Title: title, Reason: text})
}

// save writes the record on its way, with a journal entry for the step if there is one, in one transaction. Until the event
// is at rest it stays due: a crash must not lose it.
func (s *settling) save(step, reason string, more func(tx *store.Tx) error) error {
	s.rec.Due = s.e.opt.Now()
	return s.put(step, reason, "", more)
}

// put writes the record, with a journal entry if step, reason or failure says something, in one transaction.
func (s *settling) put(step, reason, failure string, more func(tx *store.Tx) error) error {
	if s.dry {
		return nil
	}
	return s.e.store.Update(func(tx *store.Tx) error {
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		if step+reason+failure != "" {
			entry := store.Entry{At: s.e.opt.Now(), Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID, Title: s.rec.Title,
				Step: step, Meeting: s.rec.MeetingID, Reason: reason, Error: failure}
			if err := tx.Journal(entry); err != nil {
				return err
			}
		}
		return putRecord(tx, s.rec)
	})
}
