package plan

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// stopped is an event, with what is remembered and configured, at which nothing goes on.
type stopped struct {
	in  Input
	ev  calendar.Event
	rec record.Record
	s   Settings
}

// known has a record of the event, with its meeting, be remembered.
func (x *stopped) known() { x.in.Rec = &x.rec }

// linked has the event show the link of its record.
func (x *stopped) linked() {
	x.known()
	x.ev.Link = calendar.Link{Mark: x.rec.Mark, JoinURL: x.rec.Meeting.JoinURL}
	x.rec.JoinURL = x.rec.Meeting.JoinURL
}

// stops lead to each code that plan knows.
var stops = []struct {
	code  reason.Code
	state string
	set   func(x *stopped)
}{
	{reason.TagConflict, Held, func(x *stopped) { x.ev.Title = "#zoom(waiting-room, join-before-host)" }},
	{reason.NoSuchAccount, Held, func(x *stopped) { x.ev.Title = "#zoom(account=family)" }},
	{reason.NoHost, Held, func(x *stopped) {
		x.ev.Title = "#zoom(account=club)"
		x.s.Accounts = append(x.s.Accounts, Account{Name: "club", Hash: AccountHash("club"), API: true})
	}},
	{reason.WaitingRoom, Held, func(x *stopped) {
		x.ev.Title, x.s.Options.WaitingRoom = "#zoom(join-before-host)", new(true)
	}},
	{reason.RoomPasscode, Held, func(x *stopped) { x.ev.Title = "#zoom(personal, passcode=abc123)" }},
	{reason.RoomPasscode, Held, func(x *stopped) { x.ev.Title, x.s.NoAPI = "#zoom(passcode=abc123)", true }},
	{reason.NoRegistration, Held, func(x *stopped) { x.ev.Title = "#zoom(personal, register)" }},
	{reason.ZoneUnknown, Held, func(x *stopped) { x.ev.Guessed = "Atlantis" }},
	{reason.NoStart, Held, func(x *stopped) { x.ev.Start = time.Time{} }},
	{reason.AllDay, Held, func(x *stopped) { x.ev.AllDay = true; x.known() }},
	{reason.NotWritable, Held, func(x *stopped) { x.ev.Denied, x.ev.Unwritable = "the disk is full", true }},
	{reason.NotWritable, Held, func(x *stopped) {
		x.ev.Denied, x.ev.Unwritable = "the disk is full", true
		x.known()
	}},
	{reason.NotOurs, Held, func(x *stopped) { x.ev.Denied = "organised by carol@example.com"; x.known() }},
	{reason.NotOurs, Held, func(x *stopped) {
		x.ev.Denied, x.ev.Title = "organised by carol@example.com", "Talk"
		x.linked()
		x.rec.EndingAt, x.rec.Ending = x.in.Now, "no longer tagged"
	}},
	{reason.GuestsMail, Held, func(x *stopped) { x.ev.Sealed = "it has guests"; x.known() }},
	{reason.GuestsMail, Held, func(x *stopped) {
		x.ev.Sealed = "it has guests"
		x.known()
		x.rec.MeetingID, x.rec.Meeting, x.rec.Told = 0, meeting.Meeting{}, nil
	}},
	{reason.GuestsMail, Held, func(x *stopped) {
		x.ev.Sealed, x.ev.Title = "it has guests", "Talk"
		x.linked()
		x.s.Removal = RemoveCancel
		x.in.Rec = &record.Record{UID: "uid", Mark: x.rec.Mark, ClosedAt: x.in.Now}
	}},
	{reason.OtherLink, Held, func(x *stopped) {
		x.linked()
		x.ev.Link.Mark = NewMark(AccountHash("others"), "uid", [10]byte{2})
	}},
	{reason.AccountGone, Held, func(x *stopped) {
		x.known()
		x.rec.Mark = NewMark(AccountHash("others"), "uid", [10]byte{2})
	}},
	{reason.AccountGone, Held, func(x *stopped) {
		x.known()
		x.ev.Cancelled = true
		x.rec.Mark = NewMark(AccountHash("others"), "uid", [10]byte{2})
		x.rec.EndingAt, x.rec.Ending = x.in.Now.Add(-time.Hour), "the event is cancelled"
	}},
	{reason.TagUncounted, Held, func(x *stopped) {
		x.known()
		x.rec.Tag, x.rec.TagIn, x.ev.Title = "#meet", "title", "Talk #meet"
	}},
	{reason.WordRefuses, Held, func(x *stopped) {
		x.known()
		x.ev.Title, x.rec.Not = "Talk #zoom #nozoom", nil
	}},
	{reason.TextTooLong, Held, func(x *stopped) {
		x.known()
		x.ev.Title, x.ev.Description = "Talk", strings.Repeat("tea ", maxText/4+4)
	}},
	{reason.DateApart, Held, func(x *stopped) {
		x.ev.Title, x.ev.Detached = "Talk", true
		x.in.Twin = &record.Record{EventID: "series", Calendar: "c"}
	}},
	{reason.DateWaits, Held, func(x *stopped) {
		x.known()
		x.ev.Of = &calendar.Event{ID: "series", UID: "series", Title: "Talks #zoom(scheduled, personal)", Series: true}
	}},
	{reason.TagInDate, Held, func(x *stopped) {
		x.ev.Title, x.ev.Series = "Talk", true
		x.ev.Exceptions = []calendar.Exception{{ID: "x", Title: "Talk #zoom", Start: x.ev.Start, End: x.ev.End}}
	}},
	{reason.Brake, Held, func(x *stopped) { x.known(); x.in.Braked, x.in.Event = true, nil }},
	{reason.JustMade, Pending, func(x *stopped) { x.ev.Settled = x.in.Now.Add(time.Minute) }},
	{reason.Grace, Ending, func(x *stopped) {
		x.known()
		x.in.Event = nil
		x.rec.EndingAt, x.rec.Ending = x.in.Now, "the event is gone"
	}},
	{reason.Grace, Ending, func(x *stopped) {
		x.known()
		x.in.Event = nil
		x.rec.Mark, x.rec.Abandoned = NewMark(AccountHash("others"), "uid", [10]byte{2}), true
		x.rec.EndingAt, x.rec.Ending = x.in.Now, "the event is gone"
	}},
	{reason.MeetingGone, Failed, func(x *stopped) { x.known(); x.rec.LostAt = x.in.Now }},
	{reason.LinkNotKept, Failed, func(x *stopped) {
		x.known()
		w := FindWish(&x.ev, x.s.Rules)
		l, _ := linkFor(&x.ev, w, &x.rec, &x.s)
		x.rec.Kept = Written(&x.ev, &x.ev, l)
	}},
	{reason.MeetNotKept, Failed, func(x *stopped) {
		x.linked()
		x.ev.Title, x.ev.Meet = "Talk #zoom(replace-meet)", true
		w := FindWish(&x.ev, x.s.Rules)
		l, _ := linkFor(&x.ev, w, &x.rec, &x.s)
		x.ev.Link.Block = l.Block
		x.rec.Kept = Written(&x.ev, &x.ev, l)
	}},
}

