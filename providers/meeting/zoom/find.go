package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"zoomtag/providers/meeting"
)

const (
	pageSize = "300" // the most that Zoom gives
	// maxPages ends a list that does not end by itself; a host may have 60,000 coming meetings before it cuts in.
	maxPages = 200
)

// Find implements meeting.Service. The list shows the beginning of each agenda; the meeting itself confirms. Of several
// meetings with one mark it is the oldest.
func (s *Service) Find(ctx context.Context, host string, of meeting.Mark) (meeting.Meeting, error) {
	mark := string(of)
	what := "find the meeting of " + host + " marked " + mark
	named, err := s.hosting(host)
	if err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, err)
	}
	listed, err := s.list(ctx, named, what)
	if err != nil {
		return meeting.Meeting{}, err
	}
	listed = slices.DeleteFunc(listed, func(w wireMeeting) bool { return !carries(string(w.Agenda), mark) })
	slices.SortFunc(listed, func(a, b wireMeeting) int {
		if c := a.CreatedAt.Compare(b.CreatedAt.Time); c != 0 {
			return c
		}
		return int(min(max(a.ID-b.ID, -1), 1))
	})
	var unsure error
	for _, candidate := range listed {
		w, err := s.read(ctx, int64(candidate.ID))
		switch {
		case errors.Is(err, meeting.ErrGone):
			// Deleted a moment ago, or not yet known everywhere at Zoom: a list and an answer that contradict each
			// other are no proof.
			unsure = fmt.Errorf("zoom: %s: meeting %d is listed but cannot be read yet: it is tried again", what,
				int64(candidate.ID))
			continue
		case err != nil:
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, err)
		case !carries(string(w.Agenda), mark):
			continue
		}
		s.hosts.learn(int64(w.ID), named)
		m, err := s.meeting(w, what)
		m.Mark, m.Host = mark, host
		return m, err
	}
	if unsure != nil {
		return meeting.Meeting{}, unsure
	}
	return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, meeting.ErrNotFound)
}

// Marked implements meeting.Lister. Nothing but the list is asked for, however many meetings there are.
func (s *Service) Marked(ctx context.Context, host string) ([]meeting.Meeting, error) {
	what := "list the meetings of " + host
	named, err := s.hosting(host)
	if err != nil {
		return nil, fmt.Errorf("zoom: %s: %w", what, err)
	}
	listed, err := s.list(ctx, named, what)
	if err != nil {
		return nil, err
	}
	var marked []meeting.Meeting
	for _, w := range listed {
		mark := leadingMark(string(w.Agenda))
		if mark == "" || w.ID <= 0 || s.isOver(&w) {
			continue
		}
		m := meeting.Meeting{ID: int64(w.ID), Mark: mark, Host: host, Topic: string(w.Topic)}
		if w.Type != typeFixed { // whose times are those of one of its occurrences
			m.Start, m.Duration = w.StartTime.Time, time.Duration(w.Duration)*time.Minute
		}
		if w.Type == typeLasting {
			m.Start, m.Duration = time.Time{}, 0
		}
		if link := string(w.JoinURL); s.checkLink(link) == "" {
			m.JoinURL = link
		}
		marked = append(marked, m)
	}
	return marked, nil
}

// isOver says that a listed meeting has ended. Zoom lists single ones for 30 days more.
func (s *Service) isOver(w *wireMeeting) bool {
	if w.Type == typeLasting || w.Type == typeFixed || w.StartTime.IsZero() {
		return false
	}
	return !s.now().Before(w.StartTime.Add(time.Duration(w.Duration) * time.Minute))
}

// list reads all meetings of host that Zoom shows, each once: Zoom has been seen to list an id several times.
func (s *Service) list(ctx context.Context, host, what string) ([]wireMeeting, error) {
	query := url.Values{"type": {"scheduled"}, "page_size": {pageSize}}
	var all []wireMeeting
	ids, tokens := map[number]bool{}, map[text]bool{}
	for range maxPages {
		var page wirePage
		err := s.do(ctx, call{what: what, method: http.MethodGet, path: []string{"users", host, "meetings"},
			query: query,
			want:  http.StatusOK, on: aUser}, &page)
		if err != nil {
			return nil, err
		}
		if page.Meetings == nil {
			return nil, fmt.Errorf("zoom: %s: the answer holds no list of meetings", what)
		}
		for _, w := range *page.Meetings {
			if !ids[w.ID] {
				ids[w.ID] = true
				all = append(all, w)
			}
		}
		next := page.NextPageToken
		if next == "" {
			return all, nil
		}
		if tokens[next] {
			return nil, fmt.Errorf("zoom: %s: the list of meetings goes round in circles", what)
		}
		tokens[next] = true
		query.Set("next_page_token", string(next))
	}
	return nil, fmt.Errorf("zoom: %s: the list of meetings does not end within %d pages", what, maxPages)
}
