package calendartest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
)

// field is one thing that the owner sees of an event, as text.
type field struct {
	name string
	text func(e calendar.Event) string
}

// ownerFields is what a link must leave as it is.
var ownerFields = []field{
	{"ID", func(e calendar.Event) string { return e.ID }},
	{"UID", func(e calendar.Event) string { return e.UID }},
	{"Title", func(e calendar.Event) string { return e.Title }},
	{"Description", ownWords},
	{"HTML", func(e calendar.Event) string { return fmt.Sprint(e.HTML) }},
	{"Location", func(e calendar.Event) string { return e.Location }},
	{"URL", func(e calendar.Event) string { return without(e.URL, e.Link.JoinURL) }},
	{"Categories", func(e calendar.Event) string { return fmt.Sprintf("%q", e.Categories) }},
	{"Color", func(e calendar.Event) string { return e.Color }},
	{"Conferences", func(e calendar.Event) string {
		return fmt.Sprintf("%q", slices.DeleteFunc(slices.Clone(e.Conferences),
			func(c string) bool { return c == e.Link.JoinURL }))
	}},
	{"Start", func(e calendar.Event) string { return e.Start.Format(time.RFC3339) }},
	{"End", func(e calendar.Event) string { return e.End.Format(time.RFC3339) }},
	{"Until", func(e calendar.Event) string { return e.Until.Format(time.RFC3339) }},
	{"Zone", func(e calendar.Event) string { return e.Zone }},
	{"AllDay, Series, Cancelled", func(e calendar.Event) string { return fmt.Sprint(e.AllDay, e.Series, e.Cancelled) }},
	{"Denied", func(e calendar.Event) string { return e.Denied }},
	{"Exceptions", func(e calendar.Event) string {
		var b strings.Builder
		for _, x := range e.Exceptions {
			fmt.Fprintf(&b, "%s %s %q %q\n", x.ID, x.Start.Format(time.RFC3339), x.Title,
				calendar.StripBlock(x.Description))
		}
		return b.String()
	}},
}

// ownWords is a description without our block, and without the white space around it, as a person sees it: in plain
// text the block is led in by an empty line, in HTML it stands between elements. What unlinking leaves is compared to
// the byte elsewhere.
func ownWords(e calendar.Event) string {
	text := e.Description
	if e.HTML {
		text = calendar.HTMLText(text)
	}
	return strings.TrimSpace(calendar.StripBlock(text))
}

func without(s, ours string) string {
	if s == ours {
		return ""
	}
	return s
}
