package caldavtest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespaces, and the prefix that each has in Prefixed.
const (
	nsDAV    = "DAV:"                          // d
	nsCalDAV = "urn:ietf:params:xml:ns:caldav" // cal
	nsServer = "http://calendarserver.org/ns/" // cs
	nsApple  = "http://apple.com/ns/ical/"     // ic
	header   = `<?xml version="1.0" encoding="utf-8"?>` + "\n"
	xmlType  = `application/xml; charset="utf-8"`
	icalType = "text/calendar; charset=utf-8"
)

var namespaces = []struct{ prefix, uri string }{{"d", nsDAV}, {"cal", nsCalDAV}, {"cs", nsServer}, {"ic", nsApple}}

// element is an XML element, as read or to be written: it has text, or elements within it.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []element  `xml:",any"`
}

func dav(local string, kids ...element) element { return of(nsDAV, local, kids...) }
func cal(local string, kids ...element) element { return of(nsCalDAV, local, kids...) }

func of(space, local string, kids ...element) element {
	return element{XMLName: xml.Name{Space: space, Local: local}, Kids: kids}
}

// text is the element with a text.
func (e element) text(s string) element {
	e.Text = s
	return e
}

// with is the element with an attribute.
func (e element) with(name, value string) element {
	e.Attrs = append(e.Attrs, xml.Attr{Name: xml.Name{Local: name}, Value: value})
	return e
}

// kid returns the first element of a name within, or nil.
func (e *element) kid(space, local string) *element {
	for i := range e.Kids {
		if e.Kids[i].XMLName == (xml.Name{Space: space, Local: local}) {
			return &e.Kids[i]
		}
	}
	return nil
}

// value is the text of the first element of a name in DAV: within, without the white space around it.
func (e *element) value(local string) string {
	if k := e.kid(nsDAV, local); k != nil {
		return strings.TrimSpace(k.Text)
	}
	return ""
}

// attr is the value of an attribute.
func (e *element) attr(local string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// readXML reads a document whole.
func readXML(raw string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(raw))
	e := new(element)
	if err := d.Decode(e); err != nil {
		return nil, fmt.Errorf("caldavtest: read XML: %w", err)
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return e, nil
		}
		if err != nil {
			return nil, fmt.Errorf("caldavtest: read XML: %w", err)
		}
		if _, ok := token.(xml.StartElement); ok {
			return nil, errors.New("caldavtest: read XML: there is more than one document")
		}
	}
}

// document writes an element as a document.
func document(e element, style Style) string {
	w := writer{style: style}
	w.b.WriteString(header)
	w.element(&e, "", true)
	return w.b.String()
}

// writer writes elements in one style.
type writer struct {
	b     strings.Builder
	style Style
}

// element writes one within another whose default namespace is given.
func (w *writer) element(e *element, within string, root bool) {
	tag := w.prefix(e.XMLName.Space) + e.XMLName.Local
	w.b.WriteString("<" + tag)
	switch {
	case w.style == DefaultNamespace && e.XMLName.Space != within:
		w.b.WriteString(` xmlns="` + e.XMLName.Space + `"`)
	case w.style != DefaultNamespace && root:
		for _, ns := range namespaces {
			w.b.WriteString(" xmlns:" + strings.TrimSuffix(w.prefix(ns.uri), ":") + `="` + ns.uri + `"`)
		}
	case w.style != DefaultNamespace && tag == e.XMLName.Local: // a namespace that has no prefix
		w.b.WriteString(` xmlns="` + e.XMLName.Space + `"`)
	}
	for _, a := range e.Attrs {
		if a.Name.Space == "" && a.Name.Local != "xmlns" {
			w.b.WriteString(" " + a.Name.Local + `="` + attribute.Replace(a.Value) + `"`)
		}
	}
	if e.Text == "" && len(e.Kids) == 0 {
		w.b.WriteString("/>")
		return
	}
	w.b.WriteString(">" + w.escaped(e.Text))
	for i := range e.Kids {
		w.element(&e.Kids[i], e.XMLName.Space, false)
	}
	w.b.WriteString("</" + tag + ">")
}

// prefix is that of a namespace, with its colon.
func (w *writer) prefix(uri string) string {
	for i, ns := range namespaces {
		switch {
		case w.style == DefaultNamespace || ns.uri != uri:
		case w.style == Numbered:
			return fmt.Sprintf("ns%d:", i)
		default:
			return ns.prefix + ":"
		}
	}
	return ""
}

var (
	attribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;")
	bare      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	careful   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")
)

func (w *writer) escaped(s string) string {
	if w.style == Prefixed {
		return careful.Replace(s)
	}
	return bare.Replace(s)
}
