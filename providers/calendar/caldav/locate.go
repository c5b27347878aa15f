package caldav

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

// How changes are found, by what the server offers.
const (
	bySync = "sync" // sync-collection reports (RFC 6578): one small request says what has changed
	byCTag = "ctag" // one value for the whole collection; if it has changed, all ETags are listed
	byETag = "etag" // all ETags, each time
)

// place is where the collection is, and what is known of it.
type place struct {
	url      *url.URL // with a slash at its end
	mode     string
	name     string
	readOnly bool
	// secret says that the server does not tell whether it may be written to: it is taken as so until a write is
	// refused.
	secret bool
	// own says that it is at the configured address, and was not chosen among those found there.
	own bool
}

// locate finds the collection: at Config.URL, or from there on through the principal and the calendar home (RFC 6764,
// section 6).
func (c *Calendar) locate(ctx context.Context) (*place, error) {
	c.mu.Lock()
	known := c.place
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	found, err := c.search(ctx)
	if err != nil {
		return nil, c.aboutCalendar(err)
	}
	if err := c.checkTokens(ctx, found); err != nil {
		return nil, err
	}
	if found.mode == byETag {
		switch ctag, err := c.ctag(ctx, found); {
		case err != nil:
			return nil, err
		case ctag != "":
			found.mode = byCTag
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pinned != nil && c.pinned.String() != found.url.String() {
		return nil, words.Mend(words.Say(calendar.ErrAbsent, fmt.Sprintf("the calendar at %s is not found any more, and "+
			"another one is, at %s; nothing is cancelled", c.pinned.Path, found.url.Path)),
			"write the address of the one that is meant as caldav.url")
	}
	c.place = found
	return found, nil
}

// forget has the collection looked for anew.
func (c *Calendar) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.place = nil
}

// pin has the collection be this one, until everything is listed anew. Of the events of one calendar, another one says
// nothing.
func (c *Calendar) pin(at *url.URL) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pinned = at
}

// resource is what a PROPFIND says of one resource.
type resource struct {
	url *url.URL
	props
}

func (r *resource) isCalendar() bool { return r.Types.Calendar != nil }

// holdsEvents reports whether a calendar is for events; where nothing is said it is for everything (RFC 4791, section
// 5.2.3).
func (r *resource) holdsEvents() bool {
	if r.Components == nil || len(r.Components.List) == 0 {
		return true
	}
	for _, comp := range r.Components.List {
		if strings.EqualFold(comp.Name, "VEVENT") {
			return true
		}
	}
	return false
}

func (r *resource) place() *place {
	p := &place{url: withSlash(r.url), mode: byETag, name: strings.TrimSpace(r.Name), secret: r.Secret}
	for _, supported := range r.Reports.List {
		if supported.Sync != nil || supported.Bare != nil {
			p.mode = bySync
		}
	}
	if r.Privileges != nil && len(r.Privileges.List) > 0 {
		p.readOnly = true
		for _, privilege := range r.Privileges.List {
			if privilege.All != nil || privilege.Write != nil || privilege.WriteContent != nil {
				p.readOnly = false
			}
		}
	}
	return p
}

// denies says why nothing in a collection can be written, or nothing.
func (p *place) denies() (why, cure string) {
	const share = "its owner has to share it with the right to write"
	switch {
	case p == nil || !p.readOnly:
		return "", ""
	case p.secret:
		return "the server has refused a change of this calendar, and does not tell this account its rights; it is " +
			"tried again in a day", share
	}
	return "the calendar is shared for reading only", share
}

func withSlash(u *url.URL) *url.URL {
	if strings.HasSuffix(u.Path, "/") {
		return u
	}
	with := *u
	with.Path += "/"
	if with.RawPath != "" {
		with.RawPath += "/"
	}
	return &with
}

// search walks from the configured address to the collection.
func (c *Calendar) search(ctx context.Context) (*place, error) {
	start, err := c.entrance(ctx)
	if err != nil {
		return nil, err
	}
	if start.isCalendar() {
		p := start.place()
		p.own = true
		return p, nil
	}
	start, homes, err := c.homes(ctx, start)
	if err != nil {
		return nil, err
	}
	return c.chooseIn(ctx, start, homes)
}

