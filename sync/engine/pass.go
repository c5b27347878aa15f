package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/reason"
)

// Pass reads what changed in the calendar of this name and settles every event that is due.
// When ctx ends it finishes the step in hand and returns.
func (e *Engine) Pass(ctx context.Context, name string) (Report, error) {
	return e.runNamed(ctx, name, false)
}

// Once is a pass over a calendar that is not one of the engine's. What is remembered of it is remembered under its
// name, so that a second pass goes on from the first. The report tells of every event.
func (e *Engine) Once(ctx context.Context, c *Calendar) (Report, error) {
	c.settle()
	return e.runLocked(ctx, c, mode{talkative: true})
}

// Plan is the pass that reads everything and changes nothing, in the calendar, at Zoom or in the store.
func (e *Engine) Plan(ctx context.Context, name string) (Report, error) {
	return e.runNamed(ctx, name, true)
}

func (e *Engine) runNamed(ctx context.Context, name string, dry bool) (Report, error) {
	c := e.calendars[name]
	if c == nil {
		return Report{}, fmt.Errorf("there is no calendar %q in the configuration", name)
	}
	return e.runLocked(ctx, c, mode{dry: dry})
}

func (p *pass) run(ctx context.Context) error {
	st, err := p.e.store.Calendar(p.c.Name)
	if err != nil {
		return err
	}
	if over, err := p.leaves(st); over || err != nil {
		return err
	}
	if p.stays() {
		return nil
	}
	back := p.setBack(st)
	listed, err := p.look(ctx, &st)
	if err != nil {
		return err
	}
	if p.seen.belief.another { // what is in it now is not mixed with what was in the other one
		return p.finish(st)
	}
	if err := p.pullIn(back); err != nil {
		return err
	}
	due, err := p.due()
	if err != nil {
		return err
	}
	if p.mode.only != "" {
		if due, err = p.chosen(ctx, due); err != nil {
			return err
		}
		if p.report.Unfinished = st.Unfinished; p.report.Unfinished != "" && p.report.Code == "" {
			p.coded(reason.Unfinished, "") // the rest is left as it is
		}
	}
	p.e.opt.Log.Debug("pass", "calendar", p.c.Name, "listed", listed, "due", len(due))
	defer p.unpark()
	if err := p.settleAll(ctx, due); err != nil {
		return err
	}
	if err := p.finish(st); err != nil {
		return err
	}
	return ctx.Err()
}

// look asks the calendar what may have changed, and saves that. It returns how much that is.
func (p *pass) look(ctx context.Context, st *store.CalendarState) (listed int, err error) {
	p.mode.began = time.Now() // waiting for another pass does not count
	reading, cancel := context.WithDeadline(ctx, p.mode.began.Add(longestReading))
	defer cancel()
	changes, err := p.changes(reading, *st)
	if err != nil {
		return 0, p.slow(ctx, reading, err)
	}
	if err := p.exchanged(reading, st, changes); err != nil {
		return 0, p.slow(ctx, reading, err)
	}
	if err := p.former(reading, st, changes); err != nil {
		return 0, p.slow(ctx, reading, err)
	}
	if err := p.take(reading, st, changes); err != nil {
		return 0, p.slow(ctx, reading, err)
	}
	return len(changes.List), nil
}

// isOfThePass reports whether an error concerns the store, the pass as such or who asks for it, and not what the
// calendar says.
func isOfThePass(err error) bool {
	var damaged *store.DamagedError
	var busy *formerBusy
	var nameless *choiceError
	return errors.As(err, &nameless) || errors.As(err, &damaged) || errors.As(err, &busy)
}

// concluded is the report of a pass that has ended like this. An error is returned only for what concerns the store, or
// the pass as such; all else is in the report.
func (p *pass) concluded(ctx context.Context, err error) (Report, error) {
	if p.report.Code == "" && p.report.ReadOnly != "" {
		p.coded(reason.NotWritable, p.seen.belief.cure)
	}
	if err == nil || ctx.Err() != nil || isOfThePass(err) {
		return p.report, err
	}
	p.report.OK, p.report.Error, p.report.Unchosen = false, words.Cause(err), errors.Is(err, calendar.ErrUnchosen)
	if errors.Is(err, calendar.ErrAbsent) {
		p.report.Held, p.report.Reason = true, words.Cause(err)
	}
	p.coded(codeOf(err, reason.CalendarFails), words.Cure(err))
	return p.report, p.noteFailure(err)
}
