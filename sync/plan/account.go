package plan

import (
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// Account is a Zoom account of the configuration, and what it means for the events of a calendar.
type Account struct {
	// Name is what configuration and tags call it; empty for the only one, which has none.
	Name string
	// Hash is its AccountHash: what marks have of it.
	Hash string
	// Host hosts its meetings, unless a tag says otherwise. A calendar's own host is one of the calendar's own account,
	// and of no other.
	Host string
	Kind meeting.Kind
	// API says that its meetings are made through the Zoom API, and not one fixed link for all, which then is Room.
	API  bool
	Room string
}

// account is the configured account with a hash.
func (s *Settings) account(hash string) (Account, bool) {
	for _, a := range s.Accounts {
		if a.Hash == hash {
			return a, true
		}
	}
	return Account{}, false
}

// in is s as it holds in an account.
func (s *Settings) in(hash string) *Settings {
	a, ok := s.account(hash)
	if !ok || hash == s.Account {
		return s
	}
	t := *s
	t.Account = a.Hash
	t.Host = a.Host
	t.ByOrganizer = false // a calendar's own host is one of its own account
	t.Kind = a.Kind
	t.Checks = a.API
	t.NoAPI = !a.API
	t.Room = a.Room
	if t.NoAPI {
		t.Options.Template = ""
	}
	return &t
}

// Ours reports whether marks with the hash of an account are followed wherever they are found: those of every
// configured account, whichever the calendar's is. A mark of any other is somebody else's, also for a room: another
// person may have a zoomtag for theirs.
func (s *Settings) Ours(hash string) bool {
	_, ok := s.account(hash)
	return ok || hash == s.Account
}

// oursIs reports whether a mark is one of a configured account.
func (s *Settings) oursIs(mark string) bool {
	m, ok := ParseMark(mark)
	return ok && s.Ours(m.Account)
}

// Follows reports whether the meeting of a record is followed: one in a configured account, and a room that was
// configured before the present accounts, of which the record knows that it is ours. Nothing is lost with a room: it
// belongs to no event.
func (s *Settings) Follows(rec *record.Record) bool {
	m, ok := ParseMark(rec.Mark)
	if !ok || s.Ours(m.Account) {
		return true
	}
	return rec.Room || s.AnyAccount && isRoom(rec)
}

// isRoom reports whether the meeting of a record is a fixed room. Records of earlier versions say it with the kind of
// meeting.
func isRoom(rec *record.Record) bool {
	return rec.Room || rec.Told != nil && rec.Told.Kind == meeting.Personal
}

// HostIn is who hosts in an account where nobody has said it.
func (s *Settings) HostIn(hash string) string { return s.in(hash).Host }

// AccountHost is who hosts in a configured account, as far as the configuration says it; "" where it does not have the
// account.
func (s *Settings) AccountHost(hash string) string {
	a, _ := s.account(hash)
	return a.Host
}

// AccountName is what the configuration calls the account of a mark; known is false where it has none with its hash.
func (s *Settings) AccountName(mark string) (name string, known bool) {
	m, _ := ParseMark(mark)
	a, ok := s.account(m.Account)
	return a.Name, ok
}

// wanted is s as it holds in the account that a tag chooses. why is not empty where it chooses none that there is: who
// hosts must not be guessed.
func (s *Settings) wanted(c Choice) (in *Settings, why reason.Reason) {
	if c.Account == nil {
		return s, why
	}
	var names []string
	for _, a := range s.Accounts {
		if a.Name == "" {
			continue
		}
		names = append(names, a.Name)
		if !strings.EqualFold(a.Name, *c.Account) {
			continue
		}
		in := s.in(a.Hash)
		hosted := a.Host != "" || c.Host != ""
		if in != s && a.API && !hosted {
			return s, reason.NoHost.Because("nobody hosts in Zoom account " + a.Name).
				Mend("write host= into the tag as well, or host into that account in the configuration")
		}
		return in, why
	}
	if len(names) == 0 {
		return s, reason.NoSuchAccount.Because("account=" + strconv.Quote(*c.Account) + " in the tag, and the " +
			"configuration has one Zoom account, without a name").Mend("take account= out of the tag")
	}
	cure := "write one of these there: " + strings.Join(names, ", ")
	if near := words.Nearest(*c.Account, names); near != "" {
		cure = "did you mean " + strconv.Quote(near) + "?"
	}
	return s, reason.NoSuchAccount.Because("account=" + strconv.Quote(*c.Account) + " in the tag is no Zoom account " +
		"of the configuration").Mend(cure)
}

// bound reports whether the record has, or may have, a meeting that can still be had: it then stays where that one is.
// What is known to have none is free to get one in any account.
func bound(rec *record.Record) bool { return rec.MeetingID != 0 || rec.Doubt == DoubtCreate }

// elsewhere reports whether the meeting of a record is in another account than the one that is asked for.
func (s *Settings) elsewhere(rec *record.Record) bool {
	m, ok := ParseMark(rec.Mark)
	return ok && m.Account != s.Account && !s.formerRoom(rec)
}

// formerRoom reports whether the meeting of a record is a room in whose place another one is configured now: there is
// nothing that would have to stay.
func (s *Settings) formerRoom(rec *record.Record) bool {
	m, ok := ParseMark(rec.Mark)
	return ok && !s.Ours(m.Account) && s.Follows(rec)
}

// unreachable says that the meeting which a record has, or may have, is in an account that the configuration does not
// have: nobody can ask about it, and nothing is concluded. It is empty where there is no such meeting.
func (s *Settings) unreachable(rec *record.Record) string {
	m, _ := ParseMark(rec.Mark)
	if s.Follows(rec) || !bound(rec) {
		return ""
	}
	return "its meeting was made with another Zoom account than the configured one" + s.called(rec, m.Account)
}

// Abandons reports whether letting a record go means to leave its meeting alone: it ends, and its account is not
// configured.
func (s *Settings) Abandons(rec *record.Record) bool {
	return !rec.EndingAt.IsZero() && s.unreachable(rec) != ""
}

// called names an account that the configuration does not have, as far as that is known.
func (s *Settings) called(rec *record.Record, hash string) string {
	name := ""
	if rec != nil && rec.Account != "" {
		name = rec.Account + ", "
	}
	return " (" + name + "whose marks begin with " + markPrefix + "-" + hash + ")"
}

// stays says that the meeting of a record is in another account than the one that is asked for. As with the host, it
// keeps what it has: the link that people hold must live on, and an event never has two meetings.
func (s *Settings) stays(rec *record.Record) string {
	m, _ := ParseMark(rec.Mark)
	if !s.elsewhere(rec) || !bound(rec) {
		return ""
	}
	return "the meeting stays in Zoom account " + s.name(m.Account) + ": Zoom cannot move it to " + s.name(s.Account) +
		"; for a meeting there remove the tag, wait for the grace period, and tag it again"
}

// name is what people read of a configured account.
func (s *Settings) name(hash string) string {
	if a, _ := s.account(hash); a.Name != "" {
		return a.Name
	}
	return markPrefix + "-" + hash
}

// leave ends an event whose meeting cannot be cancelled because its account is not configured. An owner who takes the
// tag out was told what becomes of it. An event that is gone waits for the account, for somebody to release it, or
// until the meeting is over anyway.
func (d Decision) leave(in Input, why string) Decision {
	rec := in.Rec
	graceOver := rec.EndingAt.Add(in.Settings.Grace)
	switch {
	case rec.Abandoned && (rec.Released || !in.Now.Before(graceOver)), !rec.Until.IsZero() && in.Now.After(rec.Until):
		d.Do, d.State, d.Left = Close, Ended, true
		d.Reason += "; " + why + ": it is left alone"
	case rec.Abandoned:
		d.At, d.Code = graceOver, reason.Grace
	default:
		d = d.because(Held, reason.AccountGone.Because(d.Reason+", and "+why).Mend("put that one back to have it "+
			"cancelled, or leave it alone with zoomtag release "+rec.Calendar))
		if !rec.Until.IsZero() {
			d.At = rec.Until.Add(time.Second)
		}
	}
	return d
}
