package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"zoomtag/providers/signin"

	"zoomtag/configs"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// account is a Zoom account of the configuration at work.
type account struct {
	configs.Zoom
	hash    string // what marks have of it
	service meeting.Service
	grant   string // the file of the sign-in of the person who hosts; empty where nobody signs in
}

// attributes are those of a log line that is about the account.
func (a account) attributes(more ...any) []any {
	if a.Name == "" {
		return more
	}
	return append([]any{"account", a.Name}, more...)
}

// inspector asks the account about its meetings and hosts; nil where there is no API to ask.
func (a account) inspector() meeting.Inspector {
	i, _ := a.service.(meeting.Inspector)
	return i
}

// accounts are all of them, the configuration's first one first.
type accounts []account

// of is the account of a mark; ok is false where the configuration has none with its hash.
func (list accounts) of(mark string) (a account, ok bool) {
	m, _ := plan.ParseMark(mark)
	i := slices.IndexFunc(list, func(a account) bool { return a.hash == m.Account })
	if i < 0 {
		return account{}, false
	}
	return list[i], true
}

// atWork are the accounts as the engine has them.
func (list accounts) atWork() []engine.Account {
	out := make([]engine.Account, len(list))
	for i, a := range list {
		out[i] = engine.Account{Hash: a.hash, Meetings: a.service, Budgeted: a.Mode != configs.Personal, Main: i == 0,
			OneHost: a.Mode == configs.User, Room: a.Mode == configs.Personal, Depends: a.signsInWith()}
	}
	return out
}

// names are what the accounts are called, by their hashes; the main one's by "" as well.
func (list accounts) names() map[string]string {
	out := map[string]string{"": list[0].Name}
	for _, a := range list {
		out[a.hash] = a.Name
	}
	return out
}

// openAccounts makes the meeting service of each account.
func (b *builder) openAccounts() error {
	b.accounts = nil
	for i, z := range b.cfg.Zoom {
		a := account{Zoom: z, hash: plan.AccountHash(z.Identity())}
		var err error
		if z.Mode == configs.Personal {
			if a.service, err = b.kinds.personal(z.PersonalLink); err != nil {
				return words.Usage(b.cfg.Mistake(i, "personal_link", err.Error()))
			}
		} else {
			a.service, err = b.kinds.zoom(b, z)
		}
		if err != nil {
			return b.inAccount(z, err)
		}
		if z.Mode == configs.User {
			a.grant = zoomGrantFile(b.cfg.State, z.Name)
		}
		for _, other := range b.accounts {
			if other.hash == a.hash { // by chance: the same one twice is a mistake that the configuration's own check finds
				return words.Usage(fmt.Errorf("marks cannot tell the Zoom accounts %s and %s apart: leave one of them out", other.Name, a.Name))
			}
		}
		b.accounts = append(b.accounts, a)
	}
	return nil
}

// inAccount says in which of several accounts something is wrong.
func (b *builder) inAccount(z configs.Zoom, err error) error {
	if z.Name == "" {
		return err
	}
	return fmt.Errorf("Zoom account %s: %w", z.Name, err) //nolint:staticcheck // Zoom is a name
}

// zoomSignIn is the command that signs a person in at Zoom, for an account.
func zoomSignIn(name string) string { return strings.TrimSpace("zoomtag auth zoom " + name) }

// zoomGrantFile is where the sign-in of the person who hosts in an account is kept: beside the state. Names that differ in case only
// are not two accounts, and to some file systems not two files.
func zoomGrantFile(state, name string) string {
	file := "zoom.grant"
	if name != "" {
		file = "zoom-" + strings.ToLower(name) + ".grant"
	}
	return filepath.Join(filepath.Dir(state), file)
}

// host is who hosts in an account: as configured, or else whoever has signed in at Zoom, by address where it is known.
func (b *builder) host(z configs.Zoom, configured string) string {
	if configured != "" || z.Mode != configs.User {
		return configured
	}
	grant, _ := signin.Read(zoomGrantFile(b.cfg.State, z.Name))
	return cmp.Or(grant.Email, meeting.Me)
}

// choices are the accounts as package plan has them, for the events of a calendar whose own account is z.
func (b *builder) choices(e configs.Effective, z configs.Zoom) []plan.Account {
	list := make([]plan.Account, len(b.accounts))
	for i, a := range b.accounts {
		host := a.Host
		if a.Name == z.Name { // the calendar's host is one of this account
			host = e.Host
		}
		list[i] = plan.Account{Name: a.Name, Hash: a.hash, Host: b.host(a.Zoom, host), Kind: kindIn(a.Zoom, e), API: a.Mode != configs.Personal,
			Room: strings.TrimSpace(a.PersonalLink)}
	}
	return list
}

// kindIn is the kind of meeting that an account makes: one that is a fixed link has personal rooms only.
func kindIn(z configs.Zoom, e configs.Effective) meeting.Kind {
	if z.Mode == configs.Personal {
		return meeting.Personal
	}
	return meeting.Kind(e.Meeting.Kind)
}
