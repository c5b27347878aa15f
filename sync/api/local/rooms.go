package local

import (
	"slices"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
)

// foretellRooms says in a plan which events would share a personal room with another event at the same time. What is
// there already, status tells.
func (s *Service) foretellRooms(reports []engine.Report) error {
	now := s.now()
	var facts []doctor.Facts
	planned := func(rec *store.Record) {
		if f, ok := s.inRoom(now, rec); ok {
			facts = append(facts, f)
		}
	}
	for i := range reports {
		for _, ev := range reports[i].Events {
			if ev.Made != nil {
				planned(ev.Made)
			}
		}
	}
	if len(facts) == 0 {
		return nil
	}
	for _, name := range s.names {
		records, err := s.st.Records(name)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if rec.Active() {
				planned(rec)
			}
		}
	}
	overlaps := doctor.JudgeOverlaps(facts)
	for i := range reports {
		for k := range reports[i].Events {
			ev := &reports[i].Events[k]
			if ev.Made == nil {
				continue
			}
			at := slices.IndexFunc(overlaps, func(f doctor.Finding) bool {
				return f.Code == doctor.SharedRoom && f.Calendar == ev.Made.Calendar && f.EventID == ev.Made.EventID
			})
			if at >= 0 {
				ev.Reason += "; " + overlaps[at].What
			}
		}
	}
	return nil
}

// inRoom are the facts of an event in a personal room; ok is false where it is not in one. Before a meeting is made
// nobody knows the room's number: there it is named after whose it is.
func (s *Service) inRoom(now time.Time, rec *store.Record) (f doctor.Facts, ok bool) {
	if rec.Told == nil || rec.Told.Kind != meeting.Personal {
		return f, false
	}
	room := *rec
	room.Meeting = meeting.Meeting{JoinURL: "room of " + strings.ToLower(rec.Host)}
	if a, ok := s.accounts.Of(rec.Mark); ok && a.Mode == configs.Personal { // the account is one room
		room.Meeting.JoinURL = "room " + a.Hash
	}
	return doctor.Remembered(now, &room), true
}
