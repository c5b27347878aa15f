package record

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/meeting"
)

// What happens to a record. Each method keeps what Check says, and nothing else changes these fields: Mark, MeetingID,
// Meeting, Told, Doubt, Retired, Former, CancelledID, LostAt, EndingAt, ClosedAt, and what goes with them. All are
// pure; now is the engine's time.

// The calls of which a record may not know whether they took effect.
const (
	DoubtCreate = "create"
	DoubtCancel = "cancel"
)

// Doubtful notes that a call is about to be made. It is saved before the call, and stays until its answer is known.
func (r *Record) Doubtful(call string, now time.Time) { r.Doubt, r.DoubtAt = call, now }

// Certain notes that the call had no effect.
func (r *Record) Certain() { r.Doubt = "" }

// Adopt takes a meeting that was made, found or brought back as that of the event. What it was told is not known; room
// says that it is one for all events.
func (r *Record) Adopt(m meeting.Meeting, room bool, now time.Time) {
	r.MeetingID, r.Meeting, r.Room = m.ID, m, room
	r.Told, r.Verdicts = nil, nil
	r.Certain()
	r.LostAt = time.Time{}
	r.CancelledID, r.CancelledAt = 0, time.Time{}
	r.CheckedAt, r.UsedAt = now, now
	if m.Host != "" && r.Host == "" {
		r.Host = m.Host
	}
}

// Found notes that the meeting, which was thought to be gone or cancelled, exists. What it was told is not known.
func (r *Record) Found(m meeting.Meeting, now time.Time) {
	r.Meeting, r.CheckedAt = m, now
	r.Told, r.LostAt = nil, time.Time{}
	r.Certain()
}

// Seen notes what the meeting is by now.
func (r *Record) Seen(m meeting.Meeting, now time.Time) { r.Meeting, r.CheckedAt = m, now }

// Lost notes that Zoom has said of the meeting that it is gone, while its event stands.
func (r *Record) Lost(now time.Time) { r.LostAt = now }

// Telling notes that the meeting is about to be told something: from here on, until Knows, it is open what it knows.
func (r *Record) Telling() { r.Told = nil }

// Knows notes what the meeting was told.
func (r *Record) Knows(spec meeting.Spec) { r.Told = &spec }

// letGo forgets the meeting.
func (r *Record) letGo() {
	r.MeetingID, r.Meeting, r.Told = 0, meeting.Meeting{}, nil
	r.LostAt = time.Time{}
}

// Hand lets go of the meeting, which another record has from here on.
func (r *Record) Hand() {
	r.letGo()
	r.Certain()
}

// Replace lets go of a meeting that is gone. The next one gets another mark, for its owner may bring the old one back.
func (r *Record) Replace(mark string) {
	r.letGo()
	r.Mark = mark
	r.Certain()
}

// Retire lets go of a meeting that goes on existing. The event shows it until it gets the next one's link.
func (r *Record) Retire(mark string) {
	r.letGo()
	r.Retired, r.Mark = r.Mark, mark
}

// Fresh goes on as if the event had never had a meeting.
func (r *Record) Fresh(mark string) {
	r.Mark = mark
	r.CancelledID, r.CancelledAt = 0, time.Time{}
	r.Certain()
}

// Cancelled notes that the meeting was cancelled. For some days it can be brought back.
func (r *Record) Cancelled(now time.Time) {
	r.CancelledID, r.CancelledAt = r.MeetingID, now
	r.letGo()
	r.Certain()
}

// Depose notes that the record's meeting, which is perhaps only about to be made, is not the event's any more, and has
// to be cancelled.
func (r *Record) Depose(now time.Time) {
	r.Discard(Former{MeetingID: r.MeetingID, Mark: r.Mark, Host: r.Host, At: now})
}

// Discard has a meeting be cancelled that is none that the event shows.
func (r *Record) Discard(f Former) { r.Former = append(slices.Clone(r.Former), f) }

// Discarded drops the i-th of the meetings that have to be cancelled: it is, or there is none.
func (r *Record) Discarded(i int) { r.Former = slices.Delete(slices.Clone(r.Former), i, i+1) }

// Postpone puts the i-th of them behind the others.
func (r *Record) Postpone(i int) {
	f := r.Former[i]
	r.Discarded(i)
	r.Former = append(r.Former, f)
}

