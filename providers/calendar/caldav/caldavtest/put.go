package caldavtest

import (
	"net/http"
	"strings"
)

// put answers PUT (RFC 4791 5.3.2).
func (c *call) put() answer {
	in, o, object := c.to.in, c.to.in.standing(c.to.name), parse(c.sent)
	if a, refused := c.refuseWrite(o); refused {
		return a
	}
	if why := object.fault(); why != "" {
		c.complain("the body is no object for a calendar: " + why)
		return c.invalid(http.StatusBadRequest, cal("valid-calendar-data"))
	}
	if twin := in.byUID(object.uid()); twin != nil && twin != o {
		return c.invalid(http.StatusConflict,
			cal("no-uid-conflict", c.href(c.to.path[:strings.LastIndex(c.to.path, "/")+1]+twin.name)))
	}
	a := blank(http.StatusCreated)
	if o != nil && c.opts.Save != LikeRadicale {
		a.status = http.StatusNoContent
	}
	if c.silent {
		return a
	}
	saved := c.saved(c.sent)
	if o == nil || o.raw != saved {
		isNew := o == nil
		o = in.put(c.to.name, saved, c.next())
		c.mail(saved, isNew)
	}
	if tag := c.etag(o); tag != "" && c.opts.ETags != Unanswered {
		a.header.Set("ETag", tag)
	}
	return a
}

// refuseWrite refuses a change of an object, or of none, that is not allowed, or not one of the object as it is.
func (c *call) refuseWrite(o *object) (answer, bool) {
	match, none := c.r.Header.Get("If-Match"), c.r.Header.Get("If-None-Match")
	tag := ""
	if o != nil {
		tag = c.etag(o)
	}
	switch {
	case c.to.in.readOnly:
		return c.refusal(http.StatusForbidden, dav("need-privileges",
			dav("resource", c.href(c.to.path), dav("privilege", dav("write-content"))))), true
	case none == "*" && o != nil:
		return c.failed(), true
	case match != "" && (o == nil || match != "*" && !listed(match, tag)):
		return c.failed(), true
	case match == "" && none == "" && (o == nil || strings.HasPrefix(tag, `"`)):
		c.complain("a write without If-Match or If-None-Match")
	case match == "*":
		c.complain("an If-Match that matches everything")
	}
	return answer{}, false
}

// listed reports whether an etag is in the value of an If-Match.
func listed(match, tag string) bool {
	for one := range strings.SplitSeq(match, ",") {
		if tag != "" && strings.TrimSpace(one) == tag {
			return true
		}
	}
	return false
}

// failed is a 412.
func (c *call) failed() answer { return blank(http.StatusPreconditionFailed) }

// invalid refuses the object that was sent. Xandikos does it with a success that holds the refusal.
func (c *call) invalid(code int, why element) answer {
	if c.opts.Save == LikeXandikos {
		return c.multistatus(dav("response", c.href(c.to.path), status(http.StatusPreconditionFailed),
			dav("error", why)))
	}
	return c.refusal(code, why)
}

// remove answers DELETE.
func (c *call) remove() answer {
	o := c.to.in.standing(c.to.name)
	if o == nil {
		return blank(http.StatusNotFound)
	}
	if a, refused := c.refuseWrite(o); refused {
		return a
	}
	o.deleted = true
	c.to.in.touch(o, c.next())
	return blank(http.StatusNoContent)
}
