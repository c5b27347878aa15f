package enginetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/calendar"
)

// apart is what an exception has of its own. An empty place is that of the series.
type apart struct {
	title, place string
	dropped      int // how often the block was taken out of it
}

// ownPlace is where an exception is held that has a place of its own.
const ownPlace = "Room 7"

// noLink in the title of an exception takes it out.
const noLink = " #nozoom"

// actOnSeries is one thing that happens to a series, or to one of its occurrences.
func (w *Walker) actOnSeries(s Apart) {
	var series []string
	for _, id := range w.events {
		if ev, ok := w.cal.Event(id); ok && ev.Series {
			series = append(series, id)
		}
	}
	splitter, splits := s.(Series)
	switch {
	case len(series) == 0 || w.rng.IntN(6) == 0:
		w.putSeries()
	case splits && w.rng.IntN(4) == 0:
		w.split(splitter, series[w.rng.IntN(len(series))])
	default:
		w.except(s, series[w.rng.IntN(len(series))])
	}
}

func (w *Walker) putSeries() {
	start := w.now.Add(time.Duration(48+w.rng.IntN(100)) * time.Hour).Truncate(time.Hour)
	w.putEvent(calendar.Event{Title: walkTitles[w.rng.IntN(len(walkTitles))], Description: "agenda", Start: start,
		End: start.Add(time.Hour), Series: true})
}

func (w *Walker) split(s Series, id string) {
	next, ok := s.Split(id)
	if !ok {
		return
	}
	w.events = append(w.events, next)
	w.words[next] = w.words[id]
	w.say("split %s, which goes on as %s", id, next)
	w.wish(next, false)
}

// except has the owner change an occurrence by itself.
func (w *Walker) except(s Apart, id string) {
	had := map[string]bool{}
	for _, x := range s.Exceptions(id) {
		had[x.ID] = true
	}
	kind, own := w.rng.IntN(9), apart{}
	if kind == 5 { // it may be the only one that shows a meeting which nothing remembers
		w.forgetDates(id)
	}
	x, ok := s.Except(id, func(e *calendar.Event) {
		switch kind {
		case 0:
			e.Title = "Once: " + e.Title
		case 1:
			e.Description = "own. " + e.Description
		case 2:
			e.Location = ownPlace
		case 3:
			e.Start, e.End = e.Start.Add(time.Hour), e.End.Add(time.Hour)
		case 4:
			dropBlock(e)
		case 5:
			e.Cancelled = true
		case 6:
			e.Title += noLink
		case 7:
			e.Title = strings.ReplaceAll(e.Title, noLink, "")
		case 8:
			e.Title += " #zoom"
		}
		own.title = e.Title
		if e.Location == ownPlace {
			own.place = ownPlace
		}
	})
	if !ok {
		return
	}
	w.say("except %s kind %d", x, kind)
	own.dropped = w.apart[x].dropped
	if kind == 4 {
		own.dropped++
	}
	w.apart[x] = own
	if !had[x] {
		w.words[x] = w.words[id]
	}
	if kind == 1 {
		w.words[x] = "own. " + w.words[x]
	}
}

// checkExceptions checks that the exceptions of an event show what it shows, and still say what their owner made them
// say.
func (w *Walker) checkExceptions(ev calendar.Event, asked bool) error {
	s, ok := w.cal.(Apart)
	if !ok {
		return nil
	}
	for _, x := range s.Exceptions(ev.ID) {
		if err := w.checkException(ev, x, asked); err != nil {
			return fmt.Errorf("exception %s: %w", x.ID, err)
		}
	}
	return nil
}

func (w *Walker) checkException(ev, x calendar.Event, asked bool) error {
	own := w.apart[x.ID]
	out := strings.Contains(own.title, noLink)
	alone := !asked && w.alone(ev, x)
	asSeries := x.Link.Mark == ev.Link.Mark && calendar.SameBlock(x.Link.Block, ev.Link.Block)
	switch {
	case out && (x.Link.Mark != "" || x.Link.Block != ""):
		return errors.New("it says #nozoom, and shows a link")
	case !asked && !alone && x.Link.Mark+x.Link.Block != "":
		return errors.New("the series wants no meeting, and this still shows a link")
	case !asked && !alone && strings.Contains(x.Location, "zoom.us/j/"):
		return fmt.Errorf("the series wants no meeting, and this is still at %s", x.Location)
	case asked && !out && own.dropped > 1: // whoever takes the block out of a date again and again has it so
	case asked && !out && !asSeries:
		return fmt.Errorf("it shows %q %q, and its series %q %q", x.Link.Mark, x.Link.Block, ev.Link.Mark,
			ev.Link.Block)
	case !w.sameTitle(x.Title, own.title):
		return fmt.Errorf("its title %q became %q", own.title, x.Title)
	case own.place != "" && x.Location != own.place:
		return fmt.Errorf("its place %q became %q", own.place, x.Location)
	}
	if got := strings.TrimSpace(calendar.StripBlock(x.Description)); got != strings.TrimSpace(w.words[x.ID]) {
		return fmt.Errorf("its words %q became %q", w.words[x.ID], got)
	}
	return nil
}
