package meetingtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// contract is the contract sentence by sentence, with what each means for both classes of worlds.
var contract = []struct {
	name         string
	remote, room func(*testing.T, *World)
}{
	{"a created meeting exists and is found by its mark", createdIsFound, alwaysTheRoom},
	{"a mark that no meeting carries is not found", unknownMark, alwaysTheRoom},
	{"meetings are those of the host, or refused", otherHosts, alwaysTheRoom},
	{"every page is looked through", everyPage, alwaysTheRoom},
	{"of two meetings with one mark the oldest is found", oldestIsFound, alwaysTheRoom},
	{"the meetings that were made are listed", listsMarked, roomListsNothing},
	{"an update sends only what differs", onlyWhatDiffers, alwaysTheRoom},
	{"an update from nothing makes the meeting what it should be", fromNothing, alwaysTheRoom},
	{"an update from nothing that finds nothing wrong changes nothing", nothingWrong, alwaysTheRoom},
	{"a start that has passed is not moved to", pastStart, alwaysTheRoom},
	{"a cancelled meeting is gone, and cancelling again succeeds", cancelTwice, alwaysTheRoom},
	{"a meeting that the owner deleted is gone", ownerDeleted, alwaysTheRoom},
	{"lasting and personal meetings need no start", withoutStart, alwaysTheRoom},
	{"a series takes place when its event does", schedules, alwaysTheRoom},
	{"passcodes are as asked and do not print", passcodes, roomHidesPasscode},
	{"calls at the same time do not disturb each other", atOnce, alwaysTheRoom},
	{"a cancelled context stops a call before it acts", cancelledContext, alwaysTheRoom},
}

// alwaysTheRoom is what every sentence means for a fixed room: the same room, whoever asks for what.
func alwaysTheRoom(t *testing.T, w *World) {
	ctx, s := t.Context(), spec(w)
	room := mustCreate(t, w, mark, s)
	if room.ID <= 0 || !strings.HasPrefix(room.JoinURL, "https://") {
		t.Fatalf("Create gave id %d and link %q", room.ID, room.JoinURL)
	}
	found, errFind := w.Service.Find(ctx, w.Host, otherMark)
	got, errGet := w.Service.Get(ctx, room.ID)
	s.Topic = "Something else"
	updated, errUpdate := w.Service.Update(ctx, room.ID, meeting.Spec{}, s)
	errCancel := w.Service.Cancel(ctx, room.ID)
	again, errAgain := w.Service.Get(ctx, room.ID)
	if err := errors.Join(errFind, errGet, errUpdate, errCancel, errAgain); err != nil {
		t.Fatal(err)
	}
	for _, m := range []meeting.Meeting{found, got, updated, again} {
		if m.ID != room.ID || m.JoinURL != room.JoinURL {
			t.Errorf("got meeting %d %s, want the room %d %s", m.ID, m.JoinURL, room.ID, room.JoinURL)
		}
	}
}

func createdIsFound(t *testing.T, w *World) {
	s := spec(w)
	m := mustCreate(t, w, mark, s)
	l := live(t, w)
	if m.ID <= 1<<32 || m.ID != l.ID || m.Mark != mark || l.Mark != mark || !strings.EqualFold(l.Host, w.Host) {
		t.Fatalf("created %+v, exists %+v", m, l)
	}
	if !strings.HasPrefix(m.JoinURL, "https://") || m.Topic != s.Topic || !m.Start.Equal(s.Start) ||
		m.Duration != s.Duration {
		t.Errorf("created %+v for %+v", m, s)
	}
	if l.Spec.Topic != s.Topic || !l.Spec.Start.Equal(s.Start) || l.Spec.Duration != s.Duration {
		t.Errorf("exists %+v for %+v", l.Spec, s)
	}
	found, err := w.Service.Find(t.Context(), w.Host, mark)
	if err != nil || found.ID != m.ID || found.JoinURL != m.JoinURL || found.Passcode != m.Passcode ||
		found.Mark != mark {
		t.Errorf("Find = %+v, %v; want %+v", found, err, m)
	}
	got, err := w.Service.Get(t.Context(), m.ID)
	if err != nil || got.ID != m.ID || got.JoinURL != m.JoinURL || got.Passcode != m.Passcode {
		t.Errorf("Get = %+v, %v; want %+v", got, err, m)
	}
}

