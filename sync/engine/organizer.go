package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// settings are those of the calendar, with who hosts where the organizer is asked for, and which guests can be
// alternative hosts. What cannot be found out is an error: nobody knows whose meeting it is to be.
func (s *settling) settings(ctx context.Context) (*plan.Settings, error) {
	mine := s.c.Settings
	forHost, host := plan.AsksOrganizer(s.ev, mine, s.c.Keeper)
	forGuests, guests := plan.AsksGuests(s.ev, mine)
	if !host && !guests {
		return mine, nil
	}
	with := *mine
	if host {
		if err := s.findOrganizer(ctx, forHost, &with); err != nil {
			return nil, err
		}
	}
	if guests {
		if err := s.findGuests(ctx, forGuests, &with); err != nil {
			return nil, err
		}
	}
	return &with, nil
}

// findOrganizer finds out who hosts for whoever keeps the calendar. That is done once for a meeting, before it is made:
// Zoom cannot move one to another host.
func (s *settling) findOrganizer(ctx context.Context, account string, with *plan.Settings) error {
	switch {
	case plan.HostSettled(s.rec):
		with.Organizer = s.rec.Host
		return nil
	case s.story.hosts.organizer == "":
		licensed, known, err := s.licensed(ctx, account, s.c.Keeper)
		if err != nil || !known {
			return err
		}
		s.story.hosts.organizer = with.HostIn(account)
		if licensed {
			s.story.hosts.organizer = s.c.Keeper
		}
	}
	with.Organizer = s.story.hosts.organizer
	return nil
}

// mostGuests is how many guests of an event are asked about: each may cost a request.
const mostGuests = 50

// findGuests finds out which guests of the event can be alternative hosts. It is done once for each settling, for
// guests come and go.
func (s *settling) findGuests(ctx context.Context, account string, with *plan.Settings) error {
	if s.story.hosts.guests == nil {
		invited, err := s.invited(ctx)
		if err != nil {
			return err
		}
		if len(invited) > mostGuests {
			s.story.hosts.note = "of the guests only the first " + strconv.Itoa(mostGuests) +
				" are asked about who can be an alternative host"
			invited = invited[:mostGuests]
		}
		list := []string{}
		for _, address := range invited {
			licensed, _, err := s.licensed(ctx, account, address)
			if err != nil {
				return err
			}
			if licensed {
				list = append(list, address)
			}
		}
		s.story.hosts.guests = list
	}
	with.Guests, with.GuestsNote = s.story.hosts.guests, s.story.hosts.note
	toldOne := s.rec != nil && s.rec.Told != nil && len(s.rec.Told.Options.AlternativeHosts) > 0
	if len(with.Guests) == 0 && !toldOne {
		with.Guests = nil
	}
	return nil
}

// invited are the mail addresses of the event's guests, sorted; rooms and things are none.
func (s *settling) invited(ctx context.Context) (list []string, err error) {
	describer, ok := s.c.Source.(calendar.Describer)
	if !ok {
		return nil, nil
	}
	if err := s.mayWrite(); err != nil {
		return nil, err
	}
	details, err := describer.Describe(ctx, s.id)
	s.heed(err)
	if errors.Is(err, calendar.ErrMalformed) {
		return nil, nil // what cannot be told is held elsewhere
	}
	if err != nil {
		return nil, fmt.Errorf("the guests of the event could not be read: %w", err)
	}
	for _, guest := range details.Attendees {
		person := guest.Kind == "" || guest.Kind == calendar.Individual
		if address := strings.ToLower(guest.Address); person && strings.Contains(address, "@") {
			list = append(list, address)
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// licensed asks an account whether somebody has a licence there; known is false for one that does not know its users.
func (s *settling) licensed(ctx context.Context, account, address string) (licensed, known bool, err error) {
	accounts := s.outside.accounts
	i := slices.IndexFunc(accounts, func(a Account) bool { return a.Hash == account })
	if i < 0 {
		return false, false, nil
	}
	roster, ok := accounts[i].Meetings.(meeting.Roster)
	if !ok {
		return false, false, nil
	}
	before := s.claim.paying
	s.claim.paying = &accounts[i] // there may be no record yet
	err = s.mayLook(plan.Pending)
	s.claim.paying = before
	if err != nil {
		return false, false, err
	}
	licensed, err = roster.Licensed(ctx, address)
	if err != nil && !s.mode.dry {
		s.e.heedAccount(&accounts[i], err)
	}
	return licensed, err == nil, err
}

// hostUnknown ends the settling of an event of which nobody knows who hosts it.
func (s *settling) hostUnknown(err error) error {
	var wait *waiting
	if errors.As(err, &wait) {
		s.claim.bound = wait.bound
		return s.conclude(plan.Decision{State: wait.state, At: wait.until, Reason: wait.why.Plain(),
			Code: wait.why.Code(), Cure: wait.why.Cure()})
	}
	return s.fail(err, reason.ZoomFails)
}
