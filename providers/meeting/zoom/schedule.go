package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// Zoom's types of recurrence.
var recurrenceTypes = map[meeting.Unit]int{meeting.Daily: 1, meeting.Weekly: 2, meeting.Monthly: 3}

// recurrenceBody is a schedule as Zoom takes it. It is always sent as a whole: a part of one is refused.
type recurrenceBody struct {
	Type           int    `json:"type"`
	RepeatInterval int    `json:"repeat_interval"`
	WeeklyDays     string `json:"weekly_days,omitempty"` // 1 is Sunday
	MonthlyDay     int    `json:"monthly_day,omitempty"`
	MonthlyWeek    int    `json:"monthly_week,omitempty"`
	MonthlyWeekDay int    `json:"monthly_week_day,omitempty"`
	EndTimes       int    `json:"end_times"`
}

func recurrence(r meeting.Rule) *recurrenceBody {
	b := &recurrenceBody{Type: recurrenceTypes[r.Unit], RepeatInterval: max(1, r.Interval), EndTimes: r.Count}
	switch r.Unit {
	case meeting.Weekly:
		var days []string
		for _, day := range r.Days {
			days = append(days, strconv.Itoa(int(day)+1))
		}
		b.WeeklyDays = strings.Join(days, ",")
	case meeting.Monthly:
		if b.MonthlyDay = r.MonthDay; r.MonthDay == 0 {
			b.MonthlyWeek, b.MonthlyWeekDay = r.Week, int(r.Weekday)+1
		}
	}
	return b
}

// fixed puts what is left of a schedule into terms: a start that has passed is never sent.
func (s *Service) fixed(t *terms, spec meeting.Spec) error {
	if spec.Schedule == nil {
		return fmt.Errorf("%w: a series without its schedule", meeting.ErrInvalid)
	}
	zone, ok := meeting.ZoneName(spec.Zone)
	if !ok {
		return fmt.Errorf("%w: Zoom does not know the time zone %q of the series", meeting.ErrInvalid, spec.Zone)
	}
	left, ok := spec.Remaining(s.now())
	if !ok {
		return nil // all of it has begun: there is nothing to tell
	}
	t.start, t.zone, t.minutes = &left.Start, &zone, minutes(left.Duration)
	t.recurrence = recurrence(left.Schedule.Rule)
	return nil
}

func minutes(d time.Duration) *int { return new(max(1, int((d+time.Minute-1)/time.Minute))) }

// wireOccurrence is one occurrence in an answer.
type wireOccurrence struct {
	ID        text   `json:"occurrence_id"` // opaque, and another one after each change of the schedule
	StartTime stamp  `json:"start_time"`
	Duration  number `json:"duration"`
	Status    text   `json:"status"` // "available" or "deleted"
}

// coming are the occurrences that Zoom shows and that begin after now, in order.
func (w *wireMeeting) coming(now time.Time) []wireOccurrence {
	list := slices.DeleteFunc(slices.Clone(w.Occurrences), func(o wireOccurrence) bool {
		return o.Status == "deleted" || o.StartTime.IsZero() || !o.StartTime.After(now)
	})
	slices.SortFunc(list, func(a, b wireOccurrence) int { return a.StartTime.Compare(b.StartTime.Time) })
	return list
}

func (o *wireOccurrence) is(want meeting.Occurrence) bool {
	return sameMinute(o.StartTime.Time, want.Start) && int(o.Duration) == *minutes(want.Duration)
}

func sameMinute(a, b time.Time) bool {
	return a.UTC().Truncate(time.Minute).Equal(b.UTC().Truncate(time.Minute))
}

// work is what has to be done to the schedule that Zoom shows.
type work struct {
	anew   bool // the whole schedule has to be told again
	blind  bool // Zoom shows no occurrences at all: nobody knows
	remove []wireOccurrence
	move   []moving
}

type moving struct {
	wireOccurrence
	to meeting.Occurrence
}

