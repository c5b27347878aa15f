package local

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"
)

// leftoversOf lists the meetings that no record named when the accounts were last looked through, and says why one
// could not be.
func leftoversOf(e *engine.Engine) (list []api.LeftoverStatus, notices []string, err error) {
	found, failures, err := e.Leftovers()
	list = []api.LeftoverStatus{}
	for _, l := range found {
		list = append(list, api.LeftoverStatus{MeetingID: strconv.FormatInt(l.MeetingID, 10), Topic: l.Topic,
			Host:  l.Host,
			Start: api.Time(l.Start), Since: api.Time(l.Since), Mend: engine.LeftoverMend(l)})
	}
	for _, why := range failures {
		notices = append(notices, "meetings without an event could not be looked for: "+why)
	}
	return list, notices, err
}

// Cancel cancels meetings that no event has, until one cannot be.
func (s *Service) Cancel(ctx context.Context, r api.CancelRequest) (api.CancelReport, error) {
	report := api.CancelReport{Cancelled: []api.LeftoverStatus{}}
	for _, id := range r.Meetings {
		l, err := s.engine.CancelLeftover(ctx, id)
		if err != nil {
			return report, fmt.Errorf("%w%s", err, alreadyCancelled(report.Cancelled))
		}
		report.Cancelled = append(report.Cancelled, api.LeftoverStatus{MeetingID: strconv.FormatInt(id, 10),
			Topic: l.Topic, Host: l.Host, Start: api.Time(l.Start)})
	}
	return report, nil
}

// alreadyCancelled says, as the end of a sentence, what was cancelled before something went wrong.
func alreadyCancelled(list []api.LeftoverStatus) string {
	if len(list) == 0 {
		return ""
	}
	var ids []string
	for _, l := range list {
		ids = append(ids, l.MeetingID)
	}
	return "; cancelled before that: " + strings.Join(ids, ", ")
}

// takenOut says of calendars that are not in the configuration any more what becomes of their events.
func (r *reader) takenOut() (notices []string, err error) {
	names, err := r.st.Calendars()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, configured := r.calendars[name]; configured || strings.HasPrefix(name, record.FilePrefix) {
			continue
		}
		records, err := r.st.Records(name)
		if err != nil {
			return nil, err
		}
		open := 0
		for _, rec := range records {
			if !rec.Closed() && rec.MeetingID != 0 && !rec.Over(r.now()) {
				open++
			}
		}
		if open == 0 {
			continue
		}
		elsewhere, err := r.differs()
		switch {
		case err != nil:
			return nil, err
		case elsewhere:
			notices = append(notices, words.Join(fmt.Sprintf("calendar %s is not in this worker's configuration, and another "+
				"worker has other calendars: %d of its events wait until all have the same", name, open),
				"give all workers the same configuration, and reload them"))
		default:
			notices = append(notices, words.Join(fmt.Sprintf("calendar %s is not in the configuration any more: %d of its "+
				"events keep their meetings, and nobody follows them", name, open),
				"put it back, or cancel those meetings at Zoom"))
		}
	}
	return notices, nil
}

// differs reports whether a worker has other calendars than this process.
func (r *reader) differs() (bool, error) {
	workers, err := r.st.Workers()
	return slices.ContainsFunc(workers, func(w store.Worker) bool { return w.Calendars != r.sum }), err
}
