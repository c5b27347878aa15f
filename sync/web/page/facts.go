package page

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"zoomtag/sync/api"
)

// facts are what the service has told, all at one time.
type facts struct {
	at         time.Time
	cost       time.Duration
	status     api.StatusReport
	links      []api.LinkStatus
	conditions []api.Condition
	sum        string              // another one when something is otherwise
	byCalendar map[string][]*entry // what is on the timeline, by its start
	byEvent    map[place]*entry
	together   map[*entry][]*entry // others that one host has at the same time
}

// place names an event.
type place struct{ calendar, event string }

// gather asks the service.
func (p *Page) gather(ctx context.Context) (*facts, error) {
	begun := p.Now()
	status, links, conditions, err := overview(ctx, p.Service())
	if err != nil {
		return nil, err
	}
	f := &facts{at: begun, status: status, links: links.Links, conditions: conditions.Conditions}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode([]any{status, links, conditions}); err != nil {
		return nil, err
	}
	f.sum = hex.EncodeToString(h.Sum(nil)[:12])
	f.index()
	f.cost = p.Now().Sub(begun)
	return f, nil
}

// overviewer tells all in one look at the state, which costs less than three.
type overviewer interface {
	Overview(ctx context.Context) (api.StatusReport, api.LinksReport, api.ConditionsReport, error)
}

// overview asks a service for all that the page shows but the journal.
func overview(ctx context.Context, service api.Service) (status api.StatusReport, links api.LinksReport,
	conditions api.ConditionsReport, err error) {
	if o, ok := service.(overviewer); ok {
		return o.Overview(ctx)
	}
	if status, err = service.Status(ctx, api.StatusRequest{}); err != nil {
		return status, links, conditions, err
	}
	if links, err = service.Links(ctx); err != nil {
		return status, links, conditions, err
	}
	conditions, err = service.Conditions(ctx)
	return status, links, conditions, err
}

// entry is an event on the timeline.
type entry struct {
	place
	title  string
	host   string
	start  time.Time
	end    time.Time
	health health
	reason string
	link   *api.LinkStatus // nil: it has none
}

// shortest is how long an event is taken to be whose length nobody knows.
const shortest = 30 * time.Minute

// index lays events by calendar, and finds hosts that have two at once.
func (f *facts) index() {
	f.byCalendar, f.byEvent = map[string][]*entry{}, map[place]*entry{}
	for i := range f.links {
		l := &f.links[i]
		e := &entry{place: place{l.Calendar, l.EventID}, title: cmp.Or(l.Title, l.EventID), host: l.Host, link: l,
			health: healthOf(l), reason: l.Told()}
		f.put(e, l.Start, time.Duration(l.Duration)*time.Second)
	}
	for i := range f.status.Events {
		s := &f.status.Events[i]
		if f.byEvent[place{s.Calendar, s.EventID}] == nil {
			e := &entry{place: place{s.Calendar, s.EventID}, title: cmp.Or(s.Title, s.EventID), reason: s.Told(),
				health: healthOfState(s.State)}
			f.put(e, s.Start, 0)
		}
	}
	byHost := map[[2]string][]*entry{}
	for _, list := range f.byCalendar {
		slices.SortStableFunc(list, func(a, b *entry) int { return a.start.Compare(b.start) })
		for _, e := range list {
			if e.host != "" && e.link.MeetingID != "" {
				byHost[[2]string{e.link.Account, e.host}] = append(byHost[[2]string{e.link.Account, e.host}], e)
			}
		}
	}
	f.together = map[*entry][]*entry{}
	for _, list := range byHost {
		f.meet(list)
	}
}

func (f *facts) put(e *entry, start *time.Time, length time.Duration) {
	f.byEvent[e.place] = e
	if start == nil {
		return
	}
	e.start, e.end = *start, start.Add(cmp.Or(length, shortest))
	f.byCalendar[e.calendar] = append(f.byCalendar[e.calendar], e)
}

// maxTogether is with how many others an event is said to be at once.
const maxTogether = 5

// meet notes which of a host's events are at the same time.
func (f *facts) meet(list []*entry) {
	slices.SortStableFunc(list, func(a, b *entry) int {
		return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.calendar, b.calendar), cmp.Compare(a.event, b.event))
	})
	note := func(e, other *entry) {
		if len(f.together[e]) < maxTogether {
			f.together[e] = append(f.together[e], other)
		}
	}
	for i, e := range list {
		for _, other := range list[i+1 : min(len(list), i+1+maxTogether)] {
			if !other.start.Before(e.end) {
				break
			}
			// one meeting that two calendars show is one
			if other.link.MeetingID != e.link.MeetingID {
				note(e, other)
				note(other, e)
			}
		}
	}
}
