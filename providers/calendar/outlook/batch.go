package outlook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	kjson "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"zoomtag/providers/calendar"
)

// mostInBatch is how many requests Graph takes in one $batch.
const mostInBatch = 20

// batched is one answer of a $batch.
type batched struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// readSeveral is MultiGet without its bounds.
func (c *Calendar) readSeveral(ctx context.Context, ids []string) (map[string]calendar.Got, error) {
	path, err := c.locate(ctx)
	if err != nil {
		return nil, err
	}
	path = append(path, "events")
	ids = slices.DeleteFunc(slices.Clone(ids), isDate)
	got := map[string]calendar.Got{}
	var missing []string
	for chunk := range slices.Chunk(ids, mostInBatch) {
		gone, err := c.getChunk(ctx, path, chunk, got)
		missing = append(missing, gone...)
		if err != nil {
			return got, err
		}
	}
	if len(missing) == 0 {
		return got, nil
	}
	if err := c.standing(ctx); err != nil { // a mailbox or calendar that is gone answers the same
		return got, err
	}
	for _, id := range missing {
		got[id] = calendar.Got{Err: fmt.Errorf("outlook: event %s: %w", id, calendar.ErrGone)}
	}
	return got, nil
}

// isDate reports whether an id is that of a single date of a series, which is read with its series.
func isDate(id string) bool {
	_, _, is := calendar.CutDate(id)
	return is
}

// getChunk reads as many events as fit into one request. It returns those of which Graph says that they are not there.
func (c *Calendar) getChunk(ctx context.Context, path, ids []string,
	got map[string]calendar.Got) (missing []string, err error) {
	events, missing, err := c.batch(ctx, path, ids, query{"$select": eventFields, "$expand": eventProperties})
	var series []string
	for id, e := range events {
		if e.GetRecurrence() != nil {
			series = append(series, id)
		}
	}
	if len(series) > 0 && err == nil {
		slices.Sort(series)
		var exceptions map[string]models.Eventable
		exceptions, _, err = c.batch(ctx, path, series, exceptionsQuery)
		for _, id := range series {
			if exceptions[id] == nil {
				delete(events, id) // Get finds out why
				continue
			}
			takeExceptions(events[id], exceptions[id])
			if c.readApart(ctx, path, events[id]) != nil {
				delete(events, id) // likewise
			}
		}
	} else if err != nil {
		for _, id := range series {
			delete(events, id)
		}
	}
	for id, e := range events {
		ev, err := c.event(e)
		if err == nil {
			c.hold(ev)
		}
		got[id] = calendar.Got{Event: ev, Err: err}
	}
	return missing, err
}

// batch reads events, in one request. What has failed is left out; the error is that of the request as a whole, or of
// Graph asking for a pause.
func (c *Calendar) batch(ctx context.Context, path, ids []string,
	q query) (events map[string]models.Eventable, missing []string, err error) {
	var answers []batched
	err = c.send(ctx, fmt.Sprintf("read %d events", len(ids)), true, func(ctx context.Context) (err error) {
		answers, err = c.graph.sendBatch(ctx, path, ids, q)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	events = map[string]models.Eventable{}
	for _, a := range answers {
		n, err := strconv.Atoi(a.ID)
		if err != nil || n < 0 || n >= len(ids) {
			continue // an answer to nothing that was asked
		}
		e, err := c.unpack(ctx, a, ids[n])
		var throttled *calendar.Throttled
		if errors.As(err, &throttled) {
			c.cfg.Lanes.pause(c.lane(), throttled)
			return events, missing, fmt.Errorf("outlook: read event %s: %w", ids[n], err)
		}
		if _, gone := asMissing(err); gone {
			missing = append(missing, ids[n])
		}
		if err == nil {
			events[ids[n]] = e
		}
	}
	return events, missing, nil
}

// sendBatch sends one $batch. The SDK has a client for it which cannot say what became of one of its requests.
func (g *graph) sendBatch(ctx context.Context, path, ids []string, q query) ([]batched, error) {
	type request struct {
		ID      string            `json:"id"`
		Method  string            `json:"method"`
		URL     string            `json:"url"` // below the version
		Headers map[string]string `json:"headers"`
	}
	requests := make([]request, len(ids))
	for i, id := range ids {
		address := strings.TrimPrefix(g.address(q, append(slices.Clone(path), id)...), g.base)
		requests[i] = request{ID: strconv.Itoa(i), Method: http.MethodGet, URL: address,
			Headers: map[string]string{"Prefer": preferences}}
	}
	body, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.base+"/$batch", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	res, err := g.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer struct {
		Responses []batched `json:"responses"`
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(raw, &answer) != nil || answer.Responses == nil {
		return nil, errStrange
	}
	return answer.Responses, nil
}

// unpack reads the event that one answer of a batch holds.
func (c *Calendar) unpack(ctx context.Context, a batched, id string) (e models.Eventable, err error) {
	answer := &kept{status: a.Status, header: http.Header{}, body: a.Body}
	for name, value := range a.Headers {
		answer.header.Set(name, value)
	}
	err = safely(ctx, func(context.Context) error {
		if a.Status != http.StatusOK {
			return errStrange
		}
		node, err := kjson.NewJsonParseNode(a.Body)
		if err != nil {
			return err
		}
		found, err := node.GetObjectValue(models.CreateEventFromDiscriminatorValue)
		if err != nil {
			return err
		}
		is, ok := found.(models.Eventable)
		if !ok || is == nil || text(is.GetId()) != id {
			return errStrange
		}
		e = is
		return nil
	})
	if err != nil {
		return nil, c.kind(answer, err)
	}
	return e, nil
}
