package caldav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/internal/icsobject"
	"zoomtag/providers/words"
)

// object is an object as the server gives it out, byte for byte.
type object struct {
	id   string
	date string // of a single date of its event, which the event then is
	raw  []byte
	etag string // as it came; "" where the server has none
	look
}

// readEvent is Get without its bounds.
func (c *Calendar) readEvent(ctx context.Context, id string) (calendar.Event, error) {
	o, err := c.open(ctx, id)
	if err != nil {
		return calendar.Event{}, err
	}
	return o.event, nil
}

// readDetails is Describe without its bounds.
func (c *Calendar) readDetails(ctx context.Context, id string) (calendar.Details, error) {
	o, err := c.open(ctx, id)
	if err != nil {
		return calendar.Details{}, err
	}
	d, err := c.reader.Describe(o.raw, o.id, o.uid)
	if err != nil {
		return calendar.Details{}, fmt.Errorf("caldav: %w", icsobject.Understood(id, err))
	}
	if o.date == "" {
		return d, nil
	}
	one, ok := d.Date(o.date)
	if !ok {
		return calendar.Details{}, fmt.Errorf("caldav: %w: what %s says of that date", calendar.ErrMalformed, o.id)
	}
	return one, nil
}

// open reads an object and the event in it, or the single date that the id names.
func (c *Calendar) open(ctx context.Context, id string) (*object, error) {
	series, date, isDate := calendar.CutDate(id) // no other id has a slash
	o, err := c.openObject(ctx, series)
	if err != nil || !isDate {
		return o, err
	}
	whole := o.event
	one, ok := whole.Date(date)
	if !ok {
		return nil, gone(id)
	}
	o.event, o.date = one, date
	return o, nil
}

func (c *Calendar) openObject(ctx context.Context, id string) (*object, error) {
	p, err := c.locate(ctx)
	if err != nil {
		return nil, err
	}
	o, err := c.download(ctx, p, id)
	if asMissing(err) {
		if err := c.standing(ctx, p); err != nil { // a calendar that is gone answers the same
			return nil, err
		}
		return nil, gone(id)
	}
	if err != nil {
		return nil, err
	}
	if o.look, err = c.examine(id, o.etag, o.raw, true); err != nil {
		return nil, err
	}
	if o.plain {
		return nil, noEvent(id)
	}
	o.id = id
	return o, nil
}

