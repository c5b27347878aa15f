package examine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
)

// calendarOf is a watched calendar by its name.
func (x *examination) calendarOf(name string) *engine.Calendar { return x.Calendars[name] }

// parallelReads is how many events and meetings are read at once.
const parallelReads = 4

// coming reads the events of all calendars that are not over and show a Zoom link. What a calendar does not answer is
// noted in setup.
func (x *examination) coming(ctx context.Context, setup *doctor.Setup) ([]doctor.Facts, error) {
	wide := *x.Builder
	wide.Wide = true
	var facts []doctor.Facts
	for i := range setup.Calendars {
		c := &setup.Calendars[i]
		records, err := x.Store.Records(c.Name)
		if err != nil {
			return nil, err
		}
		if c.Unasked {
			facts = append(facts, x.fromMemory(records)...)
			continue
		}
		events, rights, err := x.events(ctx, &wide, c.Name)
		if err != nil {
			c.Error, c.Denied = words.Cause(err), errors.Is(err, calendar.ErrDenied)
			c.Cure = words.Sentence(words.Cure(err))
			continue
		}
		if rights.said != "" && !c.ReadOnly { // not every calendar introduces itself
			c.ReadOnly, c.Said, c.RightsCure = true, rights.said, rights.cure
		}
		byID := map[string]*store.Record{}
		for _, rec := range records {
			if rec.Active() {
				byID[rec.EventID] = rec
			}
		}
		for k := range events {
			facts = append(facts, x.shown(c.Name, &events[k], byID[events[k].ID])...)
		}
	}
	files, err := x.files()
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		records, err := x.Store.Records(name)
		if err != nil {
			return nil, err
		}
		facts = append(facts, x.fromMemory(records)...)
	}
	facts, err = x.keepers(facts)
	if err != nil {
		return nil, err
	}
	x.ask(ctx, facts)
	slices.SortStableFunc(facts, func(a, b doctor.Facts) int { return a.Event.Start.Compare(b.Event.Start) })
	return facts, nil
}

// fromMemory makes facts of the coming events of a calendar that is not asked.
func (x *examination) fromMemory(records []*store.Record) (facts []doctor.Facts) {
	for _, rec := range records {
		if rec.Active() && (rec.Until.IsZero() || rec.Until.After(x.at)) {
			f := doctor.Remembered(x.at, rec)
			f.Link = rec.JoinURL
			facts = append(facts, f)
		}
	}
	return facts
}

// keepers finds out which links that seem to be others' lead to meetings that zoomtag keeps for another event. The same
// event in another calendar, a guest's, is left out: it is judged where it is kept.
func (x *examination) keepers(facts []doctor.Facts) ([]doctor.Facts, error) {
	var ours []*store.Record
	for _, name := range slices.Sorted(maps.Keys(x.Calendars)) {
		records, err := x.Store.Records(name)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			if rec.Active() && (rec.Told == nil || rec.Told.Kind != meeting.Personal) {
				ours = append(ours, rec)
			}
		}
	}
	var judged []doctor.Facts
	for _, f := range facts {
		i := slices.IndexFunc(ours,
			func(rec *store.Record) bool { return doctor.SameMeeting(f.Link, rec.Meeting.JoinURL) })
		if f.Record == nil && i >= 0 {
			if ours[i].UID == f.Event.UID {
				continue
			}
			f.Keeper = ours[i].Title + " in " + ours[i].Calendar
		}
		judged = append(judged, f)
	}
	return judged, nil
}

// rights is why nothing in a calendar can be written, and what mends that, in a sentence; empty where it can.
type rights struct{ said, cure string }

