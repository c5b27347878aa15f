package caldavtest

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// resource is something that has properties.
type resource struct {
	path  string
	props []element
}

// propfind answers PROPFIND (RFC 4918 9.1).
func (c *call) propfind() answer {
	depth := c.r.Header.Get("Depth")
	switch {
	case depth == "" || strings.EqualFold(depth, "infinity"):
		c.complain("PROPFIND without a Depth, or without an end")
		return c.refusal(http.StatusForbidden, dav("propfind-finite-depth"))
	case depth != "0" && depth != "1":
		c.complain("the Depth is " + depth)
		return blank(http.StatusBadRequest)
	case c.xml != nil && c.xml.XMLName != (xml.Name{Space: nsDAV, Local: "propfind"}):
		c.complain("the body of a PROPFIND is a " + c.xml.XMLName.Local)
		return blank(http.StatusBadRequest)
	}
	list, ok := c.resources(depth == "1")
	if !ok {
		return blank(http.StatusNotFound)
	}
	var responses []element
	for _, r := range list {
		responses = append(responses, c.response(r, wantedIn(c.xml)))
	}
	if depth == "1" && c.to.kind == calendars {
		responses = c.cutShort(responses)
	}
	return c.multistatus(responses...)
}

// wantedIn returns the names of the properties that a request asks for; nil is all.
func wantedIn(request *element) []xml.Name {
	if request == nil || request.kid(nsDAV, "prop") == nil {
		return nil
	}
	wanted := []xml.Name{}
	for _, k := range request.kid(nsDAV, "prop").Kids {
		wanted = append(wanted, k.XMLName)
	}
	return wanted
}

// resources returns what a PROPFIND is about, and what is directly within it.
func (c *call) resources(within bool) ([]resource, bool) {
	switch c.to.kind {
	case root, principal:
		return []resource{c.folder(c.to.path)}, true
	case home:
		list := []resource{c.folder(homePath)}
		for _, in := range c.collections {
			if within {
				list = append(list, c.calendar(in))
			}
		}
		return list, true
	case calendars:
		list := []resource{c.calendar(c.to.in)}
		for _, o := range c.to.in.listed(0) {
			if within {
				list = append(list, c.object(c.to.in, o))
			}
		}
		if within && c.opts.Clutter {
			list = append(list, c.folder(c.to.path+"attachments/"))
		}
		return list, true
	}
	o := c.to.in.standing(c.to.name)
	if o == nil {
		return nil, false
	}
	return []resource{c.object(c.to.in, o)}, true
}

// folder is the root, the principal, the home, or what is no calendar.
func (c *call) folder(path string) resource {
	kinds := []element{dav("collection")}
	if path == principalPath {
		kinds = append(kinds, dav("principal"))
	}
	return resource{path: path, props: []element{
		dav("resourcetype", kinds...),
		dav("current-user-principal", c.href(principalPath)),
		dav("principal-URL", c.href(principalPath)),
		cal("calendar-home-set", c.href(homePath)),
		cal("calendar-user-address-set", dav("href").text("mailto:"+Owner), c.href(principalPath)),
		dav("displayname").text("Owner"),
		privileges(true),
	}}
}

// privileges are what the owner may do.
func privileges(all bool) element {
	p := dav("current-user-privilege-set", dav("privilege", dav("read")))
	if all {
		for _, name := range []string{"write", "write-content", "bind", "unbind"} {
			p.Kids = append(p.Kids, dav("privilege", dav(name)))
		}
	}
	return p
}

// calendar is a collection as a resource.
func (c *call) calendar(in *collection) resource {
	components := cal("supported-calendar-component-set")
	for _, name := range in.components {
		components.Kids = append(components.Kids, cal("comp").with("name", name))
	}
	reports := dav("supported-report-set")
	known := []element{cal("calendar-multiget"), cal("calendar-query")}
	if c.detect == Sync {
		known = append(known, dav("sync-collection"))
	}
	for _, r := range known {
		reports.Kids = append(reports.Kids, dav("supported-report", dav("report", r)))
	}
	props := []element{
		dav("resourcetype", dav("collection"), cal("calendar")), dav("displayname").text(in.title),
		dav("current-user-principal", c.href(principalPath)), dav("owner", c.href(principalPath)),
		of(nsApple, "calendar-color").text("#3366CCFF"), components, reports, privileges(!in.readOnly),
	}
	if c.detect != Plain {
		props = append(props, of(nsServer, "getctag").text(c.ctag(in)))
	}
	if c.detect == Sync {
		props = append(props, dav("sync-token").text(c.token(in.seq)))
	}
	return resource{path: homePath + in.name + "/", props: props}
}

// object is an item as a resource, without its data.
func (c *call) object(in *collection, o *object) resource {
	props := []element{
		dav("resourcetype"), dav("getcontenttype").text(icalType + "; component=" +
			strings.ToLower(parse(o.raw).kind())),
		dav("getcontentlength").text(number(int64(len(o.raw)))), dav("current-user-principal", c.href(principalPath)),
	}
	if tag := c.etag(o); tag != "" {
		props = append(props, dav("getetag").text(tag))
	}
	return resource{path: homePath + in.name + "/" + o.name, props: props}
}

// full is an item with its data, which only a REPORT gives.
func (c *call) full(in *collection, o *object) resource {
	r := c.object(in, o)
	r.props = append(r.props, cal("calendar-data").text(o.raw))
	return r
}

// response says of a resource what was asked: properties that it has, and those that it has not.
func (c *call) response(r resource, wanted []xml.Name) element {
	found, lacking, refused := dav("prop"), dav("prop"), dav("prop")
	if wanted == nil {
		found.Kids = r.props
	}
	props := element{Kids: r.props}
	for _, name := range wanted {
		if c.opts.SecretRights && name.Local == "current-user-privilege-set" {
			refused.Kids = append(refused.Kids, element{XMLName: name})
		} else if p := props.kid(name.Space, name.Local); p != nil {
			found.Kids = append(found.Kids, *p)
		} else {
			lacking.Kids = append(lacking.Kids, element{XMLName: name})
		}
	}
	out := dav("response", c.href(r.path))
	for _, part := range []struct {
		prop   element
		status int
	}{{found, http.StatusOK}, {lacking, http.StatusNotFound}, {refused, http.StatusForbidden}} {
		if len(part.prop.Kids) > 0 {
			out.Kids = append(out.Kids, dav("propstat", part.prop, status(part.status)))
		}
	}
	return out
}

func status(code int) element {
	return dav("status").text("HTTP/1.1 " + number(int64(code)) + " " + http.StatusText(code))
}

func (c *call) multistatus(kids ...element) answer {
	a := blank(http.StatusMultiStatus)
	a.header.Set("Content-Type", xmlType)
	a.body = document(dav("multistatus", kids...), c.opts.Style)
	return a
}
