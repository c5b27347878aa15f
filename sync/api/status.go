package api

import (
	"cmp"
	"time"

	"zoomtag/store/record"
	"zoomtag/sync/doctor"
	"zoomtag/sync/reason"
)

// StatusReport is the document of `status --json`.
type StatusReport struct {
	Health    string           `json:"health"`  // ok, degraded or failing
	Reasons   []string         `json:"reasons"` // why it is not ok, in sentences
	Daemon    bool             `json:"daemon"`  // whether a daemon answered
	Version   string           `json:"version"` // of the zoomtag that answered
	Calendars []CalendarStatus `json:"calendars"`
	// Groups count all calendars that were asked for, where there are more than are told of.
	Groups    []GroupStatus    `json:"groups,omitempty"`
	Budget    []BudgetStatus   `json:"budget"`
	Quotas    []QuotaStatus    `json:"quotas"`   // of services that calendars are asked at
	Events    []EventStatus    `json:"events"`   // in doubt, failing or held
	Waiting   []WaitingStatus  `json:"waiting"`  // for a service that has said until when
	Notes     []EventStatus    `json:"notes"`    // linked, and not all as it was asked for
	Tokens    []TokenStatus    `json:"tokens"`   // sign-ins of persons
	Verdicts  []doctor.Finding `json:"verdicts"` // why coming links may not work
	Notices   []string         `json:"notices"`
	Leftovers []LeftoverStatus `json:"leftovers"` // meetings that no event has
	Lists     []ListStatus     `json:"lists"`     // of calendars
	// Workers are those that share the state; none where it is not shared.
	Workers []WorkerStatus `json:"workers,omitempty"`
	Shared  bool           `json:"shared,omitempty"` // whether several workers can share it
}

// WorkerStatus is one of several zoomtags that share the state.
type WorkerStatus struct {
	Name      string     `json:"name"` // the machine and the process
	Version   string     `json:"version"`
	Since     *time.Time `json:"since"`
	Lag       float64    `json:"lag"` // seconds since its last sign of life
	Shards    int        `json:"shards"`
	Calendars int        `json:"calendars"`
	Here      bool       `json:"here,omitempty"` // it is the one that has answered
	// Differs says that its configuration names other calendars than that of the one that has answered.
	Differs bool `json:"differs,omitempty"`
}

// The values of health.
const (
	OK       = "ok"
	Degraded = "degraded"
	Failing  = "failing"
)

// QuotaStatus is how many requests were sent within 24 hours to a service that counts them for all of some calendars
// together, as far as the running daemon knows. Only calendars without a schedule (poll) keep within it.
type QuotaStatus struct {
	Service   string `json:"service"`
	Used      int    `json:"used"`
	Limit     int    `json:"limit"`
	Calendars int    `json:"calendars"`
}

// CalendarStatus is how a calendar is.
type CalendarStatus struct {
	Name        string     `json:"name"`
	Provider    string     `json:"provider"`
	LastSuccess *time.Time `json:"last_success"`
	LastError   string     `json:"last_error"`
	NextRun     *time.Time `json:"next_run"`
	Held        bool       `json:"held"`
	HeldReason  string     `json:"held_reason,omitempty"`
	// Code is the code of what State says, or else of ReadOnly, and Cure what mends it, in this case where that is
	// known, else as a rule.
	Code reason.Code `json:"code,omitempty"`
	Cure string      `json:"cure,omitempty"`
	// it is held because it is not there: there is nothing to release
	Absent   bool   `json:"-"`
	ReadOnly string `json:"read_only,omitempty"` // why nothing in it can be written
	// Overdue says that no pass has ended for too long, and OverdueReason for how long; a running daemon alone knows
	// that.
	Overdue       bool   `json:"overdue"`
	OverdueReason string `json:"overdue_reason,omitempty"`
	Unfinished    string `json:"unfinished,omitempty"` // why the last pass stopped before all was done
	Worker        string `json:"worker,omitempty"`     // of several, the one that works on it
	Links         int    `json:"links"`
	// Unwritten is how many of its events wait for the right to write to it, where they do not stand among the events.
	Unwritten int `json:"unwritten,omitempty"`
}

// NotRun is what a calendar is that no pass has read yet.
const NotRun = "has not run yet"

// State is how a calendar is, in words.
func (c *CalendarStatus) State() string {
	switch {
	case c.Held:
		return "held: " + c.Code.Told(c.HeldReason, c.Cure)
	case c.Overdue:
		return "overdue: " + c.Code.Told(c.OverdueReason, c.Cure)
	case c.LastError != "":
		return c.Code.Told(c.LastError, c.Cure)
	case c.Unfinished != "":
		return c.Unfinished
	case c.LastSuccess == nil:
		return NotRun
	}
	return OK
}

// BudgetStatus is how many of a host's calls are used that Zoom counts, today in UTC.
type BudgetStatus struct {
	Host    string `json:"host"`
	Account string `json:"account,omitempty"` // the Zoom account, where accounts have names
	Used    int    `json:"used"`
	Limit   int    `json:"limit"`
}

