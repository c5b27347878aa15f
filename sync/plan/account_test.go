package plan

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store/record"
)

// TestAccountOption: the name is taken as it is written; whether there is such an account is not the grammar's to say.
func TestAccountOption(t *testing.T) {
	name := func(s string) *string { return &s }
	for title, want := range map[string]struct {
		account  *string
		conflict string
	}{
		"#zoom":                                   {},
		"#zoom(account=Club)":                     {account: name("Club")},
		"#zoom(ACCOUNT = club-2_x, 45m)":          {account: name("club-2_x")},
		`#zoom(account="the club")`:               {account: name("the club")},
		"#zoom(account=)":                         {account: name("")},
		"#zoom(account=club) #zoom(account=CLUB)": {account: name("CLUB")},
		"#zoom(account=club, account=work)": {account: name("club"),
			conflict: "account=club and account=work contradict each other"},
		"#zoom(account=club, host=a@example.com)": {account: name("club")},
		"#zoom(account=club, account=club, 1h)":   {account: name("club")},
		"#zoom(account=club) #zoom(account=work)": {account: name("club"),
			conflict: "account=club and account=work contradict each other"},
		"#zoom(personal, account=club, personal)":  {account: name("club")},
		"#zoom(account=club, fixed, waiting-room)": {account: name("club")},
	} {
		w := FindWish(&calendar.Event{Title: title}, testRules)
		got := w.Choice.Account
		if (got == nil) != (want.account == nil) || got != nil && *got != *want.account ||
			w.Conflict != want.conflict || len(w.Problems) > 0 {
			t.Errorf("%s: %v, conflict %q, problems %q", title, got, w.Conflict, w.Problems)
		}
	}
	// Without a value it is no option.
	if w := FindWish(&calendar.Event{Title: "#zoom(account)"}, testRules); w.Choice.Account != nil ||
		len(w.Problems) != 1 {
		t.Errorf("account alone: %+v", w)
	}
}

// accounts are the settings of a calendar whose account is the first of several.
func accounts(names ...string) *Settings {
	s := &Settings{Rules: testRules, Host: "carol@example.com", Account: AccountHash(names[0]), Location: "if-empty",
		Grace: 10 * time.Minute, Checks: true}
	for _, name := range names {
		s.Accounts = append(s.Accounts, Account{Name: name, Hash: AccountHash(name), Host: name + "@example.com",
			API: true})
	}
	s.Accounts[0].Host = s.Host
	return s
}

func TestWantedAccount(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := accounts("work", "Club", "hostless")
	s.Accounts[2].Host = ""
	s.Accounts = append(s.Accounts, Account{Name: "room", Hash: AccountHash("room"), Kind: meeting.Personal})
	single := &Settings{Rules: testRules, Host: "carol@example.com", Account: AccountHash(""),
		Accounts: []Account{{Hash: AccountHash(""), Host: "carol@example.com", API: true}}}
	for _, tt := range []struct {
		title    string
		settings *Settings
		account  string
		host     string
		kind     meeting.Kind
		held     string
	}{
		{title: "#zoom", settings: s, account: "work", host: "carol@example.com", kind: meeting.Scheduled},
		{title: "#zoom(account=work)", settings: s, account: "work", host: "carol@example.com",
			kind: meeting.Scheduled},
		{title: "#zoom(account=club)", settings: s, account: "Club", host: "Club@example.com", kind: meeting.Scheduled},
		{title: "#zoom(account=club, host=x@example.com)", settings: s, account: "Club", host: "x@example.com",
			kind: meeting.Scheduled},
		{title: "#zoom(account=room)", settings: s, account: "room", kind: meeting.Personal},
		{title: "#zoom(account=hostless, host=x@example.com)", settings: s, account: "hostless", host: "x@example.com",
			kind: meeting.Scheduled},
		{title: "#zoom(account=hostless)", settings: s, held: "nobody hosts in Zoom account hostless: write host="},
		{title: "#zoom(account=clubs)", settings: s, held: `did you mean "Club"?`},
		{title: "#zoom(account=family)", settings: s, held: "write one of these there: work, Club, hostless, room"},
		{title: "#zoom(account=)", settings: s, held: `account="" in the tag is no Zoom account`},
		{title: "#zoom(account=work)", settings: single, held: "the configuration has one Zoom account, without a " +
			"name: take account= out"},
	} {
		ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk " + tt.title, Start: now.Add(time.Hour),
			End: now.Add(2 * time.Hour), Until: now.Add(2 * time.Hour)}
		d := Next(Input{Now: now, Event: &ev, Settings: tt.settings})
		if tt.held != "" {
			if d.State != Held || d.Do != Nothing || !strings.Contains(words.Join(d.Reason, d.Cure), tt.held) {
				t.Errorf("%s: %s %s (%s)", tt.title, d.Do, d.State, words.Join(d.Reason, d.Cure))
			}
			continue
		}
		if d.Do != Begin || d.Account != AccountHash(tt.account) || d.Spec.Host != tt.host || d.Spec.Kind != tt.kind {
			t.Errorf("%s: %s in %s, %+v (%s)", tt.title, d.Do, d.Account, d.Spec, d.Reason)
		}
	}
}

// TestRoomOfAnyAccount: where all accounts are rooms, a record of a room that was configured before them is followed,
// and gets the room that is configured now. A meeting of an account is not, and a room that is configured keeps what it
// has.
func TestRoomOfAnyAccount(t *testing.T) {
	s := &Settings{Rules: testRules, Account: AccountHash("one"), AnyAccount: true, Kind: meeting.Personal,
		Accounts: []Account{{Name: "one", Hash: AccountHash("one"), Kind: meeting.Personal},
			{Name: "two", Hash: AccountHash("two"), Kind: meeting.Personal}}}
	rec := func(account string, room bool) *record.Record {
		return &record.Record{Mark: NewMark(AccountHash(account), "uid", [10]byte{}), MeetingID: 1, Room: room}
	}
	for account, stays := range map[string]bool{"one": false, "two": true, "before": false} {
		if got := s.stays(rec(account, true)); (got != "") != stays || s.unreachable(rec(account, true)) != "" {
			t.Errorf("%s: stays %q, unreachable %q", account, got, s.unreachable(rec(account, true)))
		}
	}
	if why := s.unreachable(rec("before", false)); why == "" {
		t.Error("a meeting of an account that is not configured is followed as if it were a room")
	}
}

// TestUnlinkWithoutAccount: the link that is taken out of an event is known by the record's own mark, also where
// nothing else is remembered of it and its account is not configured any more.
func TestUnlinkWithoutAccount(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	const url = "https://us02web.zoom.us/j/85000000001"
	rec := record.Record{UID: "uid", Mark: NewMark(AccountHash("gone"), "uid", [10]byte{}), MeetingID: 85000000001,
		EndingAt: now}
	ev := calendar.Event{ID: "id", UID: "uid", Title: "Talk", Location: url, Link: calendar.Link{Mark: rec.Mark},
		Start: now.Add(time.Hour), End: now.Add(2 * time.Hour)}
	if d := Next(Input{Now: now, Event: &ev, Rec: &rec, Settings: accounts("work")}); d.Do != Unlink ||
		d.Link.Was.JoinURL != url {
		t.Errorf("%s, %+v", d.Do, d.Link)
	}
}
