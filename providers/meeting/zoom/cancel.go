package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"zoomtag/providers/meeting"
)

// Cancel implements meeting.Service. Nobody is mailed about it. A meeting that is the host's personal room itself is
// left as it is.
func (s *Service) Cancel(ctx context.Context, id int64) error {
	what := "delete meeting " + strconv.FormatInt(id, 10)
	unlock, err := s.hosts.lock(ctx, s.hosts.hostOf(id))
	if err != nil {
		return fmt.Errorf("zoom: %s: %w: %w", what, meeting.ErrNotSent, err)
	}
	defer unlock()
	if s.isRoom(ctx, id) { // it was there before us, and stays
		s.hosts.forget(id)
		return nil
	}
	err = s.do(ctx, call{what: what, method: http.MethodDelete, path: meetingPath(id), want: http.StatusNoContent,
		on:    aMeeting,
		query: url.Values{"schedule_for_reminder": {"false"}, "cancel_meeting_reminder": {"false"}}}, nil)
	var p *problem
	room := errors.As(err, &p) && p.code == codeRoom && p.verdict == final
	if err != nil && !errors.Is(err, meeting.ErrGone) && !room {
		return err
	}
	s.hosts.forget(id)
	return nil
}

// The numbers of personal rooms have ten digits. Those of other meetings have eleven, or nine.
const (
	firstRoom = 1_000_000_000
	lastRoom  = 9_999_999_999
)

// isRoom reports whether a meeting is a personal room itself. Only for a number that could be one it asks; what it
// cannot find out, Zoom says when the room is to be deleted.
func (s *Service) isRoom(ctx context.Context, id int64) bool {
	if id < firstRoom || id > lastRoom {
		return false
	}
	if facts, ok := s.known.facts(s.hosts.hostOf(id), s.now()); ok && facts.Room == id {
		return true
	}
	w, err := s.read(ctx, id)
	return err == nil && (w.Type == typeRoom || w.PMI == w.ID)
}

// Recover implements meeting.Recoverer: Zoom keeps deleted meetings for some days. It needs a scope of its own, without
// which it is refused.
func (s *Service) Recover(ctx context.Context, id int64) (meeting.Meeting, error) {
	what := "bring meeting " + strconv.FormatInt(id, 10) + " back"
	err := s.do(ctx, call{what: what, method: http.MethodPut, path: append(meetingPath(id), "status"),
		body: map[string]string{"action": "recover"},
		want: http.StatusNoContent, on: aMeeting}, nil)
	// one that was not deleted cannot be recovered: reading tells
	if err != nil && !errors.Is(err, meeting.ErrInvalid) {
		return meeting.Meeting{}, err
	}
	return s.Get(ctx, id)
}
