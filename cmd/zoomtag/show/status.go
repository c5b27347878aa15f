package show

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// Status prints how calendars, budgets, sign-ins and events are: of many calendars how many are in which state, and
// those in trouble first.
func (p *Printer) Status(r api.StatusReport, k Pick) error {
	health := r.Health
	if needs := r.Needs(); len(needs) > 0 { // of calendars the table says why
		health += ": " + terminal.Printable(strings.Join(needs, "; "))
	}
	fmt.Fprintf(p.Out, "%s; %s\n\n", health, running(&r))
	for _, notice := range r.Notices {
		fmt.Fprintln(p.Out, terminal.Printable(notice))
	}
	if len(r.Notices) > 0 {
		fmt.Fprintln(p.Out)
	}
	rows := [][]string{{"CALENDAR", "KIND", "LINKS", "LAST SUCCESS", "NEXT RUN", "STATE"}}
	r.CountUnwritten()
	if err := p.summary(r.Groups); err != nil {
		return err
	}
	for _, c := range r.Calendars {
		state := c.State()
		if state == api.OK && c.ReadOnly != "" {
			state = unwritten(c.Code.Told(c.ReadOnly, c.Cure), c.Unwritten)
		}
		rows = append(rows, []string{c.Name, c.Provider, strconv.Itoa(c.Links), p.ago(c.LastSuccess),
			terminal.Clock(c.NextRun), state})
	}
	if err := p.part(rows, k.rest(r.Counted(), "calendar")); err != nil {
		return err
	}
	if err := p.workers(r.Workers); err != nil {
		return err
	}
	if err := p.lists(r.Lists); err != nil {
		return err
	}
	if err := p.budget(&k, r.Budget); err != nil {
		return err
	}
	if err := p.quotas(r.Quotas); err != nil {
		return err
	}
	if err := p.tokens(&k, r.Tokens); err != nil {
		return err
	}
	if err := p.verdicts(&k, r.Verdicts); err != nil {
		return err
	}
	if err := p.failing(&k, r.Events); err != nil {
		return err
	}
	if err := p.waiting(&k, r.Waiting); err != nil {
		return err
	}
	if err := p.leftovers(&k, r.Leftovers); err != nil {
		return err
	}
	return p.notes(&k, r.Notes)
}

// running says who is at work.
func running(r *api.StatusReport) string {
	switch {
	case r.Shared && len(r.Workers) == 0:
		return "no worker is running"
	case r.Shared:
		return words.Count(len(r.Workers), "worker") + " " + words.Are(len(r.Workers)) + " running"
	case r.Daemon:
		return "the daemon is running"
	}
	return "no daemon is running"
}

// workers shows those that share the state.
func (p *Printer) workers(workers []api.WorkerStatus) error {
	if len(workers) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"WORKER", "VERSION", "SINCE", "LAST SIGN", "CALENDARS"}}
	for _, w := range workers {
		name := w.Name
		if w.Here {
			name += " (this one)"
		}
		if w.Differs {
			name += ", with other calendars"
		}
		rows = append(rows, []string{name, w.Version, terminal.Clock(w.Since), fmt.Sprintf("%.1f s ago", w.Lag),
			strconv.Itoa(w.Calendars)})
	}
	return p.table(rows)
}

// budget shows what was used up of each host's calls today.
func (p *Printer) budget(k *Pick, budget []api.BudgetStatus) error {
	if len(budget) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"ZOOM HOST", "CALLS TODAY (UTC)", "LIMIT"}}
	for _, b := range budget {
		host := b.Host
		if b.Account != "" {
			host += " (" + b.Account + ")"
		}
		rows = append(rows, []string{host, strconv.Itoa(b.Used), strconv.Itoa(b.Limit)})
	}
	return p.some(k, rows, "host")
}

// quotas shows what was used up of what services allow in a day.
func (p *Printer) quotas(quotas []api.QuotaStatus) error {
	if len(quotas) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"SERVICE", "CALENDARS", "REQUESTS IN 24 HOURS", "LIMIT"}}
	for _, q := range quotas {
		rows = append(rows, []string{q.Service, strconv.Itoa(q.Calendars), strconv.Itoa(q.Used), strconv.Itoa(q.Limit)})
	}
	return p.table(rows)
}

