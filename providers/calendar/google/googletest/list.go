package googletest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sizes of pages.
const (
	defaultPage = 250
	maxPage     = 2500
)

// Parameters that go together neither with a sync token nor, but for the times, with being given one.
var (
	notWithSyncToken = []string{
		"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax",
		"updatedMin",
	}
	withholdsSyncToken = []string{"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty",
		"updatedMin"}
)

// syncState is what a sync token stands for: everything up to a change, as one set of parameters sees it.
type syncState struct {
	calendar string
	seq      int64
	params   string
	expired  bool
}

// page is what a page token stands for.
type page struct {
	calendar string
	params   string
	window   string
	since    int64 // changes after this one only; -1 is a full list
	upTo     int64 // the last change when the list began: the sync token continues from there
	from     int   // index of the first event that has not been looked at
	empty    bool  // the empty page is out
}

// list is events.list without expansion: masters and exceptions, each by itself.
func (c *call) list() answer {
	cal, role, a, found := c.named()
	if !found {
		return a
	}
	p, a, good := c.startPage(cal)
	if !good {
		return a
	}
	filter, a, good := c.filters()
	if !good {
		return a
	}
	etag := `"p` + strconv.FormatInt(cal.changed, 10) + `"`
	if c.r.Header.Get("If-None-Match") == etag {
		return answer{Status: http.StatusNotModified, Header: http.Header{"Etag": {etag}}}
	}
	filter.since = p.since
	items, rest := c.items(cal, role, &p, filter)
	body := JSON{
		"kind": "calendar#events", "etag": etag, "summary": cal.id, "description": "", "timeZone": cal.zone,
		"accessRole": role,
		"updated":    stamp(c.now()), "defaultReminders": []any{}, "items": items,
	}
	switch {
	case rest || c.Endless():
		if !rest {
			p.from = 0
		}
		token := "page" + strconv.FormatInt(c.Next(), 10)
		c.walks[token] = p
		body["nextPageToken"] = token
	case !hasAny(c.r.URL.Query(), withholdsSyncToken):
		token := "CSync" + strconv.FormatInt(c.Next(), 10) + "=="
		c.syncs[token] = &syncState{calendar: cal.id, seq: p.upTo, params: p.params}
		body["nextSyncToken"] = token
	}
	a = ok(body)
	a.Header = http.Header{"Etag": {etag}}
	return a
}

// startPage says where the page that is asked for begins.
func (c *call) startPage(cal *shelf) (page, answer, bool) {
	q := c.r.URL.Query()
	p := page{calendar: cal.id, params: sameness(q), window: q.Get("timeMin") + " " + q.Get("timeMax"), since: -1,
		upTo: c.seq}
	if q.Get("singleEvents") == "true" {
		return p, c.unknown(), false
	}
	if token := q.Get("syncToken"); token != "" {
		a, good := c.continueFrom(token, cal, &p)
		if !good {
			return p, a, false
		}
	}
	if token := q.Get("pageToken"); token != "" {
		walk, known := c.walks[token]
		if !known || walk.calendar != cal.id {
			return p, badParameter("pageToken", token), false
		}
		if walk.params != p.params || walk.window != p.window || walk.since >= 0 != q.Has("syncToken") {
			c.complainf("the parameters of a page differ from those of the page before it")
		}
		p = walk
	}
	return p, answer{}, true
}

// continueFrom makes p the list of what has changed since a sync token.
func (c *call) continueFrom(token string, cal *shelf, p *page) (answer, bool) {
	q := c.r.URL.Query()
	for _, name := range notWithSyncToken {
		if q.Has(name) {
			c.complainf("%s goes together with no sync token", name)
			return fail(http.StatusBadRequest, "invalid",
				"Sync token cannot be used with other query restrictions."), false
		}
	}
	if q.Get("showDeleted") == "false" {
		c.complainf("showDeleted=false goes together with no sync token")
		return fail(http.StatusBadRequest, "invalid", "Sync token cannot be used when deleted events are not to be "+
			"shown."), false
	}
	state, known := c.syncs[token]
	switch {
	case !known && !strings.HasPrefix(token, "CSync"):
		return badParameter("syncToken", token), false
	case !known || state.expired || state.calendar != cal.id:
		return fail(http.StatusGone, "fullSyncRequired",
			"Sync token is no longer valid, a full sync is required."), false
	case state.params != p.params:
		c.complainf("the parameters differ from those of the list that gave the sync token: %s, then %s", state.params,
			p.params)
	}
	p.since = state.seq
	return answer{}, true
}

// sameness is what has to be the same in the pages of a list and in the lists that continue it.
func sameness(q url.Values) string {
	same := maps.Clone(q)
	for _, name := range []string{"syncToken", "pageToken", "timeMin", "timeMax", "fields", "quotaUser", "prettyPrint",
		"alt", "key"} {
		same.Del(name) // the times are for the first list only; the last ones change nothing of what is listed
	}
	return same.Encode()
}

