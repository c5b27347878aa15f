package engine

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/sync/plan"
)

// previewCalendar is a calendar that shows what SetLink would do, and does not do it. It goes on showing it: the dates
// of a series are looked at after the series.
type previewCalendar struct {
	calendar.Calendar
	made map[string]calendar.Event
}

func preview(c calendar.Calendar) previewCalendar {
	return previewCalendar{Calendar: c, made: map[string]calendar.Event{}}
}

// Get returns the event as it would be by now.
func (p previewCalendar) Get(ctx context.Context, id string) (calendar.Event, error) {
	if ev, ok := p.made[id]; ok {
		return ev, nil
	}
	return p.Calendar.Get(ctx, id)
}

// SetLink returns the event as it would be.
func (p previewCalendar) SetLink(ctx context.Context, id, _ string, l calendar.Link) (calendar.Event, error) {
	ev, err := p.Get(ctx, id)
	if err != nil {
		return ev, err
	}
	p.made[id] = linkedEvent(ev, l)
	return p.made[id], nil
}

// linkedEvent is an event with a link, or without one.
func linkedEvent(ev calendar.Event, l calendar.Link) calendar.Event {
	before := ev.Location
	ev.Description = spliced(ev.Description, ev.HTML, l)
	if l.Title != nil {
		ev.Title = *l.Title
	}
	if l.Location != nil {
		ev.Location = *l.Location
	}
	if l.DropMeet {
		ev.Meet = false
		ev.Conferences = slices.DeleteFunc(slices.Clone(ev.Conferences), plan.IsGoogleMeet)
	}
	if l.Mark == "" {
		for _, url := range []string{l.Was.JoinURL, ev.Link.JoinURL} {
			ev.Location = withoutLink(ev.Location, url)
			if url != "" && ev.URL == url {
				ev.URL = ""
			}
		}
		ev.Exceptions = linkedExceptions(ev.Exceptions, l, before)
		ev.Link = calendar.Link{}
		return ev
	}
	if ev.URL == "" || ev.URL == l.Was.JoinURL {
		ev.URL = l.JoinURL
	}
	ev.Exceptions = linkedExceptions(ev.Exceptions, l, before)
	ev.Link = calendar.Link{Mark: l.Mark, Tag: l.Tag, JoinURL: l.JoinURL, Block: l.Block}
	return ev
}

// spliced is a description with a link.
func spliced(description string, html bool, l calendar.Link) string {
	splice := calendar.Splice
	if html {
		splice = calendar.SpliceHTML
	}
	start, end, with := splice(description, l)
	return description[:start] + with + description[end:]
}

// withoutLink is a location without a link, if it is there.
func withoutLink(location, url string) string {
	if rest, ok := calendar.WithoutLink(location, url); ok {
		return rest
	}
	return location
}

// linkedExceptions are the exceptions of a series as a link would make them. before is the location that the series
// had.
func linkedExceptions(list []calendar.Exception, l calendar.Link, before string) []calendar.Exception {
	list = slices.Clone(list)
	for i := range list {
		x := &list[i]
		if l.HeldBy(x) {
			continue
		}
		in := l.In(x.ID, x.Link.Block)
		x.Description = spliced(x.Description, x.HTML, in)
		switch {
		case in.Mark == "" && in.Location != nil && in.TakesLocation(x.Location, before):
			x.Location = *in.Location
		case in.Mark == "":
			x.Location = withoutLink(withoutLink(x.Location, in.Was.JoinURL), x.Link.JoinURL)
		case in.Location != nil && in.TakesLocation(x.Location, before):
			x.Location = *in.Location
		}
		x.Link = calendar.Link{Mark: in.Mark, Tag: in.Tag, JoinURL: in.JoinURL, Block: in.Block}
	}
	return list
}

// previewMeetings is a meeting service that reads what there is and pretends the rest, counting what it would cost.
type previewMeetings struct {
	meeting.Service
	now   func() time.Time
	calls map[string]int
	made  int64
	own   map[int64]meeting.Meeting // what it pretends to have made or brought back
}

// pretend keeps a meeting that there is not, under an id that none has.
func (p *previewMeetings) pretend(m meeting.Meeting) meeting.Meeting {
	p.made--
	m.ID = p.made
	p.own[m.ID] = m
	return m
}

// proves finds out, where the service can tell, whether it would be let in for a host: what is foretold has to be what
// comes.
func (p *previewMeetings) proves(ctx context.Context, host string) error {
	if prover, ok := p.Service.(meeting.Prover); ok {
		return prover.Prove(ctx, host)
	}
	return nil
}

