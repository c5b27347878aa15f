package local

import (
	"context"
	"errors"
	"strconv"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/condition"
	"zoomtag/sync/doctor"
)

// nearStart is how long before its event a link that will not work needs a person: what is further away, a daily look
// mends in time, or the owner changes it anyway.
const nearStart = 48 * time.Hour

// Conditions lists what needs a person.
func (s *Service) Conditions(ctx context.Context) (api.ConditionsReport, error) {
	status, err := s.Status(ctx, api.StatusRequest{})
	if err != nil {
		return api.ConditionsReport{Conditions: []api.Condition{}}, err
	}
	return s.conditionsOf(ctx, &status)
}

// conditionsOf lists what needs a person, where status is how things stand.
func (s *Service) conditionsOf(ctx context.Context, status *api.StatusReport) (api.ConditionsReport, error) {
	report := api.ConditionsReport{Conditions: []api.Condition{}}
	findings, err := s.examiner.Remembered(ctx, status)
	if err != nil {
		return report, err
	}
	facts := condition.Facts{Status: status, Account: map[string]string{}}
	facts.Findings = append(findings, s.near(status.Verdicts)...)
	doctor.Sort(facts.Findings)
	for _, c := range s.builder.Config.Calendars {
		facts.Account[c.Name] = s.builder.Config.AccountOf(c).Name
	}
	courses, err := s.st.Courses()
	if err != nil {
		return report, err
	}
	now := s.now()
	for _, c := range condition.Of(facts) {
		if course, known := courses[c.ID]; known && course.Gone.IsZero() {
			c.Since, c.Dismissed = api.Time(course.Since), course.Dismissed
			c.Visible = now.Sub(course.Since) >= c.Quiet
		} else {
			c.Visible = c.Quiet == 0
		}
		report.Conditions = append(report.Conditions, c)
	}
	return report, nil
}

// near are the verdicts on links that somebody should do something about before their events begin.
func (s *Service) near(verdicts []doctor.Finding) (near []doctor.Finding) {
	soon := s.now().Add(nearStart)
	for _, f := range verdicts {
		always := f.Code == doctor.Expiring || f.Code == doctor.HostBusy
		begins := f.Start != nil && f.Start.Before(soon)
		if always || begins && f.Severity == doctor.Error {
			near = append(near, f)
		}
	}
	return near
}

// Dismiss says that a person has seen a condition.
func (s *Service) Dismiss(ctx context.Context, r api.DismissRequest) (api.ConditionsReport, error) {
	report, err := s.Conditions(ctx)
	if err != nil {
		return report, err
	}
	for i := range report.Conditions {
		c := &report.Conditions[i]
		if c.ID != r.ID {
			continue
		}
		err := s.st.Update(func(tx *store.Tx) error {
			courses, err := tx.Courses()
			if err != nil {
				return err
			}
			course, known := courses[c.ID]
			if !known || !course.Gone.IsZero() {
				course = store.Course{Since: s.now()}
			}
			course.Dismissed = !r.Undo
			return tx.PutCourse(c.ID, course)
		})
		c.Dismissed = err == nil && !r.Undo
		return report, err
	}
	return report, words.Usage(errors.New("there is no condition " + strconv.Quote(r.ID) + " (any more)"))
}