// entrance looks at the configured address, or where the server says that calendars are.
func (c *Calendar) entrance(ctx context.Context) (*resource, error) {
	start, err := c.look(ctx, c.base)
	var refused *refusedError
	atRoot := strings.Trim(c.base.Path, "/") == ""
	var odd *brokenError
	notDAV := errors.As(err, &refused) && refused.status != http.StatusUnauthorized || errors.As(err, &odd) &&
		odd.answered
	saysNothing := err == nil && !start.isCalendar() && start.Principal.Href == "" && len(start.Homes.Hrefs) == 0
	if atRoot && (notDAV || saysNothing) {
		known, wellErr := c.wellKnown(ctx)
		if wellErr == nil || err == nil {
			start, err = known, wellErr
		}
	}
	if err != nil && notDAV && !atRoot {
		return nil, c.elsewhere(ctx, c.aboutCalendar(err))
	}
	if err != nil {
		return nil, err
	}
	return start, nil
}

// wellKnown looks where a server says that its calendars are (RFC 6764, section 5).
func (c *Calendar) wellKnown(ctx context.Context) (*resource, error) {
	root := *c.base
	root.Path, root.RawPath = "/", ""
	return c.look(ctx, root.JoinPath(".well-known", "caldav"))
}

// elsewhere adds to a failure where the server says that its calendars are. They are not looked for there: what was
// configured may have been a calendar, and another one is none in its place.
func (c *Calendar) elsewhere(ctx context.Context, err error) error {
	known, wellErr := c.wellKnown(ctx)
	if wellErr != nil || known.url.Path == c.base.Path {
		return err // it is all that there is to say
	}
	return words.Mend(words.Say(err, words.Cause(err)+"; the server says that its calendars are at "+
		known.url.Redacted()), "write that as caldav.url if you mean them")
}

// homes are the calendar homes of which a resource tells, by itself or by way of the principal, and the resource that
// has told.
func (c *Calendar) homes(ctx context.Context, start *resource) (*resource, []string, error) {
	if len(start.Homes.Hrefs) == 0 && start.Principal.Href != "" {
		principal, err := start.url.Parse(start.Principal.Href)
		if err != nil {
			return nil, nil, strange("the principal's address cannot be read")
		}
		if start, err = c.look(ctx, principal); err != nil {
			return nil, nil, err
		}
	}
	if len(start.Homes.Hrefs) == 0 {
		return nil, nil, words.Mend(words.Say(calendar.ErrAbsent, "there is no calendar at caldav.url, and nothing "+
			"there says where calendars are"), "write the address of the calendar itself, which calendar apps show in "+
			"the calendar's settings")
	}
	return start, start.Homes.Hrefs, nil
}

// chooseIn looks into the calendar homes. One that cannot be read matters only where nothing is found in the others.
func (c *Calendar) chooseIn(ctx context.Context, start *resource, homes []string) (*place, error) {
	calendars, unread := c.allIn(ctx, start, homes)
	chosen, err := c.choose(calendars)
	if err != nil && unread != nil {
		return nil, unread
	}
	return chosen, err
}

// allIn lists the calendars in all homes, each once; unread is why one of the homes could not be listed.
func (c *Calendar) allIn(ctx context.Context, start *resource, homes []string) (calendars []resource, unread error) {
	for _, home := range homes {
		at, err := start.url.Parse(strings.TrimSpace(home))
		if err != nil {
			unread = fmt.Errorf("caldav: list calendars: the server names an address that cannot be read (%s)",
				words.Cut(home, 80))
			continue
		}
		list, err := c.calendarsIn(ctx, withSlash(at))
		if err != nil {
			unread = err
			continue
		}
		for _, r := range list {
			if !slices.ContainsFunc(calendars,
				func(known resource) bool { return known.url.String() == r.url.String() }) {
				calendars = append(calendars, r)
			}
		}
	}
	return calendars, unread
}

