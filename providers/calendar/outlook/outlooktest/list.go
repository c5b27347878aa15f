package outlooktest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sizes of pages.
const (
	defaultPage = 10
	maxPage     = 1000
)

// longestView is how many days a calendar view may span.
const longestView = 1825

// listEvents is GET of the events of a calendar: single ones and series.
func (c *call) listEvents() answer {
	cal, a, found := c.named()
	if !found {
		return a
	}
	var items []item
	for _, e := range cal.standing() {
		items = append(items, item{event: e})
	}
	return c.list(items)
}

// standing are the events that lists show.
func (c *shelf) standing() []*event {
	if c.empty {
		return nil
	}
	var list []*event
	for _, e := range c.events {
		if !e.deleted && !e.hidden {
			list = append(list, e)
		}
	}
	return list
}

// listView is GET of a calendar view: single events, occurrences and exceptions, by their start.
func (c *call) listView() answer {
	cal, a, found := c.named()
	if !found {
		return a
	}
	from, to, a, good := c.window()
	if !good {
		return a
	}
	if strings.Contains(c.q.Get("$filter"), "xtended") || strings.Contains(c.q.Get("$filter"), "lastModified") {
		c.complainf("$filter=%s on a calendar view", c.q.Get("$filter"))
		return fail(http.StatusInternalServerError, "ErrorInternalServerError",
			"An internal server error occurred. The operation failed.")
	}
	var items []item
	for _, e := range cal.standing() {
		items = append(items, e.within(from, to)...)
	}
	slices.SortStableFunc(items, byStart)
	return c.list(items)
}

func byStart(a, b item) int {
	x, _ := a.times()
	y, _ := b.times()
	return x.Compare(y)
}

// listInstances is GET of the occurrences and exceptions of a series.
func (c *call) listInstances() answer {
	it, a, good := c.found()
	if !good {
		return a
	}
	from, to, a, good := c.window()
	if !good {
		return a
	}
	if it.kind() != "seriesMaster" {
		return fail(http.StatusBadRequest, "ErrorInvalidRequest",
			"Your request can't be completed. The event is not a series.")
	}
	items := it.within(from, to)
	slices.SortStableFunc(items, byStart)
	return c.list(items)
}

// window reads startDateTime and endDateTime; without an offset they are UTC.
func (c *call) window() (from, to time.Time, a answer, good bool) {
	for name, t := range map[string]*time.Time{"startDateTime": &from, "endDateTime": &to} {
		text := c.q.Get(name)
		if *t = instant(JSON{"dateTime": text}); t.IsZero() {
			c.complainf("%s is %q", name, text)
			return from, to, fail(http.StatusBadRequest, "ErrorInvalidParameter",
				"This request requires a time window specified by the query string parameters StartDateTime and "+
					"EndDateTime."), false
		}
	}
	switch {
	case !from.Before(to):
		return from, to, fail(http.StatusBadRequest, "ErrorCalendarEndDateIsEarlierThanStartDate",
			"The specified end date is earlier than the start date."), false
	case to.Sub(from) > longestView*24*time.Hour:
		return from, to, fail(http.StatusBadRequest, "ErrorCalendarViewRangeTooBig",
			"The calendar view range is too big."), false
	}
	return from, to, answer{}, true
}

// list filters, sorts and pages items.
func (c *call) list(items []item) answer {
	if text := c.q.Get("$filter"); text != "" {
		test, err := parseFilter(text)
		if err != nil {
			c.complainf("$filter=%s: %v", text, err)
			return fail(http.StatusBadRequest, "ErrorInvalidUrlQueryFilter",
				"The query filter contains one or more invalid nodes.")
		}
		items = slices.DeleteFunc(items, func(it item) bool { return !test(c, it) })
	}
	if a, good := c.sorted(items); !good {
		return a
	}
	return c.pagedItems(items)
}

// sorted puts items in the order that $orderby asks for. With a filter, it has to be a property that the filter names.
func (c *call) sorted(items []item) (answer, bool) {
	text := c.q.Get("$orderby")
	if text == "" {
		return answer{}, true
	}
	name, direction, _ := strings.Cut(strings.TrimSpace(text), " ")
	compare := map[string]func(a, b item) int{
		"lastModifiedDateTime": func(a, b item) int { return strings.Compare(a.changed, b.changed) },
		"createdDateTime":      func(a, b item) int { return strings.Compare(a.created, b.created) },
		"start/dateTime":       byStart,
	}[name]
	if compare == nil || direction != "" && direction != "asc" && direction != "desc" {
		c.complainf("$orderby=%s", text)
		return fail(http.StatusBadRequest, "ErrorInvalidUrlQuery", "The $orderby option is not supported: "+text), false
	}
	if filter := c.q.Get("$filter"); filter != "" && !strings.Contains(filter, name) {
		c.complainf("$orderby=%s, which $filter does not name", text)
		return fail(http.StatusBadRequest, "InefficientFilter",
			"The restriction or sort order is too complex for this operation."), false
	}
	slices.SortStableFunc(items, func(a, b item) int {
		if direction == "desc" {
			a, b = b, a
		}
		return compare(a, b)
	})
	return answer{}, true
}

// pagedItems is a page of items.
func (c *call) pagedItems(items []item) answer {
	var refused answer
	a := c.paged(len(items), func(i int) JSON {
		body, a, good := c.shown(items[i])
		if !good {
			refused = a
		}
		return body
	}, "users/events")
	if refused.Status != 0 {
		return refused
	}
	return a
}

// size is how many rows a page has.
func (c *call) size() (int, answer, bool) {
	n := defaultPage
	if c.prefer.pageSize > 0 {
		n = c.prefer.pageSize
	}
	if text := c.q.Get("$top"); text != "" {
		top, err := strconv.Atoi(text)
		if err != nil || top < 1 || top > maxPage {
			c.complainf("$top=%s", text)
			return 0, fail(http.StatusBadRequest, "ErrorInvalidUrlQuery", "Invalid value '"+text+
				"' for $top query option."), false
		}
		n = top
	}
	return min(n, maxPage, c.opts.PageLimit), answer{}, true
}

// paged is a page of so many rows, and the link to the next.
func (c *call) paged(n int, row func(i int) JSON, context string) answer {
	size, a, good := c.size()
	if !good {
		return a
	}
	skip, err := strconv.Atoi(c.q.Get("$skip"))
	if c.q.Has("$skip") && (err != nil || skip < 0) {
		c.complainf("$skip=%s", c.q.Get("$skip"))
		return fail(http.StatusBadRequest, "ErrorInvalidUrlQuery", "Invalid value for $skip query option.")
	}
	rows := []any{}
	from := skip
	if c.Endless() && n > 0 {
		from = skip % n
	}
	for i := from; i < min(n, from+size); i++ {
		rows = append(rows, row(i))
	}
	body := JSON{"@odata.context": c.context(context), "value": rows}
	if from+size < n || c.Endless() {
		body["@odata.nextLink"] = c.nextLink("$skip", strconv.Itoa(skip+size))
	}
	return ok(body)
}

// nextLink is the request itself, but for one option. It is absolute, and to be followed as it is.
func (c *call) nextLink(option, value string) string {
	q := url.Values{}
	for name, v := range c.q {
		if name != "$skip" && name != "$skiptoken" && name != "$deltatoken" {
			q[name] = v
		}
	}
	q.Set(option, value)
	return c.URL() + c.r.URL.EscapedPath() + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}