// failing shows the events that need somebody.
func (p *Printer) failing(k *Pick, events []api.EventStatus) error {
	if len(events) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"EVENT", "CALENDAR", "STATE", "NEXT TRY", "REASON"}}
	for _, ev := range events {
		rows = append(rows, []string{nameOf(&ev), ev.Calendar, ev.State, terminal.Clock(ev.NextTry), ev.Told()})
	}
	if err := p.some(k, rows, "event"); err != nil {
		return err
	}
	fmt.Fprintln(p.Out, "What you have mended is tried again at once with: zoomtag retry")
	return nil
}

// notes shows the events that have their link, and not all that was asked for.
func (p *Printer) notes(k *Pick, notes []api.EventStatus) error {
	if len(notes) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"EVENT", "CALENDAR", "NOT AS ASKED"}}
	for _, ev := range notes {
		rows = append(rows, []string{nameOf(&ev), ev.Calendar, ev.Told()})
	}
	return p.some(k, rows, "event")
}

// nameOf is what an event is called in a table.
func nameOf(e *api.EventStatus) string {
	if e.Title == "" {
		return e.EventID
	}
	return e.Title
}

// verdicts shows which links may not work.
func (p *Printer) verdicts(k *Pick, verdicts []doctor.Finding) error {
	if len(verdicts) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"LINK", "CALENDAR", "CODE", "SEVERITY", "WHAT", "MEND"}}
	for _, v := range verdicts {
		rows = append(rows, []string{v.Title, api.PlaceOf(v.Calendar), v.Code, string(v.Severity), v.What, v.Mend})
	}
	return p.some(k, rows, "finding")
}

func (p *Printer) tokens(k *Pick, tokens []api.TokenStatus) error {
	if len(tokens) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"SIGN-IN", "SINCE", "STATE"}}
	for _, t := range tokens {
		name, state := t.Calendar, "ok"
		if t.Provider == "zoom" {
			name = strings.Join(strings.Fields("Zoom "+t.Account+" "+t.Person), " ")
		}
		switch {
		case t.SignedIn == nil: // without a reason there is none; else there is one, and it cannot be used
			state = cmp.Or(t.Reason, "nobody has signed in")
		case t.Refused != nil:
			state = strings.TrimSuffix("no longer accepted since "+terminal.Clock(t.Refused)+": "+t.Reason, ": ")
		case t.Ends != nil:
			state = "ok until " + terminal.Clock(t.Ends)
		}
		rows = append(rows, []string{name, p.ago(t.SignedIn), words.Join(state, words.Clause(t.Cure))})
	}
	return p.some(k, rows, "sign-in")
}

// ago is how long ago something was, by the clock of the command.
func (p *Printer) ago(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return p.Now().Sub(*t).Truncate(time.Second).String() + " ago"
}

// waiting tells of the events that wait: how many for one reason, until when, and the first of them.
func (p *Printer) waiting(k *Pick, list []api.WaitingStatus) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"WAITING", "CALENDAR", "UNTIL", "FIRST OF THEM", "REASON"}}
	for len(list) > 0 {
		first, all := list[0], len(list)
		list = slices.DeleteFunc(slices.Clone(list),
			func(w api.WaitingStatus) bool { return w.Calendar == first.Calendar && w.Reason == first.Reason })
		rows = append(rows, []string{events(all - len(list)), first.Calendar, terminal.Clock(first.Until), first.Title,
			first.Told()})
	}
	return p.some(k, rows, "reason")
}

// leftovers shows the meetings that no event has.
func (p *Printer) leftovers(k *Pick, list []api.LeftoverStatus) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(p.Out)
	rows := [][]string{{"MEETING WITHOUT AN EVENT", "TOPIC", "HOST", "START", "MEND"}}
	for _, l := range list {
		rows = append(rows, []string{l.MeetingID, l.Topic, l.Host, terminal.Clock(l.Start), l.Mend})
	}
	return p.some(k, rows, "meeting")
}

// unwritten says why nothing in a calendar can be written, and how many of its events wait for that.
func unwritten(why string, n int) string {
	said := "nothing can be written: " + why
	switch n {
	case 0:
		return said
	case 1:
		return said + "; 1 event waits for that"
	}
	return said + "; " + events(n) + " wait for that"
}

// events counts events in words.
func events(n int) string { return words.Count(n, "event") }
