package calendartest

import (
	"context"
	"errors"
	"reflect"

	"zoomtag/providers/calendar"
)

// testSeveral: MultiGet says of each event what Get says.
func testSeveral(s *scene) {
	several, ok := s.cal.(calendar.MultiGetter)
	if !ok {
		return // it is an optional interface
	}
	ids := s.fill(25)
	s.setLink(ids[3], link("1"))
	s.Delete(ids[24])
	got, err := several.MultiGet(s.Context(), ids)
	if err != nil {
		s.Fatal(err)
	}
	for i, id := range ids[:24] {
		one, read := s.get(id), got[id]
		if read.Err != nil || read.Event.ID != id || read.Event.Version != one.Version ||
			!reflect.DeepEqual(read.Event.Link, one.Link) || read.Event.Description != one.Description {
			s.Errorf("%d: MultiGet shows %+v, %v\nGet shows %+v", i, read.Event, read.Err, one)
		}
		s.untouched(one, read.Event)
	}
	if gone, told := got[ids[24]]; told && !errors.Is(gone.Err, calendar.ErrGone) {
		s.Errorf("MultiGet says of a deleted event: %+v, %v", gone.Event, gone.Err)
	}
	if len(got) > len(ids) {
		s.Errorf("MultiGet says something of %d events, %d were asked for", len(got), len(ids))
	}
}

// answerSeveral calls MultiGet. It may call an event gone where Get may, and what it gives out has to be true.
func (s *scene) answerSeveral(want answers, ids []string) {
	several, ok := s.cal.(calendar.MultiGetter)
	if !ok {
		return
	}
	var got map[string]calendar.Got
	err := within(s.T, func(ctx context.Context) (err error) {
		got, err = several.MultiGet(ctx, ids)
		return err
	})
	if isAny(err, calendar.ErrGone, calendar.ErrConflict) {
		s.Errorf("MultiGet: %v", err)
	}
	for id, g := range got {
		if errors.Is(g.Err, calendar.ErrGone) && !want.get(s.harness, g.Err) || g.Err == nil &&
			(g.Event.ID != id || g.Event.Title == "") {
			s.Errorf("MultiGet says of %s: %+v, %v", id, g.Event, g.Err)
		}
	}
}
