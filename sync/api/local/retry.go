package local

import (
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
func (s *Service) Retry(_ context.Context, r api.RetryRequest) (api.RetryReport, error) {
	names, err := s.known(r.Calendars)
	if err != nil {
		return api.RetryReport{}, err
	}
	again := engine.Again{Calendars: names, Patient: r.Patient}
	switch {
	case slices.Contains(names, r.What):
		again.Calendars = []string{r.What}
	case r.What != "":
		again.Event = func(id, uid, title string) bool {
			return r.What == id || r.What == uid || strings.EqualFold(r.What, title)
		}
	}
	n, err := s.engine.Retry(again)
	if err != nil {
		return api.RetryReport{}, err
	}
	if n == 0 && again.Event != nil {
		return api.RetryReport{}, words.Usage(words.Mend(fmt.Errorf("no calendar and no event that failed or "+
			"waits is called %q", r.What), "run zoomtag status, which lists them"))
	}
	return api.RetryReport{Calendars: again.Calendars, Events: n}, nil
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
		waits := needsSomebody(rec) || rec.State == plan.Pending
		if rec.Closed() || !waits || told[rec.EventID] {
			continue
		}
		code := reason.Code(rec.Code)
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
		if told[p.ID] {
			continue
		}
		code := reason.Code(p.Code)
		ev := engine.EventReport{ID: p.ID, UID: p.ID, Title: p.Title, Steps: []string{}, State: stateOf(p),
			Reason: p.Reason, Code: code, Cure: code.CureOf(p.Cure)}
		if !p.Held {
			ev.Error = p.Reason
		}
		r.Events = append(r.Events, ev)
	}
	return nil
}
