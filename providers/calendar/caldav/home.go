package caldav

import (
	"context"
	"path"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

// Home is all calendars of one account, as a list. It looks for them from the configured address on, as a Calendar that
// is not chosen does.
type Home struct{ c *Calendar }

// NewHome makes the list of an account's calendars. It sends nothing.
func NewHome(c Config) (*Home, error) {
	c.Calendar = ""
	found, err := New(c)
	if err != nil {
		return nil, err
	}
	return &Home{found}, nil
}

// Members implements calendar.Directory. A calendar is known by its path, which stays when it gets another name.
// Calendars for tasks alone, and those that may only be read, are left out.
func (h *Home) Members(ctx context.Context) (calendar.Roll, error) {
	c := h.c
	start, err := c.entrance(ctx)
	if err != nil {
		return calendar.Roll{}, c.aboutCalendar(err)
	}
	all := []resource{*start}
	if !start.isCalendar() {
		home, homes, err := c.homes(ctx, start)
		if err != nil {
			return calendar.Roll{}, c.aboutCalendar(err)
		}
		var unread error
		if all, unread = c.allIn(ctx, home, homes); unread != nil {
			return calendar.Roll{}, c.aboutCalendar(unread)
		}
	}
	var roll calendar.Roll
	for i := range all {
		r := &all[i]
		if p := r.place(); p.readOnly && !p.secret {
			continue
		}
		one := calendar.Member{ID: r.url.Path, Name: c.nameIn(r), Calendar: r.url.Path}
		if start.isCalendar() {
			one.Calendar = "" // it is at the configured address
		}
		roll.Members = append(roll.Members, one)
	}
	if len(roll.Members) == 0 && len(all) > 0 {
		return roll, words.Mend(words.Say(calendar.ErrDenied, "all calendars of the account may only be read"),
			"their owner has to share them with the right to write")
	}
	return roll, nil
}

// nameIn is what a calendar of the account may be called: by the account as well, for each has one called Personal.
func (c *Calendar) nameIn(r *resource) string {
	name := strings.TrimSpace(r.Name)
	if name == "" {
		name = path.Base(strings.TrimSuffix(r.url.Path, "/"))
	}
	if c.cfg.Username != "" {
		name = c.cfg.Username + "-" + name
	}
	return name
}
