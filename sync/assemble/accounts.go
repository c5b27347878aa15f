package assemble

import (
	"fmt"
	"slices"

	"zoomtag/configs"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// Account is a Zoom account of the configuration at work.
type Account struct {
	configs.Zoom
	Hash    string // what marks have of it
	Service meeting.Service
	Grant   string // where the sign-in of the person who hosts is kept; empty where nobody signs in
	grants  signin.Grants
}

// Attributes are those of a log line that is about the account.
func (a Account) Attributes(more ...any) []any {
	if a.Name == "" {
		return more
	}
	return append([]any{"account", a.Name}, more...)
}

// Inspector asks the account about its meetings and hosts; nil where there is no API to ask.
func (a Account) Inspector() meeting.Inspector {
	i, _ := a.Service.(meeting.Inspector)
	return i
}

// Accounts are all of them, the configuration's first one first.
type Accounts []Account

// Of is the account of a mark; ok is false where the configuration has none with its hash.
func (list Accounts) Of(mark string) (a Account, ok bool) {
	m, _ := plan.ParseMark(mark)
	i := slices.IndexFunc(list, func(a Account) bool { return a.Hash == m.Account })
	if i < 0 {
		return Account{}, false
	}
	return list[i], true
}

// AtWork are the accounts as the engine has them.
func (list Accounts) AtWork() []engine.Account {
	out := make([]engine.Account, len(list))
	for i, a := range list {
		out[i] = engine.Account{Hash: a.Hash, Meetings: a.Service, Budgeted: a.Mode != configs.Personal, Main: i == 0,
			OneHost: a.Mode == configs.User, Room: a.Mode == configs.Personal, Depends: a.signsInWith()}
	}
	return out
}

// Names are what the accounts are called, by their hashes; the main one's by "" as well.
func (list Accounts) Names() map[string]string {
	out := map[string]string{"": list[0].Name}
	for _, a := range list {
		out[a.Hash] = a.Name
	}
	return out
}

// openAccounts makes the meeting service of each account.
func (b *Builder) openAccounts() error {
	b.Accounts = nil
	for i, z := range b.Config.Zoom {
		a := Account{Zoom: z, Hash: plan.AccountHash(z.Identity())}
		var err error
		if z.Mode == configs.Personal {
			if a.Service, err = b.Kinds.Personal(z.PersonalLink); err != nil {
				return words.Usage(b.Config.Mistake(i, "personal_link", err.Error()))
			}
		} else {
			a.Service, err = b.Kinds.Zoom(b, z)
		}
		if err != nil {
			return b.inAccount(z, err)
		}
		if z.Mode == configs.User {
			a.Grant, a.grants = ZoomGrantFile(b.Grants, b.Config.State, z), b.Grants
		}
		for _, other := range b.Accounts {
			// by chance: the same one twice is a mistake that the configuration's own check finds
			if other.Hash == a.Hash {
				return words.Usage(words.Mend(fmt.Errorf("marks cannot tell the Zoom accounts %s and %s apart",
					other.Name, a.Name), "leave one of them out"))
			}
		}
		b.Accounts = append(b.Accounts, a)
	}
	return nil
}

// inAccount says in which of several accounts something is wrong.
func (b *Builder) inAccount(z configs.Zoom, err error) error {
	if z.Name == "" {
		return err
	}
	return fmt.Errorf("Zoom account %s: %w", z.Name, err) //nolint:staticcheck // Zoom is a name
}
