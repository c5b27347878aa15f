package main

import (
	"fmt"
	"slices"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"zoomtag/providers/words"
)

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

// events counts events in words.
func events(n int) string { return words.Count(n, "event") }
