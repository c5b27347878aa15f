package setup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// Sharing are the other calendars for which somebody has signed in with the same app of Google's: who takes back one
// sign-in of a person there takes back all.
func Sharing(grants signin.Grants, cfg *configs.Config, c configs.Calendar) (names []string) {
	if c.Google == nil {
		return nil
	}
	for _, other := range cfg.Calendars {
		if other.Name == c.Name || other.Google == nil || other.Google.Credentials != c.Google.Credentials {
			continue
		}
		if state, ok := grants.Standing(assemble.GrantFile(cfg.State, other)); ok && state.Refused.IsZero() {
			names = append(names, other.Name)
		}
	}
	return names
}

// ListedCalendar is a calendar of an account, as calendars prints it with --json.
type ListedCalendar struct {
	Account  string `json:"account"` // a calendar of the configuration that is in the account
	Provider string `json:"provider"`
	Name     string `json:"name"`
	ID       string `json:"id"` // empty: the one that is chosen by writing nothing
	ReadOnly bool   `json:"read_only"`
	Watched  string `json:"watched"` // the name under which it is watched; empty: it is not
	Line     string `json:"line"`
}

// AccountKey tells the account of a calendar from others; "" where nobody signs in.
func AccountKey(c configs.Calendar) string {
	said, files := c.Section().Proof()
	if said == nil {
		return ""
	}
	key := strings.Join(append(said, files...), "\x00")
	switch {
	case c.SignsIn(): // each calendar has a sign-in of its own
		key += "\x00" + c.Name
	case c.Outlook != nil:
		key += "\x00" + c.Outlook.User
	}
	return key
}

// chosen is what a calendar of the configuration writes to choose one in its account.
func chosen(c configs.Calendar) string {
	switch {
	case c.Google != nil && c.Google.Calendar != "primary":
		return c.Google.Calendar
	case c.Outlook != nil:
		return c.Outlook.Calendar
	case c.CalDAV != nil:
		return c.CalDAV.Calendar
	}
	return ""
}

// InConfiguration says of a calendar that is listed in the account of c whether it is watched, and what to write for
// it.
func InConfiguration(cfg *configs.Config, c configs.Calendar, one calendar.Listed) ListedCalendar {
	out := ListedCalendar{Account: c.Name, Provider: c.Provider(), Name: one.Name, ID: one.ID, ReadOnly: one.ReadOnly,
		Line: "calendar: " + fmt.Sprintf("%q", one.ID)}
	if one.ID == "" {
		out.Line = "(leave calendar out)"
	}
	for _, other := range cfg.Calendars {
		written := chosen(other)
		same := written == one.ID || written != "" && strings.EqualFold(written, one.Name)
		if same && AccountKey(other) == AccountKey(c) {
			out.Watched = other.Name
		}
	}
	return out
}

// ListCalendars lists the calendars of each account that a calendar of the configuration is in, or of that of one
// calendar. unlisted says of which accounts that cannot be had, and why.
func ListCalendars(ctx context.Context, b *assemble.Builder,
	name string) (list []ListedCalendar, unlisted []error, err error) {
	names := make([]string, len(b.Config.Calendars))
	for i, c := range b.Config.Calendars {
		names[i] = c.Name
	}
	if name != "" && !slices.Contains(names, name) {
		others := cmp.Or(words.Meant(name, names), "; there are: "+strings.Join(names, ", "))
		return nil, nil, words.Usage(fmt.Errorf("there is no calendar %q in the configuration%s", name, others))
	}
	list, seen := []ListedCalendar{}, map[string]bool{}
	for _, c := range b.Config.Calendars {
		account := AccountKey(c)
		if meant := name == "" || c.Name == name; !meant || account == "" || seen[account] {
			continue
		}
		seen[account] = true
		source, err := b.Source(c, plan.Settings{})
		if err != nil {
			return nil, nil, err
		}
		lister, ok := source.(calendar.Lister)
		if !ok {
			continue
		}
		found, err := lister.List(ctx)
		if err != nil {
			unlisted = append(unlisted, words.Say(err, c.Name+": "+words.Of(err)))
		}
		for _, one := range found {
			list = append(list, InConfiguration(b.Config, c, one))
		}
	}
	return list, unlisted, nil
}