// newMeetingURL stands for the link of a meeting that is not made yet.
const newMeetingURL = "(the link of the new meeting)"

// roomURL stands for the link of a host's personal room, which is not read beforehand.
const roomURL = "(the link of the personal room)"

// oldMeetingURL stands for the link of a meeting that would be brought back.
const oldMeetingURL = "(the link that it had)"

// Create pretends.
func (p *previewMeetings) Create(ctx context.Context, mark string, s meeting.Spec) (meeting.Meeting, error) {
	if err := p.proves(ctx, s.Host); err != nil {
		return meeting.Meeting{}, err
	}
	p.calls["zoom"] += 1 + edits(s)
	url := newMeetingURL
	if s.Kind == meeting.Personal {
		url = roomURL
	}
	return p.pretend(meeting.Meeting{Mark: mark, Host: s.Host, JoinURL: url, Topic: s.Topic, Start: s.Start,
		Duration: s.Duration}), nil
}

// edits are the requests that a new schedule costs beside its create: each occurrence that is removed or moved, and
// what is read around them.
func edits(s meeting.Spec) int {
	if s.Schedule == nil || len(s.Schedule.Removed)+len(s.Schedule.Moved) == 0 {
		return 0
	}
	return len(s.Schedule.Removed) + 3*max(1, len(s.Schedule.Moved))
}

// Update reads the meeting and pretends the rest.
func (p *previewMeetings) Update(ctx context.Context, id int64, from, to meeting.Spec) (meeting.Meeting, error) {
	p.calls["zoom"] += 2
	if m, ok := p.own[id]; ok {
		if !from.IsZero() { // else it was brought back: it was told all that for this very event
			m.Topic, m.Start, m.Duration = to.Topic, to.Start, to.Duration
		}
		p.own[id] = m
		return m, nil
	}
	if err := p.proves(ctx, to.Host); err != nil {
		return meeting.Meeting{}, err
	}
	m, err := p.Get(ctx, id)
	if err != nil {
		return m, err
	}
	m.Unsent = from.IsZero() && shows(&m, to, p.now())
	m.Topic, m.Start, m.Duration = to.Topic, to.Start, to.Duration
	return m, nil
}

// shows reports whether a meeting is at Zoom as spec asks for it, as far as can be seen: then nothing is sent.
func shows(m *meeting.Meeting, spec meeting.Spec, now time.Time) bool {
	switch {
	case m.Topic != spec.Topic:
		return false
	case spec.Kind == meeting.Fixed:
		return sameTimes(m.Occurrences, spec.Coming(now), now)
	case spec.Kind == meeting.Scheduled:
		return !spec.Start.After(now) || m.Start.Equal(spec.Start) && m.Duration == spec.Duration
	}
	return m.Start.IsZero() && len(m.Occurrences) == 0 || spec.Kind != meeting.Lasting
}

// Recover pretends.
func (p *previewMeetings) Recover(_ context.Context, _ int64) (meeting.Meeting, error) {
	if _, ok := p.Service.(meeting.Recoverer); !ok {
		return meeting.Meeting{}, fmt.Errorf("%w: nothing can be brought back", meeting.ErrDenied)
	}
	p.calls["zoom"]++
	return p.pretend(meeting.Meeting{JoinURL: oldMeetingURL}), nil
}

// Get reads a meeting that exists.
func (p *previewMeetings) Get(ctx context.Context, id int64) (meeting.Meeting, error) {
	if id < 0 {
		return meeting.Meeting{}, errors.New("the meeting is not made yet")
	}
	return p.Service.Get(ctx, id)
}

// Preflight asks what stands against a meeting, which changes nothing.
func (p *previewMeetings) Preflight(ctx context.Context, from, to meeting.Spec) meeting.Preflight {
	if service, ok := p.Service.(meeting.Preflighter); ok {
		return service.Preflight(ctx, from, to)
	}
	return meeting.Preflight{}
}

// Licensed asks who can host, which changes nothing.
func (p *previewMeetings) Licensed(ctx context.Context, address string) (bool, error) {
	if roster, ok := p.Service.(meeting.Roster); ok {
		return roster.Licensed(ctx, address)
	}
	return false, nil
}

// Invitation reads the text of a meeting that exists.
func (p *previewMeetings) Invitation(ctx context.Context, id int64) (string, error) {
	inviter, ok := p.Service.(meeting.Inviter)
	switch {
	case !ok:
		return "", fmt.Errorf("%w: there is none", meeting.ErrDenied)
	case id < 0:
		return newMeetingURL + "\n(Zoom's own invitation text)", nil
	}
	return inviter.Invitation(ctx, id)
}

