package google

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

// Limits of Google's: a longer value of a private property is cut off without a word, and a longer description is said
// to be.
const (
	maxProperty    = 1024 // characters
	maxDescription = 8192 // characters
)

// SetLink makes l the event's link, or takes it out. Only what differs is sent, and only if the event is still at
// version. The exceptions of a series are brought in line with it.
func (c *Calendar) SetLink(ctx context.Context, id, version string, l calendar.Link) (calendar.Event, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Event{}, fmt.Errorf("google: write event %s: %w", id, err)
	}
	if _, _, isDate := calendar.CutDate(id); isDate {
		return c.setDate(ctx, id, version, l)
	}
	now, err := c.current(ctx, id, version)
	if err != nil {
		return calendar.Event{}, err
	}
	ev := now.event
	if err := ev.Takes(version); err != nil {
		return calendar.Event{}, fmt.Errorf("google: event %s: %w", id, err)
	}
	p, err := patchFor(&ev, l)
	if err != nil {
		return calendar.Event{}, fmt.Errorf("google: event %s: %w", id, err)
	}
	if p, err = bind(p, now, l); err != nil {
		return calendar.Event{}, fmt.Errorf("google: event %s: %w", id, err)
	}
	var exceptions []*api.Event
	if ev.Series && l.Mark == "" {
		// Out of the exceptions first: as long as the series shows the link, it is known that something is left to do.
		if exceptions, err = c.setExceptions(ctx, now, l); err != nil {
			return calendar.Event{}, err
		}
	}
	after, written := ev, (*api.Event)(nil)
	if p != nil {
		if written, err = c.patch(ctx, id, ev.Version, p); err != nil {
			return calendar.Event{}, err
		}
		after = c.event(written, exceptions, dateOf(written.Header))
	}
	if err := believe(&after, l); err != nil {
		return calendar.Event{}, err
	}
	if ev.Series && l.Mark != "" && (len(now.exceptions) > 0 || len(ev.Exceptions) > 0) {
		// Google may or may not hand a change of the series down to its exceptions, so they are read after it.
		if exceptions, err = c.setExceptions(ctx, now, l); err != nil {
			return calendar.Event{}, err
		}
	}
	if written == nil {
		c.compare(&after, exceptions)
		return after, nil
	}
	after = c.event(written, exceptions, dateOf(written.Header))
	c.hold(after, written, exceptions)
	return after, nil
}

// bind adds to a change what names the event that the mark is written for.
func bind(p *api.Event, now held, l calendar.Link) (*api.Event, error) {
	want := ""
	switch {
	case l.Mark == "":
	case strings.HasSuffix(now.event.UID, "/"+now.event.ID):
		want = copyPrefix + now.event.ID
	default:
		want = now.event.ID
	}
	if len(want) > maxProperty {
		return nil, fmt.Errorf("%w: its id is too long to be kept", calendar.ErrDenied)
	}
	if now.bound == want || l.Mark == "" && p == nil {
		return p, nil
	}
	if p == nil {
		p = &api.Event{}
	}
	setProperty(p, boundProperty, want)
	return p, nil
}

// current is the event as this pass knows it, or as Google has it now.
func (c *Calendar) current(ctx context.Context, id, version string) (held, error) {
	known := func() (held, bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		h, ok := c.held[id]
		return h, ok
	}
	if h, ok := known(); ok && h.event.Version == version {
		return h, nil
	}
	ev, err := c.Get(ctx, id)
	if err != nil {
		return held{}, err
	}
	if h, ok := known(); ok && h.event.Version == ev.Version {
		return h, nil
	}
	return held{event: ev}, nil // another call has forgotten it meanwhile
}

// patchFor is the least change that makes l the link of ev; nil if it is that already.
func patchFor(ev *calendar.Event, l calendar.Link) (*api.Event, error) {
	p := &api.Event{}
	changed := false
	set := func(field *string, name, was, now string) {
		if was == now {
			return
		}
		changed = true
		if *field = now; now == "" {
			p.ForceSendFields = append(p.ForceSendFields, name)
		}
	}
	splice := calendar.Splice
	if ev.HTML {
		splice = calendar.SpliceHTML
	}
	start, end, with := splice(ev.Description, l)
	description := ev.Description[:start] + with + ev.Description[end:]
	if n := utf8.RuneCountInString(description); n > maxDescription && description != ev.Description && l.Mark != "" {
		return nil, fmt.Errorf("%w: the description would have %d characters, and Google keeps %d: shorten it by %d",
			calendar.ErrDenied, n, maxDescription, n-maxDescription)
	}
	if ev.HTML && l.Mark != "" && description != ev.Description {
		if !calendar.SameBlock(calendar.BlockInHTML(description), l.Block) {
			return nil, words.Mend(fmt.Errorf(
				"%w: the HTML of the description is broken, and a link in it would not be seen",
				calendar.ErrDenied), "write the description anew")
		}
	}
	set(&p.Description, "Description", ev.Description, description)
	set(&p.Location, "Location", ev.Location, locationFor(ev, l))
	if l.Title != nil {
		set(&p.Summary, "Summary", ev.Title, *l.Title)
	}
	tag := l.Tag
	if l.Mark == "" {
		tag = ""
	}
	if n := utf8.RuneCountInString(tag); n > maxProperty {
		return nil, fmt.Errorf("%w: the tag has %d characters, and no more than %d can be kept out of sight: shorten "+
			"its options", calendar.ErrDenied, n, maxProperty)
	}
	for key, values := range map[string][2]string{markProperty: {ev.Link.Mark, l.Mark},
		tagProperty: {ev.Link.Tag, tag}} {
		if values[0] != values[1] {
			changed = true
			setProperty(p, key, values[1])
		}
	}
	if l.DropMeet && ev.Meet {
		changed = true
		p.NullFields = append(p.NullFields, "ConferenceData")
	}
	if !changed {
		return nil, nil
	}
	return p, nil
}

