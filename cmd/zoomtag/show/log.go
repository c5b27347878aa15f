package show

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// Log prints entries of the journal.
func (p *Printer) Log(list []api.LogEntry) error {
	rows := [][]string{{"TIME", "CALENDAR", "EVENT", "STEP", "MEETING", "REASON"}}
	for i := range list {
		rows = append(rows, logRow(&list[i]))
	}
	return p.table(rows)
}

func logRow(e *api.LogEntry) []string {
	reason := e.Told()
	if e.Error != "" {
		reason = "failed: " + reason
	}
	return []string{terminal.Clock(api.Time(e.Time)), api.PlaceOf(e.Calendar), cmp.Or(e.Title, e.EventID), e.Step,
		e.MeetingID, reason}
}

// Line prints one entry of the journal by itself.
func (p *Printer) Line(e *api.LogEntry) error {
	row := slices.DeleteFunc(logRow(e), func(s string) bool { return s == "" })
	_, err := fmt.Fprintln(p.Out, terminal.Printable(strings.Join(row, "  ")))
	return err
}

// followEvery is how often it is asked whether something was done.
const followEvery = time.Second

// Follow prints entries of the journal line by line, and those of what is done from now on, until ctx ends. ask asks
// for the entries since a time; it may tell of some more than once.
func (p *Printer) Follow(ctx context.Context, list []api.LogEntry, asJSON bool,
	ask func(since time.Time) ([]api.LogEntry, error)) (err error) {
	tell := p.Line
	if asJSON {
		tell = func(e *api.LogEntry) error { return json.NewEncoder(p.Out).Encode(e) }
	}
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	since := p.Now()
	if len(list) > 0 {
		since = list[0].Time
	}
	told := []api.LogEntry{} // of the last moment that was told of
	for {
		for i := range list {
			e := &list[i]
			if slices.Contains(told, *e) {
				continue
			}
			if err := tell(e); err != nil {
				return err
			}
			if e.Time.After(since) {
				since, told = e.Time, nil
			}
			told = append(told, *e)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if list, err = ask(since); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

// Since reads from when on something is wanted: how long ago ("90m", "2h", "7d"), a day ("2026-11-29"), a day and time
// of this machine's ("2026-11-29 14:00"), or an RFC 3339 time.
func Since(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, words.Usage(words.Mend(fmt.Errorf("--since %q is no time", text),
		"write 90m, 2h, 7d, 2026-11-29 or \"2026-11-29 14:00\""))
}