func unknownMark(t *testing.T, w *World) {
	notFound := func(host, mark string) {
		t.Helper()
		if m, err := w.Service.Find(t.Context(), host, meeting.Mark(mark)); !errors.Is(err, meeting.ErrNotFound) {
			t.Errorf("Find(%s, %s) = %+v, %v; want ErrNotFound", host, mark, m, err)
		}
	}
	notFound(w.Host, mark)
	mustCreate(t, w, mark, spec(w))
	notFound(w.Host, otherMark)
	notFound(w.Host, mark[:len(mark)-1])
	notFound(w.Host, mark+"a")
	if !w.Person {
		notFound("other."+w.Host, mark)
	}
}

// otherHosts: whoever acts for one person refuses to act for another, and nothing is made.
func otherHosts(t *testing.T, w *World) {
	s := spec(w)
	s.Host = "other." + w.Host
	if !w.Person {
		if m := mustCreate(t, w, mark, s); !strings.EqualFold(live(t, w).Host, s.Host) {
			t.Errorf("created %+v for %s", m, s.Host)
		}
		return
	}
	m := mustCreate(t, w, otherMark, spec(w))
	_, errCreate := w.Service.Create(t.Context(), mark, s)
	_, errFind := w.Service.Find(t.Context(), s.Host, otherMark)
	_, errUpdate := w.Service.Update(t.Context(), m.ID, meeting.Spec{}, s)
	for _, err := range []error{errCreate, errFind, errUpdate} {
		if !errors.Is(err, meeting.ErrInvalid) || !strings.Contains(err.Error(), s.Host) {
			t.Errorf("error %v, want one that names %s", err, s.Host)
		}
	}
	wantLive(t, w, 1)
}

func everyPage(t *testing.T, w *World) {
	made := map[string]int64{}
	for i := range 7 {
		m := fmt.Sprintf("%s%d", mark[:len(mark)-1], i)
		made[m] = mustCreate(t, w, m, spec(w)).ID
	}
	for m, id := range made {
		if found, err := w.Service.Find(t.Context(), w.Host, meeting.Mark(m)); err != nil || found.ID != id {
			t.Errorf("Find(%s) = %d, %v; want %d", m, found.ID, err, id)
		}
	}
}

func oldestIsFound(t *testing.T, w *World) {
	first := mustCreate(t, w, mark, spec(w))
	mustCreate(t, w, mark, spec(w))
	if found, err := w.Service.Find(t.Context(), w.Host, mark); err != nil || found.ID != first.ID {
		t.Errorf("Find = %d, %v; want the oldest, %d", found.ID, err, first.ID)
	}
}

func onlyWhatDiffers(t *testing.T, w *World) {
	from := spec(w)
	m := mustCreate(t, w, mark, from)
	w.OwnerRename(m.ID, "The owner's own topic")
	to := from
	to.Start, to.Duration = soon(w, 3*time.Hour), time.Hour
	got, err := w.Service.Update(t.Context(), m.ID, from, to)
	if err != nil {
		t.Fatal(err)
	}
	l := live(t, w)
	if l.Spec.Topic != "The owner's own topic" || got.Topic != l.Spec.Topic {
		t.Errorf("moving changed the topic to %q (said: %q)", l.Spec.Topic, got.Topic)
	}
	if !l.Spec.Start.Equal(to.Start) || l.Spec.Duration != to.Duration || !got.Start.Equal(to.Start) ||
		got.Duration != to.Duration {
		t.Errorf("exists %+v, returned %+v, want %+v", l.Spec, got, to)
	}
	if got.ID != m.ID || got.JoinURL != m.JoinURL {
		t.Errorf("moving changed the link from %s to %s", m.JoinURL, got.JoinURL)
	}
	from, to.Topic = to, "Monthly review"
	if got, err = w.Service.Update(t.Context(), m.ID, from, to); err != nil || got.Topic != to.Topic ||
		live(t, w).Spec.Topic != to.Topic {
		t.Errorf("renaming: %+v, %v", got, err)
	}
}

