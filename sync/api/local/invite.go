package local

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/invite"
	"zoomtag/sync/invite/keep"
	"zoomtag/sync/plan"
)

// Invite makes invitations.
func (s *Service) Invite(ctx context.Context, r api.InviteRequest) (api.InviteReport, error) {
	report := api.InviteReport{Invites: []api.InviteStatus{}}
	records, err := s.inviteable(r.Events)
	if err != nil {
		return report, err
	}
	for _, rec := range records {
		if err := ctx.Err(); err != nil {
			return report, api.ErrStopped
		}
		fact := api.InviteStatus{Calendar: rec.Calendar, EventID: rec.EventID, UID: rec.UID, Title: rec.Title}
		raw, err := s.invitations.Fresh(ctx, rec, plainly(r), invite.Options{Method: r.Method, Attendees: r.Attendees,
			Alarm: r.Alarm, Now: s.now()})
		if err != nil {
			fact.Error, fact.Code = words.Cause(err), keep.CodeOf(err)
			fact.Cure = fact.Code.CureOf(words.Cure(err))
		}
		fact.ICS = raw
		report.Invites = append(report.Invites, fact)
	}
	return report, nil
}

// plainly reports whether a request asks for invitations as they are kept for folder and feed.
func plainly(r api.InviteRequest) bool {
	published := r.Method == "" || r.Method == invite.Publish
	return published && !r.Attendees && r.Alarm == 0
}

// inviteable are the linked events that are meant, by their start.
func (s *Service) inviteable(names []string) ([]*store.Record, error) {
	var linked []*store.Record
	calendars, err := s.everywhere()
	if err != nil {
		return nil, err
	}
	for _, name := range calendars {
		records, err := s.st.Records(name)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			shown := rec.JoinURL != "" || rec.State == plan.Linked
			if shown && rec.Active() {
				linked = append(linked, rec)
			}
		}
	}
	slices.SortStableFunc(linked, func(a, b *store.Record) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.EventID, b.EventID))
	})
	if len(names) == 0 {
		return linked, nil
	}
	var meant []*store.Record
	for _, name := range names {
		found, bare := 0, s.engine.Untagged(name)
		for _, rec := range linked {
			if !rec.Called(name) && !rec.Called(bare) {
				continue
			}
			if found++; !slices.Contains(meant, rec) {
				meant = append(meant, rec)
			}
		}
		if found == 0 {
			return nil, words.Usage(fmt.Errorf("there is no linked event %q; \"zoomtag links\" shows those that "+
				"there are", name))
		}
	}
	return meant, nil
}
