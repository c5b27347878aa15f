package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// failAt has a call of the calendar or of Zoom fail.
func (b *bench) failAt(call string, fault error) {
	b.cal.Hook = func(c, phase, _ string) error {
		if c == call && phase == "before" {
			return fault
		}
		return nil
	}
	b.zoom.Hook = func(c, phase string) error {
		if c == call && phase == "before" {
			return fault
		}
		return nil
	}
}

// TestFailuresHaveCodes: what fails for an event is told with the code of its kind, in the report, the record and the
// journal, and with that of whoever was asked where no kind tells; once it goes well there is no code.
func TestFailuresHaveCodes(t *testing.T) {
	later := time.Date(2026, 3, 2, 8, 1, 0, 0, time.UTC)
	for _, tt := range []struct {
		call  string
		fault error
		code  reason.Code
	}{
		{"create", errors.New("502"), reason.ZoomFails},
		{"create", meeting.ErrDenied, reason.ZoomDenies},
		{"create", meeting.ErrInvalid, reason.ZoomRefuses},
		{"create", meeting.ErrNotSent, reason.ZoomUnreachable},
		{"create", meeting.ErrUnfit, reason.MeetingUnsafe},
		{"create", fmt.Errorf("%w: %w", meeting.ErrNotSent, &meeting.SignInError{Err: errors.New("no")}),
			reason.ZoomSignIn},
		{"create", &meeting.Throttled{Until: later, Err: errors.New("429")}, reason.ZoomRests},
		{"create", &meeting.Throttled{Until: later, Daily: true, Err: errors.New("429")}, reason.BudgetSpent},
		{"setlink", errors.New("502"), reason.CalendarFails},
		{"setlink", calendar.ErrDenied, reason.CalendarDenies},
		{"setlink", &calendar.SignInError{Err: errors.New("no")}, reason.CalendarSignIn},
		{"setlink", &calendar.Throttled{Until: later, Err: errors.New("429")}, reason.CalendarRests},
		{"setlink", calendar.ErrConflict, reason.Changed},
		{"setlink", calendar.ErrMalformed, reason.Malformed},
		{"setlink", calendar.ErrIncomplete, reason.Incomplete},
	} {
		t.Run(string(tt.code), func(t *testing.T) {
			b := newBench(t)
			id := b.put("Talk #zoom", week)
			b.failAt(tt.call, tt.fault)
			r := b.pass()
			rec := b.record(id)
			if len(r.Events) != 1 || r.Events[0].Code != tt.code || r.Events[0].Cure != tt.code.Cure() {
				t.Errorf("the report has %+v", r.Events)
			}
			if rec.Code != string(tt.code) || rec.Error == "" {
				t.Errorf("the record has %q (%s, %s)", rec.Code, rec.State, rec.Error)
			}
			journal, err := b.st.Journal(store.JournalFilter{Failed: true})
			if err != nil || len(journal) != 1 || journal[0].Code != string(tt.code) {
				t.Errorf("the journal has %+v, %v", journal, err)
			}
			b.failAt("", nil)
			for range 3 {
				b.now = b.now.Add(2 * time.Hour)
				b.pass()
			}
			if rec := b.record(id); rec.State != plan.Linked || rec.Code != "" {
				t.Errorf("in the end the record has %q (%s, %s)", rec.Code, rec.State, rec.Reason)
			}
		})
	}
}

