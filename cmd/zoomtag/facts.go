package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"zoomtag/store"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// office is what the commands ask for facts and work: the daemon through its control socket, or this process itself.
type office interface {
	Sync(ctx context.Context, calendars []string, dry bool) (syncReport, error)
	Status(ctx context.Context) (statusReport, error)
	Links(ctx context.Context) (linksReport, error)
	Log(ctx context.Context, event string) ([]store.Entry, error)
	Retry(ctx context.Context, r retryRequest) (retryReport, error)
	Release(ctx context.Context, calendar string) (releaseReport, error)
	Cancel(ctx context.Context, meetings []int64) (cancelReport, error)
	Invite(ctx context.Context, r inviteRequest) (inviteReport, error)
	Link(ctx context.Context, r linkRequest) (linkReport, error)
	Doctor(ctx context.Context, r doctorRequest) (doctorReport, error)
	Close() error
}

// syncReport is the document of `sync --json` and `plan --json`.
type syncReport struct {
	Calendars []engine.Report `json:"calendars"`
	Requests  map[string]int  `json:"requests"`
}

// failed reports whether something went wrong for some calendar or event.
func (r *syncReport) failed() bool {
	return slices.ContainsFunc(r.Calendars, func(c engine.Report) bool { return c.Failed() })
}

// statusReport is the document of `status --json`.
type statusReport struct {
	Health    string           `json:"health"`  // ok, degraded or failing
	Reasons   []string         `json:"reasons"` // why it is not ok, as far as calendars are the reason
	Daemon    bool             `json:"daemon"`  // whether a daemon answered
	Calendars []calendarStatus `json:"calendars"`
	Budget    []budgetStatus   `json:"budget"`
	Events    []eventStatus    `json:"events"`   // in doubt, failing or held
	Waiting   []waitingStatus  `json:"waiting"`  // for a service that has said until when
	Notes     []eventStatus    `json:"notes"`    // linked, and not all as it was asked for
	Tokens    []tokenStatus    `json:"tokens"`   // sign-ins of persons
	Verdicts  []doctor.Finding `json:"verdicts"` // why coming links may not work
	Notices   []string         `json:"notices"`
	Leftovers []leftoverStatus `json:"leftovers"` // meetings that no event has
}

type calendarStatus struct {
	Name        string     `json:"name"`
	Provider    string     `json:"provider"`
	LastSuccess *time.Time `json:"last_success"`
	LastError   string     `json:"last_error"`
	NextRun     *time.Time `json:"next_run"`
	Held        bool       `json:"held"`
	HeldReason  string     `json:"held_reason,omitempty"`
	absent      bool       // it is held because it is not there: there is nothing to release
	ReadOnly    string     `json:"read_only,omitempty"` // why nothing in it can be written
	// Overdue says that no pass has ended for too long, and OverdueReason for how long; a running daemon alone knows that.
	Overdue       bool   `json:"overdue"`
	OverdueReason string `json:"overdue_reason,omitempty"`
	Unfinished    string `json:"unfinished,omitempty"` // why the last pass stopped before all was done
	Links         int    `json:"links"`
}

// notRun is what a calendar is that no pass has read yet.
const notRun = "has not run yet"

// state is how a calendar is, in words.
func (c *calendarStatus) state() string {
	switch {
	case c.Held:
		return "held: " + c.HeldReason
	case c.Overdue:
		return "overdue: " + c.OverdueReason
	case c.LastError != "":
		return c.LastError
	case c.Unfinished != "":
		return c.Unfinished
	case c.LastSuccess == nil:
		return notRun
	}
	return healthOK
}

type budgetStatus struct {
	Host    string `json:"host"`
	Account string `json:"account,omitempty"` // the Zoom account, where accounts have names
	Used    int    `json:"used"`
	Limit   int    `json:"limit"`
}

type tokenStatus struct {
	Calendar string     `json:"calendar"` // empty for the one at Zoom
	Provider string     `json:"provider"`
	Account  string     `json:"account,omitempty"` // the Zoom account, where accounts have names
	Person   string     `json:"person,omitempty"`  // who has signed in, where it is known
	SignedIn *time.Time `json:"signed_in"`         // null: nobody has signed in
	Refused  *time.Time `json:"refused"`           // since when the service takes it no longer
	Reason   string     `json:"reason,omitempty"`  // why
}

type eventStatus struct {
	Calendar string     `json:"calendar"`
	EventID  string     `json:"event_id"`
	Title    string     `json:"title"`
	State    string     `json:"state"`
	Reason   string     `json:"reason"`
	NextTry  *time.Time `json:"next_try"`
}

// waitingStatus is an event that waits for a service.
type waitingStatus struct {
	Calendar string     `json:"calendar"`
	EventID  string     `json:"event_id"`
	Title    string     `json:"title"`
	For      string     `json:"for"` // zoom or calendar
	Until    *time.Time `json:"until"`
	Reason   string     `json:"reason"`
}

// linksReport is the document of `links --json`.
type linksReport struct {
	Links []linkStatus `json:"links"`
}