// workFor compares the occurrences that Zoom shows with those of to. from is what it was told before, if that is known:
// an occurrence may still be where that one had it.
func workFor(w *wireMeeting, from, to meeting.Spec, now time.Time) (k work) {
	if int(w.Type) != typeFixed {
		return work{anew: true}
	}
	wanted := to.Coming(now)
	if len(wanted) == 0 {
		return work{} // the last occurrence is never taken out: Zoom would delete the meeting with it
	}
	if len(w.Occurrences) == 0 {
		return work{blind: true}
	}
	bases := to.Starts()
	for _, o := range w.coming(now) {
		if i := slices.IndexFunc(wanted, func(x meeting.Occurrence) bool { return o.is(x) }); i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
			continue
		}
		base := baseOf(o, from, bases)
		switch target, ok := to.At(base); {
		case base.IsZero():
			k.anew = true
		case !ok, !target.Start.After(now): // a start that has passed is never sent
			k.remove = append(k.remove, o)
		case sameMinute(o.StartTime.Time, base) && target == meeting.Occurrence{Start: base, Duration: to.Duration}:
			k.anew = true // all of them have another length
		default:
			k.move = append(k.move, moving{o, target})
		}
	}
	for _, m := range k.move {
		wanted = slices.DeleteFunc(wanted, func(x meeting.Occurrence) bool { return x == m.to })
	}
	k.anew = k.anew || len(wanted) > 0
	return k
}

// baseOf is the start that the rule gives to an occurrence that Zoom shows; zero where it is none of the rule's.
func baseOf(o wireOccurrence, from meeting.Spec, bases []time.Time) time.Time {
	if from.Schedule != nil {
		for _, m := range from.Schedule.Moved {
			if sameMinute(m.Start, o.StartTime.Time) && slices.ContainsFunc(bases, m.From.Equal) {
				return m.From
			}
		}
	}
	if i := slices.IndexFunc(bases, func(at time.Time) bool { return sameMinute(at, o.StartTime.Time) }); i >= 0 {
		return bases[i]
	}
	return time.Time{}
}

// removeOccurrence deletes one occurrence. Nobody is mailed about it. Without its id the whole series would be deleted.
func (s *Service) removeOccurrence(ctx context.Context, id int64, o wireOccurrence) error {
	what := fmt.Sprintf("delete the occurrence of %s of meeting %d",
		o.StartTime.UTC().Format("2006-01-02 15:04 UTC"), id)
	if o.ID == "" {
		return fmt.Errorf("zoom: %s: Zoom gives it no id", what)
	}
	return s.do(ctx, call{what: what, method: http.MethodDelete, path: meetingPath(id), want: http.StatusNoContent,
		on: anOccurrence,
		query: url.Values{"occurrence_id": {string(o.ID)}, "schedule_for_reminder": {"false"},
			"cancel_meeting_reminder": {"false"}}}, nil)
}

// moveOccurrence gives one occurrence its own time and length.
func (s *Service) moveOccurrence(ctx context.Context, id int64, m moving) error {
	what := fmt.Sprintf("move the occurrence of %s of meeting %d", m.StartTime.UTC().Format("2006-01-02 15:04 UTC"), id)
	if m.ID == "" {
		return fmt.Errorf("zoom: %s: Zoom gives it no id", what)
	}
	start, _ := wallTime(m.to.Start, nil)
	return s.do(ctx, call{what: what, method: http.MethodPatch, path: meetingPath(id), want: http.StatusNoContent,
		on:    anOccurrence,
		query: url.Values{"occurrence_id": {string(m.ID)}},
		body:  meetingBody{StartTime: start, Duration: minutes(m.to.Duration)}}, nil)
}

// otherTimes is the note for a series of which Zoom makes other times than were worked out beforehand.
var otherTimes = words.Pair("Zoom shows other times for the series than the event has",
	"look at the meeting in Zoom's own app")

// blindNote is what is to be said of a meeting whose occurrences Zoom does not show; "" where nothing had to be done to
// single ones.
func blindNote(s meeting.Spec) []string {
	if len(s.Schedule.Removed)+len(s.Schedule.Moved) == 0 {
		return nil
	}
	return []string{"Zoom does not show the dates of the series: those that were cancelled or moved stand there as " +
		"the rule has them."}
}

// sameSchedule reports whether two specs have the same rule from the same start on.
func sameSchedule(a, b meeting.Spec) bool {
	if a.Schedule == nil || b.Schedule == nil {
		return false
	}
	begins := a.Start.Equal(b.Start) && a.Zone == b.Zone
	return begins && a.Duration == b.Duration && a.Schedule.Rule.Equal(b.Schedule.Rule)
}

