package remote

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// EventsReport lists the events that zoomtag sees to: those with a link, and those that wait for one or for somebody.
type EventsReport struct {
	Events []Event `json:"events"`
}

// Event is one of them.
type Event struct {
	Calendar string     `json:"calendar"`
	EventID  string     `json:"event_id"`
	UID      string     `json:"uid,omitempty"`
	Title    string     `json:"title"`
	Start    *time.Time `json:"start"`
	State    string     `json:"state"`
	Health   string     `json:"health,omitempty"` // of the link, where there is one
	Reason   string     `json:"reason"`
	// Code is the code of Reason, where the event is held, waits or has failed, and Cure what mends it, in this case
	// where that is known, else as a rule.
	Code      reason.Code `json:"code,omitempty"`
	Cure      string      `json:"cure,omitempty"`
	NextTry   *time.Time  `json:"next_try"` // null: when the event changes
	MeetingID string      `json:"meeting_id,omitempty"`
	JoinURL   string      `json:"join_url,omitempty"`
}

// events puts together what is known of each event, or of those with a code.
func events(ctx context.Context, s api.Service, code reason.Code) (EventsReport, error) {
	report := EventsReport{Events: []Event{}}
	links, err := s.Links(ctx)
	if err != nil {
		return report, err
	}
	status, err := s.Status(ctx, api.StatusRequest{})
	if err != nil {
		return report, err
	}
	at := map[[2]string]int{} // where each event is in the list
	find := func(calendar, id, title, state, why string) *Event {
		key := [2]string{calendar, id}
		i, known := at[key]
		if !known {
			i = len(report.Events)
			at[key] = i
			report.Events = append(report.Events, Event{Calendar: calendar, EventID: id, Title: title,
				State: cmp.Or(state, plan.Pending), Reason: why})
		}
		return &report.Events[i]
	}
	for i := range links.Links {
		l := &links.Links[i]
		e := find(l.Calendar, l.EventID, l.Title, l.State, l.Reason)
		e.UID, e.Start, e.Health = l.UID, l.Start, l.Health
		e.MeetingID, e.JoinURL = l.MeetingID, l.JoinURL
		e.Code, e.Cure = l.Code, l.Cure
	}
	for _, w := range status.Waiting {
		e := find(w.Calendar, w.EventID, w.Title, plan.Pending, w.Reason)
		e.NextTry, e.Code, e.Cure = w.Until, w.Code, w.Cure
	}
	for _, w := range status.Events {
		e := find(w.Calendar, w.EventID, w.Title, w.State, w.Reason)
		e.NextTry, e.Code, e.Cure = w.NextTry, w.Code, w.Cure
	}
	report.Events = slices.DeleteFunc(report.Events, func(e Event) bool { return code != "" && e.Code != code })
	return report, nil
}
