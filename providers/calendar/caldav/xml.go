package caldav

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/words"
)

// The namespaces, by which elements are told apart: their prefixes differ from server to server.
const (
	nsDAV            = "DAV:"
	nsCalDAV         = "urn:ietf:params:xml:ns:caldav"
	nsCalendarServer = "http://calendarserver.org/ns/"
)

const xmlHeader = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

// escaped is a text as it stands in XML.
func escaped(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a buffer takes everything
	}
	return b.String()
}

// placeProperties asks what a resource is, and where the calendars of whoever has signed in are. Not for a CTag: to
// work that out some servers read the whole collection.
const placeProperties = xmlHeader + `<propfind xmlns="DAV:" xmlns:C="` + nsCalDAV + `"><prop>` +
	`<resourcetype/><displayname/><current-user-principal/><C:calendar-home-set/><supported-report-set/><current-user-privilege-set/>` +
	`<C:supported-calendar-component-set/></prop></propfind>`

const etagProperty = xmlHeader + `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`

const ctagProperty = xmlHeader + `<propfind xmlns="DAV:" xmlns:S="` + nsCalendarServer +
	`"><prop><S:getctag/><sync-token/></prop></propfind>`

// wanted are the properties that a report is to give of each object.
func wanted(data bool) string {
	if data {
		return `<D:prop><D:getetag/><C:calendar-data/></D:prop>`
	}
	return `<D:prop><D:getetag/></D:prop>`
}

func report(name, inside string) string {
	return xmlHeader + `<` + name + ` xmlns:D="DAV:" xmlns:C="` + nsCalDAV + `">` + inside + `</` + name + `>`
}

// syncCollection asks for what has changed since a token (RFC 6578, section 3.2).
func syncCollection(token string, data bool) string {
	return report("D:sync-collection", `<D:sync-token>`+escaped(token)+`</D:sync-token><D:sync-level>1</D:sync-level>`+
		wanted(data))
}

// calendarQuery asks for all events (RFC 4791, section 7.8).
func calendarQuery(data bool) string {
	return report("C:calendar-query", wanted(data)+
		`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>`)
}

// multiget asks for some objects (RFC 4791, section 7.9).
func multiget(hrefs []string) string {
	var b strings.Builder
	b.WriteString(wanted(true))
	for _, href := range hrefs {
		b.WriteString(`<D:href>` + escaped(href) + `</D:href>`)
	}
	return report("C:calendar-multiget", b.String())
}

// response is what a multistatus says of one resource. Fields that this program does not ask for are left out.
type response struct {
	Hrefs    []string   `xml:"DAV: href"`
	Status   string     `xml:"DAV: status"`
	Error    *davError  `xml:"DAV: error"`
	Propstat []propstat `xml:"DAV: propstat"`
}

type propstat struct {
	Prop   props  `xml:"DAV: prop"`
	Status string `xml:"DAV: status"`
}

type props struct {
	ETag string  `xml:"DAV: getetag"`
	Data *string `xml:"urn:ietf:params:xml:ns:caldav calendar-data"`
	CTag string  `xml:"http://calendarserver.org/ns/ getctag"`
	// SyncToken is what sync-collection would answer with now (RFC 6578, section 4).
	SyncToken string `xml:"DAV: sync-token"`

	Name  string `xml:"DAV: displayname"`
	Types struct {
		Calendar *struct{} `xml:"urn:ietf:params:xml:ns:caldav calendar"`
	} `xml:"DAV: resourcetype"`
	Principal struct {
		Href string `xml:"DAV: href"`
	} `xml:"DAV: current-user-principal"`
	Homes struct {
		Hrefs []string `xml:"DAV: href"`
	} `xml:"urn:ietf:params:xml:ns:caldav calendar-home-set"`
	Reports struct {
		List []struct {
			Sync *struct{} `xml:"DAV: report>sync-collection"`
			Bare *struct{} `xml:"DAV: sync-collection"` // xandikos leaves the element between them out
		} `xml:"DAV: supported-report"`
	} `xml:"DAV: supported-report-set"`
	// Secret says that the server does not tell which privileges there are.
	Secret     bool `xml:"-"`
	Privileges *struct {
		List []struct {
			All          *struct{} `xml:"DAV: all"`
			Write        *struct{} `xml:"DAV: write"`
			WriteContent *struct{} `xml:"DAV: write-content"`
		} `xml:"DAV: privilege"`
	} `xml:"DAV: current-user-privilege-set"`
	Components *struct {
		List []struct {
			Name string `xml:"name,attr"`
		} `xml:"urn:ietf:params:xml:ns:caldav comp"`
	} `xml:"urn:ietf:params:xml:ns:caldav supported-calendar-component-set"`
}

// found are the properties that the resource has.
func (r *response) found() (p props) {
	for i := range r.Propstat {
		if statusOf(r.Propstat[i].Status) == http.StatusOK {
			p = r.Propstat[i].Prop
			break
		}
	}
	p.Secret = slices.ContainsFunc(r.Propstat, func(s propstat) bool {
		return statusOf(s.Status) == http.StatusForbidden && s.Prop.Privileges != nil
	})
	p.ETag = strings.TrimSpace(p.ETag)
	if p.Data != nil && strings.TrimSpace(*p.Data) == "" {
		p.Data = nil // there is no such object
	}
	return p
}

