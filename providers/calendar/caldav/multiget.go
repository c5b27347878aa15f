package caldav

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"zoomtag/providers/calendar"
	"zoomtag/providers/internal/rest"
)

// mostAtOnce is how many objects are asked for with one report.
const mostAtOnce = 100

// readSeveral is MultiGet without its bounds.
func (c *Calendar) readSeveral(ctx context.Context, ids []string) (map[string]calendar.Got, error) {
	p, err := c.locate(ctx)
	if err != nil {
		return nil, err
	}
	got := map[string]calendar.Got{}
	if c.unsure() {
		return got, nil
	}
	ids = slices.DeleteFunc(slices.Clone(ids), isDate)
	for chunk := range slices.Chunk(ids, mostAtOnce) {
		err := c.multiget(ctx, p, chunk, func(id string, status int, now props) {
			if _, told := got[id]; told {
				return
			}
			switch { // what is said not to be there is left to Get, which has it proven
			case status == http.StatusOK && now.Data != nil:
				l, err := c.examine(id, now.ETag, []byte(*now.Data), true)
				if err == nil && l.plain {
					return
				}
				got[id] = calendar.Got{Event: l.event, Err: err}
			}
		})
		if errors.Is(err, errNotXML) {
			continue // Get reads them one by one, each as it is
		}
		if err != nil {
			return got, c.aboutCalendar(err)
		}
	}
	return got, nil
}

// isDate reports whether an id is that of a single date of a series, which is read with its series.
func isDate(id string) bool {
	_, _, is := calendar.CutDate(id)
	return is
}

func gone(id string) error { return fmt.Errorf("caldav: event %s: %w", id, calendar.ErrGone) }

func noEvent(id string) error {
	return fmt.Errorf("caldav: %w: %s no longer holds an event", calendar.ErrGone, id)
}

// multiget asks for some objects and shows what is said of each of them.
func (c *Calendar) multiget(ctx context.Context, p *place, ids []string,
	each func(id string, status int, now props)) error {
	type told struct {
		id     string
		status int
		now    props
	}
	asked := map[string]bool{}
	hrefs := make([]string, len(ids))
	for i, id := range ids {
		hrefs[i], asked[id] = c.object(p, id).EscapedPath(), true
	}
	var list []told
	r := call{what: fmt.Sprintf("read %d events", len(ids)), method: methodReport, url: p.url, body: multiget(hrefs),
		header: xmlHeaders("1"), within: rest.ReportTime}
	err := c.read(ctx, r, func(_ *answer, body io.Reader) error {
		list = nil
		_, err := multistatus(ctx, body, func(r *response) error {
			for _, href := range r.Hrefs {
				if id, is := c.id(p, href); is == anObject && asked[id] {
					list = append(list, told{id, r.status(), r.found()})
				}
			}
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range list {
		each(t.id, t.status, t.now)
	}
	return nil
}

// fetch reads objects whose content a listing did not show. What cannot be had like this is left for Get.
func (c *Calendar) fetch(ctx context.Context, p *place, ids []string) ([]calendar.Change, error) {
	return c.fetchWith(ctx, p, ids, c.change)
}

func (c *Calendar) fetchWith(ctx context.Context, p *place, ids []string,
	as func(id, etag, data string) calendar.Change) ([]calendar.Change, error) {
	list := make([]calendar.Change, 0, len(ids))
	for chunk := range slices.Chunk(ids, mostAtOnce) {
		told := map[string]bool{}
		err := c.multiget(ctx, p, chunk, func(id string, status int, now props) {
			if told[id] {
				return
			}
			switch {
			case status == http.StatusNotFound || status == http.StatusGone:
				list = append(list, calendar.Change{ID: id, Deleted: true})
			case status == http.StatusOK && now.Data != nil:
				list = append(list, as(id, now.ETag, *now.Data))
			default:
				return
			}
			told[id] = true
		})
		if err != nil && !errors.Is(err, errNotXML) {
			return nil, err
		}
		for _, id := range chunk {
			if !told[id] {
				list = append(list, calendar.Change{ID: id})
			}
		}
	}
	return list, nil
}
