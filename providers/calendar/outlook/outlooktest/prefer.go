package outlooktest

import (
	"strconv"
	"strings"
	"time"
)

// prefer is what a request would like.
type prefer struct {
	immutable bool
	zoneName  string
	loc       *time.Location
	body      string // text, html or empty
	pageSize  int
	applied   []string
}

// readPrefer reads the Prefer headers, of which a careful client sends one line.
func (c *call) readPrefer() (answer, bool) {
	p := prefer{zoneName: "UTC", loc: time.UTC}
	lines := c.r.Header.Values("Prefer")
	if len(lines) > 1 {
		c.complainf("%d lines of Prefer", len(lines))
	}
	for part := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		value = strings.Trim(value, `"`)
		switch strings.ToLower(name) {
		case "idtype":
			if value != "ImmutableId" {
				c.complainf("Prefer: IdType is %q", value)
				continue
			}
			p.immutable = true
		case "outlook.timezone":
			loc, known := zone(value)
			if !known {
				return fail(400, "TimeZoneNotSupportedException",
					"A valid TimeZone value must be specified. The following TimeZone value is not supported: '"+value+
						"'."), true
			}
			p.zoneName, p.loc = value, loc
		case "outlook.body-content-type":
			if value != "text" && value != "html" {
				c.complainf("Prefer: outlook.body-content-type is %q", value)
				continue
			}
			p.body = value
		case "odata.maxpagesize":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				c.complainf("Prefer: odata.maxpagesize is %q", value)
				continue
			}
			p.pageSize = n
		case "":
			continue
		default:
			c.complainf("an unknown preference %s", name)
			continue
		}
		p.applied = append(p.applied, strings.TrimSpace(part))
	}
	c.prefer = p
	c.judgePrefer()
	return answer{}, false
}

// judgePrefer complains where ids would be of the kind that changes.
func (c *call) judgePrefer() {
	switch {
	case c.prefer.immutable || !c.to.inMailbox():
	case isNextPage(c.r):
		c.complainf("a page without Prefer: IdType=\"ImmutableId\"")
	default:
		c.complainf("a request without Prefer: IdType=\"ImmutableId\"")
	}
}