// List implements calendar.Lister. Where the configured address is a calendar, it is the only one that is known.
func (c *Calendar) List(ctx context.Context) ([]calendar.Listed, error) {
	start, err := c.entrance(ctx)
	if err != nil {
		return nil, c.aboutCalendar(err)
	}
	if start.isCalendar() {
		return []calendar.Listed{{Name: strings.TrimSpace(start.Name), ReadOnly: start.place().readOnly}}, nil
	}
	start, homes, err := c.homes(ctx, start)
	if err != nil {
		return nil, c.aboutCalendar(err)
	}
	all, unread := c.allIn(ctx, start, homes)
	if unread != nil {
		return nil, c.aboutCalendar(unread)
	}
	list := make([]calendar.Listed, 0, len(all))
	for _, r := range all {
		listed := calendar.Listed{Name: strings.TrimSpace(r.Name), ID: r.url.Path, ReadOnly: r.place().readOnly}
		if listed.Name != "" && len(fitting(all, listed.Name)) == 1 {
			listed.ID = listed.Name
		}
		list = append(list, listed)
	}
	return list, nil
}

// look asks what a resource is.
func (c *Calendar) look(ctx context.Context, at *url.URL) (*resource, error) {
	list, err := c.propfind(ctx, "look for the calendar", at, "0", placeProperties)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("caldav: look for the calendar: %w", strange("it says nothing of what was asked for"))
	}
	return &list[0], nil
}

// calendarsIn lists the calendars for events in a calendar home.
func (c *Calendar) calendarsIn(ctx context.Context, home *url.URL) ([]resource, error) {
	list, err := c.propfind(ctx, "list calendars", home, "1", placeProperties)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(r resource) bool { return !r.isCalendar() || !r.holdsEvents() }), nil
}

// propfind asks for properties of a resource, or of one and those in it. What is said with another status than 200 is
// left out.
func (c *Calendar) propfind(ctx context.Context, what string, at *url.URL, depth, body string) ([]resource, error) {
	var list []resource
	err := c.read(ctx, call{what: what, method: methodPropfind, url: at, body: body, header: xmlHeaders(depth)},
		func(a *answer, r io.Reader) error {
			list = nil
			_, err := multistatus(ctx, r, func(r *response) error {
				if len(r.Hrefs) == 0 || r.status() != http.StatusOK {
					return nil
				}
				if u, err := a.url.Parse(strings.TrimSpace(r.Hrefs[0])); err == nil {
					list = append(list, resource{url: u, props: r.found()})
				}
				return nil
			})
			if depth == "0" && len(list) == 1 {
				list[0].url = a.url // as it was asked for, after redirects
			}
			return err
		})
	return list, err
}

func xmlHeaders(depth string) map[string]string {
	return map[string]string{"Content-Type": "application/xml; charset=utf-8", "Depth": depth,
		"Accept": "application/xml, text/xml"}
}

// choose takes the calendar that is meant.
func (c *Calendar) choose(calendars []resource) (*place, error) {
	meant := fitting(calendars, c.cfg.Calendar)
	switch {
	case len(meant) == 1:
		return meant[0].place(), nil
	case len(calendars) == 0:
		return nil, words.Mend(words.Say(calendar.ErrAbsent, "this account has no calendar for events; nothing is "+
			"cancelled"), "make one there, or check caldav.username")
	case len(meant) == 0:
		return nil, words.Mend(words.Say(calendar.ErrAbsent, fmt.Sprintf("the account has no calendar %q; nothing is "+
			"cancelled", c.cfg.Calendar)), "write one of these under caldav: "+choices(calendars, calendars))
	case c.cfg.Calendar != "":
		return nil, words.Mend(words.Say(calendar.ErrUnchosen, fmt.Sprintf("there are several calendars %q",
			c.cfg.Calendar)), "write the line of the one that is meant under caldav: "+choices(meant, calendars))
	}
	return nil, words.Mend(words.Say(calendar.ErrUnchosen, "there are several calendars, and none is chosen"),
		"write the line of the one that is meant under caldav: "+choices(meant, calendars))
}

