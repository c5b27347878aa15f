package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"zoomtag/store/record"

	"zoomtag/sync/api"

	"zoomtag/store"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// ledger reads the facts that commands show out of the store.
type ledger struct {
	st    *store.Store
	names []string          // the configured calendars
	kinds map[string]string // their providers
	// called are the names of the Zoom accounts by hash, and the main one's by "".
	called map[string]string
	now    func() time.Time
	// passed is when a calendar was last read, as this process knows it. overdue, nil without a daemon, is for how long no pass has ended.
	passed  func(calendar string) time.Time
	overdue func(calendar string) (quiet time.Duration, overdue bool)
}

// status gathers the facts of `status`, apart from what only a running daemon knows.
func (l *ledger) status() (api.StatusReport, error) {
	report := api.StatusReport{Health: api.OK, Calendars: []api.CalendarStatus{}, Budget: []api.BudgetStatus{}, Events: []api.EventStatus{}, Waiting: []api.WaitingStatus{}, Notes: []api.EventStatus{}, Tokens: []api.TokenStatus{}, Notices: l.st.Notices(), Reasons: []string{}}
	if report.Notices == nil {
		report.Notices = []string{}
	}
	takenOut, err := l.takenOut()
	if err != nil {
		return report, err
	}
	report.Notices = append(report.Notices, takenOut...)
	verdicts, err := l.verdicts()
	if err != nil {
		return report, err
	}
	report.Verdicts = append([]doctor.Finding{}, verdicts.worth()...)
	failing := 0
	for _, name := range l.names {
		c, events, notes, waiting, err := l.calendar(name)
		if err != nil {
			return report, err
		}
		report.Waiting = append(report.Waiting, waiting...)
		report.Notes = append(report.Notes, notes...)
		report.Calendars = append(report.Calendars, c)
		report.Events = append(report.Events, events...)
		if (c.LastError != "" || c.Overdue) && !c.Held {
			failing++
		}
		if state := c.State(); state != api.OK {
			report.Health = api.Degraded
			report.Reasons = append(report.Reasons, name+": "+state)
		}
	}
	budgets, err := l.st.Budgets(l.now().UTC().Format(time.DateOnly))
	if err != nil {
		return report, err
	}
	for key, used := range budgets {
		if used == 0 { // it was counted and did not reach Zoom
			continue
		}
		host, hash := engine.SplitBudgetKey(key)
		account, known := l.called[hash]
		if !known { // it was taken out of the configuration today
			account = "zt-" + hash
		}
		report.Budget = append(report.Budget, api.BudgetStatus{Host: host, Account: account, Used: used, Limit: engine.DailyLimit})
	}
	slices.SortFunc(report.Budget, func(a, b api.BudgetStatus) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Account, b.Account))
	})
	switch {
	case failing > 0 && failing == len(l.names):
		report.Health = api.Failing
	case failing > 0 || len(report.Events) > 0 || doctor.Failed(report.Verdicts):
		report.Health = api.Degraded
	}
	if displaced := l.st.Displaced(); displaced != "" {
		report.Health = api.Failing
		report.Reasons, report.Notices = append(report.Reasons, displaced), append(report.Notices, displaced)
	}
	return report, nil
}

// calendar gathers the facts of one calendar: itself, the events that need somebody, those of which something could not be had,
// and those that wait for a service.
func (l *ledger) calendar(name string) (c api.CalendarStatus, events, notes []api.EventStatus, waiting []api.WaitingStatus, err error) {
	st, err := l.st.Calendar(name)
	if err != nil {
		return c, nil, nil, nil, err
	}
	c = api.CalendarStatus{Name: name, Provider: l.kinds[name], LastError: st.LastError,
		Held: !st.HeldAt.IsZero(), HeldReason: st.HeldReason, Absent: st.Absent, ReadOnly: st.ReadOnly}
	c.LastSuccess = api.Time(l.lastSuccess(name, st.LastSuccess))
	if l.overdue != nil {
		var quiet time.Duration
		if quiet, c.Overdue = l.overdue(name); c.Overdue {
			c.OverdueReason = engine.OverdueReason(quiet)
		}
	}
	records, err := l.st.Records(name)
	if err != nil {
		return c, nil, nil, nil, err
	}
	for _, rec := range records {
		if rec.Closed() {
			continue
		}
		if rec.JoinURL != "" {
			c.Links++
		}
		if rec.Error != "" || rec.State == plan.Held || rec.State == plan.Doubt || rec.State == plan.Failed {
			events = append(events, api.EventStatus{Calendar: name, EventID: rec.EventID, Title: rec.Title, State: rec.State,
				Reason: reasonOf(rec), NextTry: api.Time(rec.Due)})
		} else if len(rec.Notes) > 0 && rec.State == plan.Linked {
			notes = append(notes, api.EventStatus{Calendar: name, EventID: rec.EventID, Title: rec.Title, State: rec.State, Reason: strings.Join(rec.Notes, "; ")})
		}
	}
	problems, err := l.st.Problems(name)
	if err != nil {
		return c, nil, nil, nil, err
	}
	for _, problem := range problems {
		e := api.EventStatus{Calendar: name, EventID: problem.ID, Title: problem.Title, State: plan.Failed, Reason: problem.Reason}
		if problem.Held {
			e.State = plan.Held
		}
		events = append(events, e)
	}
	return c, events, notes, waitingOf(records), nil
}

