package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/sync/plan"
)

// Settle makes a pass that reads what changed in the calendar, as any does, and then settles one event alone, due or
// not: that with this id, UID or title, of those that ask for a link or have one. The others stay due. The report tells
// of the event, and names it as Chosen.
func (e *Engine) Settle(ctx context.Context, name, event string) (Report, error) {
	c := e.calendars[name]
	if c == nil {
		return Report{}, fmt.Errorf("there is no calendar %q in the configuration", name)
	}
	return e.runLocked(ctx, c, mode{talkative: true, only: event})
}

// chosen is the event that the pass is for, in place of those that are due.
func (p *pass) chosen(ctx context.Context, due []string) ([]string, error) {
	named := p.mode.only
	ids, err := p.called(ctx, due)
	if err != nil {
		return nil, err
	}
	switch len(ids) {
	case 1:
		p.report.Chosen = ids[0]
		return ids, nil
	case 0:
		if err := p.whyNot(ctx); err != nil {
			return nil, err
		}
		return nil, words.Mend(notChosen("no link: calendar %s has no event %s that asks for one", p.c.Name,
			strconv.Quote(named)), "write "+p.c.Settings.Rules.Asking()+" into its title, or name it as zoomtag links does")
	}
	return nil, words.Usage(words.Mend(notChosen("calendar %s has %s called %s", p.c.Name,
		words.Count(len(ids), "event"), strconv.Quote(named)), "name one by its id, as in "+
		strings.Join(ids[:min(len(ids), mostIDs)], ", ")))
}

// whyNot is why the event that is meant gets no link though it is there and asks for one; nil where there is none, or
// it does not ask. The whole calendar is listed for that: somebody waits for the answer.
func (p *pass) whyNot(ctx context.Context) error {
	whole, err := p.outside.source.Changes(ctx, "")
	p.heed(err)
	if err != nil {
		return fmt.Errorf("calendar %s could not be read: %w", p.c.Name, err)
	}
	means := p.meant()
	for i := range whole.List {
		ev := whole.List[i].Event
		if ev == nil || !means(ev.ID, ev.UID, ev.Title) && !means(ev.ID, ev.UID, p.withoutTags(ev)) {
			continue
		}
		d := plan.Next(plan.Input{Now: p.e.opt.Now(), Event: ev, Settings: p.c.Settings})
		if len(d.Wish.Tags) > 0 && d.Reason != "" {
			return words.Mend(notChosen("no link: %s", d.Reason), cmp.Or(d.Cure, words.Clause(d.Code.Cure())))
		}
	}
	return nil
}

// choiceError says that what was asked for names no event, or several: the calendar itself is well.
type choiceError struct{ text string }

func (e *choiceError) Error() string { return e.text }

func notChosen(format string, args ...any) error { return &choiceError{fmt.Sprintf(format, args...)} }

// mostIDs is how many ids a sentence names.
const mostIDs = 5

// called are the ids of the events that are called so: the one with this id, or else those with this UID or title.
func (p *pass) called(ctx context.Context, due []string) ([]string, error) {
	named, found, means := p.mode.only, map[string]bool{}, p.meant()
	add := func(id, uid, title string) {
		if means(id, uid, title) {
			found[id] = true
		}
	}
	records, err := p.e.store.Records(p.c.Name)
	if err != nil {
		return nil, err
	}
	for _, rec := range records {
		if !rec.Closed() {
			add(rec.EventID, rec.UID, rec.Title)
		}
	}
	problems, err := p.problems()
	if err != nil {
		return nil, err
	}
	for _, problem := range problems {
		add(problem.ID, problem.UID, problem.Title)
	}
	for _, id := range due {
		add(id, "", "")
	}
	p.readDue(ctx, due, found)
	for id, ev := range p.seen.events {
		add(id, ev.UID, ev.Title)
		add(id, ev.UID, p.withoutTags(ev))
		for _, date := range plan.Dates(ev, p.c.Settings) {
			add(date.ID, date.UID, date.Title)
			add(date.ID, date.UID, p.withoutTags(&date))
		}
	}
	if found[named] {
		return []string{named}, nil
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// meant tells the event that the pass is for from others.
func (p *pass) meant() func(id, uid, title string) bool {
	said, named := p.mode.only, strings.TrimSpace(p.mode.only)
	bare := p.c.Settings.Rules.Untagged(named)
	return func(id, uid, title string) bool {
		title = strings.TrimSpace(title)
		titled := strings.EqualFold(title, named) || strings.EqualFold(title, bare)
		return id == said || uid == said || titled
	}
}

// Untagged is a title that somebody names an event by, without the tags that a calendar knows.
func (e *Engine) Untagged(title string) string {
	for _, name := range slices.Sorted(maps.Keys(e.calendars)) {
		if bare := e.calendars[name].Settings.Rules.Untagged(title); bare != title {
			return bare
		}
	}
	return title
}

// withoutTags is the title of an event as people are shown it.
func (p *pass) withoutTags(ev *calendar.Event) string {
	return plan.WithoutTags(ev.Title, "title", plan.FindWish(ev, p.c.Settings.Rules).Tags)
}

// readDue reads the events that are due and of which nobody knows yet what they are called, unless it is known by now
// which one is meant.
func (p *pass) readDue(ctx context.Context, due []string, found map[string]bool) {
	for i, id := range due {
		if len(found) > 0 || ctx.Err() != nil {
			return
		}
		p.readAhead(ctx, due[i:])
		_, _ = p.read(ctx, id) // one that cannot be read is not the one, as far as anybody can tell
	}
}