// events reads the events of a calendar that may show a link and are not over, and what may be done there.
func (x *examination) events(ctx context.Context, b *assemble.Builder,
	name string) (coming []calendar.Event, may rights, err error) {
	at := slices.IndexFunc(b.Config.Calendars, func(c configs.Calendar) bool { return c.Name == name })
	c := b.Config.Calendars[at]
	s, err := b.Settings(c)
	if err != nil {
		return nil, may, err
	}
	source, err := b.Source(c, s)
	if err != nil {
		return nil, may, err
	}
	changes, err := source.Changes(ctx, "")
	if err != nil {
		return nil, may, err
	}
	may = rights{changes.ReadOnly, words.Sentence(changes.Cure)}
	list := slices.DeleteFunc(changes.List, func(ch calendar.Change) bool {
		absent := ch.Deleted || ch.Missing
		return absent || ch.Plain || ch.Err != nil
	})
	events, errs := make([]calendar.Event, len(list)), make([]error, len(list))
	inParallel(len(list), func(i int) {
		if list[i].Event != nil {
			events[i] = *list[i].Event
			return
		}
		events[i], errs[i] = source.Get(ctx, list[i].ID)
	})
	for i, ev := range events {
		switch {
		case errors.Is(errs[i], calendar.ErrGone), errors.Is(errs[i], calendar.ErrMalformed),
			errors.Is(errs[i], calendar.ErrIncomplete):
			continue // gone meanwhile, or shown by status as what cannot be read
		case errs[i] != nil:
			return nil, may, errs[i]
		}
		if over := !ev.Until.IsZero() && ev.Until.Before(x.at); !over && !ev.Cancelled {
			coming = append(coming, ev)
		}
	}
	return coming, may, nil
}

// inParallel calls f for each of n, a few at a time.
func inParallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	places := make(chan struct{}, parallelReads)
	for i := range n {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			f(i)
		})
	}
	wg.Wait()
}

// shown makes facts of the links that an event shows: our own, and those of others.
func (x *examination) shown(name string, ev *calendar.Event, rec *store.Record) []doctor.Facts {
	links := doctor.Shown(ev)
	fact := func(link string) doctor.Facts {
		return doctor.Facts{Now: x.at, Calendar: name, Event: ev, Link: link, Text: ev.Description}
	}
	if rec == nil {
		var facts []doctor.Facts
		for _, link := range links {
			facts = append(facts, fact(link))
		}
		return facts
	}
	f := fact(ev.Link.JoinURL)
	f.Record = rec
	if f.Link == "" {
		f.Link = calendar.BlockURL(ev.Link.Block)
	}
	var apart []doctor.Facts
	for _, link := range links {
		switch same := doctor.SameMeeting(link, rec.Meeting.JoinURL); {
		case doctor.Apart(link):
			apart = append(apart, fact(link))
		case same && f.Link == "":
			f.Link = link
		case !same && !doctor.SameMeeting(link, f.Link):
			f.Others = append(f.Others, link)
		}
	}
	return append([]doctor.Facts{f}, apart...)
}

// ask asks Zoom and the calendars about our own links.
func (x *examination) ask(ctx context.Context, facts []doctor.Facts) {
	inParallel(len(facts), func(i int) {
		f := &facts[i]
		if f.Record == nil || ctx.Err() != nil {
			return
		}
		if !x.silent(f.Calendar) {
			f.Details = x.invited(ctx, f)
		}
		account, known := x.Builder.Accounts.Of(f.Record.Mark)
		inspector := x.inspector(account)
		switch {
		case !known && x.follows(f): // a room that was configured before
			return
		case !known:
			f.Unasked = "its Zoom account is not in the configuration"
			return
		case inspector == nil:
			return
		}
		m, err := inspector.Inspect(ctx, f.Record.MeetingID)
		switch {
		case err == nil:
			f.Meeting = &m
		case errors.Is(err, meeting.ErrGone):
			f.Gone = true
		default:
			f.Unasked = words.Of(err)
		}
		f.Host = x.host(ctx, account, f.Record.Host)
	})
}

// follows reports whether the calendar of a link goes on with its meeting, though no account knows it. A file has none.
func (x *examination) follows(f *doctor.Facts) bool {
	c := x.calendarOf(f.Calendar)
	return c != nil && c.Settings.Follows(f.Record)
}

