package local

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// reader reads what reports show out of the store.
type reader struct {
	st    *store.Store
	names []string // the configured calendars
	sum   string   // of them (engine.Sum)
	// calendars are they, by name.
	calendars map[string]*engine.Calendar
	// called are the names of the Zoom accounts by hash, and the main one's by "".
	called map[string]string
	now    func() time.Time
	away   map[string]reason.Reason        // why nothing is done in a calendar
	passed func(calendar string) time.Time // when a calendar was last read, as this process knows it
	Passes Passes                          // nil without a daemon
}

// status gathers the facts of `status`, apart from what only a running daemon knows.
func (r *reader) status(verdicts verdicts) (api.StatusReport, error) {
	report := api.StatusReport{Health: api.OK, Calendars: []api.CalendarStatus{}, Budget: []api.BudgetStatus{},
		Quotas: []api.QuotaStatus{},
		Events: []api.EventStatus{}, Waiting: []api.WaitingStatus{}, Notes: []api.EventStatus{},
		Tokens: []api.TokenStatus{}, Notices: []string{}, Reasons: []string{}}
	for _, notice := range r.st.Notices() {
		report.Notices = append(report.Notices, words.Join(words.Apart(notice)))
	}
	takenOut, err := r.takenOut()
	if err != nil {
		return report, err
	}
	untold, err := r.untold()
	if err != nil {
		return report, err
	}
	report.Notices = append(append(report.Notices, takenOut...), untold...)
	report.Verdicts = append([]doctor.Finding{}, verdicts.worth()...)
	kept, err := r.holding()
	if err != nil {
		return report, err
	}
	failing := 0
	report.Calendars = make([]api.CalendarStatus, 0, len(r.names)) // there may be many thousands
	err = r.states(func(name string, state store.CalendarState) error {
		c, events, notes, waiting, err := r.calendar(name, state, kept)
		if err != nil {
			return err
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
		return nil
	})
	if err != nil {
		return report, err
	}
	if report.Budget, err = r.budgets(); err != nil {
		return report, err
	}
	switch {
	case failing > 0 && failing == len(r.names):
		report.Health = api.Failing
	case failing > 0 || len(report.Events) > 0 || doctor.Failed(report.Verdicts):
		report.Health = api.Degraded
	}
	if displaced := r.st.Displaced(); displaced != "" {
		report.Health = api.Failing
		told := words.Join(words.Apart(displaced))
		report.Reasons, report.Notices = append(report.Reasons, told), append(report.Notices, told)
	}
	return report, nil
}

// statesAtOnce is of how many calendars the states are read in one go.
const statesAtOnce = 1000

// states calls see with what is kept of each calendar, a part of them after the other.
func (r *reader) states(see func(name string, state store.CalendarState) error) error {
	for names := range slices.Chunk(r.names, statesAtOnce) {
		states, err := r.st.States(names)
		if err != nil {
			return err
		}
		for i, name := range names {
			if err := see(name, states[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// untold says in which ways nobody can be told what needs them.
func (r *reader) untold() (list []string, err error) {
	failing, err := r.st.FailingWays()
	for _, key := range slices.Sorted(maps.Keys(failing)) {
		list = append(list, words.Join(failing[key].Name+" reaches nobody: "+failing[key].Error,
			"run zoomtag notify test, which tries it"))
	}
	return list, err
}

// budgets are the calls that were used up today, by host and account.
func (r *reader) budgets() ([]api.BudgetStatus, error) {
	budgets, err := r.st.Budgets(r.now().UTC().Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	list := []api.BudgetStatus{}
	for key, used := range budgets {
		if used == 0 { // it was counted and did not reach Zoom
			continue
		}
		host, hash := engine.SplitBudgetKey(key)
		account, known := r.called[hash]
		if !known { // it was taken out of the configuration today
			account = "zt-" + hash
		}
		list = append(list, api.BudgetStatus{Host: host, Account: account, Used: used, Limit: engine.DailyLimit})
	}
	slices.SortFunc(list, func(a, b api.BudgetStatus) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Account, b.Account))
	})
	return list, nil
}

// holding are the calendars of which there are records, and problems.
type holding struct{ records, problems map[string]bool }

func (r *reader) holding() (kept holding, err error) {
	kept.records, kept.problems, err = r.st.Holding()
	return kept, err
}

// calendar gathers the facts of one calendar: itself, the events that need somebody, those of which something could not
// be had, and those that wait for a service.
func (r *reader) calendar(name string, st store.CalendarState, kept holding) (c api.CalendarStatus, events,
	notes []api.EventStatus, waiting []api.WaitingStatus, err error) {
	c = r.standing(name, st)
	var records []*store.Record
	if kept.records[name] {
		if records, err = r.st.Records(name); err != nil {
			return c, nil, nil, nil, err
		}
	}
	for _, rec := range records {
		if rec.Closed() {
			continue
		}
		if rec.JoinURL != "" {
			c.Links++
		}
		switch {
		case outdated(c.Absent, reason.Code(rec.Code)):
		case needsSomebody(rec):
			events = append(events, eventStatus(rec, reasonOf(rec)))
		case len(rec.Notes) > 0 && rec.State == plan.Linked:
			causes, _ := words.AllApart(rec.Notes) // the cures are among the record's
			note := eventStatus(rec, strings.Join(causes, "; "))
			note.NextTry = nil
			notes = append(notes, note)
		}
	}
	var problems []store.Problem
	if kept.problems[name] {
		if problems, err = r.st.Problems(name); err != nil {
			return c, nil, nil, nil, err
		}
	}
	for _, problem := range problems {
		code := reason.Code(problem.Code)
		if outdated(c.Absent, code) {
			continue
		}
		events = append(events, api.EventStatus{Calendar: name, EventID: problem.ID, Title: problem.Title,
			Start: api.Time(problem.Start), State: stateOf(problem), Reason: problem.Reason, Code: code,
			Cure: code.CureOf(problem.Cure)})
	}
	return c, events, notes, waitingOf(records), nil
}

// standing is how a calendar stands, apart from its events.
func (r *reader) standing(name string, st store.CalendarState) api.CalendarStatus {
	c := api.CalendarStatus{Name: name, Provider: r.calendars[name].Provider, LastError: st.LastError,
		Held: !st.HeldAt.IsZero(), HeldReason: st.HeldReason, Absent: st.Absent, ReadOnly: st.ReadOnly,
		Unfinished: st.Unfinished}
	hold := func(why reason.Reason) {
		c.Held, c.HeldReason = true, why.Plain()
		st.HeldCode, st.HeldCure = string(why.Code()), why.Cure()
	}
	switch {
	case !st.RemovedAt.IsZero():
		hold(engine.Removed(name))
	case st.Removal != "":
		hold(engine.Removing(name))
	case !r.away[name].None():
		c.Absent = false
		hold(r.away[name])
	case c.Absent:
		c.ReadOnly = ""
	}
	c.LastSuccess = api.Time(r.lastSuccess(name, st.LastSuccess))
	overdueCure := ""
	if r.Passes != nil {
		var quiet time.Duration
		if quiet, c.Overdue = r.Passes.Overdue(name); c.Overdue {
			overdue := engine.Overdue(quiet)
			c.OverdueReason, overdueCure = overdue.Plain(), overdue.Cure()
		}
	}
	c.Code, c.Cure = codeOf(&c, st, overdueCure)
	return c
}

// outdated reports whether a reason of an event is that of a calendar which was still there: what may be written in one
// that is absent, nobody knows.
func outdated(absent bool, code reason.Code) bool { return absent && code == reason.NotWritable }

// stateOf is the state of an item that has no record.
func stateOf(problem store.Problem) string {
	if problem.Held {
		return plan.Held
	}
	return plan.Failed
}

// codeOf is the code of what the state of a calendar says, and what mends that.
func codeOf(c *api.CalendarStatus, st store.CalendarState, overdue string) (code reason.Code, cure string) {
	switch {
	case c.Held:
		code, cure = reason.Code(st.HeldCode), st.HeldCure
	case c.Overdue:
		code, cure = reason.Overdue, overdue
	case c.LastError != "":
		code, cure = reason.Code(st.ErrorCode), st.ErrorCure
	case c.Unfinished != "":
		code = reason.Unfinished
	case c.ReadOnly != "":
		code, cure = reason.NotWritable, st.ReadOnlyCure
	}
	return code, code.CureOf(cure)
}

// eventStatus is how the event of a record stands, and why.
func eventStatus(rec *store.Record, why string) api.EventStatus {
	code := reason.Code(rec.Code)
	return api.EventStatus{Calendar: rec.Calendar, EventID: rec.EventID, Title: rec.Title, Start: api.Time(rec.Start),
		State: rec.State, Reason: why, NextTry: api.Time(rec.Due), Code: code, Cure: code.CureOf(rec.Cure)}
}

// needsSomebody reports whether something is wrong with the event of a record that may not come right by itself.
func needsSomebody(rec *store.Record) bool {
	if rec.Error != "" {
		return true
	}
	return rec.State == plan.Held || rec.State == plan.Doubt || rec.State == plan.Failed
}

// lastSuccess is when a calendar was last read: as the database has it, as was noted beside it since, or as this
// process itself knows. A time to come, of a clock that was set back since, is none.
func (r *reader) lastSuccess(name string, saved time.Time) time.Time {
	times := []time.Time{r.st.LastPass(name)}
	if r.passed != nil {
		times = append(times, r.passed(name))
	}
	for _, at := range times {
		if at.After(saved) && !at.After(r.now()) {
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
func (r *reader) everywhere() ([]string, error) {
	known, err := r.st.Calendars()
	if err != nil {
		return nil, err
	}
	names := slices.Clone(r.names)
	for _, name := range known {
		if record.IsFile(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// links gathers the facts of `links`.
func (r *reader) links(verdicts verdicts) (api.LinksReport, error) {
	report := api.LinksReport{Links: []api.LinkStatus{}}
	byEvent := verdicts.byEvent()
	names, err := r.everywhere()
	if err != nil {
		return report, err
	}
	for _, name := range names {
		records, err := r.st.Records(name)
		if err != nil {
			return report, err
		}
		for _, rec := range records {
			if rec.Closed() || rec.MeetingID == 0 && !plan.Waits(rec) {
				continue
			}
			found := append([]store.Verdict{}, byEvent[store.Item{Calendar: rec.Calendar, EventID: rec.EventID}]...)
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
			code := reason.Code(rec.Code)
			report.Links = append(report.Links, api.LinkStatus{Calendar: name, EventID: rec.EventID, UID: rec.UID,
				Title: rec.Title,
				Start: api.Time(doctor.Begin(rec)), Duration: int(doctor.Length(rec) / time.Second), Host: rec.Host,
				MeetingID: meetingID(rec.MeetingID), JoinURL: plan.ShownURL(rec.Meeting),
				Account: r.accountOf(rec),
				State:   rec.State, Health: health, Reason: reasonOf(rec), Code: code,
				Cure: code.CureOf(rec.Cure), Verdicts: found})
			if err := r.update(&report.Links[len(report.Links)-1]); err != nil {
				return report, err
			}
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

// update has a link whose calendar is not there any more say that, and not what may be written in it.
func (r *reader) update(l *api.LinkStatus) error {
	if l.Code != reason.NotWritable {
		return nil
	}
	st, err := r.st.Calendar(l.Calendar)
	if err == nil && outdated(st.Absent, l.Code) {
		l.Reason, l.Code = st.HeldReason, reason.Code(st.HeldCode)
		l.Cure = l.Code.CureOf(st.HeldCure)
	}
	return err
}

// accountOf names the Zoom account of a record's meeting; one that the configuration does not have is called what it
// was called last.
func (r *reader) accountOf(rec *store.Record) string {
	m, _ := plan.ParseMark(rec.Mark)
	if name, known := r.called[m.Account]; known {
		return name
	}
	return rec.Account
}

// maxLog is how many entries of the journal `log` shows, unless it is asked for another number.
const maxLog = 1000

func (r *reader) log(q api.LogRequest) (api.LogReport, error) {
	report := api.LogReport{Log: []api.LogEntry{}}
	if err := q.Code.Check(); err != nil {
		return report, err
	}
	entries, err := r.st.Journal(store.JournalFilter{EventID: q.Event, Calendar: q.Calendar, Since: q.Since,
		Until: q.Until, Failed: q.Failed, Code: string(q.Code), Limit: cmp.Or(q.Limit, maxLog)})
	for _, e := range entries {
		code := reason.Code(e.Code)
		report.Log = append(report.Log, api.LogEntry{Time: e.At.UTC(), Calendar: e.Calendar, EventID: e.EventID,
			UID: e.UID, Title: e.Title, Step: e.Step,
			MeetingID: meetingID(e.Meeting), Reason: e.Reason, Error: e.Error, Code: code,
			Cure: code.CureOf(e.Cure)})
	}
	return report, err
}

// waitingOf are the events of these that wait for a service.
func waitingOf(records []*store.Record) (list []api.WaitingStatus) {
	for _, rec := range records {
		if code := reason.Code(rec.Code); plan.Waits(rec) {
			list = append(list, api.WaitingStatus{Calendar: rec.Calendar, EventID: rec.EventID, Title: rec.Title,
				For:   rec.Bound,
				Until: api.Time(rec.Due), Reason: rec.Reason, Code: code, Cure: code.CureOf(rec.Cure)})
		}
	}
	return list
}

// meetingID is a meeting's number as documents have it; "" where there is none.
func meetingID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}