// status is what became of the resource as a whole. One that has none of the properties is there all the same.
func (r *response) status() int {
	if r.Status != "" || len(r.Propstat) == 0 {
		return statusOf(r.Status)
	}
	first := http.StatusOK
	for i := range r.Propstat {
		switch status := statusOf(r.Propstat[i].Status); status {
		case http.StatusOK, http.StatusNotFound:
			return http.StatusOK
		default:
			first = status
		}
	}
	return first
}

// statusOf reads a status line, "HTTP/1.1 404 Not Found"; 0 is one that cannot be read.
func statusOf(line string) int {
	_, after, _ := strings.Cut(strings.TrimSpace(line), " ")
	code, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	n, err := strconv.Atoi(code)
	if err != nil {
		return 0
	}
	return n
}

// errNotXML says that a multistatus cannot be read to its end as XML, which an object with a stray control character
// may cause.
var errNotXML = errors.New("the answer is no XML that can be read")

// multistatus shows each response of a multistatus body (RFC 4918, section 13) as it comes, and returns the sync token
// at its end. A body that ends early is an error, and so is one that shows more than may be read in a pass.
func multistatus(ctx context.Context, body io.Reader, each func(*response) error) (token string, err error) {
	in := &cleaner{r: body, left: maxElement}
	raw := xml.NewDecoder(in)
	raw.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, &brokenError{text: "the answer is written in " + words.Cut(charset, 40) + " and not in UTF-8",
			lasting: true}
	}
	d := xml.NewTokenDecoder(&shallow{d: raw})
	open := false
	for {
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && !open:
			return "", strange("it is empty, or no multistatus")
		case err != nil:
			return "", asXMLError(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch {
			case !open && t.Name == xml.Name{Space: nsDAV, Local: "multistatus"}:
				open = true
			case !open && strings.EqualFold(t.Name.Local, "html"):
				return "", strange("it is a web page, such as proxies and networks show that want a sign-in")
			case !open:
				return "", strange("it is a " + words.Cut(t.Name.Local, 80) + " and no multistatus")
			case t.Name == xml.Name{Space: nsDAV, Local: "response"}:
				var r response
				if err := d.DecodeElement(&r, &t); err != nil {
					return "", asXMLError(err)
				}
				if err := rest.CountEvents(ctx, max(1, len(r.Hrefs))); err != nil {
					return "", err
				}
				if err := each(&r); err != nil {
					return "", err
				}
			case t.Name == xml.Name{Space: nsDAV, Local: "sync-token"}:
				if err := d.DecodeElement(&token, &t); err != nil {
					return "", asXMLError(err)
				}
				token = strings.TrimSpace(token)
			default:
				if err := d.Skip(); err != nil { //nolint:forbidigo // it skips an element, not a test
					return "", asXMLError(err)
				}
			}
			in.left = maxElement
		case xml.EndElement:
			return token, nil
		}
	}
}

// Bounds of what is held of an answer at once. The decoder reads ahead a few kilobytes.
const (
	maxElement = maxObject + 1<<20 // bytes of one element of a multistatus
	maxDepth   = 64                // of elements in elements
)

// shallow gives a decoder's tokens out as long as elements are not too deep in each other.
type shallow struct {
	d     *xml.Decoder
	depth int
}

// Token implements xml.TokenReader.
func (s *shallow) Token() (xml.Token, error) {
	t, err := s.d.RawToken()
	switch t.(type) {
	case xml.StartElement:
		if s.depth++; s.depth > maxDepth {
			return nil, &brokenError{text: "the answer has elements in elements without end", lasting: true}
		}
	case xml.EndElement:
		s.depth--
	}
	return t, err
}

// asXMLError tells bad XML from a body that broke off.
func asXMLError(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) && !strings.Contains(syntax.Msg, "unexpected EOF") {
		return fmt.Errorf("%w: %w", errNotXML, &brokenError{text: "line " + strconv.Itoa(syntax.Line), lasting: true,
			answered: true})
	}
	var broken *brokenError
	if errors.As(err, &broken) {
		return words.Mend(broken, words.Cure(err))
	}
	return &brokenError{text: "the answer broke off"}
}

// cleaner takes control characters out of a stream, which XML does not have and some servers send along in what they
// were given. It ends where an element is larger than any should be.
type cleaner struct {
	r    io.Reader
	left int // bytes until it ends
}

func (c *cleaner) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, &brokenError{text: fmt.Sprintf("the answer has an element of more than %d bytes", maxElement),
			lasting: true}
	}
	n, err := c.r.Read(p[:min(len(p), c.left)])
	c.left -= n
	for i, b := range p[:n] {
		if b < ' ' && b != '\n' && b != '\t' && b != '\r' || b == 0x7f {
			p[i] = '?'
		}
	}
	return n, err
}