// download reads an object with its ETag. Where that does not come along, or only a weak one, as from behind some
// proxies, the server is asked for it, and the object read once more, so that both belong together.
func (c *Calendar) download(ctx context.Context, p *place, id string) (*object, error) {
	o, err := c.downloadOnce(ctx, p, id)
	if err != nil || isStrong(o.etag) {
		return o, err
	}
	list, err := c.propfind(ctx, "read the version of "+id, c.object(p, id), "0", etagProperty)
	if err != nil || len(list) == 0 || !isStrong(list[0].ETag) {
		return o, err
	}
	again, err := c.downloadOnce(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(again.raw, o.raw) {
		again.etag = list[0].ETag
	}
	return again, nil
}

func (c *Calendar) downloadOnce(ctx context.Context, p *place, id string) (*object, error) {
	var o *object
	// Compressed answers have other ETags, or weak ones, with some servers.
	header := map[string]string{"Accept": "text/calendar", "Accept-Encoding": "identity"}
	err := c.read(ctx, call{what: "read event " + id, method: http.MethodGet, url: c.object(p, id), header: header},
		func(a *answer, body io.Reader) error {
			raw, err := io.ReadAll(io.LimitReader(body, maxObject+1))
			if err != nil {
				return &brokenError{text: "the answer broke off"}
			}
			if len(raw) > maxObject {
				return fmt.Errorf("%w: it has more than the %d bytes that are accepted", calendar.ErrMalformed,
					maxObject)
			}
			o = &object{raw: raw, etag: a.header.Get("ETag")}
			return nil
		})
	return o, err
}

// SetLink makes l the event's link, or takes it out. What is written differs from what was just read in the lines of
// the link alone.
func (c *Calendar) SetLink(ctx context.Context, id, ver string, l calendar.Link) (calendar.Event, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	o, err := c.open(ctx, id)
	if err != nil {
		return calendar.Event{}, err
	}
	switch {
	case o.event.Version != ver:
		return calendar.Event{}, fmt.Errorf("caldav: event %s: %w", id, calendar.ErrConflict)
	case o.event.Denied != "":
		return calendar.Event{}, words.Mend(fmt.Errorf("caldav: %w: event %s: %s", calendar.ErrDenied, id,
			o.event.Denied), o.event.Cure)
	}
	out, err := c.linked(o, l)
	if err != nil {
		return calendar.Event{}, fmt.Errorf("caldav: the link cannot be written: %w", icsobject.Understood(id, err))
	}
	if bytes.Equal(out, o.raw) {
		return o.event, nil
	}
	if o.event.Sealed != "" {
		return calendar.Event{}, words.Mend(fmt.Errorf("caldav: %w: event %s: %s", calendar.ErrDenied, id,
			o.event.Sealed), o.event.Cure)
	}
	if err := c.put(ctx, o.id, o.etag, out); err != nil {
		return calendar.Event{}, err
	}
	// Many servers keep something else than what they were given, whatever ETag they answer with.
	after, err := c.open(ctx, id)
	if err != nil {
		return calendar.Event{}, err
	}
	c.wrote(o.id, after.event.Version)
	return after.event, believe(&after.event, l)
}

// linked is an object with the link of its event, or of one date.
func (c *Calendar) linked(o *object, l calendar.Link) ([]byte, error) {
	if o.date == "" {
		return c.reader.SetLink(o.raw, o.uid, l)
	}
	doc, err := ical.Parse(o.raw, c.reader.Limits)
	if err != nil {
		return nil, err
	}
	out, err := c.reader.LinkDate(doc, o.uid, o.date, l)
	if err != nil {
		return nil, err
	}
	return out.Raw(), nil
}

// put writes an object that is based on a version. It is sent once. Where the server has no strong ETag, that the
// object was read a moment ago is all there is.
func (c *Calendar) put(ctx context.Context, id, etag string, raw []byte) error {
	p, err := c.locate(ctx)
	if err != nil {
		return err
	}
	header := map[string]string{"Content-Type": "text/calendar; charset=utf-8"}
	if isStrong(etag) {
		header["If-Match"] = etag
	}
	r := call{what: "write event " + id, method: http.MethodPut, url: c.object(p, id), header: header,
		body: string(raw)}
	err = c.once(ctx, r, func(a *answer, body io.Reader) error {
		if a.status != http.StatusMultiStatus {
			return nil
		}
		_, err := multistatus(ctx, body, func(r *response) error { // some servers say no inside of a success
			if status := r.status(); status >= http.StatusBadRequest {
				a.status = status
				if r.Error != nil {
					a.refusal = r.Error.refusal()
				}
				return errRefused
			}
			return nil
		})
		return err
	})
	var refused *refusedError
	switch {
	case asMissing(err):
		return fmt.Errorf("caldav: event %s: %w", id, calendar.ErrConflict) // whether it is gone is for Get to find out
	case errors.As(err, &refused) && refused.status == http.StatusForbidden:
		c.lookAgain(ctx, p, false) // it may be shared for reading only by now
		c.noteRefusal()
	}
	return err
}

// believe compares what the event now is with what was sent: some servers drop what they do not know.
func believe(after *calendar.Event, l calendar.Link) error {
	what := after.Unkept(l)
	if what == "" {
		return nil
	}
	return fmt.Errorf("caldav: %w: the server accepted the change of event %s and did not keep it (%s)",
		calendar.ErrDenied, after.ID, what)
}
