package outlook

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

// SetLink makes l the event's link, or takes it out, in one PATCH: Exchange mails the attendees for each one that
// touches what they see, and nothing can prevent it. Only what differs is sent. The exceptions of a series that have to
// be written as well get a PATCH each.
func (c *Calendar) SetLink(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Event{}, fmt.Errorf("outlook: write event %s: %w", id, err)
	}
	if isDate(id) {
		return c.setDate(ctx, id, version, l)
	}
	c.mu.Lock()
	held, ok := c.held[id]
	c.mu.Unlock()
	if ok && held.Version == version && held.Denied == "" && patchless(&held, l) {
		return held, nil
	}
	// the body is always the one of just now: whether every server minds If-Match is not certain
	e, err := c.get(ctx, id, exceptionsQuery)
	if err != nil {
		return calendar.Event{}, err
	}
	ev, err := c.event(e)
	if err != nil {
		return calendar.Event{}, err
	}
	if err := ev.Takes(version); err != nil {
		return calendar.Event{}, fmt.Errorf("outlook: event %s: %w", id, err)
	}
	return c.write(ctx, e, ev, l)
}

// write brings an event, and its exceptions, in line with l, and returns what Exchange has made of it. Only a reading
// shows that: it rewrites the HTML, and the answer lacks the properties.
func (c *Calendar) write(ctx context.Context, e models.Eventable, ev calendar.Event,
	l calendar.Link) (after calendar.Event, err error) {
	before := ev.Location
	if l.Mark == "" && len(ev.Lacking(l)) > 0 {
		// Out of the exceptions first: as long as the series shows the link, it is known that something is left to do.
		if e, ev, err = c.unlinked(ctx, e, &ev, l); err != nil {
			return calendar.Event{}, err
		}
	}
	p, err := patchFor(&ev, e, l)
	if err != nil {
		return calendar.Event{}, fmt.Errorf("outlook: event %s: %w", ev.ID, err)
	}
	if p != nil {
		if err := c.patch(ctx, ev.ID, ev.Version, p); err != nil {
			return calendar.Event{}, err
		}
		if ev, err = c.reread(ctx, ev.ID); err != nil {
			return calendar.Event{}, err
		}
		if err := believe(&ev, l); err != nil {
			return ev, err
		}
	}
	if l.Mark != "" && len(ev.Lacking(l)) > 0 {
		if err := c.setExceptions(ctx, &ev, before, l); err != nil {
			return calendar.Event{}, err
		}
		return c.reread(ctx, ev.ID)
	}
	c.hold(ev)
	return ev, nil
}

// reread is an event after a write of ours.
func (c *Calendar) reread(ctx context.Context, id string) (calendar.Event, error) {
	ev, err := c.Get(ctx, id)
	if err == nil {
		c.wrote(id, ev.Version)
	}
	return ev, err
}

// patchless reports whether an event holds exactly l already.
func patchless(ev *calendar.Event, l calendar.Link) bool {
	marked := ev.Link.Mark == l.Mark && (l.Mark == "" || ev.Link.Tag == l.Tag)
	titled := l.Title == nil || *l.Title == ev.Title
	located := l.Location == nil || *l.Location == ev.Location
	same := marked && titled && located && len(ev.Lacking(l)) == 0
	if l.Mark == "" {
		return same && ev.Link.Block == "" && ev.Link.Tag == ""
	}
	return same && l.ShownBy(ev.Link.Block)
}

// patchFor is the least change that makes l the link of an event: a fresh model with nothing else in it. nil is no
// change.
func patchFor(ev *calendar.Event, e models.Eventable, l calendar.Link) (models.Eventable, error) {
	p := models.NewEvent()
	changed := false
	splice := calendar.Splice
	if ev.HTML {
		splice = calendar.SpliceHTML
	}
	start, end, with := splice(ev.Description, l)
	if start != end || with != "" {
		description := ev.Description[:start] + with + ev.Description[end:]
		if ev.HTML && l.Mark != "" && !calendar.SameBlock(calendar.BlockInHTML(description), l.Block) {
			return nil, words.Mend(fmt.Errorf(
				"%w: the HTML of its text is broken, and a link in it would not be seen", calendar.ErrDenied),
				"write the text anew")
		}
		p.SetBody(bodyOf(description, ev.HTML))
		changed = true
	}
	if l.Title != nil && *l.Title != ev.Title {
		p.SetSubject(l.Title)
		changed = true
	}
	if setPlaces(p, ev, e, l) {
		changed = true
	}
	tag := l.Tag
	if l.Mark == "" {
		tag = ""
	}
	if ev.Link.Mark != l.Mark || ev.Link.Tag != tag {
		p.SetSingleValueExtendedProperties([]models.SingleValueLegacyExtendedPropertyable{property(markProperty,
			strings.TrimSpace(l.Mark+" "+tag))})
		changed = true
	}
	if !changed {
		return nil, nil
	}
	return p, nil
}

func bodyOf(content string, isHTML bool) models.ItemBodyable {
	body, kind := models.NewItemBody(), models.TEXT_BODYTYPE
	if isHTML {
		kind = models.HTML_BODYTYPE
	}
	body.SetContent(&content)
	body.SetContentType(&kind)
	return body
}

// property is an extended property with its value. Both always have to be there.
func property(id, value string) models.SingleValueLegacyExtendedPropertyable {
	if value == "" {
		value = noValue
	}
	p := models.NewSingleValueLegacyExtendedProperty()
	p.SetId(&id)
	p.SetValue(&value)
	return p
}

