package engine

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// checkPause is when a meeting is looked at again that could not be looked at, and deniedPause where Zoom has said that
// it may not be.
const (
	checkPause  = 15 * time.Minute
	deniedPause = 6 * time.Hour
)

// check looks whether the meeting is still what the event shows. Where Zoom is the master, of passcode and link, the
// event follows; of topic and time the event is, and the meeting is told them again.
func (s *settling) check(ctx context.Context, d plan.Decision) error {
	if err := s.mayLook(plan.Linked); err != nil {
		return err
	}
	m, inspection, err := s.look(ctx)
	now, before := s.e.opt.Now(), s.rec.Meeting
	switch {
	case errors.Is(err, meeting.ErrGone):
		s.rec.Lost(now)
		return s.save("", "", nil)
	case err != nil:
		return s.unchecked(d, err)
	}
	s.used(&m, inspection)
	s.rec.CheckedAt = now                                    // it is saved with what else is concluded
	s.rec.Meeting.NoInvitation, before.NoInvitation = "", "" // a text that could not be had is asked for once more
	var news []string
	if m.JoinURL != before.JoinURL || m.Passcode != before.Passcode || m.RegisterURL != before.RegisterURL {
		news = append(news, "passcode or link were changed at Zoom: the event follows")
	}
	if sameNumbers(m.DialIn, before.DialIn) {
		m.DialIn = before.DialIn // in the order in which they are shown already
	} else if before.Invitation != "" {
		news = append(news, "the numbers to dial in were changed at Zoom: the event follows")
	}
	retitled := !isRoomItself(s.rec) && m.Topic != before.Topic
	if retitled || !sameSchedule(before, m, now) {
		if s.rec.Undone++; s.rec.Undone <= plan.MostUndone {
			news = append(news, "topic or time were changed at Zoom: the meeting is told those of the event again")
			s.rec.Telling()
		} else {
			m.Notes, m.Mark, m.Host = before.Notes, before.Mark, cmp.Or(m.Host, before.Host)
			m.Invitation, m.NoInvitation = before.Invitation, before.NoInvitation
			s.rec.Meeting = m
		}
	} else if s.rec.Undone <= plan.MostUndone { // what is let be stays so until the event changes
		s.rec.Undone = 0
	}
	if len(news) == 0 {
		s.judge(ctx, inspection)
		return nil
	}
	s.rec.Verdicts = nil // they were about something else; the next look tells
	m.Notes, m.Mark = before.Notes, before.Mark
	if m.Host == "" {
		m.Host = before.Host
	}
	s.rec.Meeting = m
	s.e.opt.Log.Info("check", "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting", s.rec.MeetingID,
		"reason", strings.Join(news, "; "))
	return s.save("check", strings.Join(news, "; "), nil)
}

// unchecked is when a meeting is looked at again that could not be.
func (s *settling) unchecked(d plan.Decision, err error) *waiting {
	pause := checkPause
	if isForbidden(err) {
		pause = deniedPause
	}
	return &waiting{state: plan.Linked, until: s.e.opt.Now().Add(pause),
		why: reason.NotChecked.BecauseOf(d.Reason+"; its meeting could not be looked at: ", s.hushed(s.rec.Host, err))}
}

// sameNumbers reports whether two lists hold the same numbers to dial in with. Zoom gives them in any order.
func sameNumbers(a, b []meeting.Phone) bool {
	sorted := func(list []meeting.Phone) []meeting.Phone {
		return slices.SortedFunc(slices.Values(list), func(x, y meeting.Phone) int {
			return cmp.Or(cmp.Compare(x.Number, y.Number), cmp.Compare(x.Place, y.Place))
		})
	}
	return slices.Equal(sorted(a), sorted(b))
}

// isRoomItself reports whether the meeting is a personal room, of which there is one for all events: its topic is that
// of whichever was told last.
func isRoomItself(rec *store.Record) bool {
	return rec.Told != nil && rec.Told.Kind == meeting.Personal && plan.LinkID(rec.Meeting.JoinURL) == rec.MeetingID
}

// look reads the meeting, with all that a judge wants to know of it where there is one.
func (s *settling) look(ctx context.Context) (meeting.Meeting, *meeting.Inspection, error) {
	if inspector, ok := s.mine().Meetings.(meeting.Inspector); ok && s.e.opt.Judge != nil {
		i, err := inspector.Inspect(ctx, s.rec.MeetingID)
		return i.Meeting, &i, err
	}
	m, err := s.mine().Meetings.Get(ctx, s.rec.MeetingID)
	return m, nil, err
}

// judge notes why the link may not work. It is told when that is something else than at the last look.
func (s *settling) judge(ctx context.Context, i *meeting.Inspection) {
	if i == nil {
		return
	}
	before := s.rec.Verdicts
	s.rec.Verdicts = s.e.opt.Judge(ctx, Look{Record: s.rec, Event: s.ev, Meeting: i})
	tell := func(level slog.Level, change string, v store.Verdict) {
		if v.Severity == "note" {
			level = slog.LevelInfo
		}
		s.e.opt.Log.Log(ctx, level, change, "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting",
			s.rec.MeetingID,
			"code", v.Code, "severity", v.Severity, "what", v.What, "mend", v.Mend)
	}
	for _, v := range s.rec.Verdicts {
		if !slices.Contains(before, v) {
			tell(slog.LevelWarn, "the link may not work", v)
		}
	}
	for _, v := range before {
		if !slices.Contains(s.rec.Verdicts, v) {
			tell(slog.LevelInfo, "the link is no longer hindered", v)
		}
	}
}
