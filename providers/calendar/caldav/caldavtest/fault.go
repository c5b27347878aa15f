package caldavtest

import (
	"io"
	"net/http"
	"slices"
	"strings"
)

// On matches requests of one method.
func On(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method }
}

// Reports matches the REPORTs of one kind: sync-collection, calendar-multiget, calendar-query. An empty kind is any.
func Reports(kind string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == "REPORT" && (kind == "" || requested(r) == kind) }
}

// Listings matches what lists a collection: REPORTs but for calendar-multiget, and PROPFIND with the Depth 1.
func Listings(r *http.Request) bool {
	if r.Method == "PROPFIND" {
		return r.Header.Get("Depth") == "1"
	}
	return Reports("sync-collection")(r) || Reports("calendar-query")(r)
}

// NextPages matches the pages of a sync-collection but the first.
func NextPages(r *http.Request) bool {
	e, err := readXML(text(r))
	return err == nil && Reports("sync-collection")(r) && strings.Contains(e.value("sync-token"), pageMark)
}

// requested is the name of the root of a body.
func requested(r *http.Request) string {
	e, err := readXML(text(r))
	if err != nil {
		return ""
	}
	return e.XMLName.Local
}

// text is the body of a request that is being served.
func text(r *http.Request) string {
	if r.GetBody == nil {
		return ""
	}
	body, err := r.GetBody()
	if err != nil {
		return ""
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	return string(raw)
}

// Blank is an answer without a body.
func Blank(code int) Fault { return Fault{Status: code, Header: http.Header{}} }

// Refused is an answer with a DAV:error that names the condition, such as valid-sync-token or need-privileges.
func Refused(code int, condition string) Fault {
	return Fault{Status: code, Header: http.Header{"Content-Type": {xmlType}},
		Body: document(dav("error", dav(condition)), DefaultNamespace)}
}

// Page is an answer that is a web page, such as that of a proxy or of a sign-in.
func Page(code int) Fault {
	return Fault{
		Status: code, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body: "<!DOCTYPE html><html><head><title>" + http.StatusText(code) +
			"</title></head><body><h1>Please sign in<br></h1></body></html>\n",
	}
}

// Throttled asks to wait, with a Retry-After unless it is empty.
func Throttled(code int, retryAfter string) Fault {
	f := Blank(code)
	if retryAfter != "" {
		f.Header.Set("Retry-After", retryAfter)
	}
	return f
}

// Redirected sends the client elsewhere.
func Redirected(code int, to string) Fault {
	f := Blank(code)
	f.Header.Set("Location", to)
	return f
}

// WithoutData is a Fault.Replace that takes the content of objects out of a multistatus: there are servers that give it
// only to a calendar-multiget.
func WithoutData(body string) string {
	m, err := readXML(body)
	if err != nil {
		return body
	}
	for _, response := range m.Kids {
		for _, propstat := range response.Kids {
			if p := propstat.kid(nsDAV, "prop"); p != nil {
				p.Kids = slices.DeleteFunc(p.Kids,
					func(e element) bool { return e.XMLName == cal("calendar-data").XMLName })
			}
		}
	}
	return document(*m, Prefixed)
}