// TestStops: an event at which nothing goes on says why, by code and in a sentence.
func TestStops(t *testing.T) {
	for _, tt := range stops {
		now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
		start := now.Add(48 * time.Hour)
		x := stopped{
			in: Input{Now: now},
			ev: calendar.Event{ID: "id", UID: "uid", Title: "Talk #zoom", Start: start, End: start.Add(time.Hour),
				Until: start.Add(time.Hour)},
			s: Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Location: "if-empty",
				Text: Short, Grace: 10 * time.Minute, Settle: 10 * time.Second,
				Accounts: []Account{{Name: "ours", Hash: AccountHash("ours"), Host: "alice@example.com", API: true}}},
		}
		w := FindWish(&x.ev, x.s.Rules)
		spec, _, _ := specFor(&x.ev, w, &x.s, nil)
		x.rec = record.Record{Calendar: "c", EventID: "id", UID: "uid", Host: "alice@example.com",
			Mark: NewMark(AccountHash("ours"), "uid", [10]byte{1}), MeetingID: 85000000001, Told: &spec,
			Meeting: meeting.Meeting{ID: 85000000001, JoinURL: "https://us02web.zoom.us/j/85000000001"},
			Not:     testRules.Not, CheckedAt: now, Until: x.ev.Until}
		x.in.Event, x.in.Settings = &x.ev, &x.s
		tt.set(&x)
		d := Next(x.in)
		row, _ := d.Code.Row()
		if d.Code != tt.code || d.State != tt.state || d.Reason == "" {
			t.Errorf("%s: %q, %s, %q (%s)", tt.code, d.Do, d.State, d.Code, d.Reason)
		}
		if want := string(row.State); tt.state != want && tt.state != Pending && tt.state != Ending {
			t.Errorf("%s is %s in the list, and the event is %s", tt.code, want, tt.state)
		}
	}
}

// TestNothingStands: what goes on or is well has no code, and what is nothing of ours says why.
func TestNothingStands(t *testing.T) {
	for title, code := range map[string]reason.Code{"Talk #zoom": "", "Talk": reason.NotTagged,
		"Talk #nozoom": reason.Refused} {
		if d := asked(title, false, nil); d.Code != code {
			t.Errorf("%s: %q %s %q", title, d.Do, d.State, d.Code)
		}
	}
}
