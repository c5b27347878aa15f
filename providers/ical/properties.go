package ical

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// description splices the block into the description.
func (b *editor) description(c int32) error {
	if b.edit.Splice == nil {
		return nil
	}
	p := b.doc.shown(c, "DESCRIPTION")
	if p == nil {
		for _, r := range b.edit.Splice("") {
			b.add("DESCRIPTION", escape(r.With))
		}
		return nil
	}
	was := decodeText(b.doc.value(p), int(p.colon)+1, b.doc.eol)
	list, err := inOrder(was.text, b.edit.Splice(was.text))
	if err != nil || len(list) == 0 {
		return err
	}
	if encoding := b.doc.encoded(p); encoding != "" {
		return malformed(int(p.no),
			fmt.Sprintf("the description is encoded as %.20q, which iCalendar 2.0 does not have", encoding))
	}
	for _, r := range list {
		b.spliceText(p, was, r.Start, r.End, r.With, true)
	}
	return nil
}

// inOrder checks what is to be replaced in a text. Where nothing is left of that, it is a single replacement of all.
func inOrder(text string, list []Replacement) ([]Replacement, error) {
	pos, left := 0, 0
	for _, r := range list {
		if r.Start < pos || r.End < r.Start || r.End > len(text) {
			return nil, fmt.Errorf("ical: the description cannot be changed from byte %d to %d", r.Start, r.End)
		}
		left += r.Start - pos + len(r.With)
		pos = r.End
	}
	if left += len(text) - pos; left == 0 && len(list) > 1 {
		return []Replacement{{0, len(text), ""}}, nil
	}
	return slices.DeleteFunc(list, func(r Replacement) bool { return r.Start == r.End && r.With == "" }), nil
}

// spliceText replaces was.text[start:end] in the file. A text that we put in begins on a fold of its own if apart is
// set, so that the owner's lines stay as they are and come back when it is taken out. A property whose value begins
// without a fold and of which nothing remains was made by us, and goes.
func (b *editor) spliceText(p *prop, was decoded, start, end int, with string, apart bool) {
	raw := b.doc.raw
	from, to := was.after[start], was.after[end]
	if with == "" && start == 0 && end == len(was.text) && fold(raw[p.colon+1:p.body], b.doc.eol) == 0 && apart {
		b.remove(p)
		return
	}
	lone := false // a backslash that escapes nothing would take in the first of what follows
	if start > 0 {
		from, lone = b.loneBackslash(was.after[start-1], from, p.body)
	}
	var out []byte
	column := b.column(from)
	if with != "" && apart && (start > 0 || len(was.text) == 0 || fold(raw[from:p.body], b.doc.eol) > 0) {
		out = append(append(out, b.eol...), ' ')
		column = 1
	}
	if with != "" && lone {
		out = append(out, '\\')
		column++
	}
	b.replace(from, to, b.foldedBefore(out, escape(with), column, from, raw[to:p.body]))
}

