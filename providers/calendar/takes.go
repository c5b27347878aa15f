package calendar

import (
	"fmt"
	"strings"

	"zoomtag/providers/words"
)

// Takes reports, as an error, why an event that was read afresh does not take a change that was based on a version of
// it: ErrConflict where it is no longer at that, ErrDenied where it may not be changed.
func (e *Event) Takes(version string) error {
	switch {
	case e.Version != version:
		return ErrConflict
	case e.Denied != "":
		return words.Mend(fmt.Errorf("%w: %s", ErrDenied, e.Denied), e.Cure)
	}
	return nil
}

// Unkept says what of a link that was written the event does not have, in two words; "" where it has all. Some servers
// answer a change with success and drop what they do not know. What they do to spaces, and to a location that has the
// link in it, does not count.
func (e *Event) Unkept(l Link) string {
	marked := l.Mark != ""
	otherMark, otherTag := e.Link.Mark != l.Mark, marked && e.Link.Tag != l.Tag
	otherBlock := marked && !SameBlock(e.Link.Block, l.Block) || !marked && e.Link.Block != ""
	switch {
	case otherMark, otherTag, otherBlock:
		return "the link"
	case l.Title != nil && strings.TrimSpace(e.Title) != strings.TrimSpace(*l.Title):
		return "the title"
	case marked && l.Location != nil && strings.Contains(*l.Location, l.JoinURL) &&
		!strings.Contains(e.Location, l.JoinURL):
		return "the location"
	}
	return ""
}