// TokenStatus is how the sign-in of a person stands.
type TokenStatus struct {
	Calendar string     `json:"calendar"` // empty for the one at Zoom
	Provider string     `json:"provider"`
	Account  string     `json:"account,omitempty"` // the Zoom account, where accounts have names
	Person   string     `json:"person,omitempty"`  // who has signed in, where it is known
	SignedIn *time.Time `json:"signed_in"`         // null: nobody has signed in
	Ends     *time.Time `json:"ends,omitempty"`    // when the service lets it end, where it has said so
	Refused  *time.Time `json:"refused"`           // since when the service takes it no longer
	Reason   string     `json:"reason,omitempty"`  // why, or why it cannot be used
	Cure     string     `json:"cure,omitempty"`    // what mends that, in a sentence; "" where all is well
	Command  string     `json:"command"`           // signs in anew
}

// EventStatus is an event of which somebody should know.
type EventStatus struct {
	Calendar string     `json:"calendar"`
	EventID  string     `json:"event_id"`
	Title    string     `json:"title"`
	Start    *time.Time `json:"start"` // null where it is not known
	State    string     `json:"state"`
	Reason   string     `json:"reason"`
	NextTry  *time.Time `json:"next_try"`
	// Code is the code of Reason, where the event is held, waits or has failed, and Cure what mends it, in this case
	// where that is known, else as a rule.
	Code reason.Code `json:"code,omitempty"`
	Cure string      `json:"cure,omitempty"`
}

// Told is what people read of Reason: cause and cure.
func (e *EventStatus) Told() string { return e.Code.Told(e.Reason, e.Cure) }

// Told is what people read of Reason: cause and cure.
func (w *WaitingStatus) Told() string { return w.Code.Told(w.Reason, w.Cure) }

// WaitingStatus is an event that waits for a service.
type WaitingStatus struct {
	Calendar string     `json:"calendar"`
	EventID  string     `json:"event_id"`
	Title    string     `json:"title"`
	For      string     `json:"for"` // zoom or calendar
	Until    *time.Time `json:"until"`
	Reason   string     `json:"reason"`
	// Code is the code of Reason, and Cure what mends it, in this case where that is known, else as a rule.
	Code reason.Code `json:"code,omitempty"`
	Cure string      `json:"cure,omitempty"`
}

// LeftoverStatus is a meeting of ours that no event has.
type LeftoverStatus struct {
	MeetingID string     `json:"meeting_id"`
	Topic     string     `json:"topic"`
	Host      string     `json:"host"`
	Start     *time.Time `json:"start"`
	Since     *time.Time `json:"since"` // when it was first found
	Mend      string     `json:"mend"`
}

// LinksReport is the document of `links --json`.
type LinksReport struct {
	Links []LinkStatus `json:"links"`
}

// LinkStatus is a link that is kept.
type LinkStatus struct {
	Calendar  string     `json:"calendar"`
	EventID   string     `json:"event_id"`
	UID       string     `json:"uid"`
	Title     string     `json:"title"`
	Start     *time.Time `json:"start"`
	Duration  int        `json:"duration"` // in seconds; 0 where it is not known
	Host      string     `json:"host"`     // the Zoom user who hosts; empty where nobody does
	MeetingID string     `json:"meeting_id"`
	JoinURL   string     `json:"join_url"`
	// the Zoom account that the meeting is in, where accounts have names
	Account string `json:"account,omitempty"`
	State   string `json:"state"`
	Health  string `json:"health"` // ok, or what is wrong: a word, or the codes of verdicts
	Reason  string `json:"reason"`
	// Code is the code of Reason, where the event is held, waits or has failed, and Cure what mends it, in this case
	// where that is known, else as a rule.
	Code reason.Code `json:"code,omitempty"`
	Cure string      `json:"cure,omitempty"`
	// Verdicts are why the link may not work, as of the last look at its meeting.
	Verdicts []record.Verdict `json:"verdicts"`
}

// PlaceOf names for people the calendar that a document names: a file that was linked by itself has no name that
// somebody has given it.
func PlaceOf(calendar string) string {
	if record.IsFile(calendar) {
		return "a file"
	}
	return calendar
}

// LogRequest says which entries of the journal are wanted. The zero value means the newest 1,000 of all.
type LogRequest struct {
	Event    string    `json:"event,omitempty"` // its id or UID, or words of its title
	Calendar string    `json:"calendar,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Failed   bool      `json:"failed,omitempty"` // only what failed
	// Code, if set, is that of a reason: only what was held, waited or has failed for it.
	Code  reason.Code `json:"code,omitempty"`
	Limit int         `json:"limit,omitempty"` // how many at most, the newest; 0 is 1,000
}

// LogReport is the document of `log --json`.
type LogReport struct {
	Log []LogEntry `json:"log"`
}

// LogEntry is one line of it.
type LogEntry struct {
	Time      time.Time `json:"time"`
	Calendar  string    `json:"calendar"`
	EventID   string    `json:"event_id"`
	UID       string    `json:"uid"`
	Title     string    `json:"title"`
	Step      string    `json:"step"`
	MeetingID string    `json:"meeting_id"`
	Reason    string    `json:"reason"`
	Error     string    `json:"error"`
	// Code is the code of Error, or else of Reason, where one of them says why something is held, waits or has failed,
	// and Cure what mends it, in this case where that was known, else as a rule.
	Code reason.Code `json:"code,omitempty"`
	Cure string      `json:"cure,omitempty"`
}

// Time is a time as documents have it: to the second, in UTC, and null where there is none.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

// Told is what people read of Reason: cause and cure.
func (l *LinkStatus) Told() string { return l.Code.Told(l.Reason, l.Cure) }

// Told is what people read of Error, or else of Reason: cause and cure.
func (e *LogEntry) Told() string { return e.Code.Told(cmp.Or(e.Error, e.Reason), e.Cure) }
