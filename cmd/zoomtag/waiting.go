package main

import (
	"fmt"
	"slices"
	"strconv"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// waitingOf are the events of these that wait for a service.
func waitingOf(records []*store.Record) (list []api.WaitingStatus) {
	for _, rec := range records {
		if plan.Waits(rec) {
			list = append(list, api.WaitingStatus{Calendar: rec.Calendar, EventID: rec.EventID, Title: rec.Title, For: rec.Bound,
				Until: api.Time(rec.Due), Reason: rec.Reason})
		}
	}
	return list
}

// showWaiting tells of the events that wait: how many for one reason, until when, and the first of them.
func (a *app) showWaiting(list []api.WaitingStatus) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintln(a.term.out)
	rows := [][]string{{"WAITING", "CALENDAR", "UNTIL", "FIRST OF THEM", "REASON"}}
	for len(list) > 0 {
		first, all := list[0], len(list)
		list = slices.DeleteFunc(slices.Clone(list), func(w api.WaitingStatus) bool { return w.Calendar == first.Calendar && w.Reason == first.Reason })
		rows = append(rows, []string{events(all - len(list)), first.Calendar, terminal.Clock(first.Until), terminal.Shorten(first.Title, 40), first.Reason})
	}
	return terminal.Table(a.term.out, rows)
}

// meetingID is a meeting's number as documents have it; "" where there is none.
func meetingID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// events counts events in words.
func events(n int) string { return words.Count(n, "event") }