// host asks an account about a host, once.
func (x *examination) host(ctx context.Context, a assemble.Account, name string) *meeting.HostFacts {
	inspector := x.inspector(a)
	if name == "" || inspector == nil {
		return nil
	}
	x.mu.Lock()
	h := x.hosts[hostKey(a, name)]
	if h == nil {
		h = &hostFacts{name: name, account: a.Name}
		x.hosts[hostKey(a, name)] = h
	}
	x.mu.Unlock()
	h.once.Do(func() {
		facts, err := inspector.Host(ctx, name)
		switch {
		case err == nil:
			h.facts = &facts
		case errors.Is(err, meeting.ErrInvalid):
			h.unknown = true
		}
	})
	return h.facts
}

// configuredHosts asks about the hosts that the configuration names.
func (x *examination) configuredHosts(ctx context.Context) {
	type one struct {
		account assemble.Account
		host    string
	}
	var list []one
	add := func(a assemble.Account, configured string) {
		o := one{a, x.Builder.Host(a.Zoom, configured)}
		if !slices.ContainsFunc(list,
			func(other one) bool { return hostKey(other.account, other.host) == hostKey(o.account, o.host) }) {
			list = append(list, o)
		}
	}
	cfg := x.Builder.Config
	for _, a := range x.Builder.Accounts {
		used := false
		for _, c := range cfg.Calendars {
			if cfg.AccountOf(c).Name == a.Name {
				add(a, cfg.For(c).Host)
				used = true
			}
		}
		if !used { // tags may choose it
			add(a, a.Host)
		}
	}
	inParallel(len(list), func(i int) { x.host(ctx, list[i].account, list[i].host) })
}

// judgeHosts judges the hosts that were asked about, and describes them.
func (x *examination) judgeHosts() (list []doctor.Finding, described []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(x.hosts)) {
		h := x.hosts[key]
		findings := doctor.JudgeHost(h.name, h.facts, h.unknown)
		for i := range findings {
			findings[i].Account = h.account
		}
		list = append(list, findings...)
		if said := doctor.DescribeHost(h.name, h.facts); said != "" {
			if h.account != "" {
				said = "Zoom account " + h.account + ": " + said
			}
			described = append(described, said)
		}
	}
	return list, described
}

// keptRecords are the records of all events with a meeting.
func (x *examination) keptRecords() ([]*store.Record, error) {
	var list []*store.Record
	files, err := x.files()
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Concat(x.Names, files) {
		records, err := x.Store.Records(name)
		if err != nil {
			return nil, err
		}
		list = append(list, slices.DeleteFunc(records, func(rec *store.Record) bool { return !rec.Active() })...)
	}
	return list, nil
}

// files are what stands for the files that were linked by themselves.
func (x *examination) files() ([]string, error) {
	names, err := x.Store.Calendars()
	return slices.DeleteFunc(names, func(name string) bool { return !record.IsFile(name) }), err
}

// remembered makes facts of an event that is remembered, as its calendar now shows it.
func (x *examination) remembered(ctx context.Context, rec *store.Record) []doctor.Facts {
	if x.silent(rec.Calendar) {
		f := doctor.Remembered(x.at, rec)
		f.Link = rec.JoinURL
		return []doctor.Facts{f}
	}
	ev, err := x.calendarOf(rec.Calendar).Source.Get(ctx, rec.EventID)
	if err != nil {
		f := doctor.Remembered(x.at, rec)
		f.Link = rec.JoinURL
		return []doctor.Facts{f}
	}
	return x.shown(rec.Calendar, &ev, rec)
}

// targets are the hosts to connect to: the API's, and those of the links.
func (x *examination) targets() (list []Target, media []string, outside bool, err error) {
	records, err := x.keptRecords()
	if err != nil {
		return nil, nil, false, err
	}
	var links, services []string
	for _, a := range x.Builder.Accounts {
		links = append(links, a.PersonalLink)
		if a.Mode != configs.Personal {
			services = append(services, a.APIURL, a.OAuthURL)
		}
	}
	for _, rec := range records {
		links = append(links, rec.Meeting.JoinURL)
	}
	hosts := doctor.Hosts(links)
	list, outside = targets(services, hosts)
	if !outside {
		return list, nil, false, nil
	}
	for _, port := range []int{8801, 8802} {
		media = append(media, hosts[0]+":"+strconv.Itoa(port))
	}
	return list, media, true, nil
}