// Cancel pretends.
func (p *previewMeetings) Cancel(context.Context, int64) error {
	p.calls["zoom"]++
	return nil
}

// diff shows how an event's texts would change, one line of text a line, without the passcodes in secrets.
func diff(before, after *calendar.Event, secrets []string) string {
	var b strings.Builder
	field := func(name, old, now string) {
		if old == now {
			return
		}
		if strings.Contains(old+now, "\n") {
			b.WriteString("  " + name + ":\n")
			lineDiff(&b, old, now)
			return
		}
		if old != "" {
			b.WriteString("- " + name + ": " + old + "\n")
		}
		if now != "" {
			b.WriteString("+ " + name + ": " + now + "\n")
		}
	}
	field("title", before.Title, after.Title)
	field("location", before.Location, after.Location)
	field("url", before.URL, after.URL)
	field("description", seen(before), seen(after))
	for _, x := range written(before, after) {
		sign, what := "+", "gets the link"
		if x.Link.Mark == "" {
			sign, what = "-", "loses the link"
		}
		if b.WriteString(sign + " date of " + x.Start.Format("2 January 2006") + ": " + what); len(x.Mails) > 0 {
			b.WriteString("; that mails " + strings.Join(x.Mails, ", ") + " once more")
		}
		b.WriteString("\n")
	}
	secrets = slices.Clone(secrets)
	for _, code := range dialledPasscode.FindAllStringSubmatch(seen(before)+"\n"+seen(after), -1) {
		secrets = append(secrets, code[1])
	}
	text := plan.HidePasscode(shownPasscode.ReplaceAllString(b.String(), "${1} ***"))
	// Longest first: one may begin like another.
	for _, secret := range slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return len(b) - len(a) }) {
		if len(secret) >= shortestSecret {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// written are the exceptions of a series, as they would be, that are written.
func written(before, after *calendar.Event) (list []calendar.Exception) {
	for i := range after.Exceptions {
		x := after.Exceptions[i]
		was := slices.IndexFunc(before.Exceptions, func(y calendar.Exception) bool { return y.ID == x.ID })
		if was >= 0 && (before.Exceptions[was].Link.Mark != x.Link.Mark ||
			before.Exceptions[was].Link.Block != x.Link.Block) {
			list = append(list, x)
		}
	}
	return list
}

// mailed lists who would be mailed: for the event itself, if anything of that is written, and for dates of a series
// that are.
func mailed(before, after *calendar.Event) []string {
	var list []string
	own := *after
	own.Exceptions = before.Exceptions
	if before.Link.Mark != after.Link.Mark || before.Meet != after.Meet || diff(before, &own, nil) != "" {
		list = slices.Clone(after.Mails)
	}
	for _, x := range written(before, after) {
		for _, address := range x.Mails {
			if !slices.Contains(list, address) {
				list = append(list, address)
			}
		}
	}
	return list
}

// seen is an event's description as a person sees it.
func seen(ev *calendar.Event) string {
	if ev.HTML {
		return calendar.HTMLText(ev.Description)
	}
	return ev.Description
}

// shortestSecret is how long a passcode has to be to be told from words and numbers that only look like it.
const shortestSecret = 3

var (
	// shownPasscode is the part of a line that a diff must not show around.
	shownPasscode = regexp.MustCompile(`(?mi)^([-+] .*?passcode:).*$`)
	// dialledPasscode is the passcode in a number to tap: +496971049922,,12345678901#,,,,*481516#. It is another one
	// than the meeting's where that has letters, and the text then shows it in other places too.
	dialledPasscode = regexp.MustCompile(`,[0-9]+#,+(?:0?#,+)*\*?([0-9]+)#`)
)

// lineDiff shows the lines between the common beginning and the common end.
func lineDiff(b *strings.Builder, old, now string) {
	from, to := lines(old), lines(now)
	first := 0
	for first < len(from) && first < len(to) && from[first] == to[first] {
		first++
	}
	last := 0
	for last < len(from)-first && last < len(to)-first && from[len(from)-1-last] == to[len(to)-1-last] {
		last++
	}
	for _, l := range from[first : len(from)-last] {
		b.WriteString("- " + l + "\n")
	}
	for _, l := range to[first : len(to)-last] {
		b.WriteString("+ " + l + "\n")
	}
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
