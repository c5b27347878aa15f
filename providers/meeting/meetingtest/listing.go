package meetingtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// listsMarked: what zoomtag has made for a host is listed, all of it, and nothing else.
func listsMarked(t *testing.T, w *World) {
	lister, ok := w.Service.(meeting.Lister)
	if !ok {
		t.Fatal("it cannot list the meetings that it has made (meeting.Lister)")
	}
	marked := func() []meeting.Meeting {
		t.Helper()
		list, err := lister.Marked(t.Context(), w.Host)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := marked(); len(list) != 0 {
		t.Fatalf("nothing was made, and listed are %+v", list)
	}
	made := map[int64]meeting.Spec{}
	for i := range 5 { // three pages
		s := spec(w)
		s.Topic, s.Start = fmt.Sprintf("Review %d", i), soon(w, time.Duration(i)*time.Hour)
		made[mustCreate(t, w, numbered(i), s).ID] = s
	}
	series := meeting.Spec{Host: w.Host, Topic: "Standup", Kind: meeting.Lasting}
	made[mustCreate(t, w, numbered(5), series).ID] = series
	gone := mustCreate(t, w, numbered(6), spec(w))
	w.OwnerDelete(gone.ID)
	if !w.Person {
		others := spec(w)
		others.Host = "other." + w.Host
		mustCreate(t, w, numbered(7), others)
	}
	list := marked()
	if len(list) != len(made) {
		t.Errorf("%d are listed, want %d: %+v", len(list), len(made), list)
	}
	for _, m := range list {
		s, known := made[m.ID]
		delete(made, m.ID)
		i := slices.IndexFunc(w.Live(), func(l Live) bool { return l.ID == m.ID })
		if !known || i < 0 {
			t.Fatalf("listed twice, or nothing of ours: %+v", m)
		}
		l := w.Live()[i]
		texts := m.Mark == l.Mark && m.Host == w.Host && m.Topic == s.Topic && m.JoinURL == l.JoinURL
		times := m.Start.Equal(s.Start) && m.Duration == s.Duration
		if !texts || !times || m.Passcode != "" {
			t.Errorf("listed %+v\nfor    %+v", m, l)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if list, err := lister.Marked(ctx, w.Host); !errors.Is(err, context.Canceled) || len(list) > 0 {
		t.Errorf("with a cancelled context: %+v, %v", list, err)
	}
	if w.Person {
		if list, err := lister.Marked(t.Context(), "other."+w.Host); !errors.Is(err, meeting.ErrInvalid) ||
			len(list) > 0 {
			t.Errorf("those of somebody else: %+v, %v", list, err)
		}
	}
}

func numbered(i int) string { return fmt.Sprintf("%s%d", mark[:len(mark)-1], i+2) }

// roomListsNothing: a room is no meeting that somebody has made.
func roomListsNothing(t *testing.T, w *World) {
	if _, ok := w.Service.(meeting.Lister); ok {
		t.Error("a room that is always there is listed as a meeting that zoomtag has made")
	}
}

// markedCall is Marked as one of the calls that trouble may strike.
func markedCall(ctx context.Context, w *World, _ int64) (meeting.Meeting, error) {
	list, err := w.Service.(meeting.Lister).Marked(ctx, w.Host)
	if err != nil && len(list) > 0 {
		return meeting.Meeting{}, fmt.Errorf("a half list beside %w", err)
	}
	if err == nil && len(list) != 3 {
		return meeting.Meeting{}, fmt.Errorf("%d of 3 meetings are listed", len(list))
	}
	return meeting.Meeting{}, err
}