func fromNothing(t *testing.T, w *World) {
	to := spec(w)
	m := mustCreate(t, w, mark, to)
	w.OwnerRename(m.ID, "Wrong")
	to.Start = soon(w, time.Hour)
	got, err := w.Service.Update(t.Context(), m.ID, meeting.Spec{}, to)
	if err != nil || got.Topic != to.Topic || !got.Start.Equal(to.Start) || got.JoinURL != m.JoinURL {
		t.Fatalf("Update = %+v, %v", got, err)
	}
	if l := live(t, w); l.Spec.Topic != to.Topic || !l.Spec.Start.Equal(to.Start) || l.Mark != mark {
		t.Errorf("exists %+v, want %+v", l, to)
	}
}

func nothingWrong(t *testing.T, w *World) {
	to := spec(w)
	to.Topic = strings.Repeat("a long topic, mit Umläuten 會議 ", 20)
	m := mustCreate(t, w, mark, to)
	before := fmt.Sprintf("%+v", live(t, w))
	for _, from := range []meeting.Spec{{}, to} {
		got, err := w.Service.Update(t.Context(), m.ID, from, to)
		if err != nil || got.ID != m.ID || got.JoinURL != m.JoinURL {
			t.Errorf("Update = %+v, %v", got, err)
		}
	}
	if after := fmt.Sprintf("%+v", live(t, w)); after != before {
		t.Errorf("the meeting changed\nfrom %s\nto   %s", before, after)
	}
}

// pastStart: what the service does with such an update is its own affair, as long as it does not say that it is done.
func pastStart(t *testing.T, w *World) {
	from := spec(w)
	m := mustCreate(t, w, mark, from)
	to := from
	to.Start = w.Now().Add(-48 * time.Hour)
	got, err := w.Service.Update(t.Context(), m.ID, from, to)
	if l := live(t, w); err == nil && !got.Start.Equal(l.Spec.Start) {
		t.Errorf("Update says %v, the meeting says %v", got.Start, l.Spec.Start)
	}
}

func cancelTwice(t *testing.T, w *World) {
	m := mustCreate(t, w, mark, spec(w))
	kept := mustCreate(t, w, otherMark, spec(w))
	for range 2 {
		if err := w.Service.Cancel(t.Context(), m.ID); err != nil {
			t.Fatalf("Cancel: %v", err)
		}
		if l := live(t, w); l.ID != kept.ID {
			t.Fatalf("meeting %d is left, want %d", l.ID, kept.ID)
		}
	}
	wantGone(t, w, m.ID)
}

func ownerDeleted(t *testing.T, w *World) {
	m := mustCreate(t, w, mark, spec(w))
	w.OwnerDelete(m.ID)
	wantGone(t, w, m.ID)
	if err := w.Service.Cancel(t.Context(), m.ID); err != nil {
		t.Errorf("Cancel of a deleted meeting: %v", err)
	}
}

func wantGone(t *testing.T, w *World, id int64) {
	t.Helper()
	if _, err := w.Service.Get(t.Context(), id); !errors.Is(err, meeting.ErrGone) {
		t.Errorf("Get: %v, want ErrGone", err)
	}
	if _, err := w.Service.Find(t.Context(), w.Host, mark); !errors.Is(err, meeting.ErrNotFound) {
		t.Errorf("Find: %v, want ErrNotFound", err)
	}
	to := spec(w)
	to.Topic = "Too late"
	for _, from := range []meeting.Spec{{}, spec(w)} {
		if _, err := w.Service.Update(t.Context(), id, from, to); !errors.Is(err, meeting.ErrGone) {
			t.Errorf("Update: %v, want ErrGone", err)
		}
	}
}

