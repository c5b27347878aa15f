package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/reason"
)

// exchanged sees to calendars whose names have gone to others in the configuration: two that have each other's, or one
// whose name is that of a new one. What is kept goes by what a calendar is, so it moves to the name that the calendar
// has now, as it does from a name that is not configured any more (former). That is done only where each of those
// names was seen to be another calendar's: two people may have one calendar under two names. Where several workers
// share the store, another one may be at work under those names: there the calendars are held, and a person decides.
func (p *pass) exchanged(ctx context.Context, st *store.CalendarState, changes calendar.Changes) error {
	concerned := p.e.calendars[p.c.Name] != nil && changes.Source != ""
	if !concerned || p.e.store.Shared() {
		return nil
	}
	if st.Source == changes.Source && p.e.hasLooked(p.c.Name) {
		return nil
	}
	if anotherThan(*st, changes) { // which is rare, and then all is looked at as it is
		p.e.strange.forget()
	}
	names, sources, err := p.successors(ctx, *st, changes)
	another := anotherThan(*st, changes)
	if err == nil && names == nil && another {
		names, err = p.secondName(ctx, st.Source)
		sources = []string{st.Source}
	}
	if unsettled := names == nil && another; err == nil && unsettled && p.mode.dry {
		names, err = p.keptElsewhere(ctx, changes.Source)
	}
	if err != nil || names == nil {
		return err
	}
	if p.mode.dry { // what is kept of it goes by another name still
		return foretoldMove(p.c.Name, names)
	}
	for _, name := range names {
		if slices.Contains(p.mode.locked, name) {
			continue
		}
		unlock, err := p.e.locks.lockAll(ended(ctx), calendarLock(name))
		if err != nil {
			return &formerBusy{name}
		}
		defer unlock()
	}
	moved, stale := 0, false
	err = p.commit(func(tx *store.Tx) error {
		for i, name := range names[1:] { // nobody was kept from them until now
			kept, err := tx.Calendar(name)
			if err != nil {
				return err
			}
			if kept.Source != sources[i] {
				stale = true // it has moved meanwhile
				return nil
			}
		}
		moved, err = tx.PassOnCalendars(names)
		return err
	})
	if err != nil || stale {
		return err
	}
	p.e.strange.forget()
	p.e.opt.Log.Info("calendars have each other's names", "calendars", names, "events", moved)
	*st, err = p.e.store.Calendar(p.c.Name)
	return err
}

// keptElsewhere are the other names under which a source is kept and which are not its own any more; nil is none.
// Passes over several calendars, one after the other, have it come to where it belongs.
func (p *pass) keptElsewhere(ctx context.Context, source string) (names []string, err error) {
	all, err := p.e.store.Calendars()
	for _, name := range all {
		if err != nil || name == p.c.Name {
			continue
		}
		var st store.CalendarState
		if st, err = p.e.store.Calendar(name); err != nil || st.Provider != p.c.Provider || st.Source != source {
			continue
		}
		now := ""
		if p.e.calendars[name] != nil {
			now, err = p.sourceNow(ctx, name)
		}
		if now != source { // else that calendar has two names
			names = append(names, name)
		}
	}
	return names, err
}

// foretoldMove says in a preview that a pass will first have what is kept follow the calendars.
func foretoldMove(name string, names []string) error {
	others := slices.DeleteFunc(slices.Clone(names), func(other string) bool { return other == name })
	return reason.CalendarRenamed.Of(words.Mend(fmt.Errorf("the names of calendars have changed hands (%s, %s), and what is "+
		"kept of them moves with the next pass; nothing is cancelled", name, strings.Join(others, ", ")),
		"run zoomtag sync, unless the daemon runs"))
}

// hasLooked reports whether what other names have left behind was looked through for a calendar.
func (e *Engine) hasLooked(name string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seat(name).looked
}

// secondName are another name of the calendar that had this one's name before, and this one's: what is kept under this
// one is the other's. nil is none.
func (p *pass) secondName(ctx context.Context, source string) ([]string, error) {
	kept, err := p.keptUnder(source)
	if err != nil {
		return nil, err
	}
	for _, name := range kept {
		if name == p.c.Name {
			continue
		}
		if now, err := p.sourceNow(ctx, name); err != nil || now == source {
			return []string{name, p.c.Name}, err
		}
	}
	return nil, nil
}

// successors are the calendar's name and those of which each one's own calendar has the name before it by now. Where
// something else is kept under the calendar's name, they come round: that is the last one's. sources are those of what
// is kept under all but the first. nil is none.
func (p *pass) successors(ctx context.Context, st store.CalendarState,
	changes calendar.Changes) (names, sources []string, err error) {
	names, source := []string{p.c.Name}, changes.Source
	free := st.Source == "" || st.Source == changes.Source
	for {
		kept, err := p.keptUnder(source)
		if err != nil {
			return nil, nil, err
		}
		if !free && len(names) > 1 && slices.Contains(kept, p.c.Name) {
			return names, sources, nil
		}
		name, now, err := p.another(ctx, kept, source, names)
		if err != nil || name == "" {
			return nil, nil, err
		}
		names, sources, source = append(names, name), append(sources, source), now
		if free {
			return names, sources, nil
		}
	}
}

// another is one of the names, other than some, that was seen to be another calendar's by now than the one that is kept
// under it, and that calendar. Where it is the same one, that has two names.
func (p *pass) another(ctx context.Context, kept []string, source string, but []string) (name, now string, err error) {
	for _, name := range kept {
		if slices.Contains(but, name) {
			continue
		}
		now, err := p.sourceNow(ctx, name)
		if err != nil {
			return "", "", err
		}
		if now == "" {
			p.seen.belief.unasked = true
		} else if now != source {
			return name, now, nil
		}
	}
	return "", "", nil
}

// forget has the sources be read again.
func (s *strange) forget() {
	s.Lock()
	defer s.Unlock()
	s.sources = nil
}

// keptUnder are the configured names under which a source is kept. Many calendars ask at the start: all are read once,
// and then those that were found.
func (p *pass) keptUnder(source string) (names []string, err error) {
	p.e.strange.Lock()
	defer p.e.strange.Unlock()
	if p.e.strange.sources == nil {
		all, err := p.e.store.Calendars()
		if err != nil {
			return nil, err
		}
		sources := map[string][]string{}
		for _, name := range all {
			c := p.e.calendars[name]
			if c == nil || c.Away != nil {
				continue
			}
			st, err := p.e.store.Calendar(name)
			if err != nil {
				return nil, err
			}
			key := st.Provider + "\x00" + st.Source
			sources[key] = append(sources[key], name)
		}
		p.e.strange.sources = sources
	}
	for _, name := range p.e.strange.sources[p.c.Provider+"\x00"+source] {
		st, err := p.e.store.Calendar(name)
		if err != nil {
			return nil, err
		}
		if st.Source == source {
			names = append(names, name)
		}
	}
	return names, nil
}

// sourceNow asks a calendar which one it is; "" where it cannot say so now.
func (p *pass) sourceNow(ctx context.Context, name string) (string, error) {
	c := p.e.calendars[name]
	st, err := p.e.store.Calendar(name)
	if err != nil || !p.e.quietUntil(calendarKey(name)).Until.IsZero() {
		return "", err
	}
	changes, err := c.Source.Changes(ctx, st.Cursor)
	if errors.Is(err, calendar.ErrCursor) {
		changes, err = c.Source.Changes(ctx, "")
	}
	if err != nil {
		p.e.heedCalendar(c, err, p.mode.dry)
		return "", nil // its own pass tells of it, and the next one here asks again
	}
	return changes.Source, nil
}
