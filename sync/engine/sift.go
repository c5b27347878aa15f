package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// take puts what may have changed into the store as due now, in one transaction with the cursor behind it: a crash in
// between cannot lose a change.
func (p *pass) take(ctx context.Context, st *store.CalendarState, changes calendar.Changes) error {
	if saysNothingNew(st, changes) {
		return nil
	}
	turn, calm := p.e.store.Turn(p.c.Name)
	calm = calm && p.asBefore(st, changes)
	if calm && p.e.store.Settled(p.c.Name, sumOfList(changes)) {
		return nil
	}
	known, err := p.known()
	if err != nil {
		return err
	}
	if err := p.brake(ctx, st, changes, known); err != nil {
		return err
	}
	problems, err := p.problems()
	if err != nil {
		return err
	}
	if p.seen.belief.another {
		return p.announceAll(changes)
	}
	news := p.sift(changes, known, problems)
	if p.mode.dry {
		slices.Sort(news.due)
		p.done.clear = slices.Compact(news.due) // what due() works on when nothing may be saved
		return nil
	}
	if p.isAsSaved(st, changes) && news.empty() {
		if calm && allThere(known, changes) {
			p.e.store.Settle(p.c.Name, sumOfList(changes), turn)
		}
		return nil
	}
	p.tellRights(st.ReadOnly, changes)
	st.ReadOnly, st.ReadOnlyCure = changes.ReadOnly, changes.Cure
	if !p.seen.belief.braked {
		st.Cursor, st.Detects = changes.Cursor, p.c.Detects
		st.Source, st.Provider = cmp.Or(changes.Source, st.Source), p.c.Provider
	}
	return p.keepNews(*st, news, problems)
}

// saysNothingNew reports whether a listing of what may have changed leaves all as it is: the calendar is not empty, and
// not held either, for which only looking closer would do.
func saysNothingNew(st *store.CalendarState, changes calendar.Changes) bool {
	unlisted := len(changes.List) == 0 && !changes.Full && changes.Cursor == st.Cursor
	undisturbed := st.HeldAt.IsZero() && changes.Total != 0
	return unlisted && undisturbed && sameRights(st, changes)
}

// asBefore reports whether a calendar lists all of its items, or says that it has none, each of them is as it was, and
// nothing else is in question.
func (p *pass) asBefore(st *store.CalendarState, changes calendar.Changes) bool {
	whole := changes.Full || changes.Total == 0
	if !whole || p.mode.dry || p.leaving() {
		return false
	}
	disturbed := !st.HeldAt.IsZero() || st.Released
	if disturbed || !p.isAsSaved(st, changes) {
		return false
	}
	return !slices.ContainsFunc(changes.List, func(ch calendar.Change) bool {
		return !ch.Same || ch.Missing || ch.Deleted
	})
}

// allThere reports whether each open record is of an item that is listed, and was not gone.
func allThere(known map[string]*store.Record, changes calendar.Changes) bool {
	listed := listedIDs(changes)
	for id, rec := range known {
		if gone := rec.Gone || !lists(listed, id); gone && !rec.Closed() {
			return false
		}
	}
	return true
}

// listSeed is what lists are hashed with.
var listSeed = maphash.MakeSeed()

// sumOfList tells what is listed from other lists, in whatever order.
func sumOfList(changes calendar.Changes) (sum uint64) {
	for i := range changes.List {
		sum += maphash.String(listSeed, changes.List[i].ID)
	}
	return sum ^ uint64(len(changes.List))<<32
}

// sameRights reports whether a listing says of what may be written what is kept of it.
func sameRights(st *store.CalendarState, changes calendar.Changes) bool {
	return changes.ReadOnly == st.ReadOnly && changes.Cure == st.ReadOnlyCure
}

// isAsSaved reports whether what is kept of the calendar as a whole is what a listing says, and what the configuration
// says.
func (p *pass) isAsSaved(st *store.CalendarState, changes calendar.Changes) bool {
	asListed := changes.Cursor == st.Cursor && sameRights(st, changes) &&
		st.Source == cmp.Or(changes.Source, st.Source)
	return asListed && st.Detects == p.c.Detects && st.Provider == p.c.Provider
}

