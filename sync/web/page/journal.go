package page

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// How many lines of the journal a page has.
const (
	perJournal = 40
	perEvent   = 200
)

// journal is what happened lately, and the form that chooses from it.
type journal struct {
	Words, Calendar string
	Failed          bool
	Filtered        bool
	Names           []string // of calendars to choose from; none where there are too many
	Lines           []line
	Older, Newest   string // addresses
}

// maxNames is how many calendars there may be to choose from; of more the name is typed.
const maxNames = 200

// line is one thing that was done.
type line struct {
	At                           moment
	Title, Calendar, Step, Event string
	Reason, Error                string
	Meeting                      string
}

// steps are those of the journal, as people say them, and what is said where they failed.
var steps = map[string][2]string{
	"create": {"made a meeting", "could not make a meeting"},
	"adopt":  {"found its meeting", "could not find its meeting"},
	"update": {"told Zoom", "could not tell Zoom"},
	"link":   {"wrote the link", "could not write the link"},
	"unlink": {"took the link out", "could not take the link out"},
	"cancel": {"cancelled the meeting", "could not cancel the meeting"},
	"invite": {"wrote the invitation", "could not write the invitation"},
	"":       {"noted", "failed"},
}

// saidOf is a step of the journal as people say it.
func saidOf(e *api.LogEntry) string {
	said, known := steps[e.Step]
	switch {
	case !known:
		return e.Step
	case e.Error != "":
		return said[1]
	}
	return said[0]
}

func (p *Page) journal(r *http.Request, who *visitor, f *facts) (journal, error) {
	q := r.URL.Query()
	j := journal{Words: q.Get("log"), Calendar: q.Get("calendar"), Failed: q.Get("failed") != ""}
	j.Filtered = j.Words != "" || j.Calendar != "" || j.Failed
	if len(f.status.Calendars) <= maxNames {
		for i := range f.status.Calendars {
			j.Names = append(j.Names, f.status.Calendars[i].Name)
		}
	}
	from := cutOf(q)
	request := api.LogRequest{Event: j.Words, Calendar: j.Calendar, Failed: j.Failed, Until: from.until,
		Limit: from.skip + perJournal + 1}
	if who.closed && j.Words != "" { // else what is hidden could be guessed, letter by letter
		request.Event, request.Limit = "", maxSearched
	}
	list, err := p.entries(r.Context(), request)
	if err != nil {
		return j, err
	}
	if who.closed && j.Words != "" {
		list = slices.DeleteFunc(list, func(e api.LogEntry) bool { return !who.sees(&e, j.Words) })
	}
	entries := list[:max(0, len(list)-from.skip)]
	if before := len(entries) - perJournal; before > 0 {
		j.Older = journalPath(q, from.next(entries[before-1].Time, entries[before:]))
		entries = entries[before:]
	}
	if !from.until.IsZero() {
		j.Newest = journalPath(q, cut{})
	}
	j.Lines = p.lines(entries, who)
	return j, nil
}

// entries asks for entries of the journal. An address may name what is not there, a calendar that was renamed since for
// example: of that there are none.
func (p *Page) entries(ctx context.Context, request api.LogRequest) ([]api.LogEntry, error) {
	report, err := p.Service().Log(ctx, request)
	if words.IsUsage(err) {
		return nil, nil
	}
	return report.Log, err
}

// maxSearched is how many entries of the journal are looked through for who does not see all of their titles.
const maxSearched = 1000

// sees reports whether an entry is about an event whose title, as this visitor sees it, has some words in it.
func (v *visitor) sees(e *api.LogEntry, words string) bool {
	return strings.Contains(strings.ToLower(v.shown(e.Title)), strings.ToLower(words)) ||
		strings.EqualFold(e.EventID, words)
}

// cut is where a page of the journal begins: at a moment, of whose entries the newest were shown before. All that is
// done in one transaction is of one moment.
type cut struct {
	until time.Time // zero is now
	skip  int
}

// maxSkip is how many entries of one moment can be gone through.
const maxSkip = 100_000

func cutOf(q url.Values) cut {
	until, err := time.Parse(time.RFC3339Nano, q.Get("until"))
	if err != nil {
		return cut{}
	}
	skip, err := strconv.Atoi(q.Get("skip"))
	if err != nil || skip < 0 || skip > maxSkip {
		skip = 0
	}
	return cut{until, skip}
}

// next is where the page begins whose newest entry is of a moment, after one that has shown these.
func (c cut) next(newest time.Time, shown []api.LogEntry) cut {
	n := cut{until: newest}
	if newest.Equal(c.until) {
		n.skip = c.skip
	}
	for i := range shown {
		if shown[i].Time.Equal(newest) {
			n.skip++
		}
	}
	return n
}

// journalPath is the address of a page of the journal.
func journalPath(q url.Values, at cut) string {
	q.Del("until")
	q.Del("skip")
	if !at.until.IsZero() {
		q.Set("until", at.until.UTC().Format(time.RFC3339Nano))
	}
	if at.skip > 0 {
		q.Set("skip", strconv.Itoa(at.skip))
	}
	return "/?" + withoutSaid(q).Encode() + "#journal"
}

// lines are entries of the journal, the newest first.
func (p *Page) lines(entries []api.LogEntry, who *visitor) (list []line) {
	for _, e := range slices.Backward(entries) {
		one := line{At: p.moment(&e.Time), Title: who.shown(cmp.Or(e.Title, e.EventID)),
			Calendar: api.PlaceOf(e.Calendar), Step: saidOf(&e), Reason: who.shown(e.Reason)}
		if one.Reason = who.shown(e.Told()); e.Error != "" {
			one.Reason, one.Error = who.shown(e.Reason), one.Reason
		}
		if e.EventID != "" {
			one.Event = eventPath(e.Calendar, e.EventID)
		}
		if who.signedIn() {
			one.Meeting = grouped(e.MeetingID)
		}
		list = append(list, one)
	}
	return list
}

// grouped is the number of a meeting as Zoom writes it.
func grouped(id string) string {
	if len(id) < 9 || len(id) > 11 {
		return id
	}
	last := len(id) - 4
	return strings.Join([]string{id[:3], id[3:last], id[last:]}, " ")
}

func sortChips(list []chip) {
	slices.SortStableFunc(list, func(a, b chip) int {
		return cmp.Or(strings.Compare(a.Exact, b.Exact), strings.Compare(a.Calendar, b.Calendar))
	})
}
