package plan

import (
	"slices"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// Organizer stands, where a host is named, for whoever keeps the calendar: their own licence if they have one, else the
// host as configured.
const Organizer = "organizer"

// AsksOrganizer reports whether a new meeting of an event is to be hosted by whoever keeps its calendar, and in which
// account: then somebody has to find out whether they can, and say it in Settings.Organizer. keeper is who that is, by
// mail address; "" where nobody knows.
func AsksOrganizer(ev *calendar.Event, s *Settings, keeper string) (account string, asked bool) {
	if ev == nil || keeper == "" {
		return "", false
	}
	named := strings.Contains(strings.ToLower(ev.Title+ev.Location+ev.Description), Organizer)
	if !s.ByOrganizer && !named {
		return "", false
	}
	c := FindWish(ev, s.Rules).Choice
	in, why := s.wanted(c)
	if !why.None() || in.NoAPI {
		return "", false
	}
	return in.Account, in.byOrganizer(c)
}

// byOrganizer reports whether the organizer is to host by the word of a tag, or else of the configuration.
func (s *Settings) byOrganizer(c Choice) bool {
	if c.Host != "" {
		return c.Host == Organizer
	}
	return s.ByOrganizer
}

// HostSettled reports whether the host of a record's meeting can be another one no more.
func HostSettled(rec *record.Record) bool {
	if rec == nil || rec.Host == "" {
		return false
	}
	return bound(rec) || rec.CancelledID != 0
}

// host is who hosts the meeting that a tag asks for.
func (s *Settings) host(c Choice) string {
	switch {
	case s.byOrganizer(c) && s.Organizer != "":
		return s.Organizer
	case c.Host != "" && c.Host != Organizer:
		return c.Host
	}
	return s.Host
}

// Guests stands, among alternative hosts, for all guests of the event who are licensed users of the account.
const Guests = "guests"

// AsksGuests reports whether the guests of an event who can are to be alternative hosts, and in which account: then
// somebody has to find out who they are, and say it in Settings.Guests.
func AsksGuests(ev *calendar.Event, s *Settings) (account string, asked bool) {
	if ev == nil {
		return "", false
	}
	configured := slices.Contains(s.Options.AlternativeHosts, Guests)
	if !configured && !strings.Contains(strings.ToLower(ev.Title+ev.Location+ev.Description), Guests) {
		return "", false
	}
	w := FindWish(ev, s.Rules)
	in, why := s.wanted(w.Choice)
	if !w.Asked || !why.None() || in.NoAPI {
		return "", false
	}
	options, _ := merge(s.Options, w.Choice.Options)
	return in.Account, slices.Contains(options.AlternativeHosts, Guests)
}

// withGuests is a list of alternative hosts in which guests are named.
func (s *Settings) withGuests(list []string, host string) []string {
	i := slices.Index(list, Guests)
	if i < 0 {
		return list
	}
	list = slices.Delete(slices.Clone(list), i, i+1)
	for _, guest := range s.Guests {
		known := func(other string) bool { return strings.EqualFold(other, guest) }
		if !strings.EqualFold(guest, host) && !slices.ContainsFunc(list, known) {
			list = append(list, guest)
		}
	}
	if len(list) == 0 && s.Guests == nil {
		return nil // there never was one: nothing is to be said of that
	}
	return list
}
