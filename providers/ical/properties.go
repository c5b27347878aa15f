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
	p := b.doc.first(c, "DESCRIPTION")
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
	if encoding := b.doc.param(p, "ENCODING"); encoding != "" {
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
	var out []byte
	if with != "" && start > 0 && string(unfold(raw[was.after[start-1]:from], b.doc.eol)) == `\` {
		out = append(out, '\\') // a backslash that escapes nothing would take in the first of what follows
	}
	column := b.column(from) + len(out)
	if with != "" && apart && (start > 0 || len(was.text) == 0 || fold(raw[from:p.body], b.doc.eol) > 0) {
		out = append(append(out, b.eol...), ' ')
		column = 1
	}
	out = appendFolded(out, escape(with), b.eol, column)
	if tail := raw[to:p.body]; len(tail) > 0 && with != "" && fold(tail, b.doc.eol) == 0 && b.tooLong(out, from, tail) {
		out = append(append(out, b.eol...), ' ')
	}
	b.replace(from, to, out)
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
	p := b.doc.first(c, name)
	if p == nil {
		if want != "" {
			b.add(name, escape(want))
		}
		return
	}
	was := decodeText(b.doc.value(p), int(p.colon)+1, b.doc.eol)
	if was.text == want || was.text == text([]byte(escape(want)), b.doc.eol) {
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
	switch {
	case b.edit.Location != nil:
		if master || now == b.location || now != "" && now+", "+b.edit.JoinURL == *b.edit.Location {
			b.setText(c, "LOCATION", *b.edit.Location, true)
		} else if now == "" && b.edit.Mark != "" && *b.edit.Location == b.edit.JoinURL {
			b.setText(c, "LOCATION", b.edit.JoinURL, true)
		} else if b.edit.Mark != "" && slices.Contains(b.edit.Old, now) {
			b.setText(c, "LOCATION", b.edit.JoinURL, true)
		}
	case b.edit.Mark == "" && now != "":
		for _, old := range b.edit.Old {
			if rest, ok := withoutLink(now, old); ok {
				b.setText(c, "LOCATION", rest, true)
				return
			}
		}
	}
}

// withoutLink returns a location without the link that is it, or that was appended to it.
func withoutLink(location, link string) (string, bool) {
	if link == "" {
		return location, false
	}
	if location == link {
		return "", true
	}
	return strings.CutSuffix(location, ", "+link)
}

// ours reports whether a URL is one that we wrote.
func (b *editor) ours(url string) bool {
	return url != "" && (url == b.edit.JoinURL || slices.Contains(b.edit.Old, url))
}

// setURL fills URL where it is empty or ours. It is no TEXT: nothing is escaped.
func (b *editor) setURL(c int32) {
	p := b.doc.first(c, "URL")
	want := b.edit.JoinURL
	if b.edit.Mark == "" {
		want = ""
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