// keepNews saves what a listing means, with the cursor behind it. problems are those of the calendar, as they are from
// then on.
func (p *pass) keepNews(st store.CalendarState, news news, problems map[string]store.Problem) error {
	for _, problem := range news.problems {
		problems[problem.ID] = problem
	}
	for _, id := range news.solved {
		delete(problems, id)
	}
	for _, problem := range news.problems {
		if passing(problem) {
			continue
		}
		p.e.warn("event failed", "calendar", p.c.Name, "event", problem.ID, "code", problem.Code, "reason",
			words.Join(problem.Reason, problem.Cure))
	}
	return p.commit(func(tx *store.Tx) error {
		if err := tx.Ahead(p.c.Name, news.due...); err != nil {
			return err
		}
		for _, id := range news.due {
			if err := tx.SetDue(p.c.Name, id, p.e.opt.Now()); err != nil {
				return err
			}
		}
		for _, problem := range news.problems {
			if err := p.putProblem(tx, problem); err != nil {
				return err
			}
		}
		for _, id := range news.solved {
			if err := tx.DeleteProblem(p.c.Name, id); err != nil {
				return err
			}
		}
		return tx.PutCalendar(p.c.Name, st)
	})
}

// passing reports whether a problem goes by itself within seconds, as a rule: a file is being written.
func passing(problem store.Problem) bool { return problem.Code == string(reason.Incomplete) }

// putProblem saves a new problem, or one with a new reason, which the journal has as well.
func (p *pass) putProblem(tx *store.Tx, problem store.Problem) error {
	if err := tx.PutProblem(p.c.Name, problem); err != nil || passing(problem) {
		return err
	}
	return tx.Journal(store.Entry{At: p.e.opt.Now(), Calendar: p.c.Name, EventID: problem.ID, UID: problem.UID,
		Title: problem.Title, Error: problem.Reason, Code: problem.Code, Cure: problem.Cure})
}

// tellRights logs that a calendar can only be read from now on, or can be written again.
func (p *pass) tellRights(before string, now calendar.Changes) {
	switch now.ReadOnly {
	case before:
	case "":
		p.e.opt.Log.Info("calendar can be written again", "calendar", p.c.Name)
	default:
		p.e.warn("calendar cannot be written", "calendar", p.c.Name, "code", reason.NotWritable, "reason",
			words.Join(now.ReadOnly, now.Cure))
	}
}

// news is what a list of changes means for the store.
type news struct {
	due      []string        // ids to be looked at
	problems []store.Problem // items that cannot be read, new ones or such with a new reason
	solved   []string        // ids that are no problem any more
}

func (n *news) empty() bool { return len(n.due)+len(n.problems)+len(n.solved) == 0 }

// sift works out what a list of changes means, and reports the items that cannot be followed.
func (p *pass) sift(changes calendar.Changes, known map[string]*store.Record,
	problems map[string]store.Problem) (n news) {
	dates := familyOf(known, problems)
	for i := range changes.List {
		ch := &changes.List[i]
		rec, isKnown := known[ch.ID]
		if !ch.Same || p.leaving() {
			n.due = append(n.due, dates[ch.ID]...)
		}
		wanted := isKnown || p.concerns(ch)
		back := isKnown && rec.Gone && !rec.Closed()
		switch {
		case ch.Same && !back && !p.leaving(): // what was gone and is there again is news
			continue
		case len(ch.ID) > maxID:
			if wanted {
				p.tooLong(ch.ID)
			}
			continue
		case ch.Err != nil && !isKnown:
			why := failed(ch.Err, reason.CalendarFails)
			before := problems[ch.ID]
			if (store.Why{Code: before.Code, Text: before.Reason, Cure: before.Cure}) != why {
				n.problems = append(n.problems, store.Problem{ID: ch.ID, Reason: why.Text, Code: why.Code,
					Cure: why.Cure, Since: since(problems, ch.ID, p.e.opt.Now()), Unread: unread(ch.Err)})
			}
			p.unfollowed(ch.ID, why)
			continue
		case wanted:
			n.due = append(n.due, ch.ID)
		}
		// whether it is still held is seen when it is settled
		if before, had := problems[ch.ID]; had && !(before.Held && wanted) {
			n.solved = append(n.solved, ch.ID)
		}
	}
	if changes.Full {
		n.due = append(n.due, unlisted(known, changes, p.e.opt.Now())...)
		n.due = append(n.due, p.alsoEnded(known, listedIDs(changes))...)
		n.solved = append(n.solved, solved(problems, changes)...)
	}
	return n
}

