package calendar

import (
	"slices"
	"strings"
	"time"
)

// Exception is an occurrence of a series that was edited by itself and takes place. It has texts of its own, even where
// they are the same as those of the series.
type Exception struct {
	ID string // RECURRENCE-ID or the service's instance id
	// Date names the exception as an event of its own: when the series would have it, as DateName writes it. Empty
	// where it cannot be one.
	Date string
	// Version is as that of an event, where the exception has one apart from its series.
	Version                      string
	Start, End                   time.Time
	Title, Description, Location string
	HTML                         bool // Description is HTML
	Categories                   []string
	Conferences                  []string // as Event.Conferences
	// Link is ours as the exception holds it. Where a service keeps a mark for the series alone, an exception that
	// shows a block has that one.
	Link Link
	// Left says why nothing is written into it when its series gets a link: it has ended, or its owner has declined it.
	// It loses a link that it has when the series loses its own.
	Left string
	// Mails lists who would be mailed by the calendar service if it were written.
	Mails []string
}

// Event is an exception as an event, for what is looked for in texts.
func (x *Exception) Event() Event {
	return Event{ID: x.ID, Title: x.Title, Description: x.Description, HTML: x.HTML, Location: x.Location,
		Categories:  x.Categories,
		Conferences: x.Conferences, Start: x.Start, End: x.End, Link: x.Link}
}

// In is what a link of a series is in one of its exceptions: the same, or none where that one is left out. block is
// ours as it stands there.
func (l Link) In(exception, block string) Link {
	if l.Mark == "" || !slices.Contains(l.Out, exception) {
		return l
	}
	none := Link{Was: l.Was}
	if l.ShownBy(block) {
		none.Was = Was{JoinURL: l.JoinURL, Block: l.Block}
	}
	none.giveBack(l.Tag)
	return none
}

// Shuns reports whether a link of a series is nothing to one of its exceptions, which has a link of its own.
func (l Link) Shuns(exception string) bool { return slices.Contains(l.Apart, exception) }

// HeldBy reports whether an exception is as a link of its series wants it: there is nothing to write.
func (l Link) HeldBy(x *Exception) bool {
	if l.Shuns(x.ID) || l.Mark != "" && x.Left != "" {
		return true
	}
	in := l.In(x.ID, x.Link.Block)
	if in.Mark == "" { // its owner may have deleted the block alone: the location leads to the meeting as well
		leads := in.Was.JoinURL != "" && strings.Contains(x.Location, in.Was.JoinURL)
		return x.Link.Mark == "" && x.Link.Block == "" && !leads
	}
	return x.Link.Mark == in.Mark && in.ShownBy(x.Link.Block)
}

// Lacking are the exceptions of a series that are not as a link of it wants them.
func (e *Event) Lacking(l Link) []*Exception {
	var list []*Exception
	for i := range e.Exceptions {
		if x := &e.Exceptions[i]; !l.HeldBy(x) {
			list = append(list, x)
		}
	}
	return list
}

// Partial reports whether an exception lacks the link that the event otherwise holds.
func (e *Event) Partial() bool { return e.Link.Mark != "" && len(e.Lacking(e.Link)) > 0 }

// TakesLocation reports whether the location that a link gives a series is to be that of an exception as well, where
// before is what the series had: the exception has the same one, an old link, or the tag whose place the link takes; or
// it has none, and the new one is nothing but the link. It says so as well when the series got its location in an
// earlier call, in which the exception failed. A link that is taken out gives a location back where nothing but the
// link is.
func (l Link) TakesLocation(exception, before string) bool {
	if l.JoinURL == "" { // a link is taken out
		return onlyLink(exception, l.Was.JoinURL)
	}
	now, bare := *l.Location, strings.TrimSpace(exception)
	switch {
	case bare == "":
		return now == l.JoinURL
	case exception == before, bare == l.Was.JoinURL, exception+", "+l.JoinURL == now:
		return true
	case l.Was.JoinURL != "" && strings.ReplaceAll(exception, l.Was.JoinURL, l.JoinURL) == now:
		return true
	}
	_, place := SplitTag(l.Tag)
	return now == l.JoinURL && (strings.TrimSpace(place) == bare || l.Tag == bare || strings.HasSuffix(l.Tag, " "+bare))
}
