package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// Account is a Zoom account, or what stands for one, in which meetings are made and kept.
//
// Which account a call goes to is said by the mark of the record that it is for, never by the calendar, whose account
// may be another one by now. So the engine picks the service from a list, in the open, at each call: a router behind
// meeting.Service could not, because Get, Update and Cancel know an id only.
type Account struct {
	// Hash is the account's part of a mark (plan.AccountHash).
	Hash     string
	Meetings meeting.Service
	// Budgeted says that Zoom's daily limit of create and update calls for each host applies to Meetings.
	Budgeted bool
	// Main says that it is the configuration's only account, or the first of several.
	Main bool
	// OneHost says that all its meetings are hosted by one person, under whatever name a host is given.
	OneHost bool
	// Depends is a fingerprint of the credentials, as they are now; nil is none.
	Depends func() string
	// Room says that it is one fixed room for all events, which nobody makes or cancels.
	Room bool
}

// BudgetKey is under which name the store counts the calls for a host. One host may stand in several accounts, as "me"
// does where persons have signed in, and each has a budget of its own; an account keeps its budgets wherever it stands
// in the configuration. Zoom does not tell addresses apart by the case of their letters.
func (a *Account) BudgetKey(host string) store.Host {
	if a.OneHost {
		host = meeting.Me
	}
	return store.Host(strings.ToLower(host) + "\x00" + a.Hash)
}

// SplitBudgetKey takes a BudgetKey apart. hash is empty in keys of states before accounts were told apart: those are
// the main account's.
func SplitBudgetKey(key store.Host) (host, hash string) {
	host, hash, _ = strings.Cut(string(key), "\x00")
	return host, hash
}

// keeperOf is the account of these in which the meeting with a mark is kept: that of the mark, or, where any account's
// marks are followed, the one with the hash otherwise. Where there is none, no call to what is returned takes effect.
func keeperOf(accounts []Account, mark, otherwise string) *Account {
	m, _ := plan.ParseMark(mark)
	for _, hash := range []string{m.Account, otherwise} {
		for i := range accounts {
			if accounts[i].Hash == hash && hash != "" {
				return &accounts[i]
			}
		}
	}
	return &Account{Hash: m.Account, Meetings: nowhere{m.Account}}
}

// keeper is the account of a mark.
func (p *pass) keeper(mark string) *Account {
	otherwise := ""
	if p.c.Settings.AnyAccount {
		otherwise = p.c.Settings.Account
	}
	return keeperOf(p.outside.accounts, mark, otherwise)
}

// mine is the account of the record.
func (s *settling) mine() *Account { return s.keeper(s.rec.Mark) }

// rehearsed are accounts in which nothing is really made, changed or cancelled.
func rehearsed(accounts []Account, calls map[string]int, now func() time.Time) []Account {
	list := make([]Account, len(accounts))
	for i, a := range accounts {
		if a.Room { // there is nothing that it could make, change or cancel, and its link is known
			list[i] = a
			continue
		}
		a.Meetings = &previewMeetings{Service: a.Meetings, calls: calls, now: now, own: map[int64]meeting.Meeting{}}
		list[i] = a
	}
	return list
}

// nowhere is the meeting service of an account that is not configured. Package plan asks for nothing there; should it
// ever, nothing is what happens.
type nowhere struct{ hash string }

func (n nowhere) refusal() error {
	return reason.AccountGone.Of(words.Mend(fmt.Errorf(
		"%w: %w: the Zoom account whose marks begin with zt-%s is not in the configuration", meeting.ErrNotSent,
		meeting.ErrDenied, n.hash), "put it back"))
}

// Find implements meeting.Service.
func (n nowhere) Find(context.Context, string, meeting.Mark) (m meeting.Meeting, err error) {
	return m, n.refusal()
}

// Create implements meeting.Service.
func (n nowhere) Create(context.Context, string, meeting.Spec) (m meeting.Meeting, err error) {
	return m, n.refusal()
}

// Get implements meeting.Service.
func (n nowhere) Get(context.Context, int64) (m meeting.Meeting, err error) { return m, n.refusal() }

// Update implements meeting.Service.
func (n nowhere) Update(context.Context, int64, meeting.Spec, meeting.Spec) (m meeting.Meeting, err error) {
	return m, n.refusal()
}

// Cancel implements meeting.Service.
func (n nowhere) Cancel(context.Context, int64) error { return n.refusal() }
