package caldavtest

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	tokenPrefix = "http://caldavtest.invalid/sync/"
	pageMark    = "?page=" // in tokens that lead to a next page
)

// report answers REPORT.
func (c *call) report() answer {
	if c.to.kind != calendars {
		c.complain("a REPORT about something that is no calendar")
		return blank(http.StatusForbidden)
	}
	switch name := c.xml.XMLName; {
	case name == xml.Name{Space: nsDAV, Local: "sync-collection"} && c.detect == Sync:
		return c.syncCollection()
	case name == xml.Name{Space: nsCalDAV, Local: "calendar-multiget"}:
		return c.multiget()
	case name == xml.Name{Space: nsCalDAV, Local: "calendar-query"}:
		return c.query()
	}
	return c.refusal(http.StatusForbidden, dav("supported-report"))
}

// token is the sync token after a change.
func (s *Server) token(seq int64) string {
	return tokenPrefix + strconv.Itoa(s.epoch) + "/" + number(seq)
}

// position reads a sync token; one that is not good is the beginning.
func (c *call) position(token string) (int64, bool) {
	if token == "" {
		return 0, true
	}
	epoch, at, _ := strings.Cut(strings.TrimPrefix(token, tokenPrefix), "/")
	at, _, _ = strings.Cut(at, pageMark)
	seq, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !strings.HasPrefix(token, tokenPrefix) || epoch != strconv.Itoa(c.epoch) || seq > c.to.in.seq {
		return 0, false
	}
	return seq, true
}

// badToken refuses a sync token.
func (c *call) badToken() answer {
	switch c.opts.BadToken {
	case BadToken409:
		return c.refusal(http.StatusConflict, dav("valid-sync-token"))
	case BadToken507:
		return blank(http.StatusInsufficientStorage)
	case BadToken500:
		a := blank(http.StatusInternalServerError)
		a.header.Set("Content-Type", "text/plain; charset=utf-8")
		a.body = "500 Internal Server Error\n\nServer got itself in trouble"
		return a
	case BadToken403, BadTokenAll:
	}
	return c.refusal(http.StatusForbidden, dav("valid-sync-token"))
}

// syncCollection answers with what changed since a token (RFC 6578 3.2).
func (c *call) syncCollection() answer {
	token := c.xml.kid(nsDAV, "sync-token")
	switch {
	case c.r.Header.Get("Depth") != "0":
		c.complain("a sync-collection has to have the Depth 0")
		return blank(http.StatusBadRequest)
	case token == nil || c.xml.value("sync-level") != "1":
		c.complain("a sync-collection lacks its sync-token, or its sync-level is not 1")
		return blank(http.StatusBadRequest)
	}
	after, ok := c.position(strings.TrimSpace(token.Text))
	if !ok && c.opts.BadToken != BadTokenAll {
		return c.badToken()
	}
	if c.endless && after >= c.to.in.seq {
		after = 0
	}
	list := c.to.in.listed(after)
	to, whole := c.to.in.seq, true
	if limit := c.limit(); limit > 0 && len(list) > limit {
		list, whole = list[:limit], false
		to = list[limit-1].seq
	}
	responses := c.changed(list)
	next := c.token(to)
	if c.endless || !whole {
		next += pageMark + number(c.next())
		responses = append(responses, c.truncated())
	}
	return c.multistatus(append(responses, dav("sync-token").text(next))...)
}

// limit is how many objects are listed at most; 0 is any number.
func (c *call) limit() int {
	limit := c.opts.PageLimit
	if l := c.xml.kid(nsDAV, "limit"); l != nil {
		if n, err := strconv.Atoi(l.value("nresults")); err == nil && n > 0 && (limit == 0 || n < limit) {
			limit = n
		}
	}
	return limit
}

// changed are the responses for objects that have changed.
func (c *call) changed(list []*object) []element {
	var responses []element
	wanted := wantedIn(c.xml)
	if c.opts.Clutter {
		responses = append(responses, c.response(c.calendar(c.to.in), wanted),
			c.response(c.folder(c.to.path+"attachments/"), wanted))
	}
	for _, o := range list {
		switch {
		case c.to.in.gone(o):
			responses = append(responses, dav("response", c.href(c.to.path+o.name), status(http.StatusNotFound)))
		case c.opts.NoData:
			responses = append(responses, c.response(c.object(c.to.in, o), wanted))
		default:
			responses = append(responses, c.response(c.full(c.to.in, o), wanted))
		}
	}
	return responses
}

// truncated says that a list is not whole (RFC 6578 3.6, RFC 4791 7.8).
func (c *call) truncated() element {
	return shortened(c.href(c.to.path).Text)
}

// cutShort is what an endless list that has no tokens shows.
func (c *call) cutShort(responses []element) []element {
	if !c.endless {
		return responses
	}
	return append(responses[:min(2, len(responses)):min(2, len(responses))], c.truncated())
}

// multiget answers with the objects that were named (RFC 4791 7.9).
func (c *call) multiget() answer {
	var responses []element
	for _, k := range c.xml.Kids {
		if k.XMLName != (xml.Name{Space: nsDAV, Local: "href"}) {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(k.Text))
		if err != nil {
			c.complain("an href that cannot be read: " + k.Text)
			return blank(http.StatusBadRequest)
		}
		to := c.targetOf(u.Path)
		if to.kind != item || to.in != c.to.in {
			c.complain("an href that leads elsewhere: " + k.Text)
		} else if o := to.in.standing(to.name); o != nil {
			responses = append(responses, c.response(c.full(to.in, o), wantedIn(c.xml)))
			continue
		}
		responses = append(responses, dav("response", c.href(u.Path), status(http.StatusNotFound)))
	}
	return c.multistatus(responses...)
}
