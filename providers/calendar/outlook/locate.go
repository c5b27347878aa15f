package outlook

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

func (c *Calendar) calendarID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id
}

// locate finds the path of the calendar: by its id, or by its name, which is looked up once.
func (c *Calendar) locate(ctx context.Context) ([]string, error) {
	c.mu.Lock()
	path := c.path
	c.mu.Unlock()
	if path != nil {
		return slices.Clone(path), nil
	}
	box := mailbox(c.cfg.User)
	if c.cfg.Calendar == "" {
		return c.located(append(box, "calendar"), "", false), nil
	}
	var named []models.Calendarable
	var there []string // the names of what there is
	all, err := c.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, cal := range all {
		if len(there) < maxNames {
			there = append(there, strconv.Quote(text(cal.GetName())))
		}
		switch {
		case text(cal.GetId()) == "":
		case text(cal.GetId()) == c.cfg.Calendar:
			return c.locatedAs(box, cal), nil
		case strings.EqualFold(text(cal.GetName()), c.cfg.Calendar):
			named = append(named, cal)
		}
	}
	switch len(named) {
	case 1:
		return c.locatedAs(box, named[0]), nil
	case 0:
	default:
		return nil, words.Mend(words.Say(calendar.ErrAbsent, fmt.Sprintf("the mailbox has %d calendars with the name %q",
			len(named), c.cfg.Calendar)), "write the id of the one that is meant as outlook.calendar: "+
			strings.Join(ids(named), ", "))
	}
	return nil, words.Mend(words.Say(calendar.ErrAbsent, fmt.Sprintf("the mailbox has no calendar with the name or id %q; "+
		"nothing is cancelled", c.cfg.Calendar)), "write one of these as outlook.calendar: "+strings.Join(there, ", "))
}

// all lists the calendars of the mailbox.
func (c *Calendar) all(ctx context.Context) (list []models.Calendarable, err error) {
	next := c.graph.address(query{"$select": "id,name,canEdit,isDefaultCalendar", "$top": "100"},
		append(mailbox(c.cfg.User), "calendars")...)
	for range maxPages {
		var page models.CalendarCollectionResponseable
		err := c.read(ctx, "list calendars", func(ctx context.Context) (err error) {
			page, err = users.NewItemCalendarsRequestBuilder(next, c.graph.adapter).Get(ctx,
				&users.ItemCalendarsRequestBuilderGetRequestConfiguration{Headers: headers(nil)})
			if err == nil && (page == nil || page.GetValue() == nil) {
				err = errStrange
			}
			return err
		})
		if err != nil {
			return nil, c.aboutCalendar(err)
		}
		for _, cal := range page.GetValue() {
			if cal != nil {
				list = append(list, cal)
			}
		}
		following := text(page.GetOdataNextLink())
		if following == "" || following == next || !c.graph.ownLink(following) {
			break
		}
		next = following
	}
	return list, nil
}

// List implements calendar.Lister. The default calendar is the one that is chosen by writing nothing.
func (c *Calendar) List(ctx context.Context) ([]calendar.Listed, error) {
	all, err := c.all(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]calendar.Listed, 0, len(all))
	for _, cal := range all {
		listed := calendar.Listed{Name: text(cal.GetName()), ID: text(cal.GetId()), ReadOnly: cal.GetCanEdit() != nil &&
			!*cal.GetCanEdit()}
		if cal.GetIsDefaultCalendar() != nil && *cal.GetIsDefaultCalendar() {
			listed.ID = ""
		}
		list = append(list, listed)
	}
	return list, nil
}

// maxNames is how many calendars a sentence names.
const maxNames = 20

// ids are those of calendars.
func ids(list []models.Calendarable) []string {
	var out []string
	for _, cal := range list {
		out = append(out, text(cal.GetId()))
	}
	return out
}

func (c *Calendar) locatedAs(box []string, cal models.Calendarable) []string {
	id := text(cal.GetId())
	return c.located(append(box, "calendars", id), id, cal.GetCanEdit() != nil && !*cal.GetCanEdit())
}

func (c *Calendar) located(path []string, id string, readOnly bool) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.path, c.id, c.readOnly = path, id, readOnly
	return slices.Clone(path)
}

// standing proves that the calendar is there.
func (c *Calendar) standing(ctx context.Context) error {
	_, err := c.look(ctx)
	return err
}

// look reads what is said of the calendar as a whole.
func (c *Calendar) look(ctx context.Context) (cal models.Calendarable, err error) {
	path, err := c.locate(ctx)
	if err != nil {
		return nil, err
	}
	err = c.read(ctx, "read the calendar", func(ctx context.Context) (err error) {
		cal, err = users.NewItemCalendarRequestBuilder(c.graph.address(query{"$select": "id,name,canEdit,owner"},
			path...), c.graph.adapter).Get(ctx,
			&users.ItemCalendarRequestBuilderGetRequestConfiguration{Headers: headers(nil)})
		if err == nil && (cal == nil || text(cal.GetId()) == "") {
			err = errStrange
		}
		return err
	})
	if err != nil {
		return nil, c.aboutCalendar(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readOnly = cal.GetCanEdit() != nil && !*cal.GetCanEdit()
	return cal, nil
}

// rights finds out whether the calendar can be written: when everything is read, and each time while it could not be
// written the last time. That it cannot be any more shows with a write that is refused.
func (c *Calendar) rights(ctx context.Context, everything, before bool) error {
	c.mu.Lock()
	ask := everything || before || c.readOnly
	c.mu.Unlock()
	if !ask {
		return nil
	}
	return c.standing(ctx)
}

// whose names the calendar: its mailbox, and its id where it is not the default one. Whose mailbox a person has signed
// in to is asked once for each sign-in: it may be another person the next time.
func (c *Calendar) whose(ctx context.Context) (string, error) {
	owner := c.cfg.User
	if owner == "" {
		grant, _ := c.cfg.Grants.Standing(c.cfg.GrantFile)
		c.mu.Lock()
		known := c.signedIn.Equal(grant.SignedIn)
		owner = c.owner
		c.mu.Unlock()
		if !known || owner == "" {
			cal, err := c.look(ctx)
			if err != nil {
				return "", err
			}
			if owner = text(cal.GetId()); cal.GetOwner() != nil && text(cal.GetOwner().GetAddress()) != "" {
				owner = text(cal.GetOwner().GetAddress())
			}
			c.mu.Lock()
			c.owner, c.signedIn = owner, grant.SignedIn
			c.mu.Unlock()
		}
	}
	return strings.TrimSpace(owner + " " + c.calendarID()), nil
}

// Introduce says which calendar it is that can be read, and whether it can be changed, to whoever has just signed in.
func (c *Calendar) Introduce(ctx context.Context) (calendar.Introduction, error) {
	cal, err := c.look(ctx)
	if err != nil {
		return calendar.Introduction{}, err
	}
	said := fmt.Sprintf("calendar %q", text(cal.GetName()))
	if owner := cal.GetOwner(); owner != nil && text(owner.GetAddress()) != "" {
		said += " of " + text(owner.GetAddress())
	}
	if cal.GetCanEdit() != nil && !*cal.GetCanEdit() {
		return calendar.Introduction{Sentence: said + " can be read, and not changed", ReadOnly: true,
			Cure: "its owner has to share it with the right to edit"}, nil
	}
	return calendar.Introduction{Sentence: said + " can be read and changed"}, nil
}
