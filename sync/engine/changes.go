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

// cursor is from where on changes are asked for; "" is from the start, as it is for the whole of a calendar.
func (p *pass) cursor(st store.CalendarState, whole bool) string {
	// While a brake holds the calendar, only a whole listing can answer the question that it waits for.
	braked := !st.HeldAt.IsZero() && !st.Absent
	// A clock that was set back leaves times behind for which everything would wait.
	anew := whole || braked || st.Detects != p.c.Detects
	if anew || p.leaving() || p.setBack(st) {
		return ""
	}
	return st.Cursor
}

// changes asks the calendar, from the start if the configuration or the calendar wants it so.
func (p *pass) changes(ctx context.Context, st store.CalendarState) (calendar.Changes, error) {
	cursor := p.cursor(st, p.mode.dry)
	var asked *calendar.Throttled
	if err := p.mayRead(); errors.As(err, &asked) {
		return calendar.Changes{}, reason.CalendarRests.Of(fmt.Errorf("calendar %s is left alone until %s: %w", p.c.Name,
			asked.Until.UTC().Format(time.RFC3339), asked.Err))
	} else if err != nil {
		return calendar.Changes{}, err
	}
	changes, err := p.outside.source.Changes(ctx, cursor)
	if errors.Is(err, calendar.ErrCursor) && cursor != "" {
		p.e.opt.Log.Info("everything is read again", "calendar", p.c.Name, "reason", err)
		changes, err = p.outside.source.Changes(ctx, "")
	}
	if err == nil && !changes.Full && anotherThan(st, changes) {
		p.e.opt.Log.Info("everything is read again", "calendar", p.c.Name, "reason",
			"it is another calendar than before: "+changes.Source)
		changes, err = p.outside.source.Changes(ctx, "")
	}
	if err == nil && !changes.Full && changes.ReadOnly != st.ReadOnly { // what nobody could write is looked at again
		changes, err = p.outside.source.Changes(ctx, "")
	}
	if err != nil {
		err = fmt.Errorf("calendar %s could not be read: %w", p.c.Name, err)
	}
	p.heed(err)
	if err != nil {
		return changes, err
	}
	if err := p.signedIn(); err != nil {
		return changes, err
	}
	p.report.ReadOnly, p.seen.belief.cure = changes.ReadOnly, changes.Cure
	p.report.Stirred = !changes.Full && len(changes.List) > 0
	p.report.Seen = changes.Total
	if changes.Total < 0 {
		p.report.Seen = len(changes.List)
	}
	for i := range changes.List {
		ch := &changes.List[i]
		if ch.Event != nil {
			p.see(ch.ID, ch.Event)
		}
		if ch.Deleted {
			p.seen.deleted[ch.ID] = true
		}
	}
	return changes, nil
}

// clockSlack is how far a clock is set back without anybody having to mind: by a time service, now and then.
const clockSlack = 10 * time.Minute

// anotherThan reports whether the calendar is another one than that which was read last.
func anotherThan(st store.CalendarState, changes calendar.Changes) bool {
	return changes.Source != "" && st.Source != "" && changes.Source != st.Source
}

// heed remembers that the calendar has asked to be left alone for a while, or does not know who asks.
func (p *pass) heed(err error) {
	if err != nil {
		p.e.heedCalendar(p.c, err, p.mode.dry)
	}
}

// mayRead reports why the calendar is not to be asked just now: a Throttled where it has said so itself. Whoever plans
// has asked for it: a refused sign-in is tried then.
func (p *pass) mayRead() error {
	switch rest := p.e.quietUntil(calendarKey(p.c.Name)); {
	case rest.Until.IsZero(), rest.Refused && p.mode.dry:
		return nil
	case rest.Refused:
		return reason.CalendarSignIn.Of(words.Mend(errors.New(rest.Why), rest.Cure))
	default:
		return &calendar.Throttled{Until: rest.Until, Err: words.Mend(errors.New(rest.Why), rest.Cure)}
	}
}

// signedIn notes that the calendar knows who asks. What failed for the sign-in before is due.
func (p *pass) signedIn() error {
	if p.mode.dry || !p.e.accept(calendarKey(p.c.Name)) {
		return nil
	}
	_, err := p.e.Retry(Again{Calendars: []string{p.c.Name}, Patient: true})
	return err
}