// revision is an update of a meeting, with a schedule or without.
type revision struct {
	host        string
	from, to    meeting.Spec
	asked, diff terms
	current     *wireMeeting // nil where it was not read yet
}

// updateSeries sends what differs, and does what is missing to the occurrences: all that are to be taken out, and one
// of those to be moved unless something that counts was sent already. After that the meeting may be unfinished.
func (s *Service) updateSeries(ctx context.Context, id int64, what string, u revision) (meeting.Meeting, error) {
	if u.current == nil {
		w, err := s.read(ctx, id)
		if err != nil {
			return meeting.Meeting{}, first(err)
		}
		u.current = &w
	}
	now := s.now()
	if k := workFor(u.current, u.from, u.to, now); k.anew || k.blind && !sameSchedule(u.from, u.to) {
		if err := s.fixed(&u.diff, u.to); err != nil {
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, unsent{err})
		}
	}
	if u.diff.kind != nil && u.diff.start == nil { // nothing is left to come
		u.diff = u.diff.withoutTime()
	}
	sent := !u.diff.empty()
	if sent {
		if err := s.patch(ctx, u.host, id, u.diff.updateBody(u.asked)); err != nil {
			return meeting.Meeting{}, err
		}
		was := u.current.coming(now)
		if err := s.complete(ctx, u.current); err != nil {
			// Not wrapped: what reading says (gone, denied, throttled) is not true of the change.
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: it was changed, but could not be read back: %s", what,
				err.Error())
		}
		if u.diff.recurrence != nil {
			u.from = meeting.Spec{} // what was changed in single occurrences is lost
			if workFor(u.current, u.from, u.to, now).anew && sameOccurrences(was, u.current.coming(now)) {
				return meeting.Meeting{}, words.Mend(fmt.Errorf("zoom: %s: Zoom answered well but kept the old times",
					what), lookThere)
			}
		}
	}
	unfinished, list, err := s.follow(ctx, u, &sent)
	if err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, err)
	}
	m, err := s.updated(*u.current, what, u.to, u.asked)
	m.Notes, m.Unfinished, m.Unsent = append(m.Notes, list...), unfinished, err == nil && !sent
	return m, err
}

func sameOccurrences(a, b []wireOccurrence) bool {
	return slices.EqualFunc(a, b, func(x, y wireOccurrence) bool {
		return x.StartTime.Equal(y.StartTime.Time) && x.Duration == y.Duration
	})
}

// follow works at the occurrences, one after the other: each change may give all of them other ids. sent says whether
// anything was sent for this update.
func (s *Service) follow(ctx context.Context, u revision, sent *bool) (unfinished bool, notes []string, err error) {
	id, spent := int64(u.current.ID), *sent
	for range 2 * meeting.MaxOccurrences {
		k := workFor(u.current, u.from, u.to, s.now())
		switch {
		case k.anew: // all of it was told a moment ago
			return false, []string{otherTimes}, nil
		case k.blind:
			return false, blindNote(u.to), nil
		case len(k.remove) > 0:
			err = s.removeOccurrence(ctx, id, k.remove[0])
		case len(k.move) > 0 && !spent:
			spent = true
			err = s.moveOccurrence(ctx, id, k.move[0])
		default:
			return len(k.move) > 0, nil, nil
		}
		if err == nil {
			*sent = true
			err = s.complete(ctx, u.current)
		}
		if err != nil && *sent {
			// gone, denied, throttled: it is not true of all that was asked
			err = errors.New("a part of it was done, then: " + err.Error())
		}
		if err != nil {
			return false, nil, err
		}
	}
	return false, nil, words.Mend(errors.New("the occurrences do not become what they should be"),
		"look at the meeting in Zoom's own app")
}

// occurrences are the coming ones as Zoom shows them.
func (s *Service) occurrences(w *wireMeeting) []meeting.Occurrence {
	if int(w.Type) != typeFixed {
		return nil
	}
	var list []meeting.Occurrence
	for _, o := range w.coming(s.now()) {
		list = append(list, meeting.Occurrence{Start: o.StartTime.UTC(),
			Duration: time.Duration(o.Duration) * time.Minute})
	}
	return list
}