// fitting are the calendars that a caldav.calendar can mean; an empty one fits all.
func fitting(calendars []resource, wanted string) (meant []resource) {
	for _, r := range calendars {
		at := r.url.Path
		if wanted == "" || strings.EqualFold(strings.TrimSpace(r.Name), wanted) || path.Base(at) == wanted ||
			strings.Trim(at, "/") == strings.Trim(wanted, "/") {
			meant = append(meant, r)
		}
	}
	return meant
}

// choices are the lines that choose one of the calendars in the list among all: by its name where no other goes by it,
// else by its address.
func choices(list, all []resource) string {
	lines := make([]string, 0, len(list))
	for _, r := range list {
		name, at := strings.TrimSpace(r.Name), r.url.Path
		if name != "" && len(fitting(all, name)) == 1 {
			lines = append(lines, fmt.Sprintf("calendar: %q (at %s)", name, at))
		} else {
			lines = append(lines, strings.TrimSuffix(fmt.Sprintf("calendar: %q (%s)", at, name), " ()"))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, " or ")
}

// standing proves that the collection is there, and that it is the one in which an event was looked for: one that was
// listed, or that the configuration names by its address.
func (c *Calendar) standing(ctx context.Context, p *place) error {
	r, err := c.look(ctx, p.url)
	if err != nil {
		return c.aboutCalendar(err)
	}
	if !r.isCalendar() || r.url.String() != p.url.String() {
		c.forget()
		return words.Mend(words.Say(calendar.ErrAbsent, "there is no calendar at "+p.url.Path+
			" any more; nothing is cancelled"), "correct caldav.url, or share the calendar again")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !p.own && (c.pinned == nil || c.pinned.String() != p.url.String()) {
		return fmt.Errorf("%w: the calendar at %s has not been listed yet: what is not in it may be in another one",
			calendar.ErrUnlisted, p.url.Path)
	}
	return nil
}

// lookAgain finds out what may be done with the collection now, and, on the next day, whether its sync tokens can be
// relied on. What cannot be found out stays as it was; a right that is secret does until the next day.
func (c *Calendar) lookAgain(ctx context.Context, p *place, nextDay bool) {
	r, err := c.look(ctx, p.url)
	if err != nil || !r.isCalendar() {
		c.cfg.Log.DebugContext(ctx, "the rights are not known anew", "reason", err)
		return
	}
	now := *p
	found := r.place()
	now.readOnly, now.secret = found.readOnly, found.secret
	if found.secret {
		now.readOnly = p.readOnly && !nextDay
	}
	if nextDay {
		if err := c.checkTokens(ctx, &now); err != nil {
			c.cfg.Log.DebugContext(ctx, "whether sync tokens can be relied on is not known anew", "reason", err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.place == p {
		c.place = &now
	}
}

// unsure reports whether only a write will tell if there is the right to write. Each event is then read by itself,
// right before it is settled: a refusal shows in the next one, before anything is begun for it.
func (c *Calendar) unsure() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.place != nil && c.place.secret && !c.place.readOnly
}

// noteRefusal takes a refused write for an answer where the server does not tell whether there is the right to write.
func (c *Calendar) noteRefusal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.place != nil && c.place.secret {
		now := *c.place
		now.readOnly = true
		c.place = &now
	}
}

// Introduce says which calendar it is that can be read, and whether it can be changed.
func (c *Calendar) Introduce(ctx context.Context) (calendar.Introduction, error) {
	c.forget()
	p, err := c.locate(ctx)
	if err != nil {
		return calendar.Introduction{}, err
	}
	said := fmt.Sprintf("calendar %q at %s", p.name, p.url.Path)
	if p.readOnly {
		return calendar.Introduction{Sentence: said + " can be read, and not changed", ReadOnly: true,
			Cure: "its owner has to share it with the right to write"}, nil
	}
	return calendar.Introduction{Sentence: said + " can be read and changed"}, nil
}
