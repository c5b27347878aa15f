package lists

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store/record"
)

// Expansion is a configuration with the calendars of its lists.
type Expansion struct {
	// Config is the configuration; those of the lists stand behind those that it writes down itself.
	Config *configs.Config
	// Lists tell what has become of each list, in the order of the configuration.
	Lists []Outcome
}

// Outcome is what has become of a list.
type Outcome struct {
	Name string
	// Watched are the calendars of its members, Away those of whoever has left it.
	Watched, Away []string
	// Excluded is how many the configuration leaves out by include and exclude.
	Excluded int
	// Skipped are the members that are not watched, and why.
	Skipped []Skip
}

// Skip is a member that is not watched: why, and what mends that, as a clause.
type Skip struct{ Name, Why, Cure string }

// Expand adds the calendars of all lists to a configuration, as far as known is what is remembered of them, by their
// names. What the configuration writes down itself wins over a list, one list over those behind it, and whoever is on
// a list over whoever has left one.
func Expand(cfg *configs.Config, known map[string]record.List) Expansion {
	fresh := *cfg
	if len(cfg.CalendarsFrom) == 0 { // there may be many thousands of calendars all the same
		return Expansion{Config: &fresh, Lists: []Outcome{}}
	}
	fresh.Calendars = slices.Clone(cfg.Calendars)
	x := &expander{cfg: &fresh, names: map[string]string{}, watched: map[string]one{}}
	for _, c := range cfg.Calendars {
		x.names[c.Name] = "a calendar of the configuration"
		if id := identity(c); id != "" {
			x.watched[id] = one{name: c.Name}
		}
	}
	for i := range cfg.CalendarsFrom {
		x.names[cfg.CalendarsFrom[i].Name] = "a list"
	}
	outcomes, latest := make([]Outcome, len(cfg.CalendarsFrom)), sightings(cfg, known)
	var away []leaver
	for i := range cfg.CalendarsFrom {
		f := &cfg.CalendarsFrom[i]
		outcomes[i].Name = f.Name
		list := known[f.Name]
		for j := range list.Members {
			if m := &list.Members[j]; m.Left() {
				away = append(away, leaver{f, m, &outcomes[i]})
			} else {
				x.add(f, latest.of(f, m, seenAt(&list, m)), &outcomes[i])
			}
		}
	}
	// Of whoever has left several lists, the one that was left last knows best: an address of before may be somebody
	// else's by now.
	slices.SortStableFunc(away, func(a, b leaver) int { return b.member.LeftAt.Compare(a.member.LeftAt) })
	for _, l := range away {
		x.add(l.from, l.member, l.outcome)
	}
	return Expansion{Config: &fresh, Lists: outcomes}
}

// latest is what the lists of directory services say together: of those that name somebody, or that have an address,
// the one that was believed last is right.
type latest struct {
	people map[string]sighting // by personOf
	owners map[string]sighting // by service and address
}

// sighting is where somebody, or an address, was seen last.
type sighting struct {
	at     time.Time
	person string
	member *record.Member
}

// sightings looks through all lists: one that has not been believed for a while may know somebody by an address that is
// another one's by now, and another list may know better.
func sightings(cfg *configs.Config, known map[string]record.List) latest {
	all := latest{people: map[string]sighting{}, owners: map[string]sighting{}}
	if len(cfg.CalendarsFrom) < 2 {
		return all
	}
	for i := range cfg.CalendarsFrom {
		f := &cfg.CalendarsFrom[i]
		list := known[f.Name]
		for j := range list.Members {
			m := &list.Members[j]
			if person := personOf(f, m); person != "" && !m.Left() {
				seen := sighting{seenAt(&list, m), person, m}
				note(all.people, person, seen)
				note(all.owners, addressOf(f, m.Subject), seen)
			}
		}
	}
	return all
}

// note keeps the later one of two sightings.
func note(all map[string]sighting, as string, s sighting) {
	if seen, is := all[as]; !is || s.at.After(seen.at) {
		all[as] = s
	}
}

// seenAt is when a list last named somebody who is on it.
func seenAt(list *record.List, m *record.Member) time.Time {
	if !m.SeenAt.IsZero() {
		return m.SeenAt
	}
	return list.ReadAt
}

// of is a member of a list, which named them at a time, by the addresses by which they were last known.
func (l latest) of(f *configs.From, m *record.Member, at time.Time) *record.Member {
	if len(l.people) == 0 {
		return m
	}
	person, now := personOf(f, m), *m
	if seen, is := l.people[person]; is && !strings.EqualFold(seen.member.Subject, m.Subject) {
		now.Subject, now.Called, at = seen.member.Subject, seen.member.Called, seen.at
	}
	now.Called = slices.DeleteFunc(slices.Clone(now.Called), func(address string) bool {
		owner, is := l.owners[addressOf(f, address)]
		return is && owner.person != person && owner.at.After(at)
	})
	return &now
}

// personOf tells a person from others on all lists of a directory service, whose IDs stay and are given to nobody else;
// "" where a list's IDs are its own.
func personOf(f *configs.From, m *record.Member) string {
	if service := serviceOf(f); service != "" {
		return service + m.ID
	}
	return ""
}