func hasAny(q url.Values, names []string) bool { return slices.ContainsFunc(names, q.Has) }

// items fills a page, moves p behind it, and says whether there is more.
func (c *call) items(cal *shelf, role string, p *page, f filter) (items []any, rest bool) {
	items = []any{}
	if cal.empty {
		return items, false
	}
	for i := p.from; i < len(cal.events); i++ {
		if !f.takes(cal, cal.events[i]) {
			continue
		}
		if c.opts.EmptyPages && !p.empty {
			p.empty = true
			return items, true
		}
		if len(items) == f.size {
			return items, true
		}
		items = append(items, c.listed(cal, role, cal.events[i]))
		p.from = i + 1
	}
	return items, false
}

// filter is what a list leaves out.
type filter struct {
	size             int
	since            int64
	deleted          bool
	min, max         time.Time // the window, if not zero
	updatedMin       time.Time
	uid, text        string
	types            []string
	private, sharing []string // name=value
}

// filters reads the parameters of a list.
func (c *call) filters() (filter, answer, bool) {
	q := c.r.URL.Query()
	f := filter{
		size: defaultPage, deleted: q.Get("showDeleted") == "true", uid: q.Get("iCalUID"),
		text:  strings.ToLower(q.Get("q")),
		types: q["eventTypes"], private: q["privateExtendedProperty"], sharing: q["sharedExtendedProperty"],
	}
	if q.Has("maxResults") {
		n, err := strconv.Atoi(q.Get("maxResults"))
		if err != nil || n < 1 {
			return f, badParameter("maxResults", q.Get("maxResults")), false
		}
		f.size = n
	}
	f.size = min(f.size, maxPage, c.opts.PageLimit)
	for name, t := range map[string]*time.Time{"timeMin": &f.min, "timeMax": &f.max, "updatedMin": &f.updatedMin} {
		if !q.Has(name) {
			continue
		}
		var err error
		if *t, err = time.Parse(time.RFC3339, q.Get(name)); err != nil {
			c.complainf("%s is %q", name, q.Get(name))
			return f, badParameter(name, q.Get(name)), false
		}
	}
	if !f.min.IsZero() && !f.max.IsZero() && !f.min.Before(f.max) {
		return f, fail(http.StatusBadRequest, "timeRangeEmpty", "The specified time range is empty."), false
	}
	if q.Get("orderBy") == "startTime" {
		return f, fail(http.StatusBadRequest, "invalid", "The requested ordering is not available for the particular "+
			"query."), false
	}
	return f, answer{}, true
}

// takes says whether an event is listed.
func (f filter) takes(cal *shelf, e *event) bool {
	if e.hidden || e.purged || e.seq <= f.since {
		return false
	}
	if f.since >= 0 {
		return f.takesType(e) // whatever it is now, also deleted, also outside of the window
	}
	if e.cancelled() && !f.deleted && (e.body["recurringEventId"] == nil || f.uid != "") {
		return false
	}
	if f.uid != "" && e.body["iCalUID"] != f.uid {
		return false
	}
	return f.takesType(e) && f.takesTime(cal, e) && f.takesText(e)
}

func (f filter) takesType(e *event) bool {
	kind, _ := e.body["eventType"].(string)
	if kind == "" {
		kind = "default"
	}
	return len(f.types) == 0 || slices.Contains(f.types, kind)
}

// takesTime compares the end with timeMin and the start with timeMax, both exclusive. A series counts from its first
// start to its last possible end.
func (f filter) takesTime(cal *shelf, e *event) bool {
	if updated, _ := e.body["updated"].(string); !f.updatedMin.IsZero() && updated < stamp(f.updatedMin) {
		return false
	}
	start, end, endless := span(e.body, cal.loc)
	return (f.max.IsZero() || start.Before(f.max)) && (f.min.IsZero() || endless || end.After(f.min))
}

func (f filter) takesText(e *event) bool {
	if f.text != "" {
		all := ""
		for _, name := range []string{"summary", "description", "location"} {
			text, _ := e.body[name].(string)
			all += " " + strings.ToLower(text)
		}
		if !strings.Contains(all, f.text) {
			return false
		}
	}
	properties, _ := e.body["extendedProperties"].(JSON)
	return holdsAll(properties["private"], f.private) && holdsAll(properties["shared"], f.sharing)
}

func holdsAll(properties any, wanted []string) bool {
	held, _ := properties.(JSON)
	for _, w := range wanted {
		name, value, _ := strings.Cut(w, "=")
		if held[name] != value {
			return false
		}
	}
	return true
}

// Expire makes every sync token given out so far an expired one.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, state := range s.syncs {
		state.expired = true
	}
}

// SetEmpty makes lists answer as if the calendar held nothing, or ends that.
func (s *Server) SetEmpty(calendar string, empty bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.calendar(calendar); c != nil {
		c.empty = empty
	}
}
