package show

import (
	"fmt"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/api"
)

// InFiles prints the links in files outside the calendars, which stay when zoomtag leaves all of them.
func (p *Printer) InFiles(list []api.LinkStatus) {
	for _, l := range list {
		fmt.Fprintf(p.Out, "the link of %q stays, which zoomtag link has put into a file: take it out there, and cancel "+
			"its meeting (%s) at zoom.us, unless it is a personal room\n", terminal.Printable(l.Title), l.MeetingID)
	}
}

// Links prints the links that are kept.
func (p *Printer) Links(r api.LinksReport) error {
	rows := [][]string{{"START", "EVENT", "CALENDAR", "MEETING", "HEALTH", "LINK"}}
	for _, l := range r.Links {
		rows = append(rows, []string{terminal.Clock(l.Start), l.Title, api.PlaceOf(l.Calendar), l.MeetingID, l.Health,
			l.JoinURL})
	}
	return p.table(rows)
}
