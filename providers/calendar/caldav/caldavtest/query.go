package caldavtest

import (
	"net/http"
	"strings"
	"time"
)

const stamp = "20060102T150405Z"

// query answers calendar-query (RFC 4791 7.8): a comp-filter for one kind of component, and a time-range in it.
func (c *call) query() answer {
	filter := c.xml.kid(nsCalDAV, "filter")
	if filter == nil || filter.kid(nsCalDAV, "comp-filter") == nil || filter.Kids[0].attr("name") != "VCALENDAR" {
		c.complain("a calendar-query without a filter for VCALENDAR")
		return c.refusal(http.StatusForbidden, cal("valid-filter"))
	}
	if c.r.Header.Get("Depth") != "1" {
		c.complain("a calendar-query whose Depth is not 1 finds nothing")
		return c.multistatus()
	}
	var responses []element
	inner := filter.kid(nsCalDAV, "comp-filter").kid(nsCalDAV, "comp-filter")
	for _, o := range c.to.in.listed(0) {
		ok, err := matches(parse(o.raw), inner)
		if err != nil {
			c.complain("a time-range that cannot be read: " + err.Error())
			return c.refusal(http.StatusForbidden, cal("valid-filter"))
		}
		if ok {
			responses = append(responses, c.response(c.full(c.to.in, o), wantedIn(c.xml)))
		}
	}
	return c.multistatus(c.cutShort(responses)...)
}

// matches reports whether an object is of the kind, and perhaps within the time, of a filter.
func matches(object *component, filter *element) (bool, error) {
	if filter == nil {
		return true, nil
	}
	span := filter.kid(nsCalDAV, "time-range")
	if filter.attr("name") != object.kind() || span == nil {
		return filter.attr("name") == object.kind(), nil
	}
	from, to := time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, at := range map[string]*time.Time{"start": &from, "end": &to} {
		if text := span.attr(name); text != "" {
			t, err := time.Parse(stamp, text)
			if err != nil {
				return false, err
			}
			*at = t
		}
	}
	for _, k := range object.items() {
		if begin, end := k.span(); begin.Before(to) && (end.After(from) || end.Equal(begin) && !begin.Before(from)) {
			return true, nil
		}
	}
	return false, nil
}

// span is the time that a component takes, all its occurrences included. A rule goes on for ever, unless it says UNTIL.
func (c *component) span() (begin, end time.Time) {
	start, startLine := c.get("DTSTART")
	stop, stopLine := c.get("DTEND")
	begin, end = instant(start, startLine), instant(stop, stopLine)
	if stop == "" {
		end = begin.AddDate(0, 0, 1) // a duration longer than that is not looked at
	}
	if rule, _ := c.get("RRULE"); rule != "" {
		_, until, limited := strings.Cut(rule, "UNTIL=")
		until, _, _ = strings.Cut(until, ";")
		if limited {
			return begin, instant(until, "").Add(end.Sub(begin))
		}
		return begin, time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if dates, _ := c.get("RDATE"); dates != "" {
		return begin, time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return begin, end
}

// instant reads a date, or a date and time. Times of a zone that is not known are taken as UTC.
func instant(value, line string) time.Time {
	zone := time.UTC
	if _, id, ok := strings.Cut(line, ";TZID="); ok {
		id = strings.Trim(id[:strings.IndexAny(id+":", ":;")], `"`)
		if z, err := time.LoadLocation(id); err == nil {
			zone = z
		}
	}
	for _, layout := range []string{stamp, "20060102T150405", "20060102"} {
		if t, err := time.ParseInLocation(layout, value, zone); err == nil {
			return t
		}
	}
	return time.Time{}
}

// get answers GET and HEAD.
func (c *call) get() answer {
	o := c.to.in.standing(c.to.name)
	if o == nil {
		return blank(http.StatusNotFound)
	}
	a := blank(http.StatusOK)
	a.header.Set("Content-Type", icalType)
	if tag := c.etag(o); tag != "" {
		a.header.Set("ETag", tag)
	}
	a.body = o.raw
	return a
}
