package outlooktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// mostInBatch is how many requests go into one $batch.
const mostInBatch = 20

// batchWidth is on how many of them the service works at once. They count among those of the mailbox.
const batchWidth = 4

// part is one request of a $batch.
type part struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// runBatch is $batch. Its own status is 200 whatever becomes of the requests in it. They run one after the other.
func (c *call) runBatch() answer {
	raw, _ := json.Marshal(c.body) // just decoded
	var batch struct {
		Requests []part `json:"requests"`
	}
	err := json.Unmarshal(raw, &batch)
	if what := wrongBatch(c.r, batch.Requests); err != nil || what != "" {
		c.ComplainOf(c.r, "a batch that cannot be read: "+what)
		return fail(http.StatusBadRequest, "BadRequest", "Invalid batch payload format. "+what)
	}
	failed := map[string]bool{}
	var responses []any
	for _, p := range batch.Requests {
		var a answer
		if slices.ContainsFunc(p.DependsOn, func(id string) bool { return failed[id] }) {
			a = fail(http.StatusFailedDependency, "FailedDependency",
				"The request was not run because one that it depends on has failed.")
		} else {
			a = c.runPart(p, min(len(batch.Requests), batchWidth))
		}
		failed[p.ID] = a.Status >= 400
		headers := JSON{"Content-Type": "application/json"}
		for _, name := range []string{"Retry-After", "Etag", "Preference-Applied", "Location", "Content-Type"} {
			if v := a.Header.Get(name); v != "" {
				headers[name] = v
			}
		}
		responses = append(responses, JSON{"id": p.ID, "status": a.Status, "headers": headers, "body": a.Body})
	}
	slices.Reverse(responses) // in no order that can be relied on
	return ok(JSON{"responses": responses})
}

// wrongBatch says what is wrong with a batch as a whole.
func wrongBatch(r *http.Request, parts []part) string {
	if r.Method != http.MethodPost {
		return "It has to be POST."
	}
	if len(parts) == 0 || len(parts) > mostInBatch {
		return "Number of batch request steps exceeds the maximum value of 20, or there is none."
	}
	seen := map[string]bool{}
	for _, p := range parts {
		switch {
		case p.ID == "" || seen[p.ID]:
			return "Each request needs an id of its own."
		case slices.ContainsFunc(p.DependsOn, func(id string) bool { return !seen[id] }):
			return "A request depends on none that comes before it."
		case !strings.HasPrefix(p.URL, "/") || strings.HasPrefix(p.URL, base):
			return "The url of a request is relative to the version."
		case len(p.Body) > 0 && !strings.HasPrefix(contentType(p.Headers), "application/json"):
			return "A request with a body needs a Content-Type."
		}
		seen[p.ID] = true
	}
	return ""
}

func contentType(headers map[string]string) string {
	for name, v := range headers {
		if strings.EqualFold(name, "Content-Type") {
			return v
		}
	}
	return ""
}

// runPart is one request of the batch, as if it had come by itself.
func (c *call) runPart(p part, width int) answer {
	r, err := http.NewRequestWithContext(c.r.Context(), p.Method, c.URL()+strings.TrimSuffix(base, "/")+p.URL, nil)
	if err != nil {
		return fail(http.StatusBadRequest, "BadRequest", "The url of the request cannot be read.")
	}
	for name, v := range p.Headers {
		r.Header.Set(name, v)
	}
	r.Header.Set("Authorization", c.r.Header.Get("Authorization"))
	inner := c.newCall(r)
	inner.batch, inner.width = p.ID, width
	a, f := inner.run(p.Body)
	if f != nil {
		a = a.With(f)
		if f.Cut || f.Half {
			a = fail(http.StatusGatewayTimeout, "UnknownError", "")
		}
		if text, raw := a.Body.(string); raw {
			var decoded JSON
			if json.Unmarshal([]byte(text), &decoded) == nil {
				a.Body = decoded
			}
		}
	}
	inner.keep(a.Status, f)
	return inner.dressed(a)
}