func withoutStart(t *testing.T, w *World) {
	for i, kind := range []meeting.Kind{meeting.Lasting, meeting.Personal} {
		s := meeting.Spec{Host: w.Host, Topic: "Standup", Kind: kind}
		name := []string{mark, otherMark}[i]
		m := mustCreate(t, w, name, s)
		if m.ID <= 0 || m.JoinURL == "" {
			t.Errorf("%s: %+v", kind, m)
		}
		if found, err := w.Service.Find(t.Context(), w.Host, meeting.Mark(name)); err != nil || found.ID != m.ID {
			t.Errorf("%s: Find = %+v, %v", kind, found, err)
		}
		s.Topic = "Standup, renamed"
		if got, err := w.Service.Update(t.Context(), m.ID, meeting.Spec{}, s); err != nil || got.Topic != s.Topic ||
			got.JoinURL != m.JoinURL {
			t.Errorf("%s: Update = %+v, %v", kind, got, err)
		}
	}
}

func passcodes(t *testing.T, w *World) {
	const secret = "Xk7mPq93"
	s := spec(w)
	s.Options.Passcode = secret
	own := mustCreate(t, w, mark, s)
	if own.Passcode.Reveal() != secret {
		t.Error("the passcode is not the one asked for")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, own); strings.Contains(text, secret) {
			t.Errorf("%s shows the passcode: %s", verb, text)
		}
	}
	s.Options.Passcode = meeting.PasscodeAuto
	if auto := mustCreate(t, w, otherMark, s); auto.Passcode == "" || auto.Passcode == meeting.PasscodeAuto {
		t.Error("no passcode although there should be one")
	}
	s.Options.Passcode = meeting.PasscodeNone
	if none := mustCreate(t, w, otherMark+"b", s); none.Passcode != "" && len(none.Notes) == 0 {
		t.Error("a passcode that nobody asked for, and no note of it")
	}
}

func roomHidesPasscode(t *testing.T, w *World) {
	m := mustCreate(t, w, mark, spec(w))
	if p := m.Passcode.Reveal(); p != "" && strings.Contains(m.JoinURL, p) {
		t.Errorf("the token of the link is given out as the passcode")
	}
}

func atOnce(t *testing.T, w *World) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s, name := spec(w), fmt.Sprintf("%s%d", mark[:len(mark)-1], i)
			m, err := w.Service.Create(t.Context(), name, s)
			if err != nil {
				t.Errorf("Create: %v", err)
				return
			}
			to := s
			to.Topic = name
			if _, err := w.Service.Update(t.Context(), m.ID, s, to); err != nil {
				t.Errorf("Update: %v", err)
			}
		})
	}
	wg.Wait()
	wantLive(t, w, 8)
	for _, l := range w.Live() {
		if l.Spec.Topic != l.Mark {
			t.Errorf("meeting marked %s has topic %s", l.Mark, l.Spec.Topic)
		}
	}
}

func cancelledContext(t *testing.T, w *World) {
	m := mustCreate(t, w, mark, spec(w))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, errFind := w.Service.Find(ctx, w.Host, otherMark)
	_, errCreate := w.Service.Create(ctx, otherMark, spec(w))
	errCancel := w.Service.Cancel(ctx, m.ID)
	for _, err := range []error{errFind, errCreate, errCancel} {
		if !errors.Is(err, context.Canceled) || errors.Is(err, meeting.ErrNotFound) {
			t.Errorf("error %v, want one that says that the context was cancelled", err)
		}
	}
	wantLive(t, w, 1)
}