// lastSuccess is when a calendar was last read: as the database has it, as was noted beside it since, or as this process itself knows. A time
// to come, of a clock that was set back since, is none.
func (l *ledger) lastSuccess(name string, saved time.Time) time.Time {
	times := []time.Time{l.st.LastPass(name)}
	if l.passed != nil {
		times = append(times, l.passed(name))
	}
	for _, at := range times {
		if at.After(saved) && !at.After(l.now()) {
			saved = at
		}
	}
	return saved
}

func reasonOf(rec *store.Record) string {
	if rec.Error != "" {
		return rec.Error
	}
	return rec.Reason
}

// everywhere are the calendars of the configuration, and what stands for the files that were linked by themselves.
func (l *ledger) everywhere() ([]string, error) {
	known, err := l.st.Calendars()
	if err != nil {
		return nil, err
	}
	names := slices.Clone(l.names)
	for _, name := range known {
		if record.IsFile(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// links gathers the facts of `links`.
func (l *ledger) links() (api.LinksReport, error) {
	report := api.LinksReport{Links: []api.LinkStatus{}}
	verdicts, err := l.verdicts()
	if err != nil {
		return report, err
	}
	byEvent := verdicts.byEvent()
	names, err := l.everywhere()
	if err != nil {
		return report, err
	}
	for _, name := range names {
		records, err := l.st.Records(name)
		if err != nil {
			return report, err
		}
		for _, rec := range records {
			if rec.Closed() || rec.MeetingID == 0 && !plan.Waits(rec) {
				continue
			}
			found := append([]store.Verdict{}, byEvent[rec.Calendar+"\x00"+rec.EventID]...)
			health := api.OK
			if codes := serious(found); len(codes) > 0 {
				health = strings.Join(codes, " ")
			}
			switch {
			case rec.Error != "":
				health = "failing"
			case rec.State != plan.Linked:
				health = rec.State
			}
			report.Links = append(report.Links, api.LinkStatus{Calendar: name, EventID: rec.EventID, UID: rec.UID, Title: rec.Title,
				Start: api.Time(rec.Start), MeetingID: meetingID(rec.MeetingID), JoinURL: plan.ShownURL(rec.Meeting), Account: l.accountOf(rec),
				State: rec.State, Health: health, Reason: reasonOf(rec), Verdicts: found})
		}
	}
	slices.SortStableFunc(report.Links, func(a, b api.LinkStatus) int {
		if a.Start == nil || b.Start == nil {
			return 0
		}
		return a.Start.Compare(*b.Start)
	})
	return report, nil
}

// accountOf names the Zoom account of a record's meeting; one that the configuration does not have is called what it was called last.
func (l *ledger) accountOf(rec *store.Record) string {
	m, _ := plan.ParseMark(rec.Mark)
	if name, known := l.called[m.Account]; known {
		return name
	}
	return rec.Account
}

// maxLog is how many entries of the journal `log` shows.
const maxLog = 1000

func (l *ledger) log(event string) (api.LogReport, error) {
	report := api.LogReport{Log: []api.LogEntry{}}
	entries, err := l.st.Journal(store.JournalFilter{EventID: event, Limit: maxLog})
	for _, e := range entries {
		report.Log = append(report.Log, api.LogEntry{Time: e.At.UTC(), Calendar: e.Calendar, EventID: e.EventID, UID: e.UID, Title: e.Title, Step: e.Step,
			MeetingID: meetingID(e.Meeting), Reason: e.Reason, Error: e.Error})
	}
	return report, err
}