// concerns reports whether an item that is not remembered has to be looked at.
func (p *pass) concerns(ch *calendar.Change) bool {
	if ch.Event != nil {
		return plan.Interesting(ch.Event, p.c.Settings)
	}
	return !ch.Plain && !ch.Missing && !ch.Deleted
}

// known are the records of the calendar by event id.
func (p *pass) known() (map[string]*store.Record, error) {
	records, err := p.e.store.Records(p.c.Name)
	if err != nil {
		return nil, err
	}
	known := make(map[string]*store.Record, len(records))
	for _, r := range records {
		known[r.EventID] = r
	}
	return known, nil
}

// problems are those of the calendar by event id, read once in a pass. Whoever saves one notes it in them as well.
func (p *pass) problems() (map[string]store.Problem, error) {
	if p.seen.problems != nil {
		return p.seen.problems, nil
	}
	list, err := p.e.store.Problems(p.c.Name)
	if err != nil {
		return nil, err
	}
	problems := make(map[string]store.Problem, len(list))
	for _, problem := range list {
		problems[problem.ID] = problem
	}
	p.seen.problems = problems
	return problems, nil
}

// unread reports whether an item could not be read at all: nobody knows what is in it.
func unread(err error) bool {
	return !errors.Is(err, calendar.ErrMalformed) && !errors.Is(err, calendar.ErrIncomplete)
}

// maxID bounds event ids, in bytes: the store keeps them in keys.
const maxID = 4096

// tooLong reports an item that is left alone for its id.
func (p *pass) tooLong(id string) {
	why := fmt.Sprintf("the event's id has %d bytes, more than the %d that are accepted: it is left alone",
		len(id), maxID)
	p.unfollowed(id[:100]+"…", store.Why{Code: string(reason.IDTooLong), Text: why})
}

// unfollowed reports an item that cannot be followed.
func (p *pass) unfollowed(id string, why store.Why) {
	code := reason.Code(why.Code)
	p.report.Events = append(p.report.Events, EventReport{ID: id, UID: id, Steps: []string{}, State: plan.Failed,
		Reason: why.Text, Error: why.Text, Code: code, Cure: code.CureOf(why.Cure)})
}

// since is when an item began to be a problem.
func since(problems map[string]store.Problem, id string, now time.Time) time.Time {
	if before, ok := problems[id]; ok {
		return before.Since
	}
	return now
}

// unlisted are the records that a full list does not name, open ones and those whose meeting is still to come: a
// question that Get answers.
func unlisted(known map[string]*store.Record, changes calendar.Changes, now time.Time) []string {
	var ids []string
	listed := listedIDs(changes)
	for id, rec := range known {
		if (!rec.Closed() || plan.LiesAhead(rec, now)) && !lists(listed, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func solved(problems map[string]store.Problem, changes calendar.Changes) []string {
	var ids []string
	if len(problems) == 0 {
		return nil
	}
	listed := listedIDs(changes)
	for id := range problems {
		if !lists(listed, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func listedIDs(changes calendar.Changes) map[string]bool {
	listed := make(map[string]bool, len(changes.List))
	for i := range changes.List {
		if !changes.List[i].Missing {
			listed[changes.List[i].ID] = true
		}
	}
	return listed
}
