package ical

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// twins are the properties whose HTML an app shows in place of the description: Outlook's, and that of RFC 9073.
var twins = []string{"X-ALT-DESC", "STYLED-DESCRIPTION"}

// twins splices the link into the HTML that an app shows in place of the description, which Thunderbird has in an
// ALTREP.
func (b *editor) twins(c int32) error {
	if b.edit.SpliceHTML == nil {
		return nil
	}
	for _, name := range twins {
		for _, p := range b.doc.all(c, name) {
			if err := b.twin(p); err != nil {
				return err
			}
		}
	}
	for _, p := range b.doc.all(c, "DESCRIPTION") {
		if err := b.altrep(p); err != nil {
			return err
		}
	}
	return nil
}

func (b *editor) twin(p *prop) error {
	was := decodeText(b.doc.value(p), int(p.colon)+1, b.doc.eol)
	if !strings.Contains(was.text, "<") || b.doc.encoded(p) != "" {
		return nil
	}
	list, err := inOrder(was.text, b.edit.SpliceHTML(was.text))
	if err != nil {
		return err
	}
	for _, r := range list {
		b.spliceText(p, was, r.Start, r.End, r.With, true)
	}
	return nil
}

// altrep splices the link into the HTML in an ALTREP parameter. One that would become too long to be read stays as it
// is.
func (b *editor) altrep(p *prop) error {
	goes := slices.ContainsFunc(b.splices,
		func(s splice) bool { return s.start <= int(p.start) && s.end >= int(p.end) })
	data, at, coded := b.doc.htmlParam(p, "ALTREP")
	switch {
	case data == nil || goes:
		return nil
	case coded:
		return b.altrep64(p, data, at)
	}
	was := percentDecoded(data, at)
	list, err := inOrder(was.text, b.edit.SpliceHTML(was.text))
	if err != nil {
		return err
	}
	size, made := int(p.colon-p.start), []splice(nil)
	for _, r := range list {
		from, to := was.after[r.Start], was.after[r.End]
		out := b.foldedBefore(nil, url.PathEscape(r.With), b.column(from), from, b.doc.raw[to:p.body])
		size += len(out)
		made = append(made, splice{int(from), int(to), out})
	}
	if size < b.edit.Limits.Head {
		b.splices = append(b.splices, made...)
	}
	return nil
}

// altrep64 does the same where the HTML is in base64. What is before and behind the link stays as it is written, folds
// included: a link takes a multiple of three bytes, so that what is behind it is encoded as before.
func (b *editor) altrep64(p *prop, data []byte, at []int32) error {
	raw, err := base64.StdEncoding.DecodeString(string(data))
	if err != nil {
		return nil //nolint:nilerr // what no app can read shows nothing
	}
	list, err := inOrder(string(raw), b.edit.SpliceHTML(string(raw)))
	if err != nil || len(list) == 0 {
		return err
	}
	first, last := list[0].Start, list[len(list)-1].End
	var with []byte
	pos := first
	for _, r := range list {
		with = append(append(with, raw[pos:r.Start]...), r.With...)
		pos = r.End
	}
	with = padded(with, last-first)
	html := slices.Concat(raw[:first], with, raw[last:])
	code := base64.StdEncoding.EncodeToString(html)
	from, to, behind := first*8/6, (last*8+5)/6, len(data)-(last*8+5)/6
	if (len(with)-last+first)%3 != 0 {
		to, behind = len(data), 0
	}
	start, end := at[from], at[to]
	if to > from {
		end = at[to-1] + 1
	}
	out := b.foldedBefore(nil, code[from:len(code)-behind], b.column(start), start, b.doc.raw[end:p.body])
	if int(p.colon-p.start)-int(end-start)+len(out) < b.edit.Limits.Head {
		b.replace(start, end, out)
	}
	return nil
}

// padded is HTML that takes the place of so many bytes. White space in its first tag, if it has one, makes the
// difference a multiple of three.
func padded(with []byte, size int) []byte {
	missing := ((size-len(with))%3 + 3) % 3
	tag := openTag.FindIndex(with)
	if missing == 0 || tag == nil {
		return with
	}
	return slices.Insert(with, tag[1], bytes.Repeat([]byte(" "), missing)...)
}

// openTag is the name of a tag that has attributes.
var openTag = regexp.MustCompile(`<[a-z]+ `)

// htmlParam is the HTML that a parameter holds as a data URL (RFC 2397), percent-encoded or in base64, with where
// each byte of it stands, and what is behind it; nil where it holds none.
func (d *Doc) htmlParam(p *prop, name string) (data []byte, at []int32, coded bool) {
	if p.colon <= p.nameEnd || !strings.HasPrefix(strings.ToLower(d.param(p, name)), "data:text/html") {
		return nil, nil, false
	}
	head, places := d.unfolded(p.nameEnd, p.colon)
	begins := bytes.Index(bytes.ToUpper(head), []byte(";"+name+"="))
	if begins < 0 {
		return nil, nil, false
	}
	value := head[begins+len(name)+2:]
	places = places[begins+len(name)+2:]
	quote := 0
	if len(value) > 0 && value[0] == '"' {
		quote = 1
	}
	length := bytes.IndexByte(value[quote:], map[int]byte{0: ';', 1: '"'}[quote])
	if length < 0 {
		length = len(value) - quote
	}
	comma := bytes.IndexByte(value[:quote+length], ',')
	if comma < 0 {
		return nil, nil, false
	}
	coded = bytes.HasSuffix(bytes.ToLower(value[:comma]), []byte(";base64"))
	return value[comma+1 : quote+length], places[comma+1 : quote+length+1], coded
}

// unfolded is a part of the file without its folds; at[i] is where its i-th byte stands, or what is behind all of them.
func (d *Doc) unfolded(from, to int32) (text []byte, at []int32) {
	for i := from; i < to; {
		if n := fold(d.raw[i:to], d.eol); n > 0 {
			i += int32(n)
			continue
		}
		text, at = append(text, d.raw[i]), append(at, i)
		i++
	}
	return text, append(at, to)
}

// percentDecoded decodes a text that stands at at.
func percentDecoded(raw []byte, at []int32) decoded {
	var text []byte
	after := []int32{at[0]}
	for i := 0; i < len(raw); {
		n, c := 1, raw[i]
		if c == '%' && i+2 < len(raw) {
			if decoded, err := url.PathUnescape(string(raw[i : i+3])); err == nil {
				n, c = 3, decoded[0]
			}
		}
		i += n
		text, after = append(text, c), append(after, at[i-1]+1)
	}
	return decoded{text: string(text), after: after}
}
