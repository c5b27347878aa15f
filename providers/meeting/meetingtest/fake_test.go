package meetingtest

import (
	"errors"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// fakeWorld breaks a Fake by its hook: what an adapter makes of each trouble is its answer.
func fakeWorld(t *testing.T) *World {
	now := time.Date(2026, 11, 30, 22, 15, 20, 0, time.UTC)
	f := &Fake{Now: func() time.Time { return now }}
	return &World{
		Class: Remote, Service: f, Host: "alice@example.com", Now: f.Now, Live: f.Meetings, OwnerDelete: f.OwnerDelete,
		OwnerRename: func(id int64, topic string) { f.OwnerEdit(id, func(l *Live) { l.Spec.Topic = topic }) },
		Break: func(trouble Trouble) {
			f.Deaf = trouble == Deaf
			f.Hook = func(call, phase string) error { return fakeTrouble(trouble, call, phase, now) }
		},
		Mend: func() { f.Hook, f.Deaf = nil, false },
	}
}

func fakeTrouble(trouble Trouble, call, phase string, now time.Time) error {
	broken := errors.New("fake: " + string(trouble))
	throttled := func(until time.Time, daily bool) error {
		return &meeting.Throttled{Until: until, Daily: daily, Err: broken}
	}
	if after := trouble == Garbled || trouble == XML || trouble == Empty || trouble == Strange || trouble == Half ||
		trouble == LostAnswer; after != (phase == "after") {
		return nil
	}
	switch trouble {
	case Deaf:
		return nil
	case EndlessPages, SecondPage:
		if call != "find" && call != "marked" {
			return nil
		}
		return broken
	case Unauthorized, Forbidden:
		return errors.Join(meeting.ErrDenied, broken)
	case WaitSeconds, WaitDate, WaitISO:
		return throttled(now.Add(RetryIn), false)
	case PerSecond, WaitNonsense:
		return throttled(now.Add(30*time.Second), false)
	case HostLimit:
		return throttled(now.Truncate(24*time.Hour).Add(24*time.Hour), true)
	case NoConnection:
		return errors.Join(meeting.ErrNotSent, broken)
	}
	return broken
}

func TestFake(t *testing.T) { Run(t, fakeWorld) }

func TestFakeLag(t *testing.T) {
	now := time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)
	f := &Fake{Now: func() time.Time { return now }, Lag: 10 * time.Second}
	s := meeting.Spec{Host: "alice@example.com", Topic: "Review", Kind: meeting.Lasting}
	m, err := f.Create(t.Context(), mark, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Find(t.Context(), s.Host, mark); !errors.Is(err, meeting.ErrNotFound) {
		t.Errorf("Find at once: %v", err)
	}
	if _, err := f.Get(t.Context(), m.ID); !errors.Is(err, meeting.ErrGone) {
		t.Errorf("Get at once: %v", err)
	}
	now = now.Add(f.Lag)
	if found, err := f.Find(t.Context(), s.Host, mark); err != nil || found.ID != m.ID {
		t.Errorf("Find after the lag: %+v, %v", found, err)
	}
}

func TestFakeHookMayPanic(t *testing.T) {
	for _, at := range []string{"before", "after"} {
		f := &Fake{Hook: func(_, phase string) error {
			if phase == at {
				panic("power cut")
			}
			return nil
		}}
		func() {
			defer func() { _ = recover() }()
			_, _ = f.Create(t.Context(), mark, meeting.Spec{})
		}()
		want := map[string]int{"before": 0, "after": 1}[at]
		if n := len(f.Meetings()); n != want {
			t.Errorf("power cut %s: %d meetings, want %d", at, n, want)
		}
	}
}

func TestFakeCounts(t *testing.T) {
	f := &Fake{}
	s := meeting.Spec{Host: "alice@example.com", Topic: "Review", Kind: meeting.Lasting}
	m, _ := f.Create(t.Context(), mark, s)
	to := s
	to.Options.Passcode = "Xk7mPq93"
	moved, err := f.Update(t.Context(), m.ID, s, to)
	if err != nil || moved.JoinURL == m.JoinURL {
		t.Errorf("a new passcode left the link %s, %v", moved.JoinURL, err)
	}
	if _, err := f.Update(t.Context(), m.ID, to, to); err != nil {
		t.Error(err)
	}
	if err := errors.Join(f.Cancel(t.Context(), m.ID), f.Cancel(t.Context(), m.ID)); err != nil {
		t.Error(err)
	}
	if f.Creates() != 1 || f.Updates() != 1 || f.Cancels() != 1 {
		t.Errorf("counted %d, %d, %d calls that took effect, want 1 of each", f.Creates(), f.Updates(), f.Cancels())
	}
	if f.Ends() != 2 {
		t.Errorf("counted %d calls of Cancel, want 2", f.Ends())
	}
}

func BenchmarkFake(b *testing.B) {
	for b.Loop() {
		f := &Fake{}
		m, _ := f.Create(b.Context(), mark, meeting.Spec{Host: "a"})
		_, _ = f.Find(b.Context(), "a", mark)
		_ = f.Cancel(b.Context(), m.ID)
	}
}