// loneBackslash reports whether what is written at raw[at:from] is a backslash that escapes nothing, and where it ends.
// The one that we write behind it stands on a fold, and begins what is ours: it goes with that.
func (b *editor) loneBackslash(at, from, body int32) (end int32, lone bool) {
	raw := b.doc.raw
	for n := fold(raw[at:from], b.doc.eol); n > 0; n = fold(raw[at:from], b.doc.eol) {
		at += int32(n)
	}
	switch written := raw[at:from]; {
	case len(written) == 0 || written[0] != '\\':
		return from, false
	case len(written) == 1:
		return from, true
	case from == body || fold(raw[from:body], b.doc.eol) > 0: // the owner's own, written in two lines
		return from, false
	}
	n := fold(raw[at+1:from], b.doc.eol)
	if n == 0 || string(raw[at+1+int32(n):from]) != `\` {
		return from, false
	}
	return at + 1, true
}

// foldedBefore appends content, folded, to what is put into the file at from, with tail directly behind it. Where their
// line would become too long, the last character of content begins a new one: a fold behind it could not be told from
// the owner's when content is taken out.
func (b *editor) foldedBefore(out []byte, content string, column int, from int32, tail []byte) []byte {
	folded := appendFolded(out, content, b.eol, column)
	if content == "" || len(tail) == 0 || fold(tail, b.doc.eol) > 0 || !b.tooLong(folded, from, tail) {
		return folded
	}
	last := len(content) - lastUnit(content)
	folded = appendFolded(out, content[:last], b.eol, column)
	return append(append(append(folded, b.eol...), ' '), content[last:]...)
}

// tooLong reports whether the physical line that out ends in, begun at from if out has no fold, goes beyond maxLine
// with the tail behind it.
func (b *editor) tooLong(out []byte, from int32, tail []byte) bool {
	column := b.column(from) + len(out)
	if i := strings.LastIndexByte(string(out), b.doc.eol); i >= 0 {
		column = len(out) - i - 1
	}
	rest := len(tail)
	if i := strings.IndexByte(string(tail), b.doc.eol); i >= 0 {
		rest = i
	}
	return column+rest > maxLine
}

// setText makes a property hold a text and replaces only what differs in it.
func (b *editor) setText(c int32, name, want string, apart bool) {
	p := b.doc.shown(c, name)
	if p == nil {
		if want != "" {
			b.add(name, escape(want))
		}
		return
	}
	was := decodeText(b.doc.value(p), int(p.colon)+1, b.doc.eol)
	same := was.text == want || was.text == text([]byte(escape(want)), b.doc.eol)
	if same || b.doc.encoded(p) != "" { // what is encoded takes no words as they are
		return
	}
	start, end := differ(was.text, want)
	b.spliceText(p, was, start, end, want[start:len(want)-(len(was.text)-end)], apart)
}

// differ returns the range of was that has to be replaced so that it becomes want. It cuts no UTF-8 sequence.
func differ(was, want string) (start, end int) {
	for start < len(was) && start < len(want) && was[start] == want[start] {
		start++
	}
	for start > 0 && (start < len(was) && !utf8.RuneStart(was[start]) || start < len(want) &&
		!utf8.RuneStart(want[start])) {
		start--
	}
	same := 0
	for same < len(was)-start && same < len(want)-start && was[len(was)-1-same] == want[len(want)-1-same] {
		same++
	}
	for same > 0 && !utf8.RuneStart(was[len(was)-same]) {
		same--
	}
	return start, len(was) - same
}

// setTitle gives the event its new title. Overrides with a title of their own keep it.
func (b *editor) setTitle(c int32, master bool) {
	if b.edit.Title != nil && (master || b.doc.textOf(c, "SUMMARY") == b.title) {
		b.setText(c, "SUMMARY", *b.edit.Title, false)
	}
}

// setLocation gives the event its new location, and takes our link out of it when it goes.
func (b *editor) setLocation(c int32, master bool) {
	now := b.doc.textOf(c, "LOCATION")
	blank, url := strings.TrimSpace(now) == "", b.edit.JoinURL
	switch {
	case b.edit.Mark == "":
		b.clearLocation(c, now, master)
	case b.edit.Location == nil || onlyLink(now, *b.edit.Location):
	case blank && *b.edit.Location == url:
		b.setText(c, "LOCATION", url+now, true)
	case master || now == b.location:
		b.takeLocation(c, now, *b.edit.Location)
	case now != "" && now+", "+url == *b.edit.Location:
		b.setText(c, "LOCATION", *b.edit.Location, true)
	case slices.Contains(b.edit.Old, now):
		b.setText(c, "LOCATION", url, true)
	}
}

// takeLocation puts another location in the place of the one that is there. A link in the place of the owner's words
// begins on a fold, as in a property that was there before us.
func (b *editor) takeLocation(c int32, now, location string) {
	p := b.doc.shown(c, "LOCATION")
	if p == nil || location != b.edit.JoinURL || slices.Contains(b.edit.Old, now) || b.doc.encoded(p) != "" {
		b.setText(c, "LOCATION", location, true)
		return
	}
	b.replace(p.colon+1, p.body, appendFolded([]byte(b.eol+" "), escape(location), b.eol, 1))
}

// clearLocation takes our link out of the location, and puts back what it took the place of. Of an override that holds
// where the link is not all that the property was made for, as far as the folds of the event tell.
func (b *editor) clearLocation(c int32, now string, master bool) {
	p := b.doc.shown(c, "LOCATION")
	for _, old := range b.edit.Old {
		rest, ok := withoutLink(now, old)
		if !ok {
			continue
		}
		was, folded := b.edit.Location, fold(b.doc.value(p), b.doc.eol) > 0
		if was != nil && strings.TrimSpace(rest) == "" && (master || folded || !b.folded) {
			b.replace(p.colon+1, p.body, appendFolded(nil, escape(*was), b.eol, b.column(p.colon+1)))
		} else {
			b.setText(c, "LOCATION", rest, true)
		}
		return
	}
}

// withoutLink returns a location without the link that is it, or that was appended to it. White space that was there
// before the link stays behind it.
func withoutLink(location, link string) (string, bool) {
	if onlyLink(location, link) {
		return location[len(link):], true
	}
	if link == "" {
		return location, false
	}
	return strings.CutSuffix(location, ", "+link)
}

// onlyLink reports whether a location is nothing but a link.
func onlyLink(location, link string) bool {
	rest, ours := strings.CutPrefix(location, link)
	return link != "" && ours && strings.TrimSpace(rest) == ""
}

// ours reports whether a URL is one that we wrote.
func (b *editor) ours(url string) bool {
	return url != "" && (url == b.edit.JoinURL || slices.Contains(b.edit.Old, url))
}

// setURL fills URL where it is empty or ours. It is no TEXT: nothing is escaped.
func (b *editor) setURL(c int32) {
	p := b.doc.shown(c, "URL")
	want := b.edit.JoinURL
	if b.edit.Mark == "" {
		want = ""
	}
	if p != nil && b.doc.encoded(p) != "" {
		return
	}
	if p == nil {
		if want != "" {
			b.add("URL", want)
		}
		return
	}
	now := b.doc.plain(p)
	if now == want || now == "" && p.colon+1 < p.body || now != "" && !b.ours(now) {
		return // an empty URL that is made of white space cannot be told from a filled one later
	}
	filled := fold(b.doc.value(p), b.doc.eol) > 0 // an empty URL that was there before us
	switch {
	case want == "" && !filled:
		b.remove(p)
	case want == "":
		b.replace(p.colon+1, p.body, nil)
	case filled || now == "":
		b.replace(p.colon+1, p.body, appendFolded([]byte(b.eol+" "), want, b.eol, 1))
	default:
		b.replace(p.colon+1, p.body, appendFolded(nil, want, b.eol, b.column(p.colon+1)))
	}
}

// setConference keeps one CONFERENCE property of ours (RFC 7986 5.11); those of others are not touched. VALUE is
// written out because the property has no default type.
func (b *editor) setConference(c int32) {
	want := b.edit.JoinURL
	if b.edit.Mark == "" {
		want = ""
	}
	marked := b.doc.first(c, propMark) != nil
	kept := false
	for _, p := range b.doc.all(c, "CONFERENCE") {
		uri := b.doc.plain(p)
		switch {
		case !b.doc.ourConference(p) || !marked && !b.ours(uri):
		case want == "" || kept:
			b.remove(p)
		default:
			kept = true
			if uri != want {
				b.replace(p.colon+1, p.body, appendFolded(nil, want, b.eol, b.column(p.colon+1)))
			}
		}
	}
	if want != "" && !kept {
		b.add("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="+Label, want)
	}
}
