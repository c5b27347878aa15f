package plan

import (
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/links"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// ShownURL is the link that an event shows for a meeting: the registration page where guests have to register.
func ShownURL(m meeting.Meeting) string {
	if m.RegisterURL != "" {
		return m.RegisterURL
	}
	return m.JoinURL
}

// linkFor is the link that the event should show, and right says whether it does.
func linkFor(ev *calendar.Event, w Wish, rec *record.Record, s *Settings) (l calendar.Link, right bool) {
	l = calendar.Link{
		Mark: rec.Mark, JoinURL: ShownURL(rec.Meeting), Block: block(ev, w, rec, s),
		Was: written(ev, w, rec, s),
	}
	l.Apart, l.Out = datesApart(ev), datesOut(ev, rec, l, s)
	partial := len(ev.Lacking(l)) > 0
	right = ev.Link.Mark == l.Mark && !partial && l.ShownBy(ev.Link.Block)
	if l.DropMeet = ev.Meet && replacesMeet(w, s); l.DropMeet {
		right = false
	}
	consumed, place := calendar.SplitTag(ev.Link.Tag)
	if s.Rules.Command && (s.Rules.Options != "" || ev.Link.Tag == "") {
		// A command leaves nothing in the event that one could see: the wish is kept beside the mark, for the day on
		// which the event comes into a calendar that is watched.
		right = right && consumed == commanded(s.Rules)
		consumed = commanded(s.Rules)
	}
	if !s.Rules.Keep {
		if title := WithoutTags(ev.Title, "title", w.Tags); title != ev.Title && strings.TrimSpace(title) != "" {
			l.Title, consumed, right = &title, tagTexts(w, "title"), false
			if strings.Contains(place, "(") {
				place = "" // its options are over
			}
		}
	}
	l.Tag = calendar.TagOf(consumed, place)
	right = right || isKept(ev, l, rec)
	if !right {
		// Exceptions are told the location as well: the series may have it from a call in which one of them failed.
		if location, takesTag := wantedLocation(ev, w, l, s); location != ev.Location || partial &&
			strings.Contains(location, l.JoinURL) {
			l.Location = &location
			switch {
			case takesTag:
				place = ev.Location
			case strings.TrimSpace(ev.Location) == "": // whatever was there, its owner has taken it out
				place = ""
			}
		}
	}
	l.Tag = calendar.TagOf(consumed, place)
	return l, right
}

// written is what we have written into the event. Where that is not remembered, the event itself tells the URL, and,
// where the text is not the short one, whose lines are known, what stands between our lines is taken for ours: an
// invitation of Zoom's that has gone stale must not become the owner's words.
func written(ev *calendar.Event, w Wish, rec *record.Record, s *Settings) calendar.Was {
	was := calendar.Was{JoinURL: rec.JoinURL, Block: rec.Block}
	if ev.Link.Mark != rec.Mark && !calendar.SameBlock(ev.Link.Block, rec.Block) {
		was = calendar.Was{} // that was written into another item, in whose place this one came with a link of its own
	}
	switch {
	case was.JoinURL != "":
	case ev.Link.Mark == rec.Mark: // ours, also where its account is not configured any more
		was.JoinURL = urlIn(ev)
	default:
		was.JoinURL = writtenURL(ev, s)
	}
	if was.Block == "" && ev.Link.Mark == rec.Mark && textOf(w, s) != Short {
		was.Block = ev.Link.Block
	}
	return was
}

// commanded is the wish of a command, as a tag.
func commanded(rules Rules) string {
	if rules.Options == "" {
		return commandWord
	}
	return commandWord + "(" + rules.Options + ")"
}

// commandWord stands for the tag where a command has asked.
const commandWord = "#zoom"

// tagTexts joins what the owner wrote as tags in one place.
func tagTexts(w Wish, in string) string {
	var texts []string
	for _, t := range w.Tags {
		if t.In == in {
			texts = append(texts, t.Text)
		}
	}
	return strings.Join(texts, " ")
}

// wantedLocation is the location with the link in it, as far as the settings allow; takesTag says that it was the tag.
func wantedLocation(ev *calendar.Event, w Wish, l calendar.Link, s *Settings) (location string, takesTag bool) {
	old := l.Was.JoinURL
	if old != "" && strings.Contains(ev.Location, old) {
		return strings.ReplaceAll(ev.Location, old, l.JoinURL), false
	}
	if s.Location == "never" || strings.Contains(ev.Location, l.JoinURL) {
		return ev.Location, false
	}
	bare := strings.TrimSpace(ev.Location)
	for _, t := range w.Tags {
		takesTag = takesTag || t.In == "location" && t.Text == bare
	}
	if bare == "" || takesTag {
		return l.JoinURL, takesTag
	}
	if s.Location == "append" {
		return ev.Location + ", " + l.JoinURL, false
	}
	return ev.Location, false
}

// writtenURL is the join URL that we wrote into the event, as far as the event itself tells.
func writtenURL(ev *calendar.Event, s *Settings) string {
	if m, ok := ParseMark(ev.Link.Mark); ok && !s.Ours(m.Account) {
		return ""
	}
	return urlIn(ev)
}

// urlIn is the join URL that was written with the event's mark: the one in the block, or, where only the mark is left,
// a Zoom link that is the whole URL or the whole location.
func urlIn(ev *calendar.Event) string {
	if _, ok := ParseMark(ev.Link.Mark); !ok || ev.Link.JoinURL != "" {
		return ev.Link.JoinURL
	}
	for _, text := range []string{ev.URL, strings.TrimSpace(ev.Location)} {
		p, ok := links.Classify(text)
		isZoom := ok && p.Service == links.Zoom
		if isZoom && p.URL == text && !strings.ContainsAny(text, " \n") {
			return text
		}
	}
	return ""
}