type linkStatus struct {
	Calendar  string     `json:"calendar"`
	EventID   string     `json:"event_id"`
	UID       string     `json:"uid"`
	Title     string     `json:"title"`
	Start     *time.Time `json:"start"`
	MeetingID string     `json:"meeting_id"`
	JoinURL   string     `json:"join_url"`
	Account   string     `json:"account,omitempty"` // the Zoom account that the meeting is in, where accounts have names
	State     string     `json:"state"`
	Health    string     `json:"health"` // ok, or what is wrong: a word, or the codes of verdicts
	Reason    string     `json:"reason"`
	// Verdicts are why the link may not work, as of the last look at its meeting.
	Verdicts []store.Verdict `json:"verdicts"`
}

type releaseReport struct {
	Calendar string `json:"calendar"`
	Held     bool   `json:"held"`
	Events   int    `json:"events"`
}

// The values of health.
const (
	healthOK       = "ok"
	healthDegraded = "degraded"
	healthFailing  = "failing"
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

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// status gathers the facts of `status`, apart from what only a running daemon knows.
func (l *ledger) status() (statusReport, error) {
	report := statusReport{Health: healthOK, Calendars: []calendarStatus{}, Budget: []budgetStatus{}, Events: []eventStatus{}, Waiting: []waitingStatus{}, Notes: []eventStatus{}, Tokens: []tokenStatus{}, Notices: l.st.Notices(), Reasons: []string{}}
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
		if state := c.state(); state != healthOK {
			report.Health = healthDegraded
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
		report.Budget = append(report.Budget, budgetStatus{Host: host, Account: account, Used: used, Limit: engine.DailyLimit})
	}
	slices.SortFunc(report.Budget, func(a, b budgetStatus) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Account, b.Account))
	})
	switch {
	case failing > 0 && failing == len(l.names):
		report.Health = healthFailing
	case failing > 0 || len(report.Events) > 0 || doctor.Failed(report.Verdicts):
		report.Health = healthDegraded
	}
	if displaced := l.st.Displaced(); displaced != "" {
		report.Health = healthFailing
		report.Reasons, report.Notices = append(report.Reasons, displaced), append(report.Notices, displaced)
	}
	return report, nil
}

// calendar gathers the facts of one calendar: itself, the events that need somebody, those of which something could not be had,
// and those that wait for a service.
func (l *ledger) calendar(name string) (c calendarStatus, events, notes []eventStatus, waiting []waitingStatus, err error) {
	st, err := l.st.Calendar(name)
	if err != nil {
		return c, nil, nil, nil, err
	}
	c = calendarStatus{Name: name, Provider: l.kinds[name], LastError: st.LastError,
		Held: !st.HeldAt.IsZero(), HeldReason: st.HeldReason, absent: st.Absent, ReadOnly: st.ReadOnly, Unfinished: st.Unfinished}
	c.LastSuccess = some(l.lastSuccess(name, st.LastSuccess))
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
			events = append(events, eventStatus{Calendar: name, EventID: rec.EventID, Title: rec.Title, State: rec.State,
				Reason: reasonOf(rec), NextTry: some(rec.Due)})
		} else if len(rec.Notes) > 0 && rec.State == plan.Linked {
			notes = append(notes, eventStatus{Calendar: name, EventID: rec.EventID, Title: rec.Title, State: rec.State, Reason: strings.Join(rec.Notes, "; ")})
		}
	}
	problems, err := l.st.Problems(name)
	if err != nil {
		return c, nil, nil, nil, err
	}
	for _, problem := range problems {
		e := eventStatus{Calendar: name, EventID: problem.ID, Title: problem.Title, State: plan.Failed, Reason: problem.Reason}
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
		if isFile(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// isFile reports whether a calendar stands for a file that was linked by itself.
func isFile(calendar string) bool { return strings.HasPrefix(calendar, linkCalendar) }

// links gathers the facts of `links`.
func (l *ledger) links() (linksReport, error) {
	report := linksReport{Links: []linkStatus{}}
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
			if rec.Closed() || rec.MeetingID == 0 && !waits(rec) {
				continue
			}
			found := append([]store.Verdict{}, byEvent[rec.Calendar+"\x00"+rec.EventID]...)
			health := healthOK
			if codes := serious(found); len(codes) > 0 {
				health = strings.Join(codes, " ")
			}
			switch {
			case rec.Error != "":
				health = "failing"
			case rec.State != plan.Linked:
				health = rec.State
			}
			report.Links = append(report.Links, linkStatus{Calendar: name, EventID: rec.EventID, UID: rec.UID, Title: rec.Title,
				Start: some(rec.Start), MeetingID: meetingID(rec.MeetingID), JoinURL: plan.ShownURL(rec.Meeting), Account: l.accountOf(rec),
				State: rec.State, Health: health, Reason: reasonOf(rec), Verdicts: found})
		}
	}
	slices.SortStableFunc(report.Links, func(a, b linkStatus) int {
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

func (l *ledger) log(event string) ([]store.Entry, error) {
	return l.st.Journal(store.JournalFilter{EventID: event, Limit: maxLog})
}