// setProperty sets a private property, or takes it out.
func setProperty(p *api.Event, key, value string) {
	if p.ExtendedProperties == nil {
		// Forced: the library leaves an empty map out, together with the keys that are to be taken away.
		p.ExtendedProperties = &api.EventExtendedProperties{Private: map[string]string{},
			ForceSendFields: []string{"Private"}}
	}
	if value == "" {
		p.ExtendedProperties.NullFields = append(p.ExtendedProperties.NullFields, "Private."+key)
		return
	}
	p.ExtendedProperties.Private[key] = value
}

// locationFor is the location with the link: what l says, and without l that of ours gone.
func locationFor(ev *calendar.Event, l calendar.Link) string {
	if l.Location != nil {
		return *l.Location
	}
	for _, url := range []string{l.Was.JoinURL, ev.Link.JoinURL} {
		if rest, ok := calendar.WithoutLink(ev.Location, url); ok && l.Mark == "" {
			return rest
		}
	}
	return ev.Location
}

// patch sends a change that is based on a version. It is sent once: after a lost answer nobody knows whether it took
// effect, and the next reading shows it.
func (c *Calendar) patch(ctx context.Context, id, version string, p *api.Event) (*api.Event, error) {
	var written *api.Event
	announce := "none"
	if c.cfg.Announce {
		announce = "all"
	}
	err := c.once(ctx, "write event "+id, func(ctx context.Context) (err error) {
		call := c.events.Patch(c.own.Calendar, id, p).SendUpdates(announce).Fields(eventFields).Context(ctx)
		if slices.Contains(p.NullFields, "ConferenceData") {
			call = call.ConferenceDataVersion(1) // without it, Google does not look at conference data
		}
		call.Header().Set("If-Match", version)
		written, err = call.Do()
		if err == nil && (written == nil || written.Id != id) {
			err = errors.New("it is not about this event")
		}
		return err
	})
	var missing *refusedError
	if errors.As(err, &missing) && missing.missing() {
		// Whether it is gone is for Get to find out.
		return nil, fmt.Errorf("google: event %s: %w", id, calendar.ErrConflict)
	}
	if err != nil {
		return nil, err
	}
	c.wrote(written)
	return written, nil
}

// believe compares what Google says the event is with what was sent: some changes are answered with success and not
// made.
func believe(after *calendar.Event, l calendar.Link) error {
	kept := after.Link.Mark == l.Mark && (l.Mark == "" || calendar.SameBlock(after.Link.Block, l.Block))
	var what string
	switch {
	case !kept:
		what = "the link"
	case l.DropMeet && after.Meet:
		what = "that Google Meet is taken out"
	case l.Title != nil && strings.TrimSpace(after.Title) != strings.TrimSpace(*l.Title):
		what = "the title"
	case l.Location != nil && strings.TrimSpace(after.Location) != strings.TrimSpace(*l.Location):
		what = "the location"
	default:
		return nil
	}
	return fmt.Errorf("google: %w: Google accepted the change of event %s and did not make it (%s): is it somebody "+
		"else's event?", calendar.ErrDenied, after.ID, what)
}

// setExceptions brings the exceptions of a series in line with it, and returns them as they are then. One that fails
// does not keep the others from theirs.
func (c *Calendar) setExceptions(ctx context.Context, series held, l calendar.Link) ([]*api.Event, error) {
	uid := strings.TrimSuffix(series.event.UID, "/"+series.event.ID)
	exceptions, err := c.exceptions(ctx, series.event.ID, uid)
	if err != nil {
		return nil, err
	}
	var faults []error
	for i, x := range exceptions {
		if l.Shuns(x.Id) {
			continue
		}
		after, err := c.setException(ctx, &series.event, x, l)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		exceptions[i] = after
	}
	return exceptions, errors.Join(faults...)
}

// setException makes l the link of one exception, or takes it out. What has passed is left as it is, unless it holds a
// link that dies now.
func (c *Calendar) setException(ctx context.Context, series *calendar.Event, x *api.Event,
	l calendar.Link) (*api.Event, error) {
	ev := texts(x)
	linked := ev.Link.Mark != "" || ev.Link.Block != ""
	if x.Status == "cancelled" || c.hidden(x) || l.Mark != "" &&
		c.leaves(x, l.JoinURL, l.Was.JoinURL, series.Link.JoinURL) != "" {
		return x, nil
	}
	in := l.In(x.Id, ev.Link.Block)
	if in.Mark == "" && !linked {
		return x, nil
	}
	in.Title = nil
	if in.Location != nil && !in.TakesLocation(ev.Location, series.Location) {
		in.Location = nil // a place of its own
	}
	p, err := patchFor(&ev, in)
	if err != nil {
		return nil, fmt.Errorf("google: event %s: %w", x.Id, err)
	}
	if p == nil {
		return x, nil
	}
	written, err := c.patch(ctx, x.Id, x.Etag, p)
	if err != nil {
		return nil, err
	}
	after := texts(written)
	return written, believe(&after, in)
}

// over reports whether an exception has ended.
func (c *Calendar) over(x *api.Event) bool {
	c.mu.Lock()
	zone := c.envelope.zone
	c.mu.Unlock()
	if zone == nil {
		zone = c.cfg.Zone
	}
	return !moment(x.End, zone).at.After(c.cfg.Now())
}