// addressOf tells an address from those that other services know.
func addressOf(f *configs.From, address string) string {
	return serviceOf(f) + strings.ToLower(address)
}

// serviceOf is what people of one directory service have before their IDs and addresses; "" is for all other lists.
func serviceOf(f *configs.From) string {
	switch {
	case f.Google != nil:
		return "google "
	case f.Outlook != nil:
		return "outlook "
	}
	return ""
}

// leaver is a member who has left a list.
type leaver struct {
	from    *configs.From
	member  *record.Member
	outcome *Outcome
}

type expander struct {
	cfg     *configs.Config
	names   map[string]string // what has a name
	watched map[string]one    // as what a calendar is watched, by identity
}

// one is a calendar that is watched, and as what its list knows it; id is "" where the configuration names it itself.
type one struct{ name, id string }

// add adds the calendar of a member, unless something stands against it.
func (x *expander) add(f *configs.From, m *record.Member, o *Outcome) {
	if !f.Takes(append([]string{m.Name, m.Subject}, m.Called...)...) {
		o.Excluded++
		return
	}
	c, why := x.calendar(f, m)
	if why != nil {
		if !m.Left() { // else who has left is somebody else's by now
			o.Skipped = append(o.Skipped, Skip{m.Name, words.Cause(why), words.Cure(why)})
		}
		return
	}
	x.names[c.Name] = "a calendar of the list " + f.Name
	if id := identity(c); id != "" {
		x.watched[id] = one{c.Name, m.ID}
	}
	if !m.Left() { // the other addresses of who has left may be somebody else's by now
		for _, id := range others(f, m) {
			if _, taken := x.watched[id]; !taken {
				x.watched[id] = one{c.Name, m.ID}
			}
		}
	}
	if m.Left() {
		c.Away = fmt.Sprintf("it is not on the list %s any more since %s; nothing is done in it, and its meetings stay",
			f.Name, m.LeftAt.UTC().Format(time.DateOnly))
		c.AwayCure = fmt.Sprintf("to end them, run zoomtag remove %s; to let it be, zoomtag release %s", m.Name, m.Name)
		o.Away = append(o.Away, c.Name)
	} else {
		o.Watched = append(o.Watched, c.Name)
	}
	x.cfg.Calendars = append(x.cfg.Calendars, c)
}

// calendar makes the calendar of a member, or says why there is none.
func (x *expander) calendar(f *configs.From, m *record.Member) (c configs.Calendar, why error) {
	said := configs.Member{Name: m.Name, Provider: m.Provider, Subject: m.Subject, Calendar: m.Calendar, Host: m.Host}
	c, err := f.Calendar(said)
	if err != nil {
		return c, err
	}
	if as := x.asWhat(f, m, c); as != "" {
		return c, errors.New("it is watched already, as " + as)
	}
	if owner, taken := x.names[c.Name]; taken {
		return c, words.Mend(errors.New("its name is that of "+owner),
			"rename that one, or leave this one out with exclude")
	}
	z := x.cfg.AccountOf(c)
	switch {
	case z.Mode == configs.ServerToServer && z.Host == "" && x.cfg.For(c).Host == "":
		return c, words.Mend(errors.New("nobody hosts its meetings"), "write host into the list, the template or zoom")
	case z.Mode == configs.User && otherHost(z.Host, c.Host):
		return c, words.Mend(errors.New("in mode user one person hosts all meetings, "+z.Host),
			"take its host out of the list")
	}
	return c, nil
}

// otherHost reports whether a calendar names another host than the only one that there is.
func otherHost(only, host string) bool {
	return only != "" && host != "" && !strings.EqualFold(only, host)
}

// asWhat is the name under which the calendar of a member is watched, under any of the member's addresses; "" is none.
func (x *expander) asWhat(f *configs.From, m *record.Member, c configs.Calendar) string {
	if as, ok := x.watched[identity(c)]; ok {
		return as.name
	}
	for _, id := range others(f, m) {
		// An address of before may be somebody else's by now.
		if as, ok := x.watched[id]; ok && (!m.Left() || as.id == m.ID) {
			return as.name
		}
	}
	return ""
}

// others are what the calendar of a member is known as by their other addresses.
func others(f *configs.From, m *record.Member) (ids []string) {
	for _, other := range m.Called {
		same, err := f.Calendar(configs.Member{Name: m.Name, Provider: m.Provider, Subject: other,
			Calendar: m.Calendar})
		if id := identity(same); err == nil && id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// identity tells a calendar from others, by whose it is and not by who reads it; "" where that is not known.
func identity(c configs.Calendar) string {
	switch {
	case c.Google != nil && c.Google.Calendar == "primary" && c.Google.Subject == "":
		return "" // that of the service account, or of whoever signs in
	case c.Google != nil && c.Google.Calendar == "primary":
		return "google " + strings.ToLower(c.Google.Subject)
	case c.Google != nil:
		return "google " + strings.ToLower(c.Google.Calendar)
	}
	return c.Source()
}
