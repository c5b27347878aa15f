package outlook_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/internal/emulator"
	"zoomtag/sync/engine/enginetest"
)

// office is the engine on an Outlook calendar that somebody else shares, with one clock for all, set by hand.
type office struct {
	*world
	*enginetest.Office
	clock *emulator.Clock
	cal   string // the calendar's id
}

func newOffice(t *testing.T, options outlooktest.Options) *office {
	t.Helper()
	o := &office{clock: emulator.NewClock(time.Now())}
	options.Now = o.clock.Now
	o.world = newWorld(t, options)
	o.server.AddMailbox("carol@example.com")
	o.cal = o.server.AddCalendar("carol@example.com", "Team")
	o.server.Share(o.cal, o.server.Mailbox(), "write")
	o.config.Calendar, o.config.Now = o.cal, o.clock.Now
	o.Office = enginetest.NewOffice(t, enginetest.Desk{Provider: "outlook", Now: o.clock.Now,
		Advance: func(d time.Duration) { o.clock.Advance(d) },
		Connect: func(interesting func(*calendar.Event) bool) calendar.Calendar {
			o.config.Interesting = interesting
			return o.connect()
		},
		Own: func(ev *calendar.Event) bool {
			return strings.HasPrefix(strings.TrimSpace(calendar.HTMLText(ev.Description)), "words")
		}, Rereads: true})
	o.Start()
	return o
}

// meet puts an event with an attendee into the calendar, some days from now.
func (o *office) meet(title string, days int) (id string) {
	start := o.clock.Now().UTC().AddDate(0, 0, days).Truncate(time.Hour)
	ev := put(calendar.Event{Title: title, Description: "words", HTML: days%2 == 0, Start: start,
		End: start.Add(time.Hour)})
	ev["organizer"] = json{"emailAddress": json{"address": "carol@example.com"}}
	ev["attendees"] = []any{json{"type": "required", "emailAddress": json{"address": "guest@example.org"}}}
	return o.server.Put(o.cal, ev)
}

// retitle is the owner giving an event another title.
func (o *office) retitle(id, title string) {
	o.server.Edit(o.cal, id, func(ev json) { ev["subject"] = title })
}

// Fill implements enginetest.Doubter: seven single events and a series.
func (o *office) Fill() (ids []string) {
	o.t.Helper()
	for i := range 7 {
		ids = append(ids, o.meet(fmt.Sprintf("Talk %d #zoom", i), 7+i))
	}
	series := o.meet("Weekly #zoom", 8)
	o.server.Edit(o.cal, series, func(ev json) {
		first := whenOf(ev["start"])
		ev["recurrence"] = json{"pattern": json{"type": "weekly", "interval": 1,
			"daysOfWeek": []any{strings.ToLower(first.Weekday().String())}},
			"range": json{"type": "noEnd", "startDate": first.Format(time.DateOnly)}}
	})
	ids = append(ids, series)
	o.Pass()
	o.Standing(ids)
	return ids
}