// FormerIs notes which meeting the i-th of them is.
func (r *Record) FormerIs(i int, id int64) {
	r.Former = slices.Clone(r.Former)
	r.Former[i].MeetingID = id
}

// Switch has the event have another meeting of ours, which is then adopted. shown says that the event shows it already:
// somebody else has written that.
func (r *Record) Switch(mark, host string, shown bool) {
	r.Mark, r.Host, r.Rival = mark, host, ""
	if shown {
		r.NotLinked()
	}
}

// Linked notes the link that the event shows, and what was taken out of sight of its wish; zero values are a link that
// was taken out.
func (r *Record) Linked(joinURL, block string, taken meeting.Passcode) {
	r.JoinURL, r.Block, r.Taken = joinURL, block, taken
}

// NotLinked notes that the event shows no link that was written for it.
func (r *Record) NotLinked() { r.JoinURL, r.Block = "", "" }

// End notes proof that the event wants no meeting any more. gone says that there is no such event.
func (r *Record) End(now time.Time, why string, gone bool) {
	r.EndingAt, r.Ending = now, why
	r.Gone, r.Abandoned = gone, false
}

// Abandon notes that whoever has ended the event was told that its meeting is left alone.
func (r *Record) Abandon() { r.Abandoned = true }

// Resume notes that the event wants its meeting again, before the grace period was over.
func (r *Record) Resume() {
	r.EndingAt, r.Ending = time.Time{}, ""
	r.Gone, r.Released, r.Abandoned = false, false, false
}

// Close notes that nothing is left to do.
func (r *Record) Close(now time.Time, why string) { r.ClosedAt, r.Reason = now, why }

// Leave closes the record of an event whose meeting is left alone, because its account is not configured.
func (r *Record) Leave(now time.Time, why string) {
	r.Close(now, why)
	r.Left = true
}

// Reopen notes that a closed record's event wants a meeting again. shown is the mark that the event shows: what was
// written of another one is not there any more.
func (r *Record) Reopen(shown string) {
	r.Resume()
	r.ClosedAt, r.Left = time.Time{}, false
	r.Told, r.LostAt = nil, time.Time{}
	if shown != r.Mark {
		r.NotLinked()
	}
}

// Why is the cause for people with its code (package reason), which is empty where nothing stands in the way, and what
// mends that very case, as a clause, where that is known.
type Why struct{ Code, Text, Cure string }

// Conclude notes what a pass has concluded, for people, and when the event is looked at again. bound names the service
// that has set that time.
func (r *Record) Conclude(state string, why Why, notes []string, due time.Time, bound string) {
	r.State, r.Reason, r.Notes = state, why.Text, notes
	r.Code, r.Cure = why.Code, why.Cure
	r.Due, r.Bound = due, bound
}

// Failed notes that a try has failed, and when the next one is. bound names the service that has set that time.
func (r *Record) Failed(state string, why Why, due time.Time, bound string) {
	r.State, r.Error = state, why.Text
	r.Code, r.Cure = why.Code, why.Cure
	r.Due, r.Bound = due, bound
	if r.Reason == "" {
		r.Reason = why.Text
	}
}

// Check returns what of the record contradicts itself; nil where nothing does.
func (r *Record) Check() error {
	var wrong []error
	must := func(ok bool, what string) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("the record of %s in %s: %s", r.EventID, r.Calendar, what))
		}
	}
	has := r.MeetingID != 0
	must(r.Mark != "", "it has no mark")
	must(r.Told == nil || has, "no meeting was told anything")
	must(r.LostAt.IsZero() || has, "no meeting was lost")
	must(r.Doubt != DoubtCreate || !has, "a meeting is made where there is one")
	must(r.Doubt != DoubtCancel || has, "no meeting is cancelled")
	must(r.CancelledID == 0 || !has, "its meeting was cancelled")
	must(r.EndingAt.IsZero() == (r.Ending == ""), "it ends, and nobody knows why or since when")
	must(r.Retired == "" || r.Retired != r.Mark, "its meeting is retired")
	must(!r.Closed() || r.Left || r.Doubt == "", "it is closed in doubt")
	return errors.Join(wrong...)
}