// setPlaces puts the link beside the places that the event has, or takes it out from among them. Rooms stay: a PATCH
// replaces all places, so they are sent along as they are.
func setPlaces(p models.Eventable, ev *calendar.Event, e models.Eventable, l calendar.Link) bool {
	shows := l.Mark != "" && l.Location != nil && strings.Contains(*l.Location, l.JoinURL)
	switch {
	case l.Mark != "" && l.Location == nil, l.Location != nil && *l.Location == ev.Location:
		return false
	case l.Location != nil && !shows:
		setPlace(p, *l.Location)
		return true
	}
	kept, gone := otherPlaces(e, l, ev.Link.JoinURL, shows && *l.Location == l.JoinURL)
	switch {
	case shows && len(kept) == 0:
		setPlace(p, l.JoinURL)
		return true
	case shows:
		place := models.NewLocation()
		place.SetDisplayName(&l.JoinURL)
		p.SetLocations(append(kept, place))
		return true
	case !gone:
		return false
	case len(kept) == 0:
		setPlace(p, "")
		return true
	}
	p.SetLocations(kept)
	return true
}

// otherPlaces are the places of an event but for the link, as fresh models: those that came with an answer are not to
// be sent back. alone says that nothing but the link is wanted beside rooms: what else is there was the tag.
func otherPlaces(e models.Eventable, l calendar.Link, shown string,
	alone bool) (kept []models.Locationable, gone bool) {
	for _, place := range e.GetLocations() {
		if place == nil {
			continue
		}
		name := text(place.GetDisplayName())
		for _, url := range []string{l.Was.JoinURL, shown, l.JoinURL} {
			if rest, ok := calendar.WithoutLink(name, url); ok {
				name, gone = rest, true
			}
		}
		isRoom := text(place.GetLocationEmailAddress()) != ""
		if name == "" || alone && !isRoom {
			continue
		}
		to := models.NewLocation()
		to.SetDisplayName(&name)
		to.SetLocationEmailAddress(place.GetLocationEmailAddress())
		to.SetLocationType(place.GetLocationType())
		to.SetLocationUri(place.GetLocationUri())
		to.SetUniqueId(place.GetUniqueId())
		to.SetUniqueIdType(place.GetUniqueIdType())
		to.SetAddress(copyAddress(place.GetAddress()))
		to.SetCoordinates(copyCoordinates(place.GetCoordinates()))
		kept = append(kept, to)
	}
	return kept, gone
}

func copyAddress(from models.PhysicalAddressable) models.PhysicalAddressable {
	if from == nil {
		return nil
	}
	to := models.NewPhysicalAddress()
	to.SetStreet(from.GetStreet())
	to.SetCity(from.GetCity())
	to.SetState(from.GetState())
	to.SetPostalCode(from.GetPostalCode())
	to.SetCountryOrRegion(from.GetCountryOrRegion())
	return to
}

func copyCoordinates(from models.OutlookGeoCoordinatesable) models.OutlookGeoCoordinatesable {
	if from == nil {
		return nil
	}
	to := models.NewOutlookGeoCoordinates()
	to.SetLatitude(from.GetLatitude())
	to.SetLongitude(from.GetLongitude())
	to.SetAltitude(from.GetAltitude())
	to.SetAccuracy(from.GetAccuracy())
	to.SetAltitudeAccuracy(from.GetAltitudeAccuracy())
	return to
}

func setPlace(p models.Eventable, name string) {
	place := models.NewLocation()
	place.SetDisplayName(&name)
	p.SetLocation(place)
}

// patch sends a change that is based on a version. It is sent once: after a lost answer nobody knows whether it took
// effect, and attendees would be mailed twice.
func (c *Calendar) patch(ctx context.Context, id, version string, p models.Eventable) error {
	path, err := c.locate(ctx)
	if err != nil {
		return err
	}
	address, more := c.graph.address(nil, append(path, "events", id)...), map[string]string{}
	if isETag(version) {
		more["If-Match"] = version
	}
	err = c.once(ctx, "write event "+id, func(ctx context.Context) error {
		_, err := users.NewItemCalendarEventsEventItemRequestBuilder(address, c.graph.adapter).Patch(ctx, p,
			&users.ItemCalendarEventsEventItemRequestBuilderPatchRequestConfiguration{Headers: headers(more)})
		if k, ok := ctx.Value(keptKey{}).(*kept); ok && k.status >= 200 && k.status < 300 {
			return nil // whatever the answer holds: what has become of the event is read next
		}
		return err
	})
	if errors.Is(err, calendar.ErrDenied) { // it may be shared for reading only by now
		err = errors.Join(err, c.standing(ctx))
	}
	if refused, ok := asMissing(err); ok {
		// whether it is gone is for Get to find out
		return fmt.Errorf("outlook: event %s: %w%s", id, calendar.ErrConflict, refused.said)
	}
	return err
}

// believe compares what the event now is with what was sent: some changes are answered with success and not kept.
func believe(after *calendar.Event, l calendar.Link) error {
	what := after.Unkept(l)
	if what == "" {
		return nil
	}
	return fmt.Errorf("outlook: %w: Microsoft accepted the change of event %s and did not keep it (%s)",
		calendar.ErrDenied, after.ID, what)
}
