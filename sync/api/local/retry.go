package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// Retry has be due at once what failed or waits for something that somebody may have mended.
func (s *Service) Retry(ctx context.Context, r api.RetryRequest) (api.RetryReport, error) {
	names, err := s.known(r.Calendars)
	if err != nil {
		return api.RetryReport{}, err
	}
	event := r.What
	if slices.Contains(names, r.What) {
		names, event = []string{r.What}, ""
	}
	event = s.engine.Untagged(event)
	n, err := s.retry(ctx, names, act{Do: doRetry, Event: event, Patient: r.Patient})
	if err != nil {
		return api.RetryReport{Calendars: names, Events: n}, err
	}
	if n == 0 && event != "" {
		return api.RetryReport{}, words.Usage(words.Mend(fmt.Errorf("no calendar and no event that failed or "+
			"waits is called %q", r.What), "run zoomtag status, which lists them"))
	}
	return api.RetryReport{Calendars: names, Events: n}, nil
}

// retry has be tried again what is in calendars, in one go.
func (s *Service) retry(ctx context.Context, names []string, a act) (n int, err error) {
	if !s.st.Shared() {
		return s.engine.Retry(again(a, names...))
	}
	return s.inAll(ctx, inAllLimit, names, a)
}

// again is what is to be tried again in calendars.
func again(a act, names ...string) engine.Again {
	r := engine.Again{Calendars: names, Patient: a.Patient}
	if a.Event != "" {
		r.Event = func(id, uid, title string) bool {
			return a.Event == id || a.Event == uid || strings.EqualFold(a.Event, title)
		}
	}
	return r
}

// tellWaiting adds to a report what the pass had nothing to do with because it waits, and what has failed before:
// whoever looks at the report wants to know of all that has no link.
func (s *Service) tellWaiting(r *engine.Report) error {
	told := map[string]bool{}
	for _, ev := range r.Events {
		told[ev.ID] = true
	}
	records, err := s.st.Records(r.Name)
	if err != nil {
		return err
	}
	for _, rec := range records {
		code := reason.Code(rec.Code)
		waits := (needsSomebody(rec) || rec.State == plan.Pending) && !outdated(r.Code == reason.CalendarAbsent, code)
		if rec.Closed() || !waits || told[rec.EventID] {
			continue
		}
		r.Events = append(r.Events, engine.EventReport{ID: rec.EventID, UID: rec.UID, Title: rec.Title,
			Start: api.Time(rec.Start),
			Steps: []string{}, State: rec.State, Reason: rec.Reason, Error: rec.Error, Code: code,
			Cure: code.CureOf(rec.Cure)})
	}
	problems, err := s.st.Problems(r.Name)
	if err != nil {
		return err
	}
	for _, p := range problems {
		code := reason.Code(p.Code)
		if told[p.ID] || outdated(r.Code == reason.CalendarAbsent, code) {
			continue
		}
		ev := engine.EventReport{ID: p.ID, UID: cmp.Or(p.UID, p.ID), Title: p.Title, Start: api.Time(p.Start),
			Steps: []string{}, State: stateOf(p), Reason: p.Reason, Code: code, Cure: code.CureOf(p.Cure)}
		if !p.Held {
			ev.Error = p.Reason
		}
		r.Events = append(r.Events, ev)
	}
	return nil
}