// TestWaitsHaveCodes: what waits is told with the code of what it waits for.
func TestWaitsHaveCodes(t *testing.T) {
	for code, prepare := range map[reason.Code]func(b *bench, id string){
		reason.BudgetSpent: func(b *bench, _ string) {
			if err := b.st.Update(func(tx *store.Tx) error {
				for range DailyLimit {
					account := b.accounts()[0]
					_, err := tx.Spend(account.BudgetKey("alice@example.com"), day(b.now), DailyLimit)
					if err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				b.t.Fatal(err)
			}
		},
		reason.ZoomRests: func(b *bench, _ string) {
			b.e.hush(b.e.serviceRest(), b.now.Add(time.Hour), errors.New("429"), false)
		},
		reason.CalendarRests: func(b *bench, _ string) {
			b.cal.Hook = func(c, phase, _ string) error {
				if c == "changes" && phase == "after" {
					b.e.hush(calendarKey("c"), b.now.Add(time.Hour), errors.New("429"), false)
				}
				return nil
			}
		},
		reason.ZoomSignIn: func(b *bench, _ string) {
			b.e.refuse(accountKey(b.config.Settings.Account), "", errors.New("the secret has expired"))
		},
	} {
		b := newBench(t)
		id := b.put("Talk #zoom", week)
		prepare(b, id)
		r := b.pass()
		if rec := b.record(id); rec.Code != string(code) {
			t.Errorf("%s: the record has %q (%s, %s)", code, rec.Code, rec.State, rec.Reason)
		}
		for _, ev := range r.Events {
			if ev.Code != code {
				t.Errorf("%s: the report has %+v", code, ev)
			}
		}
	}
}

// serviceRest is under which key the bench's Zoom account is left alone.
func (e *Engine) serviceRest() string { return serviceRestKey(e.opt.Accounts[0].Hash, "c") }

// TestCalendarsHaveCodes: why a calendar could not be read, or is held, is told with its code, in the report and in
// what is remembered; once it can be read there is no code.
func TestCalendarsHaveCodes(t *testing.T) {
	soon := time.Date(2026, 3, 2, 8, 1, 0, 0, time.UTC)
	for code, fault := range map[reason.Code]error{
		reason.CalendarFails:    errors.New("502"),
		reason.CalendarAbsent:   calendar.ErrAbsent,
		reason.CalendarDenies:   calendar.ErrDenied,
		reason.CalendarUnchosen: calendar.ErrUnchosen,
		reason.CalendarSignIn:   &calendar.SignInError{Err: calendar.ErrDenied},
		reason.CalendarRests:    &calendar.Throttled{Until: soon, Err: errors.New("429")},
	} {
		b := newBench(t)
		b.failAt("changes", fault)
		for range 2 { // the second is told from what is remembered of the first
			r := b.pass()
			st, err := b.st.Calendar("c")
			if err != nil || r.Code != code || r.Cure != code.Cure() || st.ErrorCode != string(code) {
				t.Errorf("%s: the report has %q (%s), and remembered is %q, %v", code, r.Code, r.Error, st.ErrorCode, err)
			}
			if isHeld := code == reason.CalendarAbsent; isHeld != (st.HeldCode == string(code)) {
				t.Errorf("%s: held for %q", code, st.HeldCode)
			}
		}
		b.failAt("", nil)
		b.now = b.now.Add(time.Hour)
		r := b.pass()
		if st, err := b.st.Calendar("c"); err != nil || r.Code != "" || st.ErrorCode+st.HeldCode != "" {
			t.Errorf("%s: in the end %q, and remembered is %q %q, %v", code, r.Code, st.ErrorCode, st.HeldCode, err)
		}
	}
}

// TestBrakeHasACode: a calendar that a brake holds, and its events that are missing, are told with that code.
func TestBrakeHasACode(t *testing.T) {
	b := newBench(t)
	var ids []string
	for i := range 10 {
		ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
	}
	b.pass()
	for _, id := range ids[1:] {
		b.cal.Delete(id)
	}
	r := b.pass()
	st, err := b.st.Calendar("c")
	if err != nil || !r.Held || r.Code != reason.Brake || st.HeldCode != string(reason.Brake) {
		t.Errorf("the report has %q (%s), and remembered is %q, %v", r.Code, r.Reason, st.HeldCode, err)
	}
	for _, ev := range r.Events {
		if ev.Code != reason.Brake {
			t.Errorf("%+v", ev)
		}
	}
	b.e.calendars["c"].Settings.Removal = ""
	if _, err := b.e.Remove(t.Context(), "c", plan.RemoveKeep); err != nil {
		t.Fatal(err)
	}
	if r := b.pass(); r.Code != reason.Removed {
		t.Errorf("zoomtag was removed, and the report has %q (%s)", r.Code, r.Reason)
	}
}

// TestStateFromBefore: a state in which nothing has a code is read, and what is in it has one as soon as it is looked
// at again.
func TestStateFromBefore(t *testing.T) {
	b := newBench(t)
	failing, held := b.put("Talk #zoom", week), b.put("Tea #zoom(waiting-room, join-before-host)", week)
	b.failAt("create", errors.New("502"))
	b.pass()
	b.failAt("changes", errors.New("503"))
	b.pass()
	err := b.st.Update(func(tx *store.Tx) error {
		rec, err := tx.Record("c", failing)
		if err != nil {
			return err
		}
		rec.Code = ""
		problems, err := tx.Problems("c")
		if err != nil {
			return err
		}
		for _, p := range problems {
			p.Code = ""
			err = errors.Join(err, tx.PutProblem("c", p))
		}
		st, fault := tx.Calendar("c")
		st.ErrorCode = ""
		return errors.Join(err, fault, tx.PutRecord(rec), tx.PutCalendar("c", st))
	})
	if err != nil {
		t.Fatal(err)
	}
	b.start()
	b.pass()
	if st, err := b.st.Calendar("c"); err != nil || st.ErrorCode != string(reason.CalendarFails) {
		t.Errorf("the calendar has %q, %v", st.ErrorCode, err)
	}
	b.failAt("create", errors.New("502"))
	b.now = b.now.Add(time.Hour)
	b.cal.Edit(held, func(e *calendar.Event) { e.Description = "words" })
	b.pass()
	if rec := b.record(failing); rec.Code != string(reason.ZoomFails) {
		t.Errorf("the record has %q", rec.Code)
	}
	problems, err := b.st.Problems("c")
	if err != nil || len(problems) != 1 || problems[0].Code != string(reason.TagConflict) {
		t.Errorf("held: %+v, %v", problems, err)
	}
}

// TestCureOfTheCase: what mends a failure or a brake is reported, saved and told apart from its cause, as the one knows
// it who has found it, also after a restart and where it is only remembered.
func TestCureOfTheCase(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "before" {
			return words.Mend(fmt.Errorf("%w: alice has no licence", meeting.ErrDenied), "give alice one at zoom.us")
		}
		return nil
	}
	r := b.pass()
	if ev := r.Events[0]; ev.Error != "alice has no licence" || ev.Cure != "Give alice one at zoom.us." ||
		ev.Told() != "alice has no licence: give alice one at zoom.us" {
		t.Errorf("failed: %q, %q, %q", ev.Error, ev.Cure, ev.Told())
	}
	if rec := b.record(id); rec.Error != "alice has no licence" || rec.Cure != "give alice one at zoom.us" {
		t.Errorf("saved: %q, %q", rec.Error, rec.Cure)
	}
	b.zoom.Hook = nil
	b.now = b.now.Add(2 * time.Hour)
	b.pass()
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "changes" && phase == "before" {
			return &calendar.SignInError{Err: words.Mend(fmt.Errorf("%w: the sign-in has ended", calendar.ErrDenied),
				"run zoomtag auth google --calendar c")}
		}
		return nil
	}
	for _, when := range []string{"at first", "remembered", "after a restart"} {
		r := b.pass()
		st, err := b.st.Calendar("c")
		if r.Error != "the sign-in has ended" || r.Cure != "Run zoomtag auth google --calendar c." || err != nil ||
			st.LastError != r.Error || st.ErrorCure != "run zoomtag auth google --calendar c" {
			t.Errorf("%s: %q, %q; saved %q, %q", when, r.Error, r.Cure, st.LastError, st.ErrorCure)
		}
		if when == "remembered" {
			b.start()
		}
	}
	b.cal.Hook = nil
	b.now = b.now.Add(24 * time.Hour)
	if r := b.pass(); r.Error != "" || r.Code != "" || r.Cure != "" {
		t.Errorf("well again: %q, %q, %q", r.Error, r.Code, r.Cure)
	}
	b.cal.SetEmpty(true)
	r = b.pass()
	if st, err := b.st.Calendar("c"); err != nil || !strings.Contains(r.Cure, "zoomtag release c") ||
		strings.Contains(r.Reason, "zoomtag") || st.HeldReason != r.Reason ||
		st.HeldCure != "if they were really deleted, run zoomtag release c" {
		t.Errorf("held: %q, %q; saved %q, %q", r.Reason, r.Cure, st.HeldReason, st.HeldCure)
	}
}
